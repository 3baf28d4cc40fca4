from __future__ import annotations

import numpy as np

from datagen.audio.mix import render
from datagen.types import Dialogue, PlacedTurn, Segment

CLIP = np.linspace(-1, 1, 1000, dtype=np.float32)
ONES = np.ones(1000, np.float32)


def dialogue(*segments: Segment) -> Dialogue:
    turns = tuple(
        PlacedTurn(speaker=speaker, text="a", spoken="a", onset="after", start=0, end=1)
        for speaker in ("agent", "user")
    )
    return Dialogue(
        dialog_id="d", num_samples=3840, segments=segments, turns=turns, words=(), events=()
    )


def test_samples_are_copied_exactly_and_all_else_is_zero() -> None:
    segments = (
        Segment(turn=0, start=100, end=600, at=50, gain=0),
        Segment(turn=1, start=0, end=1000, at=2840, gain=0),
    )
    stereo = render(dialogue(*segments), {0: CLIP, 1: CLIP})
    expected = np.zeros((2, 3840), np.float32)
    expected[0, 50:550] = CLIP[100:600]
    expected[1, 2840:] = CLIP
    assert stereo.dtype == np.float32
    assert np.array_equal(stereo, expected)


def test_gain_is_in_decibels_and_leaves_the_clip_alone() -> None:
    clip = ONES.copy()
    segment = Segment(turn=0, start=0, end=1000, at=0, gain=-20, fade_in=10, fade_out=10)
    stereo = render(dialogue(segment), {0: clip})
    assert np.allclose(stereo[0, 10:990], 0.1)
    assert np.array_equal(clip, ONES)


def test_fades_are_raised_cosines_inside_the_segment() -> None:
    segment = Segment(turn=0, start=0, end=1000, at=0, gain=0, fade_in=100, fade_out=200)
    faded = render(dialogue(segment), {0: ONES})[0, :1000]
    assert faded[0] < 0.001
    assert faded[-1] < 0.001
    assert np.allclose(faded[49:51].mean(), 0.5)
    assert np.array_equal(faded[100:800], ONES[100:800])
    assert (np.diff(faded[:100]) > 0).all()
    assert (np.diff(faded[800:]) < 0).all()


def test_a_piece_shorter_than_its_fades_is_still_faded() -> None:
    segment = Segment(turn=1, start=0, end=50, at=0, gain=0, fade_in=100, fade_out=100)
    faded = render(dialogue(segment), {1: ONES})[1, :50]
    assert 0 < faded.max() < 1
