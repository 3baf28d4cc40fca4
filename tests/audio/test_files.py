from __future__ import annotations

import io
import sys
from typing import get_args

import numpy as np
import pytest
import soundfile

from datagen.audio.files import Format, frames, write
from datagen.types import SAMPLE_RATE

STEREO = np.random.default_rng(0).uniform(-1, 1, (2, 3 * SAMPLE_RATE + 1)).astype(np.float32)
"""Longer than one block, and not a whole number of them."""


def test_samples_are_rounded_to_16_bits() -> None:
    pcm = np.concatenate([block.copy() for block in frames(STEREO)])
    assert pcm.dtype == np.int16
    assert np.array_equal(pcm, np.rint(STEREO.T * np.float32(32767)).astype(np.int16))


def test_what_is_beyond_full_scale_is_clipped() -> None:
    loud = np.array([[1.5, -1.5, 1.0], [0.0, 0.5, -1.0]], np.float32)
    assert next(frames(loud)).tolist() == [[32767, 0], [-32767, 16384], [32767, -32767]]


@pytest.mark.parametrize("form", get_args(Format))
def test_a_file_holds_every_frame_of_both_channels(form: Format) -> None:
    file = io.BytesIO()
    write(file, STEREO, form)
    file.seek(0)
    read, rate = soundfile.read(file, dtype="int16")
    assert rate == SAMPLE_RATE
    assert np.array_equal(read, np.concatenate([block.copy() for block in frames(STEREO)]))


def test_a_wave_file_is_libsndfiles_byte_for_byte() -> None:
    quiet = STEREO.copy()
    quiet[0] = 0
    ours, theirs = io.BytesIO(), io.BytesIO()
    write(ours, quiet, "WAV")
    pcm = np.concatenate([block.copy() for block in frames(quiet)])
    soundfile.write(theirs, pcm, SAMPLE_RATE, "PCM_16", format="WAV")
    assert ours.getvalue() == theirs.getvalue()


def test_nothing_is_a_file_too() -> None:
    file = io.BytesIO()
    write(file, np.zeros((2, 0), np.float32), "WAV")
    file.seek(0)
    assert soundfile.info(file).frames == 0


@pytest.mark.parametrize("form", get_args(Format))
def test_what_goes_wrong_while_writing_is_raised(
    form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError("disk full")

    swallowed: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", swallowed.append)
    with pytest.raises(OSError, match="disk full"):
        write(Full(), np.zeros((2, 4_800), np.float32), form)
    assert not swallowed
