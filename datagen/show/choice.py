"""Choose dialogues to read or hear: lively ones, that differ, from the beginning of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datagen.engine.run_files import read_plan
from datagen.storage import Where
from datagen.storage.run_folder import Damaged, RunFolder
from datagen.types import UserError

VARIETY = ("barge_in", "backchannel", "overlap", "pause")
"""Events that make a dialogue worth hearing, the rarest first."""
BLOCKS = 4
"""Number of a run's first blocks that are looked at."""


def varied(run: Where, count: int) -> list[str]:
    """Return ids of dialogues with many kinds of events, of different domains while they last."""

    def dullness(row: dict[str, Any]) -> list[bool]:
        kinds = {event["type"] for event in row["events"]}
        return [kind not in kinds for kind in VARIETY]

    liveliest = sorted(_candidates(run), key=dullness)
    return [row["dialog_id"] for row in _domains_in_turn(liveliest)[:count]]


def _domains_in_turn(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the first row of each domain before all others; else keep the order."""
    seen: set[str] = set()
    first: list[dict[str, Any]] = []
    later: list[dict[str, Any]] = []
    for row in rows:
        (later if row["domain"] in seen else first).append(row)
        seen.add(row["domain"])
    return first + later


def _candidates(run: Where) -> list[dict[str, Any]]:
    """Return id, domain and events of the first blocks' dialogues."""
    folder, columns = RunFolder(run), ["dialog_id", "domain", "events"]
    rows: list[dict[str, Any]] = []
    for block in range(min(BLOCKS, read_plan(folder).blocks)):
        try:
            rows += folder.read(folder.unit("tokens", block), columns).to_pylist()
        except Damaged as error:
            raise UserError(f"{error}; `datagen audit` says what to do") from error
    return rows
