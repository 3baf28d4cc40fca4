"""The judge `whisper` without its models: which faults it finds in what they hear."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from datagen.backends.judge.ears import RATE, _short_window
from datagen.backends.judge.whisper import Whisper
from datagen.types import SAMPLE_RATE, Audio, Line, UserError, Voice

CLIP: Audio = np.zeros(4 * SAMPLE_RATE, np.float32)
VOICE = Voice(id="a", source="kokoro", license="", synthetic=True, gender="female")


class Ear:
    """Hears what it is told to, in turn."""

    def __init__(self, *heard: Any) -> None:
        self.heard = list(heard)
        self.tries: list[tuple[int, bool, bool]] = []

    def transcribe(self, audio: Audio, beam: int, *, short: bool, timed: bool) -> str:
        self.tries.append((beam, short, timed))
        return str(self.heard[min(len(self.tries), len(self.heard)) - 1])

    def vector(self, audio: Audio) -> Any:
        return self.heard.pop(0)

    def rate(self, audio: Audio) -> Any:
        return self.heard.pop(0)


def judge(words: Ear, speaker: Ear | None = None, quality: Ear | None = None) -> Whisper:
    made = Whisper.__new__(Whisper)
    made._options = Whisper.Options()
    made._words, made._speaker, made._quality = words, speaker, quality  # type: ignore[assignment]
    made._known = {}
    return made


def reason(judge: Whisper, spoken: str) -> str | None:
    fault = judge.fault(CLIP, Line(spoken, VOICE, "agent"), CLIP)
    return fault and fault.reason


def test_a_fault_is_heard_again_in_a_whole_window_with_a_wider_beam_and_with_times() -> None:
    ear = Ear("It costs $50 a month.", "It costs 50.", "A month.", "It costs $15 a month.")
    assert reason(judge(ear), "It costs fifteen dollars a month.") is None
    assert ear.tries == [
        (1, True, False), (1, False, False), (5, False, False), (5, False, True)
    ]  # fmt: skip
    ear = Ear("I see it was used today.", "It is blocked. I see it was used today.")
    assert reason(judge(ear), "It is blocked. I see it was used today.") is None
    assert len(ear.tries) == 2


@pytest.mark.parametrize(("seconds", "frames"), [(0.3, 200), (4.0, 500), (4.01, 600), (40, 3_000)])
def test_a_short_window_holds_the_clip_and_a_second(seconds: float, frames: int) -> None:
    assert _short_window(int(seconds * RATE)) == frames


def test_a_number_heard_otherwise_twice_is_a_fault() -> None:
    assert reason(judge(Ear("It costs $50.")), "It costs us fifteen dollars.") == "heard_numbers"


def test_babble_is_a_fault() -> None:
    ear = Ear("I would like to go, and then the weather was nice all day.")
    assert reason(judge(ear), "I would like to go.") == "heard_words"


def test_a_nod_is_not_judged_by_its_words() -> None:
    ear = Ear("My.")
    assert reason(judge(ear), "Mm-hmm.") is None
    assert ear.tries == []


def test_another_voice_is_a_fault() -> None:
    one, other = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    said = "I would like to go."
    assert reason(judge(Ear(said), Ear(one, one)), said) is None
    assert reason(judge(Ear(said), Ear(one, other)), said) == "heard_speaker"
    assert reason(judge(Ear(said), Ear(one, None)), said) is None


def test_bad_sound_is_a_fault() -> None:
    said = "I would like to go."
    assert reason(judge(Ear(said), None, Ear((1.2, 2.0))), said) == "heard_quality"
    assert reason(judge(Ear(said), None, Ear(None)), said) is None


def test_a_missing_package_or_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from datagen.backends.judge import ears

    monkeypatch.setattr(ears, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"fullduplex-datagen\[ears\]"):
        Whisper.check(Whisper.Options())
