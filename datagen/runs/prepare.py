"""From what a user asks for to a run that can begin: a plan, a host, nothing missing.

Recipe, amount, host --prepare--> PreparedRun --make--> RUN/
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from datagen.config import Host, Recipe, load_host
from datagen.doctor import checks
from datagen.engine import left_out
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.plan import Plan, Slice, describe, make_plan
from datagen.runs.make import RunResult, run
from datagen.storage import Where
from datagen.storage.marks import beside
from datagen.types import UserError


@dataclass(frozen=True)
class PreparedRun:
    """A run that has all it needs."""

    resolved: ResolvedRecipe
    plan: Plan
    host: Host
    part: Slice | None = None
    """The share of the blocks to make; None for all, and the shards."""

    def describe(self) -> str:
        """Return for people what the run would make."""
        return describe(self.resolved.recipe, self.plan)

    def make(
        self,
        out: Where | None = None,
        *,
        leave_out: Collection[str] = (),
        marks: Path | None = None,
    ) -> RunResult:
        """Make the run in ``out``, or in runs/KIND; what is there already is kept.

        Dialogues with one of the tags or verdicts ``leave_out``, by the file of ``marks`` (of the
        run, if it is None), stay out of the shards, and more are made for them. Raises UserError,
        or `engine.unit.GaveUp` when a unit failed too often.
        """
        where = self.default_out if out is None else out
        if self.part is None:
            file = beside(str(where)) if marks is None else marks
            marked = left_out.read(file, leave_out, self.resolved.recipe.kind)
            return run(self.resolved, self.plan, self.host, where, marked=marked)
        return run(self.resolved, self.plan, self.host, where, self.part.has, self.part.name)

    @property
    def default_out(self) -> str:
        """The run folder if the user names none."""
        return f"runs/{self.resolved.recipe.kind}"


def prepare(
    recipe: Recipe,
    *,
    hours: float | None = None,
    dialogs: int | None = None,
    host: Host | str = "laptop",
    address: str | None = None,
    part: str | None = None,
) -> PreparedRun:
    """Plan a run and look whether all is there that it needs.

    Raises UserError with everything that is missing, one line each.
    """
    prepared = PreparedRun(
        resolved=ResolvedRecipe(recipe),
        plan=make_plan(recipe, hours, dialogs),
        host=host_at(host, address),
        part=Slice.parse(part) if part else None,
    )
    checks.require(prepared.resolved, prepared.host)
    return prepared


def host_at(host: Host | str, address: str | None) -> Host:
    """Load a host, and settle which Ray it means: the address, then $RAY_ADDRESS, then its own.

    $RAY_ADDRESS counts only for a host that names a cluster: set by somebody else's job, it must
    not send a laptop's run there.
    """
    where = load_host(host) if isinstance(host, str) else host
    if address == "":
        raise UserError("--address is empty: give auto, HOST:PORT or ray://HOST:PORT, or leave it")
    if where.address is not None:
        address = address or os.environ.get("RAY_ADDRESS") or where.address
    return where.model_copy(update={"address": address})
