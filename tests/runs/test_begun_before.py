"""A run that version 0.1.0 began goes on with this one: the same names, the same bytes."""

from __future__ import annotations

import shutil
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from datagen.engine.pipeline import LINE, ResolvedRecipe
from datagen.engine.plan import Plan
from datagen.engine.worker import Done, UnitRunner
from datagen.runs.make import resume
from datagen.runs.open import open_run
from datagen.storage.run_folder import SHARDS, RunFolder
from tests.fixtures import short_calls

BEGUN = Path(__file__).parents[1] / "golden" / "begun_with_0.1"
"""A run whose scripts and speech were made by 0.1.0, before backends had names of their own in
fingerprints; then it was stopped. Its writer is of the tests, where that was then."""
FINISHED = {
    "timeline/000000.parquet": "55bd631dfc3b9445ac059f3a2fd669114b53c0351ed36b2a202e122cc7406ed3",
    "tokens/000000.parquet": "effe14ba2967f48b59036a77ab78643703b575be0887e3b9d84915418e055877",
    "shards/service-00000.parquet": (
        "27c8513e1c99c30690ef130ef8455d4a5f408b28f28cbe13a03f50cc02ee65fc"
    ),
}
"""sha256 of what 0.1.0 made of it."""


def test_it_is_resumed_and_ends_in_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tests.small", short_calls)
    where = shutil.copytree(BEGUN, tmp_path / "run")
    begun = open_run(where)
    resolved = ResolvedRecipe(begun.file.recipe)
    assert resolved.fingerprint == begun.file.fingerprint
    plan = Plan(**begun.plan.model_dump(include=set(Plan.model_fields)))
    flow = resume(RunFolder(where), resolved, plan)
    assert flow.resumed == {"script": 1, "speech": 1}
    for stage in [step.name for step in LINE if step.name not in flow.resumed]:
        assert isinstance(UnitRunner(where, resolved, stage).make(0), Done)
    assert isinstance(UnitRunner(where, resolved, SHARDS).make(0, parts=(0,)), Done)
    made = {name: sha256((where / name).read_bytes()).hexdigest() for name in FINISHED}
    assert made == FINISHED
