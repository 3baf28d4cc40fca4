"""Speech that spells: what is said can be read from the tokens."""

from __future__ import annotations

import numpy as np
import pytest

from datagen.audio import chords
from datagen.backends.codec.chords import ChordCodec
from datagen.backends.speech.chords import WORD, ChordVoice
from datagen.types import FRAME, Line, Record, Voice

VOICE = Voice(id="v", source="chords", license="CC0", synthetic=True, gender="female")
SENTENCE = "What do you charge for the Condor cinema drone?"


def say(text: str) -> tuple[np.ndarray, list[str]]:
    (utterance,) = ChordVoice(Record()).speak([Line(text, VOICE, "user")], seed=0)
    assert utterance.words is not None
    return utterance.audio, [word.text for word in utterance.words]


@pytest.mark.parametrize("shift", [0, 700, 1_100])
@pytest.mark.parametrize("gain", [1.0, 0.05])
def test_every_word_is_read_wherever_frames_begin(shift: int, gain: float) -> None:
    audio, words = say(SENTENCE)
    codes = ChordCodec(Record()).encode(np.concatenate((np.zeros(shift, np.float32), gain * audio)))
    read = codes[0].tolist()
    for index, word in enumerate(words):
        inside = range((shift + index * WORD) // FRAME + 1, (shift + (index + 1) * WORD) // FRAME)
        assert {read[frame] for frame in inside} == {3 + chords.number(word)}, word
    assert (codes[1:] == (codes[0] > 0)).all()


def test_silence_is_silence_and_case_does_not_count() -> None:
    codec = ChordCodec(Record())
    assert (codec.encode(np.zeros(3 * FRAME, np.float32)) == 0).all()
    assert chords.number("Drone?") == chords.number("drone")
    assert codec.encode(np.zeros(0, np.float32)).shape == (8, 0)


def test_what_is_decoded_is_read_again() -> None:
    codec = ChordCodec(Record())
    audio, _ = say(SENTENCE)
    codes = codec.encode(audio)
    again = codec.encode(codec.decode(codes))
    assert (again == codes).all()


def test_few_words_share_a_pair() -> None:
    words = [f"word{index}" for index in range(300)]
    assert len({chords.number(word) for word in words}) > 260
