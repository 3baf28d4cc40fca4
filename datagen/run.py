"""Make a dataset: plan, keep what is already there, make the rest.

Recipe, Plan, Host --run--> RUN/   (plan.json, run.json, one file a unit, shards)
"""

from __future__ import annotations

import logging
import os
import platform
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from datagen import __version__, doctor
from datagen.config import Host, Recipe
from datagen.engine import lineup
from datagen.engine.driver import Driver
from datagen.engine.flow import Flow, GaveUp
from datagen.engine.pools import cluster
from datagen.plan import Plan, more_blocks
from datagen.progress import Tally, listener
from datagen.store import SHARDS, Damaged, Receipt, RunFolder
from datagen.types import SAMPLE_RATE, UserError

logger = logging.getLogger(__name__)

MAKES_BYTES = ("numpy", "pyarrow", "soxr", "soundfile", "sentencepiece", "pydantic")
"""Packages whose versions can change a byte."""


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    dialogs: int
    seconds: float
    rejects: int
    shards: int
    made_seconds: float
    """Audio made by this run, not found from an earlier one."""
    wall_seconds: float


def run(recipe: Recipe, plan: Plan, host: Host, root: Path) -> Result:
    """Make ``plan`` in ``root``, keeping every file there that is still good.

    Raises UserError, or `engine.flow.GaveUp` when a unit failed too often.
    """
    doctor.require(recipe, host)
    folder = RunFolder(root)
    with folder.lock():
        folder.sweep()
        _claim(folder, recipe)
        plan = _longest(folder, plan)
        folder.write_json("plan.json", plan.to_json())
        flow = resume(folder, recipe, plan)
        tally = _tally(flow)
        with listener(tally, folder.journal) as listen:
            listen({"event": "started", "blocks": flow.blocks, "resumed": dict(flow.resumed)})

            def encoded() -> None:
                nonlocal plan
                plan = _reach(flow, plan, folder, listen)

            if flow.encoded:
                encoded()
            if not flow.finished:
                with cluster(host.address):
                    listen({"event": "ray started", "seconds": round(tally.wall, 3)})
                    _drive(Driver(flow, folder.root, recipe, host, listen), folder, encoded)
            folder.sweep()  # a killed run's last workers may have outlived its driver
            made = flow.totals()
            result = Result(
                dialogs=made.rows,
                seconds=made.num_samples / SAMPLE_RATE,
                rejects=made.rejects,
                shards=flow.shards,
                made_seconds=tally.seconds,
                wall_seconds=tally.wall,
            )
            listen(
                {
                    "event": "finished",
                    "dialogs": result.dialogs,
                    "audio_seconds": round(result.made_seconds, 3),
                    "wall_seconds": round(result.wall_seconds, 3),
                }
            )
    return result


def _drive(driver: Driver, folder: RunFolder, encoded: Callable[[], None]) -> None:
    """Run the engine; if it gives up, say how to see why."""
    try:
        driver.run(encoded)
    except GaveUp as error:
        if error.unit is None or error.unit.stage == SHARDS:
            raise
        again = (
            f"python -m datagen.engine.worker {folder.root} {error.unit.stage} {error.unit.block}"
        )
        raise GaveUp(f"{error}; to see it fail: {again}", error.unit) from error


def resume(folder: RunFolder, recipe: Recipe, plan: Plan) -> Flow:
    """Return the flow of a plan, with everything that is already made taken as done."""
    flow = Flow({step.name: step.reads for step in lineup.LINE}, plan.blocks)
    for stage, fingerprint in lineup.fingerprints(recipe).items():
        flow.resume(stage, folder.receipts(stage, range(plan.blocks)), fingerprint)
        if stage == flow.last:
            flow.resume(SHARDS, _sound_shards(folder, plan), fingerprint)
    flow.start()
    return flow


def _sound_shards(folder: RunFolder, plan: Plan) -> dict[int, Receipt]:
    """Return the receipts of shards whose every page can be read: they are what users train on."""
    sound: dict[int, Receipt] = {}
    for index in range(plan.shards):
        path = folder.shard(plan.kind, index)
        if (receipt := folder.receipt(path)) is None:
            continue
        try:
            folder.read(path)
        except Damaged as error:
            logger.warning("%s; it is made anew", error)
            continue
        sound[index] = receipt
    return sound


def _reach(
    flow: Flow, plan: Plan, folder: RunFolder, listen: Callable[[dict[str, Any]], None]
) -> Plan:
    """Add blocks until the hours asked for are there, then let the last shard be packed."""
    made = flow.totals(range(flow.blocks))
    missing = more_blocks(plan, made.num_samples / SAMPLE_RATE, made.rows)
    if not missing:
        flow.finalise()
        return plan
    flow.extend(missing)
    plan = plan.model_copy(update={"blocks": flow.blocks})
    folder.write_json("plan.json", plan.to_json())
    listen({"event": "extended", "blocks": flow.blocks, "totals": _totals(flow)})
    return plan


def _claim(folder: RunFolder, recipe: Recipe) -> None:
    """Write run.json, or refuse a folder that holds something else."""
    ours = describe(recipe)
    theirs = folder.read_json("run.json")
    if theirs is None:
        folder.write_json("run.json", ours)
        return
    if theirs.get("fingerprint") != ours["fingerprint"]:
        changes = _changes(theirs.get("recipe", {}), ours["recipe"])
        raise UserError(
            f"{folder.root} holds another recipe ({', '.join(changes) or 'other prompts or code'});"
            " choose another --out, or delete its run.json to keep what still fits and remake the"
            " rest"
        )
    if theirs.get("versions") != ours["versions"]:
        changes = _changes(theirs.get("versions", {}), ours["versions"])
        logger.warning("versions have changed since this run began: %s", ", ".join(changes))


def describe(recipe: Recipe) -> dict[str, Any]:
    """Return what run.json holds: what is made, and the versions that make it. Never a secret."""
    return {
        "schema": 1,
        "recipe": recipe.model_dump(mode="json"),
        "fingerprint": lineup.fingerprint(recipe),
        "seed": recipe.seed,
        "stand_ins": lineup.stand_ins(recipe),
        "versions": {
            "datagen": __version__,
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in MAKES_BYTES},
        },
        "git": _git_revision(),
    }


def _longest(folder: RunFolder, plan: Plan) -> Plan:
    """Return the plan, or the one already there if that is longer: a run only ever grows."""
    data = folder.read_json("plan.json")
    if data is None or int(data.get("blocks", 0)) <= plan.blocks:
        return plan
    asked = data.get("hours"), int(data.get("dialogs", 0))
    return plan.model_copy(
        update={"blocks": int(data["blocks"]), "hours": asked[0], "dialogs": asked[1]}
    )


def _changes(old: Any, new: Any, path: str = "") -> list[str]:
    """Return which leaves differ, as ``a.b: 1 -> 2``."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(old.keys() | new.keys())
        return [c for k in keys for c in _changes(old.get(k), new.get(k), f"{path}.{k}")]
    return [] if old == new else [f"{path.lstrip('.')}: {old} -> {new}"]


def _tally(flow: Flow) -> Tally:
    stages = {stage: len(flow.done[stage]) for stage in flow.stages}
    return Tally(stages, _totals(flow), flow.totals().num_samples / SAMPLE_RATE)


def _totals(flow: Flow) -> dict[str, int]:
    return {stage: flow.shards if stage == SHARDS else flow.blocks for stage in flow.stages}


def _git_revision() -> str | None:
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
