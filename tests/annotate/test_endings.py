"""Turns that are cut off sound so: a pitch that has not come down, and a long overlap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from datagen.annotate.call import ChannelFile
from datagen.annotate.endings import TurnEndings, is_cut_off
from datagen.annotate.sound import CallSound
from datagen.annotate.turns import turns
from datagen.annotate.units import mark, units
from datagen.types import SAMPLE_RATE, Audio, Speaker, Word
from tests.fixtures.mock_fisher import write_sphere
from tests.fixtures.speech_like import voiced

WORD = SAMPLE_RATE // 2
TEXT = "and then we drove up to the river bank"
ANSWER = "we should have gone there last year"


def said(pitches: list[float]) -> Audio:
    """Return words of half a second, of these pitches in Hz; 0 is whispered."""
    whisper = 0.1 * np.random.default_rng(0).standard_normal(WORD).astype(np.float32)
    return np.concatenate([voiced(WORD, pitch) if pitch else whisper for pitch in pitches])


def words(speaker: Speaker, text: str, start: int) -> list[Word]:
    return [
        Word(speaker=speaker, text=word, start=start + n * WORD, end=start + (n + 1) * WORD, turn=0)
        for n, word in enumerate(text.split())
    ]


def events(path: Path, last: float, overlap: int, text: str = TEXT) -> set[str]:
    """Return the types of the events where somebody speaks over a turn that ends at a pitch."""
    count = len(text.split())
    start = count * WORD - overlap
    first, second = said([120.0] * (count - 1) + [last]), said([210.0] * len(ANSWER.split()))
    channels = np.zeros((2, start + len(second)), np.float32)
    channels[0, : len(first)], channels[1, start:] = first, second
    write_sphere(path, channels)
    own: dict[Speaker, list[Word]] = {
        "agent": words("agent", text, 0),
        "user": words("user", ANSWER, start),
    }
    sound = CallSound({"a": ChannelFile(path, 0), "b": ChannelFile(path, 1)})
    endings = TurnEndings(sound, {"agent": "a", "user": "b"}, own)
    stretches = mark(units([word for one in own.values() for word in one]))
    return {event.type for event in turns(stretches, endings.cut_off).events}


@pytest.mark.parametrize(("last", "kind"), [(120.0, "barge_in"), (95.0, "overlap")])
def test_a_turn_whose_pitch_has_not_come_down_was_interrupted(
    tmp_path: Path, last: float, kind: str
) -> None:
    """Neither its words nor those of who speaks over it say so."""
    found = events(tmp_path / "call.sph", last, round(0.6 * SAMPLE_RATE))
    assert {"barge_in", "overlap"} & found == {kind}
    assert ("cut" in found) == (kind == "barge_in")


def test_marks_and_questions_count_before_sound(tmp_path: Path) -> None:
    overlap = round(0.45 * SAMPLE_RATE)
    question = "and then how far is it"
    assert "overlap" in events(tmp_path / "asked.sph", 125.0, overlap, question)
    assert "barge_in" in events(tmp_path / "told.sph", 125.0, overlap)
    assert "overlap" in events(tmp_path / "marked.sph", 125.0, overlap, f"{TEXT}.")


def test_a_turn_without_pitch_is_not_said_to_be_cut_off(tmp_path: Path) -> None:
    assert "overlap" in events(tmp_path / "call.sph", 0.0, round(0.6 * SAMPLE_RATE))


def test_the_longer_the_overlap_the_less_pitch_tells() -> None:
    assert not is_cut_off(0.0, 0.3)
    assert is_cut_off(0.0, 0.6)
    assert is_cut_off(1.0, 0.3)
    assert not is_cut_off(-3.0, 1.2)
    assert not is_cut_off(5.0, 0.8), "a high rise asks"
