"""Runs that keep nothing end with 1 and the first reason, after at most two blocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen.backends.speech.dummy import DummyVoice
from datagen.engine.events import UnitMade
from datagen.engine.scheduler import Flow
from datagen.runs.all_rejected import RejectWatch
from datagen.storage.run_folder import RunFolder
from datagen.types import AllRejected, Line, Record, Reject, Rejected, Utterance
from tests.fixtures import runs

READS: dict[str, tuple[str, ...]] = {"script": (), "speech": ("script",)}


class Hoarse(DummyVoice):
    """Refuses every line, with a sentence that would colour a terminal."""

    def __init__(self, options: Record) -> None:
        """Do nothing."""

    def speak(self, lines: list[Line], *, seed: int) -> list[Utterance]:  # type: ignore[override]
        """Refuse."""
        raise Rejected("speech_refused", "voice \x1b[31mada is not available")


def made(stage: str, block: int, rows: int, rejects: int) -> UnitMade:
    refused = tuple(
        Reject(dialog_id=f"service-{n:07d}", stage=stage, reason="why", evidence="because")
        for n in range(rejects)
    )
    return UnitMade(
        unit=f"{stage}/{block:06d}",
        rows=rows,
        seconds=1,
        cpu_seconds=1,
        peak_memory=1,
        audio_samples=rows,
        rejects=refused,
    )


def watch(tmp_path: Path) -> RejectWatch:
    return RejectWatch(Flow(READS, 8), RunFolder(tmp_path))


def test_two_blocks_of_rejects_stop_a_run(tmp_path: Path) -> None:
    looking = watch(tmp_path)
    looking.take(made("script", 0, 16, 0))
    looking.take(made("speech", 0, 0, 16))
    with pytest.raises(AllRejected, match=r"all 32 .* \(service-0000000\) by speech: why .because"):
        looking.take(made("speech", 1, 0, 16))


def test_one_good_dialogue_is_enough_to_go_on(tmp_path: Path) -> None:
    looking = watch(tmp_path)
    looking.take(made("speech", 0, 1, 15))
    for block in range(1, 5):
        looking.take(made("speech", block, 0, 16))


def test_blocks_that_got_nothing_are_not_counted(tmp_path: Path) -> None:
    looking = watch(tmp_path)
    looking.take(made("script", 0, 1, 15))
    for block in range(5):
        looking.take(made("speech", block, 0, 0))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dialogs", "times"), [(16, 1), pytest.param(96, 2, marks=pytest.mark.long)]
)
def test_a_run_whose_every_dialogue_is_rejected_ends_with_1_and_the_reason(
    tmp_path: Path, dialogs: int, times: int
) -> None:
    voice = "speech.use=tests.runs.test_all_rejected:Hoarse"
    for _ in range(times):  # the same command again says the same
        answer = runs.run(tmp_path / "run", dialogs, "--set", voice)
        assert answer.returncode == 1, answer.stderr
        last = answer.stderr.splitlines()[-1]
        assert last.startswith("error: all ")
        assert "by speech: speech_refused" in last
        assert "voice \u241b[31mada is not available" in last
        assert "Traceback" not in answer.stderr
    assert len(list((tmp_path / "run" / "speech").glob("*.parquet"))) <= 4
