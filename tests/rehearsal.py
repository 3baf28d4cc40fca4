"""Whole run folders in a blink: the quick recipe with a voice and a codec that cost nothing."""

from __future__ import annotations

from pathlib import Path

from datagen.config import Recipe, load_recipe
from datagen.engine import pipeline
from datagen.engine.packing import Packer
from datagen.engine.plan import BLOCKS_PER_SHARD, make_plan
from datagen.engine.worker import Done, UnitRunner
from datagen.runs.make import describe
from datagen.storage.run_folder import RunFolder
from tests.small import SMALL


def recipe(*overrides: str) -> Recipe:
    return load_recipe("service", "dummy", (*SMALL, *overrides))


def rehearse(root: Path, dialogs: int = 16, *overrides: str) -> Path:
    """Make a finished run without an engine, or go on with one."""
    what, folder = recipe(*overrides), RunFolder(root)
    plan = make_plan(what, None, dialogs)
    folder.write_json("run.json", describe(what))
    folder.write_json("plan.json", plan.to_json())
    for step in pipeline.LINE:
        runner = UnitRunner(root, what, step.name)
        for block in range(plan.blocks):
            if not (root / folder.unit(step.name, block)).exists():
                assert isinstance(runner.make(block), Done)
        runner.close()
    packer = Packer(folder, what.kind, pipeline.LINE[-1].name)
    for shard in range(plan.shards):
        blocks = range(shard * BLOCKS_PER_SHARD, min(plan.blocks, (shard + 1) * BLOCKS_PER_SHARD))
        packer.pack(shard, blocks)
    return root
