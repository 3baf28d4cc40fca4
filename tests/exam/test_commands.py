"""The commands as people type them: build, run, score, and what they are told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from datagen.cli import main
from datagen.exam.examinees.command import Command, from_pieces
from datagen.exam.items import Exam
from datagen.types import SAMPLE_RATE, UserError

pytestmark = pytest.mark.slow  # 900 items are made first

ECHO = """
import sys, json, soundfile
audio, rate = soundfile.read(sys.argv[1])
assert sys.argv[2].startswith("You work for")
soundfile.write(sys.argv[3], audio * 0, rate)
json.dump(["", " Good", " day", ", ", "", " Sir", "PAD"], open(sys.argv[4], "w"))
"""


@pytest.fixture
def program(tmp_path: Path) -> str:
    (tmp_path / "echo.py").write_text(ECHO)
    return f"{sys.executable} {tmp_path / 'echo.py'} {{audio}} {{role}} {{out}} {{text}}"


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["exam", *words])
    return result.exit_code, result.output


def test_a_command_is_asked_item_by_item_and_scored(
    exam: Exam, program: str, tmp_path: Path
) -> None:
    out = str(tmp_path / "answers")
    what = ("--exam", str(exam.folder), "--track", "turn_taking", "--limit", "3")
    code, said = call("run", *what, "--out", out, "--command", program, "--model", "echo")
    assert code == 0, said
    assert "3 answered, 0 kept, 0 failed of 3" in said
    assert (
        "0 answered, 3 kept"
        in call("run", *what, "--out", out, "--command", program, "--model", "echo")[1]
    )
    code, said = call("score", out, *what, "--json")
    assert code == 0, said
    assert json.loads((tmp_path / "answers" / "scores.json").read_text())["model"] == "echo"


def test_finished_answers_are_taken_and_missing_ones_named(exam: Exam, tmp_path: Path) -> None:
    items = exam.chosen(("pause",), 2)
    folder = tmp_path / "outputs"
    (folder / items[0].id).mkdir(parents=True)
    soundfile.write(folder / items[0].id / "output.wav", np.zeros(8_000), 8_000)
    code, said = call(
        "run", "--exam", str(exam.folder), "--track", "pause", "--limit", "2",
        "--folder", str(folder), "--out", str(tmp_path / "answers"),
    )  # fmt: skip
    assert code == 1
    assert "1 answered, 0 kept, 1 failed of 2" in said


def test_a_run_is_scored_as_a_model(run: Path) -> None:
    code, said = call("score", str(run), "--limit", "4")
    assert code == 0, said
    assert "4 dialogues, their agent scored as a model" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run",), "give one way to ask the model"),
        (("run", "--command", "x"), "--command needs {out}"),
        (("run", "--command", "no-such-program {out}"), "there is no program no-such-program"),
        (("run", "--folder", "nowhere"), "there is no folder nowhere"),
        (("run", "--track", "songs", "--folder", "."), "the exam has no track 'songs'"),
        (("score", "nowhere"), "nowhere is not a run folder"),
    ],
)
def test_mistakes_get_a_sentence(
    exam: Exam, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    more = ("--out", str(tmp_path / "a")) if words[0] == "run" else ()
    code, said = call(*words, "--exam", str(exam.folder), *more)
    assert code == 2, said
    assert says in said


def test_a_command_that_fails_says_so_for_its_item(exam: Exam, tmp_path: Path) -> None:
    failing = f"{sys.executable} -c \"import sys; sys.exit('no weights')\" {{out}}"
    code, _said = call(
        "run", "--exam", str(exam.folder), "--track", "pause", "--limit", "1",
        "--command", failing, "--out", str(tmp_path / "a"),
    )  # fmt: skip
    assert code == 1
    record = json.loads(next((tmp_path / "a").glob("pause-*.json")).read_text())
    assert "ended with 1: no weights" in record["error"]


def test_pieces_of_a_text_stream_become_words() -> None:
    words = from_pieces(["", " Good", "bye", "PAD", "\u2581now", "."])
    assert [(w.text, w.start, w.end) for w in words] == [
        ("Goodbye", 1_920, 5_760),
        ("now.", 7_680, 11_520),
    ]
    assert words[0].end < SAMPLE_RATE


def test_a_command_line_that_cannot_be_read() -> None:
    with pytest.raises(UserError, match="--command cannot be read"):
        Command("say 'it {out}")
