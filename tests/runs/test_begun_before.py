"""Runs that an earlier version began go on with this one: the same names, the same bytes."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

import datagen
from datagen.engine.pipeline import ResolvedRecipe
from datagen.runs.open import open_run

BEGUN = Path(__file__).parents[1] / "golden" / "begun_with_0.1"
"""A run of recipe `dummy` whose scripts and speech were made by version 0.1.0, before classes had
names of their own in fingerprints; then it was stopped."""
FINISHED = {
    "timeline/000000.parquet": "3636a320dbb6eb615130ac961312f152b223d2953c7743420cce3df3b1fabfe6",
    "tokens/000000.parquet": "3090dac8c39e1b26e393b7f314e4bc459c65cb722642e26d714224eddf633c65",
    "shards/service-00000.parquet": (
        "2760081c62b2808a79f694d05a318568f161b35c97a705f29ba5a04814735474"
    ),
}
"""sha256 of what that version made of it."""


@pytest.mark.slow
def test_it_is_resumed_and_ends_in_the_same_bytes(tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(BEGUN, run)
    kept = {path: path.stat().st_mtime_ns for path in run.rglob("*.parquet")}
    begun = open_run(run)
    assert ResolvedRecipe(begun.file.recipe).fingerprint == begun.file.fingerprint
    datagen.run(begun.file.recipe, dialogs=16, out=run)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "what was there is kept"
    assert {name: sha256((run / name).read_bytes()).hexdigest() for name in FINISHED} == FINISHED
