"""A run that version 0.1.0 began: what still fits is kept, the rest is made anew."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from datagen.backends.registry import CODECS, VOICES
from datagen.config import BackendSpec
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.plan import Plan
from datagen.engine.worker import Done, UnitRunner
from datagen.runs.make import resume, run
from datagen.runs.open import open_run
from datagen.runs.prepare import host_at
from datagen.storage.run_folder import RunFolder
from datagen.types import UserError
from tests.fixtures import short_calls

BEGUN = Path(__file__).parents[1] / "golden" / "begun_with_0.1"
"""A run whose scripts and speech were made by 0.1.0, before backends had names of their own in
fingerprints; then it was stopped. Its writer is of the tests, where that was then."""


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(sys.modules, "tests" + ".small", short_calls)
    return shutil.copytree(BEGUN, tmp_path / "run")


def test_scripts_are_kept_and_the_rest_is_made_anew(begun: Path) -> None:
    opened = open_run(begun)
    resolved = ResolvedRecipe(opened.file.recipe)
    plan = Plan(**opened.plan.model_dump(include=set(Plan.model_fields)))
    flow = resume(RunFolder(begun), resolved, plan)
    assert flow.resumed == {"script": 1}
    kept = (begun / "script/000000.parquet").read_bytes()
    for stage in ("speech", "timeline", "tokens"):
        assert isinstance(UnitRunner(begun, resolved, stage).make(0), Done)
    assert (begun / "script/000000.parquet").read_bytes() == kept
    assert len(open_run(begun)) == opened.plan.dialogs - len(opened.rejects())


def test_a_run_of_other_code_is_refused_with_what_to_do(begun: Path) -> None:
    opened = open_run(begun)
    plan = Plan(**opened.plan.model_dump(include=set(Plan.model_fields)))
    with pytest.raises(UserError, match=r"another recipe \(other prompts or code\).*run.json"):
        run(ResolvedRecipe(opened.file.recipe), plan, host_at("laptop", None), begun)


def test_a_name_in_fingerprints_outlives_a_move() -> None:
    for table, name in ((CODECS, "codec"), (VOICES, "speech")):
        identity = table.identity(BackendSpec(use="dummy"))
        assert identity["use"] == f"datagen.backends.{name}.dummy:Dummy"
