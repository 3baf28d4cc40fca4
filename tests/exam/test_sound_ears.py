"""What ears make of answers: doubles that know whose voice it is and what was said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from datagen.cli import main
from datagen.exam import result as results
from datagen.exam import tables
from datagen.exam.answers import Answers, read_sound
from datagen.exam.ask import ask
from datagen.exam.hearing import by_energy, own_text
from datagen.exam.items import Exam, ExamItem
from datagen.exam.naturalness import fit
from datagen.exam.own_data import exchanges
from datagen.exam.sound_ears import SoundEars
from datagen.types import SAMPLE_RATE, Audio
from tests.doubles import examinees
from tests.doubles.examinees import Scripted

pytestmark = pytest.mark.slow  # 900 items are made first


class LoudnessTeller:
    """Knows two people: who is loud, and who is not."""

    def __init__(self) -> None:
        self.heard = 0

    def vector(self, audio: Audio) -> NDArray[np.float32] | None:
        self.heard += 1
        if len(audio) < SAMPLE_RATE:
            return None
        loud = float(np.abs(audio).mean()) > 0.05
        return np.array([1, 0] if loud else [0.6, 0.8], np.float32)


class OneWordShort:
    """Hears what is said, without its last word, item by item."""

    def __init__(self, said: list[str]) -> None:
        self._said = iter(said)

    def transcribe(self, audio: Audio, beam: int = 1) -> str:
        return " ".join(next(self._said).split()[:-1])


@pytest.fixture
def answers(exam: Exam, tmp_path: Path) -> tuple[Answers, list[ExamItem]]:
    items = exam.chosen(("turn_taking",), 3)
    found = Answers.begin(tmp_path / "a", exam, "right", "scripted", {})
    ask(exam, items, Scripted(examinees.right), found)
    return found, items


def score(exam: Exam, answers: tuple[Answers, list[ExamItem]], ears: SoundEars) -> dict[str, Any]:
    return results.by_rules(exam, *answers, own_text, by_energy, listeners=ears)


def test_voice_and_words_are_heard(exam: Exam, answers: tuple[Answers, list[ExamItem]]) -> None:
    given, items = answers
    records = [given.record(item.id) for item in items]
    said = [" ".join(word.text for word in one.words or ()) for one in records if one is not None]
    teller = LoudnessTeller()
    result = score(exam, answers, SoundEars({"resemblyzer": teller}, OneWordShort(said)))
    prompts = {exam.voice(item) for item in items}
    quiet = [float(np.abs(read_sound(exam.voice(item))).mean()) <= 0.05 for item in items]
    wanted = np.mean([0.6 if one else 1.0 for one in quiet])
    assert result["sound"]["likeness/resemblyzer"]["value"] == pytest.approx(wanted)
    assert teller.heard == len(items) + len(prompts)  # a prompt is listened to once
    lengths = [len(one.split()) for one in said]
    error = np.mean([1 / length for length in lengths])
    assert result["sound"]["text/word_error"]["value"] == pytest.approx(error)
    assert not any(name.startswith("likeness") for name in result["turn_taking"])
    text = "\n".join(tables.lines(result))
    assert "likeness/wavlm         not listened to: --likeness wavlm" in text
    assert "timing/naturalness     not listened to: --timing RUN" in text


def test_timing_is_held_against_a_run(exam: Exam, run: Path, tmp_path: Path) -> None:
    items = exam.chosen(("turn_taking",), 6)
    ears = SoundEars(timing=fit(exchanges(str(run))))
    found = {}
    for script in (examinees.right, examinees.over_question):
        given = Answers.begin(tmp_path / script.__name__, exam, "m", "scripted", {})
        ask(exam, items, Scripted(script), given)
        result = score(exam, (given, items), ears)
        found[script.__name__] = result["sound"]["timing/naturalness"]["value"]
    assert found["right"] > found["over_question"] + 0.2


def test_what_is_not_installed_is_said(exam: Exam, answers: tuple[Answers, list[ExamItem]]) -> None:
    what = ["exam", "score", str(answers[0].folder), "--exam", str(exam.folder)]
    what += ["--track", "turn_taking", "--limit", "3"]
    for more, says in (
        (["--likeness", "wavlm"], "--wavlm"),
        (["--spoken", "--whisper", "nowhere"], "--whisper"),
        (["--timing", "nowhere"], "nowhere"),
    ):
        found = CliRunner().invoke(main, [*what, *more])
        assert found.exit_code == 2, found.output
        assert says in found.output


def test_real_ears(exam: Exam, answers: tuple[Answers, list[ExamItem]]) -> None:
    pytest.importorskip("resemblyzer")
    from datagen.backends.judge.ears import SpeakerEar

    result = score(exam, answers, SoundEars({"resemblyzer": SpeakerEar()}))
    found = result["sound"]["likeness/resemblyzer"]
    assert found["items"] == 3
    assert found["value"] < 0.75  # noise is not the prompt's voice
