"""Make a dataset: plan, keep what is already there, make the rest.

Recipe, Plan, Host --run--> RUN/   (plan.json, run.json, one file a unit, shards)
"""

from __future__ import annotations

import logging
import os
import platform
import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from datagen import __version__
from datagen.config import Host
from datagen.engine import pipeline, run_files
from datagen.engine.cluster import cluster
from datagen.engine.driver import Driver
from datagen.engine.events import Emit, Extended, Finished, RayStarted, RunEvent, Started
from datagen.engine.metrics import metered
from datagen.engine.nodes import require_shared
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.plan import Plan, more_blocks
from datagen.engine.run_files import PLAN, RUN, PlanFile, RunFile, read_plan
from datagen.engine.scheduler import Flow
from datagen.engine.unit import GaveUp
from datagen.runs.all_rejected import RejectWatch
from datagen.runs.progress import Tally, listener
from datagen.storage import Where
from datagen.storage.run_folder import SHARDS, Damaged, Receipt, RunFolder
from datagen.types import SAMPLE_RATE, UserError

logger = logging.getLogger(__name__)

MAKES_BYTES = ("numpy", "pyarrow", "soxr", "soundfile", "sentencepiece", "pydantic")
"""Packages whose versions can change a byte."""


NOBODY: Mapping[int, str] = {}
GAIN = 0.1
"""Least share of the missing hours that added blocks bring, or the run stops: it would not end."""


@dataclass(frozen=True)
class RunResult:
    """What a run came to."""

    dialogs: int
    seconds: float
    rejects: int
    shards: int
    made_seconds: float
    """Audio made by this run, not found from an earlier one."""
    wall_seconds: float


def run(
    resolved: ResolvedRecipe,
    plan: Plan,
    host: Host,
    where: Where,
    mine: Callable[[int], bool] | None = None,
    part: str = "",
    marked: Mapping[int, str] = NOBODY,
) -> RunResult:
    """Make ``plan`` in the run folder at ``where``, keeping every file there that is still good.

    ``mine`` says which blocks to make: of a slice, then, and without shards. The run without it
    that comes after all slices finds their blocks made, packs the shards and reaches the hours.
    ``part`` names the slice, so that several may be made at once. ``marked`` has the numbers of
    dialogues that people want left out of the shards, and their tags.
    What the recipe needs must be there (`doctor.checks.require`). Raises UserError, or
    `engine.unit.GaveUp` when a unit failed too often.
    """
    folder = RunFolder(where)
    with folder.lock(part) as lease:
        _sweep(folder, part)
        _claim(folder, resolved)
        plan = _longest(folder, plan)
        run_files.write(folder, PLAN, PlanFile.of(plan))
        flow = resume(folder, resolved, plan, mine, marked)
        tally, watch = _tally(flow), RejectWatch(flow, folder)
        with (
            folder.journal(part, lease.ours) as journal,
            listener(tally, journal, lease.check) as tell,
        ):

            def emit(event: RunEvent) -> None:
                tell(event)
                watch.take(event)

            emit(Started(blocks=flow.blocks, resumed=dict(flow.resumed)))

            goal = _Goal(flow, plan, folder, emit, lease.check)

            def more() -> bool:
                watch.check()
                return mine is None and goal.more()

            if not flow.finished or more():
                with cluster(host.address):
                    emit(RayStarted(seconds=round(tally.wall, 3)))
                    told = _joined(host, folder, emit)
                    driver = Driver(flow, folder.where, resolved, host, told)
                    _drive(driver, folder, more, lease.check)
                if host.address is not None:
                    _see_shards(folder, flow, plan.kind)
            _sweep(folder, part)  # a killed run's last workers may have outlived its driver
            made = flow.totals(SHARDS if mine is None else flow.last)
            result = RunResult(
                dialogs=made.rows,
                seconds=made.num_samples / SAMPLE_RATE,
                rejects=made.rejects,
                shards=len(flow.done[SHARDS]),
                made_seconds=tally.seconds,
                wall_seconds=tally.wall,
            )
            emit(
                Finished(
                    dialogs=result.dialogs,
                    audio_seconds=round(result.made_seconds, 3),
                    wall_seconds=round(result.wall_seconds, 3),
                )
            )
    return result


def _joined(host: Host, folder: RunFolder, emit: Emit) -> Emit:
    """Check that a cluster's nodes share the folder; return a listener that feeds its metrics."""
    if host.address is None:
        return emit
    require_shared(folder.where)
    return metered(emit)


def _see_shards(folder: RunFolder, flow: Flow, kind: str) -> None:
    """Wait until this machine sees all shards: others may have written them just now."""
    names = [folder.shard(kind, index) for index in flow.done[SHARDS]]
    folder.storage.each(folder.storage.appears, names)


def _sweep(folder: RunFolder, part: str) -> None:
    """Remove what was left half-written, unless other slices may be writing."""
    if not part:
        folder.sweep()


def _drive(
    driver: Driver, folder: RunFolder, more: Callable[[], bool], check: Callable[[], None]
) -> None:
    """Run the engine; if it gives up, say how to see why."""
    try:
        driver.run(more, check)
    except GaveUp as error:
        if error.unit is None or error.unit.stage == SHARDS:
            raise
        where = shlex.quote(folder.where)
        again = f"python -m datagen.engine.worker {where} {error.unit.stage} {error.unit.block}"
        raise GaveUp(f"{error}; to see it fail: {again}", error.unit) from error


