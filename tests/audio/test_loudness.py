from __future__ import annotations

import numpy as np
import pytest

from datagen.audio.loudness import loudness, peak
from datagen.types import SAMPLE_RATE, Audio


def sine(frequency: float, seconds: float, amplitude: float = 1.0) -> Audio:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def test_the_standards_calibration_tone() -> None:
    assert loudness(sine(997, 5)) == pytest.approx(-3.01, abs=0.02)
    assert loudness(sine(997, 5, 0.1)) == pytest.approx(-23.01, abs=0.02)


def test_the_weighting_lifts_treble_and_drops_bass() -> None:
    assert loudness(sine(4000, 2)) == pytest.approx(loudness(sine(997, 2)) + 3.3, abs=0.3)
    assert loudness(sine(40, 2)) < loudness(sine(997, 2)) - 5


def test_silence_around_speech_is_gated_away() -> None:
    tone, silence = sine(997, 4, 0.1), np.zeros(4 * SAMPLE_RATE, np.float32)
    around = np.concatenate([silence, tone, silence])
    assert loudness(around) == pytest.approx(loudness(tone), abs=0.5)


def test_quiet_parts_are_gated_relative_to_the_rest() -> None:
    mixed = np.concatenate([sine(997, 4, 0.1), sine(997, 4, 0.001)])
    assert loudness(mixed) == pytest.approx(-23.01, abs=0.5)


def test_a_clip_shorter_than_a_block_is_measured_over_its_own_length() -> None:
    assert loudness(sine(997, 0.2, 0.1)) == pytest.approx(-23.01, abs=0.2)


@pytest.mark.parametrize("num_samples", [0, 1, 5_000, 50_000])
def test_silence_has_a_floor(num_samples: int) -> None:
    silence = np.zeros(num_samples, np.float32)
    assert loudness(silence) == -70.0
    assert peak(silence) == -120.0


def test_peak_is_the_largest_magnitude() -> None:
    assert peak(np.array([0.1, -0.5, 0.2], np.float32)) == pytest.approx(-6.02, abs=0.01)
