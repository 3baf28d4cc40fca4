"""A few short calls a block, for runs whose models are slow: `tests.small` with fewer dialogues."""

from __future__ import annotations

from datagen.types import Job, Reject, Script
from tests.small import ShortCalls

TWO_CALLS = ("script.use=tests.two_calls:TwoCalls", "mean_seconds=10")
KEPT = 2
BOTH_SPLITS = ("script.use=tests.two_calls:BothSplits", "mean_seconds=10")
KEPT_OF_BOTH = 10


class TwoCalls(ShortCalls):
    """The first two; all others are rejected."""

    def _write(self, job: Job) -> Script | Reject:
        if job.index >= KEPT:
            return Reject(dialog_id=job.dialog_id, stage="script", reason="not wanted")
        return super()._write(job)


class BothSplits(ShortCalls):
    """The first ten, of which every other one is for validation."""

    def _write(self, job: Job) -> Script | Reject:
        made = super()._write(job)
        if job.index >= KEPT_OF_BOTH or isinstance(made, Reject):
            return Reject(dialog_id=job.dialog_id, stage="script", reason="not wanted")
        return made.model_copy(update={"split": "validation" if job.index % 2 else "train"})
