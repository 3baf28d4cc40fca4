"""How a run's turn-taking compares with people's: one line a measure, each with its source.

Totals --comparison--> Measure, ... --table--> lines of text
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from datagen.audit.totals import FISHER, Totals
from datagen.types import SAMPLE_RATE

FISHER_SOURCE = "Fisher, n = 50 (Moshi, table 9)"
_TELEPHONE = "348 Switchboard calls (Levinson & Torreira 2015)"
NEAR = 0.15
"""Relative distance from people's figure that still counts as near it."""


@dataclass(frozen=True)
class Measure:
    """A figure of a run, and people's, if there is one."""

    name: str
    unit: str
    ours: float | None
    people: tuple[float, float] | None = None
    """Lowest and highest of people's figures; None without any."""
    source: str = ""

    @property
    def is_near(self) -> bool:
        """Say whether ours is within 15 % of people's."""
        if self.ours is None or self.people is None:
            return False
        low, high = self.people
        return low * (1 - NEAR) <= self.ours <= high * (1 + NEAR)


def comparison(totals: Totals) -> list[Measure]:
    """Return all measures: from the sound if it was listened to, else from the words."""
    floor, offsets = totals.heard_or_planned()
    seconds = np.array(offsets) / SAMPLE_RATE
    gaps, overlaps = seconds[seconds >= 0], -seconds[seconds < 0]
    rates = totals.rates()
    return [
        *(
            Measure(name, "s/min", floor[name], (people, people), FISHER_SOURCE)
            for name, people in FISHER.items()
        ),
        Measure("offsets under 0.2 s", "share", _mean(seconds < 0.2), (0.51, 0.55), _TELEPHONE),
        Measure(
            "offsets that overlap",
            "share",
            _mean(seconds < 0),
            (0.4, 0.4),
            "three corpora (Heldner & Edlund 2010)",
        ),
        Measure("gap, median", "s", _median(gaps), (0.264, 0.347), _TELEPHONE),
        Measure("overlap, median", "s", _median(overlaps)),
        Measure("barge-ins", "1/min", rates["barge_in"]),
        Measure(
            "backchannels",
            "1/min",
            rates["backchannel"],
            (4.3, 5.2),
            "conversations of two (Sesame TurnBench)",
        ),
        *(
            Measure(f"commonest frame, {speaker}", "%", 100 * share)
            for speaker, share in totals.commonest_code_row().items()
        ),
    ]


def table(totals: Totals) -> list[str]:
    """Return the comparison as lines of text; a star where ours is within 15 % of people's."""
    heading = "from the sound" if totals.heard["span"] else "from the words; --deep listens"
    lines = [f"turn-taking, yours and people's ({heading})"]
    return lines + [_line(measure) for measure in comparison(totals)]


def _line(measure: Measure) -> str:
    ours = "-" if measure.ours is None else f"{measure.ours:.2f}"
    people = (
        "-" if measure.people is None else "-".join(f"{x:g}" for x in sorted({*measure.people}))
    )
    star = "*" if measure.is_near else " "
    figures = f"  {measure.name:<21}{ours:>7}{star} {people:>11}"
    return f"{figures}  {measure.unit:<6} {measure.source}".rstrip()


def _mean(values: Sequence[bool] | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _median(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    return float(np.median(values)) if len(values) else None
