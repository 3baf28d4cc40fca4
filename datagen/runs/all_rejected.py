"""A run that keeps nothing stops early, and says why the first dialogue was rejected.

unit events --RejectWatch--> nothing, or AllRejected after two blocks that kept no dialogue
"""

from __future__ import annotations

from collections import Counter

from datagen.engine.events import RunEvent, UnitMade
from datagen.engine.scheduler import Flow
from datagen.storage.run_folder import SHARDS, RunFolder
from datagen.types import AllRejected, Reject
from datagen.visible import visible_line

BLOCKS = 2
"""Blocks of a stage in which everything is rejected, until the run stops."""
MAX_EVIDENCE = 500
"""Characters of a reject's evidence that are shown."""


class RejectWatch:
    """Counts the blocks of each stage that had dialogues and kept none."""

    def __init__(self, flow: Flow, folder: RunFolder) -> None:
        self._flow, self._folder = flow, folder
        self._fruitful = {s for s in flow.stages if any(m.rows for m in flow.done[s].values())}
        self._empty: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        self._first: dict[str, Reject] = {}

    def take(self, event: RunEvent) -> None:
        """Look at an event. Raises AllRejected if a stage's first blocks came to nothing."""
        if not isinstance(event, UnitMade):
            return
        stage = event.stage
        if event.rows:
            self._fruitful.add(stage)
        if stage in self._fruitful or stage == SHARDS or not event.rejects:
            return
        self._empty[stage] += 1
        self._rejected[stage] += len(event.rejects)
        self._first.setdefault(stage, event.rejects[0])
        if self._empty[stage] >= BLOCKS:
            raise AllRejected(said(self._first[stage], self._rejected[stage]))

    def check(self) -> None:
        """Raise AllRejected if everything planned is made and nothing was kept."""
        made = self._flow.totals(self._flow.last)
        if not made.rows and made.rejects and (first := self._first_reject()):
            raise AllRejected(said(first, made.rejects))

    def _first_reject(self) -> Reject | None:
        """Return the first reject of the stage that has most, from the files' receipts."""
        done = self._flow.done
        stage = max(self._flow.reads, key=lambda name: sum(m.rejects for m in done[name].values()))
        for block in sorted(block for block, made in done[stage].items() if made.rejects):
            receipt = self._folder.receipt(self._folder.unit(stage, block))
            if receipt is not None and receipt.rejects:
                return receipt.rejects[0]
        return None


def said(first: Reject, count: int) -> str:
    """Say that nothing is left, with the first reject's reason and evidence."""
    evidence = visible_line(first.evidence)[:MAX_EVIDENCE]
    return (
        f"all {count} dialogues were rejected, the first ({first.dialog_id}) by {first.stage}:"
        f" {visible_line(first.reason)}{f' ({evidence})' if evidence else ''}; mend what it names,"
        " or choose another backend"
    )
