"""One command trains on each share, examines and scores it, and prints the paper's table beside."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from datagen.cli import main
from datagen.exam.items import Exam
from tests.exam.test_trained import TRAINER

pytestmark = pytest.mark.slow  # 900 items are made first

DOUBLE = f"{sys.executable} {Path(__file__).parents[1] / 'doubles' / 'trainer.py'}"


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["exam", "ablation", *words])
    return result.exit_code, result.output


def test_each_share_is_trained_examined_and_scored(exam: Exam, run: Path, tmp_path: Path) -> None:
    what = ("--train", "tiny", "--run", str(run), "--trainer", DOUBLE, "--out", str(tmp_path))
    what += ("--exam", str(exam.folder), "--track", "turn_taking", "--limit", "2")
    code, said = call(*what, "--share", "0", "--share", "25", "--set", "optim.steps=3")
    assert code == 0, said
    table = [line for line in said.splitlines() if line.lstrip().startswith(("0%", "25%"))]
    assert table[0].endswith("0.54, 4.44, 4.20")
    assert table[1].endswith("0.10, 0.77, 1.75")
    settings = json.loads((tmp_path / "share-25" / "settings.json").read_text())
    assert settings == ["optim.steps=3", f"data.shards=[{run}]", f"out={tmp_path / 'share-25'}",
                        "data.fraction=0.25"]  # fmt: skip
    assert not (tmp_path / "share-0").exists()  # it is what the config starts from
    header = json.loads((tmp_path / "answers-0" / "answers.json").read_text())
    assert header["settings"]["model"][:2] == ["--config", "tiny"]
    assert call(*what, "--share", "25", "--set", "optim.steps=3")[0] == 0
    trained = (tmp_path / "share-25" / "trained.txt").read_text().splitlines()
    assert len(trained) == 2  # the trainer itself sees that there is nothing left to do


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "give SHARE=ANSWERS"),
        (("0=a", "--train", "tiny"), "give SHARE=ANSWERS"),
        (("--train", "tiny"), "--train needs --run"),
    ],
)
def test_mistakes_get_a_sentence(words: tuple[str, ...], says: str) -> None:
    code, said = call(*words)
    assert code == 2
    assert says in said


@pytest.mark.skipif(not TRAINER, reason="give the trainer's command in TRAINER")
def test_the_real_trainer_is_trained_on_shares(exam: Exam, run: Path, tmp_path: Path) -> None:
    sizes = "dim=32,num_heads=2,num_layers=1,depformer_dim=16,depformer_num_heads=2"
    sizes += ",depformer_num_layers=1,depformer_dim_feedforward=24"
    settings = [f"model.overrides.{size}" for size in sizes.split(",")]
    settings += ["optim.steps=2", "optim.warmup_steps=1", "run.tensorboard=false"]
    code, said = call(
        "--train", "tiny", "--run", str(run), "--trainer", TRAINER, "--out", str(tmp_path),
        "--exam", str(exam.folder), "--track", "turn_taking", "--limit", "1",
        "--share", "0", "--share", "50", *(part for one in settings for part in ("--set", one)),
    )  # fmt: skip
    assert code == 0, said
    assert "0.56, 4.52, 4.24" in said
