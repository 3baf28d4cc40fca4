"""How a run compares with a set that somebody published: manifests/targets/NAME.json.

A shorter run is the beginning of a longer one, so it is also told which of the nested subsets of
the published set it has the size of.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from datagen import assets
from datagen.audit.totals import Totals
from datagen.types import UserError


@dataclass(frozen=True)
class Comparison:
    """A run's size beside a published set's."""

    name: str
    kind: str
    source: str
    dialogues: int
    hours: float
    mean_seconds: float
    """Mean length of a dialogue in seconds; like dialogues and hours, of the published set."""
    share: float
    """Share of the published hours that the run has."""
    our_seconds: float
    """Mean length of a dialogue of the run, in seconds."""
    subsets: dict[str, bool]
    """Whether the run reaches the hours of each nested subset, by the subset's name."""

    def lines(self, totals: Totals) -> list[str]:
        """Return the comparison as lines of text."""
        reached = ", ".join(
            f"{name} {'yes' if has else 'no'}" for name, has in self.subsets.items()
        )
        return [
            f"against {self.name}'s {self.kind} set ({self.source})",
            f"  hours      {totals.hours:>12,.2f} of {self.hours:,.0f} ({self.share:.1%})",
            f"  dialogues  {totals.dialogues:>12,} of {self.dialogues:,}"
            f" ({totals.dialogues / self.dialogues:.1%})",
            f"  mean, s    {self.our_seconds:>12.2f}, theirs {self.mean_seconds:.2f}",
            f"  subsets    {reached}",
        ]


def compare(totals: Totals, kind: str, name: str) -> Comparison:
    """Compare the size of a run of a kind with a published set of that kind."""
    path = assets.find("manifests/targets", name, ".json")
    try:
        return _compare(totals, kind, json.loads(path.read_bytes()))
    except UserError:
        raise
    except (OSError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as error:
        like = assets.root() / "manifests" / "targets" / "paper.json"
        raise UserError(f"--against {name}: {path} is not a target such as {like}") from error


def _compare(totals: Totals, kind: str, target: dict[str, Any]) -> Comparison:
    if kind not in target["sets"]:
        known = ", ".join(target["sets"])
        raise UserError(f"--against {target['name']}: no set is of kind {kind}, but of {known}")
    of_kind = target["sets"][kind]
    share = totals.hours / of_kind["hours"]
    return Comparison(
        name=target["name"],
        kind=kind,
        source=target["source"],
        dialogues=of_kind["dialogues"],
        hours=of_kind["hours"],
        mean_seconds=of_kind["hours"] * 3600 / of_kind["dialogues"],
        share=share,
        our_seconds=totals.hours * 3600 / max(1, totals.dialogues),
        subsets={f"{part:.0%}": share >= part for part in target["subsets"]},
    )
