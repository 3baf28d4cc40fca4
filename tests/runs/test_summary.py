from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from datagen.runs.summary import summary
from datagen.show import listen
from tests.fixtures.events import unit_line
from tests.fixtures.run_folder import edit_json, write_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", blocks=1)


def printed(run: Path) -> str:
    console = Console(width=200, force_terminal=False)
    with console.capture() as capture:
        console.print(summary(run))
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def test_a_summary_says_what_there_is(run: Path) -> None:
    listen(run, 1)
    text = printed(run)
    assert text.startswith("STAND-INS took the place of models (codec=fake)")
    for line in (
        "dialogues          6 (train 5, validation 1)",
        "audio              0.02 h on two channels",
        "rejected           2 (script: too dull 1, tokens: too dull 1)",
        "events a minute    wait 0.00, barge_in 5.00, backchannel 5.00, pause 0.00, overlap 5.00",
        "  people (Fisher)  ipu 53.5, pause 5.5, gap 4.4, overlap 3.6",
        "speed              87.0 h of audio in an hour (0.10 h in 4 s)",
        f"shards             {run}/shards/*.parquet",
        f"to listen to       {run}/listen/service-0000000.flac",
        "service-0000000: You work for Harbor Bank and your name is Ana 0.",
        "  00:06.5 user  (barges in) Sorry stop there thanks",
    ):
        assert line in text.splitlines()
    assert "findings" not in text


def test_a_summary_of_many_shards_reads_a_few_and_says_so(tmp_path: Path) -> None:
    text = printed(write_run(tmp_path / "run", blocks=3))
    assert text.startswith(
        "21 dialogues, 0.07 h in all\nWhat follows is of the first 2 of 3 shards"
    )
    assert "dialogues          13 (" in text


def test_a_summary_of_real_models_has_no_warning(run: Path) -> None:
    edit_json(run, "run.json", lambda data: data.update(stand_ins=[]))
    assert "STAND-INS" not in printed(run)


def test_the_last_run_that_made_audio_is_timed(run: Path) -> None:
    with (run / "journal.jsonl").open("a") as journal:
        for audio, wall in ((7200.0, 1800.0), (0.0, 0.5)):
            event = {
                "event": "finished",
                "dialogs": 1,
                "audio_seconds": audio,
                "wall_seconds": wall,
            }
            journal.write(json.dumps(event) + "\n")
        journal.write('{"event": "fini')
    assert "speed              4.0 h of audio in an hour (2.00 h in 1,800 s)" in printed(run)


def test_what_language_models_have_cost_is_summed(run: Path) -> None:
    spent = {"dialogues": 16, "accepted": 15, "attempts": 18, "prompt": 9000, "dollars": 0.5}
    with (run / "journal.jsonl").open("a") as journal:
        for model in ("qwen", "gpt", "qwen"):
            journal.write(json.dumps(unit_line("script/000000", spent={model: spent})) + "\n")
    text = printed(run)
    assert "language model     gpt: 15 of 16 dialogues accepted in 18 attempts" in text
    assert "language model     qwen: 30 of 32 dialogues accepted in 36 attempts; 18,000" in text
    assert "$1.00" in text
    assert "language model" not in printed(write_run(run.parent / "other", blocks=1))


def test_a_deleted_journal_loses_nothing_else(run: Path) -> None:
    (run / "journal.jsonl").unlink()
    text = printed(run)
    assert "speed              unknown" in text
    assert "dialogues          6" in text


def test_findings_are_counted(run: Path) -> None:
    shutil.rmtree(run / "tokens")
    text = printed(run)
    assert f"1 findings: `datagen audit {run}` lists them" in text
    assert "Transcript" not in text
