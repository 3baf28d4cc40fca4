"""What a notebook uses: make a run, open it, read a dialogue, audit it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import datagen
from datagen.types import FRAME, NUM_CODEBOOKS, UserError
from tests.fixtures.short_calls import SMALL


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("api") / "run"
    result = datagen.run(datagen.Recipe.load("service", overrides=SMALL), dialogs=16, out=out)
    assert result.shards == 1
    return out


@pytest.mark.slow
def test_a_run_is_made_opened_and_audited(made: Path) -> None:
    run = datagen.open_run(made)
    ids = list(run)
    assert len(ids) == len(run) == 16 - len(run.rejects())
    assert run.rejects()[0].dialog_id not in ids
    assert run.plan.blocks == 1
    assert run.file.recipe.kind == "service"
    assert datagen.audit(made).ok
    assert run.audit(deep=True).ok
    assert [name.rpartition("/")[2] for name in run.shards()] == ["service-00000.parquet"]


@pytest.mark.slow
def test_a_dialogue_has_its_script_words_events_sound_and_codes(made: Path) -> None:
    call = datagen.open_run(made)["service-1"]
    assert call.dialog_id == call.script.dialog_id == "service-0000001"
    stereo, codes = call.stereo(), call.codes()
    assert stereo.shape == (2, call.dialogue.num_samples)
    assert [one.shape for one in codes] == [(NUM_CODEBOOKS, stereo.shape[1] // FRAME)] * 2
    assert call.decoded().shape == stereo.shape
    assert {word.speaker for word in call.words} == {"agent", "user"}
    assert [event for event in call.events if event.type == "barge_in"]
    loud = np.abs(stereo[0, call.words[0].start : call.words[0].end]).max()
    assert loud > 0.01, "the first word can be heard where it is said to be"


def test_a_plan_is_what_the_command_plans() -> None:
    recipe = datagen.Recipe.load("service")
    assert datagen.plan(recipe, hours=1840).dialogs == 105_410
    with pytest.raises(UserError, match="--hours H or --dialogs N"):
        datagen.plan(recipe)


def test_no_run_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a run folder"):
        datagen.open_run(tmp_path)


@pytest.mark.slow
def test_importing_it_imports_nothing_heavy() -> None:
    code = (
        "import sys, datagen; assert not {'ray', 'torch', 'pyarrow', 'numpy', 'pydantic'}"
        " & set(sys.modules); assert callable(datagen.audit)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_a_notebook_tries_first() -> None:
    assert datagen.plan("service", dialogs=17).blocks == 2
    assert {"Recipe", "Host", "UserError", "run", "audit"} <= set(dir(datagen))
    assert issubclass(datagen.UserError, ValueError)
    for wrong in ("16", 1.5):
        with pytest.raises(UserError, match="give a number"):
            datagen.plan("service", dialogs=wrong)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_run_says_what_it_is_and_wants_ids(made: Path) -> None:
    run = datagen.open_run(made)
    assert f"{len(run)} dialogues" in repr(run)
    assert "service-0000001" in repr(run["service-1"])
    with pytest.raises(UserError, match="give an id such as service-0000000"):
        run[0]  # type: ignore[index]
