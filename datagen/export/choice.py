"""Which dialogues of the runs are taken: by split, kind, event, marks and share."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from pydantic import Field

from datagen.seeds import seed_for
from datagen.types import Record

_SEEDS = 1 << 63


class ExportChoice(Record):
    """What a dialogue must be to be taken; what is empty asks for nothing."""

    splits: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    """Types of events of which a dialogue must have one."""
    keep: tuple[str, ...] = ()
    """Tags or verdicts of which a dialogue must have one."""
    leave_out: tuple[str, ...] = ()
    """Tags or verdicts of which it must have none."""
    fraction: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the dialogues; a smaller one is a part of any larger one."""

    def takes(self, dialog_id: str, kind: str, split: str, events: Collection[str]) -> bool:
        """Say whether a dialogue is taken, marks not asked."""
        return (
            (not self.splits or split in self.splits)
            and (not self.kinds or kind in self.kinds)
            and (not self.events or not set(self.events).isdisjoint(events))
            and (self.fraction == 1 or seed_for(0, dialog_id, "export") < self.fraction * _SEEDS)
        )
