"""A checkpoint of the trainer is asked by one program, which is told all and started once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from datagen.backends.registry import TOKENIZERS
from datagen.cli import main
from datagen.config import BackendSpec
from datagen.exam.answers import Answers
from datagen.exam.ask import ask
from datagen.exam.examinees.text_row import calls_of, words_of
from datagen.exam.examinees.trained import Trained, newest
from datagen.exam.items import Exam, ToolCall
from datagen.types import FRAME, RunFailed, UserError

pytestmark = pytest.mark.slow  # 900 items are made first

DOUBLE = f"{sys.executable} {Path(__file__).parents[1] / 'doubles' / 'trainer.py'}"
TRAINER = os.environ.get("TRAINER", "")
"""The real one, e.g. ".venv-train/bin/python -m train": `make test-train` gives it."""


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    (tmp_path / "model" / "checkpoints" / "step-00000002").mkdir(parents=True)
    (tmp_path / "model" / "checkpoints" / "step-00000010").mkdir()
    return tmp_path / "model"


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["exam", "run", *words])
    return result.exit_code, result.output


def loads(out: Path) -> int:
    return sum(path.read_text().count("loaded") for path in out.rglob("loads.txt"))


def test_many_items_are_asked_of_one_program(
    exam: Exam, run: Path, checkpoint: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers"
    what = ("--exam", str(exam.folder), "--out", str(out), "--checkpoint", str(checkpoint),
            "--run", str(run), "--trainer", DOUBLE, "--track", "turn_taking")  # fmt: skip
    code, said = call(*what, "--limit", "6")
    assert code == 0, said
    assert "6 answered, 0 kept, 0 failed of 6" in said
    assert loads(out) == 1
    answers = Answers.open(out)
    assert answers.header.settings["model"][1].endswith("step-00000010")
    item = exam.chosen(("turn_taking",), 1)[0]
    record, sound = answers.record(item.id), answers.sound(item.id)
    assert record is not None
    assert sound is not None
    assert record.words is not None
    assert len(sound) == item.num_samples
    assert np.abs(sound).max() > 0.01
    said_words = item.role_prompt.split(".")[0].split()
    assert [word.text for word in record.words][: len(said_words) - 1] == said_words[:-1]
    assert record.words[0].start == 10 * FRAME
    assert record.calls == (ToolCall(name="find_order", arguments={"order": "A 12"}),)
    code, said = call(*what, "--limit", "8")
    assert "2 answered, 6 kept" in said
    assert loads(out) == 2


def test_what_was_written_before_the_trainer_died_is_taken(
    exam: Exam, run: Path, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = exam.chosen(("pause",), 5)
    monkeypatch.setenv("TRAINER_DIES", "2")
    for left in (3, 1, 0):
        model = Trained(checkpoint, str(run), tmp_path / "work", trainer=DOUBLE)
        answers = Answers.begin(tmp_path / "a", exam, "m", model.name, dict(model.settings))
        if left:
            with pytest.raises(RunFailed, match=r"ended with 1: out of memory"):
                ask(exam, items, model, answers)
        else:
            assert ask(exam, items, model, answers)["kept"] == 4
        assert sum(answers.has(item.id) for item in items) == 5 - left


def test_what_the_trainer_says_is_passed_on(
    exam: Exam, run: Path, checkpoint: Path, tmp_path: Path
) -> None:
    (checkpoint / "checkpoints" / "step-00000010" / "broken").touch()
    what = ("--exam", str(exam.folder), "--out", str(tmp_path / "a"), "--limit", "2")
    how = ("--checkpoint", str(checkpoint), "--run", str(run))
    code, said = call(*what, *how, "--trainer", DOUBLE)
    assert code == 2
    assert "--checkpoint: it was trained on tokens of another codec" in said
    code, said = call(*what, *how, "--trainer", "no-such-python -m train")
    assert code == 2
    assert "--trainer: no-such-python cannot be started" in said
    code, said = call(*what, "--checkpoint", str(checkpoint))
    assert code == 2
    assert "--checkpoint needs --run" in said
    with pytest.raises(UserError, match="there is no such folder"):
        newest(tmp_path / "nowhere")


def test_a_text_row_is_words_with_times() -> None:
    tokenizer = TOKENIZERS.load(BackendSpec(use="shipped"))
    text = "It's ninety-five dollars, Zoë."
    row = [3, 3, 0, *tokenizer.encode(text), 3, *tokenizer.encode("Bye.")]
    words = words_of(row, tokenizer)
    assert [word.text for word in words] == [*text.split(), "Bye."]
    assert words[0].start == 3 * FRAME
    assert words[-1].end == len(row) * FRAME


def test_calls_that_are_none_are_left_out() -> None:
    found = calls_of({"calls": [{"call": "<call>book {<call>"}, {"call": 'book {"day": 3}'}, {}]})
    assert found == (ToolCall(name="book", arguments={"day": "3"}),)
    assert calls_of({"calls": None}) == ()


@pytest.mark.skipif(not TRAINER, reason="give the trainer's command in TRAINER")
def test_the_real_trainer_answers(exam: Exam, run: Path, tmp_path: Path) -> None:
    sizes = "dim=32,num_heads=2,num_layers=1,depformer_dim=16,depformer_num_heads=2"
    sizes += ",depformer_num_layers=1,depformer_dim_feedforward=24"
    settings = [f"model.overrides.{size}" for size in sizes.split(",")]
    settings += [
        f"data.shards=[{run}]",
        f"out={tmp_path / 'model'}",
        "optim.steps=2",
        "optim.warmup_steps=1",
    ]
    settings += ["optim.batch_size=2", "optim.micro_batch=2", "run.tensorboard=false"]
    train = [*TRAINER.split(), "tiny", *(part for one in settings for part in ("--set", one))]
    subprocess.run(train, check=True, cwd=Path(__file__).parents[2])
    out = tmp_path / "answers"
    code, said = call(
        "--exam", str(exam.folder), "--out", str(out), "--checkpoint", str(tmp_path / "model"),
        "--run", str(run), "--trainer", TRAINER, "--limit", "1", "--track", "pause", "--track",
        "turn_taking", "--batch", "4",
    )  # fmt: skip
    assert code == 0, said
    assert "2 answered, 0 kept, 0 failed of 2" in said
    record = json.loads((out / f"{exam.chosen(('pause',), 1)[0].id}.json").read_text())
    assert isinstance(record["words"], list)