def resume(
    folder: RunFolder,
    resolved: ResolvedRecipe,
    plan: Plan,
    mine: Callable[[int], bool] | None = None,
    marked: Mapping[int, str] = NOBODY,
) -> Flow:
    """Return the flow of a plan, with everything that is already made taken as done."""
    flow = Flow({step.name: step.reads for step in pipeline.LINE}, plan.blocks, mine, plan.count)
    flow.marked = marked
    for stage, fingerprint in resolved.fingerprints.items():
        flow.resume(stage, folder.receipts(stage, range(plan.blocks)), fingerprint)
        if stage == flow.last:
            flow.resume(SHARDS, _sound_shards(folder, plan), fingerprint)
    flow.start()
    return flow


def _sound_shards(folder: RunFolder, plan: Plan) -> dict[int, Receipt]:
    """Return the receipts of shards whose every page can be read: they are what users train on."""

    def look(index: int) -> Receipt | None:
        file = folder.shard(plan.kind, index)
        receipt = folder.receipt(file)
        try:
            if receipt is not None:
                folder.prove(file)
        except Damaged as error:
            logger.warning("%s; it is made anew", error)
            return None
        return receipt

    found = folder.storage.each(look, range(plan.shards))
    return {index: receipt for index, receipt in enumerate(found) if receipt is not None}


class _Goal:
    """The hours to reach in shards: what is rejected or left out as a duplicate is made up for."""

    def __init__(
        self,
        flow: Flow,
        plan: Plan,
        folder: RunFolder,
        emit: Emit,
        check: Callable[[], None],
    ) -> None:
        self._flow, self._plan, self._folder, self._emit = flow, plan, folder, emit
        self._check = check
        """Raises if another run has taken the folder over."""
        self._before: tuple[float, float] | None = None
        """Seconds that were packed, and missing, when blocks were last added."""

    def more(self) -> bool:
        """Add blocks to a flow that is finished if it is short of the hours asked for."""
        made = self._flow.totals()
        seconds = made.num_samples / SAMPLE_RATE
        blocks = more_blocks(self._plan, seconds, made.rows)
        if not blocks:
            return False
        self._check_gain(seconds)
        self._flow.extend(blocks)
        self._plan = self._plan.model_copy(update={"blocks": self._flow.blocks})
        self._check()
        run_files.write(self._folder, PLAN, PlanFile.of(self._plan))
        self._emit(
            Extended(blocks=self._flow.blocks, totals=_totals(self._flow), done=_done(self._flow))
        )
        return True

    def _check_gain(self, seconds: float) -> None:
        """Raise UserError if the blocks added last brought next to nothing: more would not."""
        if self._before is not None:
            packed, missing = self._before
            if seconds - packed < GAIN * missing:
                raise UserError(
                    f"{missing / 3600:.2f} h were missing, and the blocks added for them brought"
                    f" {(seconds - packed) / 3600:.2f} h; `datagen audit {self._folder.where}`"
                    " lists why dialogues were rejected: change the recipe, or ask for fewer hours"
                )
        self._before = seconds, (self._plan.hours or 0.0) * 3600 - seconds


def _claim(folder: RunFolder, resolved: ResolvedRecipe) -> None:
    """Write run.json, or refuse a folder that holds something else."""
    ours, theirs = describe(resolved), folder.read_json(RUN)
    if theirs is None:
        run_files.write(folder, RUN, ours)
        return
    if theirs.get("fingerprint") != ours.fingerprint:
        changes = _changes(theirs.get("recipe", {}), ours.recipe.model_dump(mode="json"))
        raise UserError(
            f"{folder.where} holds another recipe"
            f" ({', '.join(changes) or 'other prompts or code'});"
            " choose another --out, or delete its run.json to keep what still fits and remake the"
            " rest"
        )
    if theirs.get("versions") != ours.versions:
        changes = _changes(theirs.get("versions", {}), ours.versions)
        logger.warning("versions have changed since this run began: %s", ", ".join(changes))


def describe(resolved: ResolvedRecipe) -> RunFile:
    """Return run.json: what is made, and the versions that make it. Never a secret."""
    return RunFile(
        recipe=resolved.recipe,
        fingerprint=resolved.fingerprint,
        seed=resolved.recipe.seed,
        stand_ins=resolved.stand_ins,
        versions=versions(),
        git=git_revision(),
    )


def versions() -> dict[str, str]:
    """Return the versions of all that makes bytes."""
    return {
        "datagen": __version__,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in MAKES_BYTES},
    }


def _longest(folder: RunFolder, plan: Plan) -> Plan:
    """Return the plan, made as long as the one that is already there: a run only ever grows."""
    if folder.read_json(PLAN) is None:
        return plan
    there = read_plan(folder)
    hours = [asked for asked in (plan.hours, there.hours) if asked is not None]
    return Plan(
        kind=plan.kind,
        hours=max(hours, default=None),
        dialogs=max(plan.dialogs, there.dialogs),
        blocks=max(plan.blocks, there.blocks),
    )


def _changes(old: Any, new: Any, path: str = "") -> list[str]:
    """Return which leaves differ, as ``a.b: 1 -> 2``."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(old.keys() | new.keys())
        return [c for k in keys for c in _changes(old.get(k), new.get(k), f"{path}.{k}")]
    return [] if old == new else [f"{path.lstrip('.')}: {old} -> {new}"]


def _tally(flow: Flow) -> Tally:
    return Tally(_done(flow), _totals(flow), flow.totals(flow.last).num_samples / SAMPLE_RATE)


def _done(flow: Flow) -> dict[str, int]:
    return {stage: len(flow.done[stage]) for stage in flow.stages}


def _totals(flow: Flow) -> dict[str, int]:
    return {stage: flow.planned(stage) for stage in flow.stages}


def git_revision() -> str | None:
    """Return the checkout's revision, or None in an installed package."""
    here = Path(__file__).resolve().parent
    try:
        answer = subprocess.run(
            ["git", "-C", str(here), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True,
            text=True,
            timeout=10,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None
