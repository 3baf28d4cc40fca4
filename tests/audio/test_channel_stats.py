from __future__ import annotations

import numpy as np
import pytest

from datagen.audio.channel_stats import measure
from datagen.audio.mix import render
from datagen.shards.layout import HYGIENE
from datagen.types import FRAME, Audio, Dialogue, PlacedTurn, Segment

SECOND = 24_000
NUM_SAMPLES = 75 * FRAME
"""6 s: the agent speaks in the first two, the user in the fourth and fifth."""


def dialogue() -> Dialogue:
    turns = tuple(
        PlacedTurn(speaker=speaker, text="a", spoken="a", onset="after", start=0, end=1)
        for speaker in ("agent", "user")
    )
    segments = (
        Segment(turn=0, start=0, end=2 * SECOND, at=0, gain=0),
        Segment(turn=1, start=0, end=2 * SECOND, at=3 * SECOND, gain=0),
    )
    return Dialogue(
        dialog_id="d", num_samples=NUM_SAMPLES, segments=segments, turns=turns, words=(), events=()
    )


def tone(amplitude: float) -> Audio:
    phase = 2 * np.pi * 500 * np.arange(2 * SECOND) / SECOND
    return (amplitude * np.sin(phase)).astype(np.float32)


def test_clean_channels() -> None:
    found = measure(render(dialogue(), {0: tone(0.1), 1: tone(0.5)}), dialogue())
    assert tuple(found) == HYGIENE
    assert found["agent_level"] == pytest.approx(-23.01, abs=0.05)
    assert found["user_level"] == pytest.approx(-9.03, abs=0.05)
    assert found["user_peak"] == pytest.approx(-6.02, abs=0.05)
    assert found["agent_speech"] == pytest.approx(2 / 6, abs=0.01)
    assert found["agent_floor"] == found["agent_leakage"] == -120.0
    assert found["agent_clipped"] == 0


def test_noise_leakage_and_clipping_are_seen() -> None:
    stereo = render(dialogue(), {0: tone(0.1), 1: tone(0.5)})
    stereo[0] += stereo[1] * np.float32(0.01)  # the user leaks into the agent at -40 dB
    stereo[1] += np.float32(1e-3) * np.float32(np.sqrt(2)) * np.tile(tone(1.0), 3)
    stereo[1, 100:103] = -1.0
    found = measure(stereo, dialogue())
    assert found["agent_leakage"] == pytest.approx(-49.03, abs=0.1)
    assert found["agent_floor"] == -120.0
    assert found["user_floor"] == pytest.approx(-60.0, abs=0.1)
    assert found["user_clipped"] == 3


def test_silence_has_no_speech() -> None:
    found = measure(np.zeros((2, NUM_SAMPLES), np.float32), dialogue())
    assert found["user_speech"] == 0
    assert found["user_level"] == found["user_peak"] == -120.0
