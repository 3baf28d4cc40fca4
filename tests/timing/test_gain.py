from __future__ import annotations

import pytest

from datagen.timing.gain import gains
from datagen.timing.preset import Level
from datagen.types import Clip, Rejected

LEVEL = Level(target=-23, jitter=0, peak=-1)


def clip(turn: int, num_samples: int, loudness: float, peak: float = -20) -> Clip:
    return Clip(turn, num_samples, None, loudness, peak, None)


def test_clips_are_brought_to_the_target() -> None:
    clips = [clip(0, 30_000, -30), clip(1, 30_000, -20)]
    assert gains(clips, LEVEL, 1.5, [0, -6]) == [8.5, -7.5]


def test_a_short_clip_takes_the_speakers_median() -> None:
    clips = [clip(0, 30_000, -30), clip(1, 30_000, -32), clip(2, 40_000, -20), clip(3, 5_000, -50)]
    assert gains(clips, LEVEL, 0, [0] * 4) == [7, 9, -3, 7]


def test_short_clips_alone_take_their_own_median() -> None:
    assert gains([clip(0, 5_000, -30)], LEVEL, 0, [0]) == [7]
    assert gains([], LEVEL, 0, []) == []


def test_no_peak_passes_the_limit() -> None:
    (gain,) = gains([clip(0, 30_000, -30, peak=-4.005)], LEVEL, 0, [0])
    assert gain == 3.0
    assert -4.005 + gain <= -1


def test_a_silent_clip_rejects_the_dialogue() -> None:
    with pytest.raises(Rejected, match="silent_clip"):
        gains([clip(0, 30_000, -70, -120)], LEVEL, 0, [0])
