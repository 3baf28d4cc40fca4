"""A sound that cannot change is looked at once, any other each time."""

from __future__ import annotations

import numpy as np

from datagen.audio import memo as module
from datagen.audio.loudness import peak
from datagen.audio.memo import once
from datagen.types import Audio


def test_only_what_cannot_change_is_remembered() -> None:
    asked: list[Audio] = []

    @once
    def length(audio: Audio) -> int:
        asked.append(audio)
        return len(audio)

    fixed, free = np.zeros(3, np.float32), np.zeros(4, np.float32)
    fixed.setflags(write=False)
    assert [length(sound) for sound in (fixed, free, fixed, free)] == [3, 4, 3, 4]
    assert [id(sound) for sound in asked] == [id(fixed), id(free), id(free)]


def test_it_never_takes_one_sound_for_another() -> None:
    """An id is given again once its array is gone, unless that is kept."""

    @once
    def first(audio: Audio) -> float:
        return float(audio[0])

    for value in range(2 * module._MOST):
        sound = np.full(10, value, np.float32)
        sound.setflags(write=False)
        assert first(sound) == value


def test_a_level_follows_a_sound_that_changes() -> None:
    sound = np.full(100, 0.5, np.float32)
    before = peak(sound)
    sound[3] = -1.0
    assert (round(before, 2), peak(sound)) == (-6.02, 0.0)
