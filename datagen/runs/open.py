"""A run folder as a notebook has it: its records, its ids, and each dialogue by its id.

RUN --open_run--> Run --["service-0000003"]--> RunDialogue (script, words, events, sound, codes)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from datagen.audit import AuditReport
from datagen.audit import audit as audit_run
from datagen.engine.run_files import PlanFile, RunFile, read_plan, read_run
from datagen.show.lookup import RunDialogue
from datagen.storage import Where
from datagen.storage.run_folder import Receipt, RunFolder
from datagen.types import DialogId, Reject, UserError


class Run:
    """A run folder, finished or not. Files are read when they are asked for."""

    def __init__(self, where: Where) -> None:
        """Open the folder; raise UserError if it holds no run."""
        self._folder = RunFolder(where)
        self.plan: PlanFile = read_plan(self._folder)
        """The plan of the run: how much it makes."""

    @property
    def where(self) -> str:
        """Absolute path or URI of the folder."""
        return self._folder.where

    @cached_property
    def file(self) -> RunFile:
        """What run.json holds: the recipe, its fingerprint, stand-ins, versions."""
        return read_run(self._folder)

    def __repr__(self) -> str:
        return f"Run({self.where!r}: {self.plan.kind}, {len(self)} dialogues)"

    def __getitem__(self, dialog_id: str) -> RunDialogue:
        """Return a dialogue by its id; raise UserError if there is none, or it was rejected."""
        if not isinstance(dialog_id, str):
            raise UserError(f"{dialog_id!r}: give an id such as {DialogId(self.plan.kind, 0)}")
        return RunDialogue(self.where, dialog_id)

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of the dialogues that are encoded, in order; rejected ones are left out."""
        for block in self._receipts("tokens"):
            name = self._folder.unit("tokens", block)
            yield from map(str, self._folder.read(name, ["dialog_id"])["dialog_id"].to_pylist())

    def __len__(self) -> int:
        """Return how many dialogues are encoded."""
        return sum(receipt.rows for receipt in self._receipts("tokens").values())

    def rejects(self) -> list[Reject]:
        """Return what every stage refused, in the order of the line."""
        stages = ("script", "speech", "timeline", "tokens")
        return [
            reject
            for stage in stages
            for receipt in self._receipts(stage).values()
            for reject in receipt.rejects
        ]

    def shards(self) -> list[str]:
        """Return the names of the packed shards, from the run folder, in order."""
        return [f"shards/{name}" for name in sorted(self._folder.storage.names("shards"))]

    def audit(self, *, deep: bool = False) -> AuditReport:
        """Check every file as a stranger would; ``deep`` recomputes every artifact's hash."""
        return audit_run(self.where, deep=deep)

    def _receipts(self, stage: str) -> dict[int, Receipt]:
        return self._folder.receipts(stage, range(self.plan.blocks))


def open_run(where: Where) -> Run:
    """Open a run folder at a path, or at s3://BUCKET/FOLDER, gs:// or abfs://."""
    return Run(where)
