from __future__ import annotations

import numpy as np
import pytest

from datagen.audio.filters import convolve

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("num_samples", [1, 100, 3842, 3843, 20_000])
@pytest.mark.parametrize("num_taps", [1, 2, 255, 3000])
def test_blocks_make_the_same_sound_as_the_definition(num_samples: int, num_taps: int) -> None:
    audio = RNG.normal(size=num_samples).astype(np.float32)
    taps = RNG.normal(size=num_taps).astype(np.float32)
    whole = np.convolve(audio.astype(np.float64), taps)
    found = convolve(audio, taps)
    assert (found.dtype, found.shape) == (np.float32, audio.shape)
    tolerance = 1e-5 * np.sqrt(num_taps) * max(1.0, float(np.abs(whole).max()))
    assert np.abs(found - whole[:num_samples]).max() < tolerance
    delay = num_taps // 2
    assert np.abs(convolve(audio, taps, delay) - whole[delay : delay + num_samples]).max() < (
        tolerance
    )


def test_a_filter_of_linear_phase_leaves_a_click_where_it_is() -> None:
    click = np.zeros(9000, np.float32)
    click[5000] = 1.0
    assert int(np.argmax(convolve(click, np.hamming(255).astype(np.float32), delay=127))) == 5000
