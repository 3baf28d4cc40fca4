"""A dialogue's sound as a file for people and other programs: 16 bits, WAV or FLAC.

Stereo [C, S] --frames--> int16 [n, C], ... --write--> file
"""

from __future__ import annotations

import io
import sys
import wave
from collections.abc import Iterator
from typing import IO, Literal, TypeAlias

import numpy as np
import soundfile
from numpy.typing import NDArray

from datagen.types import SAMPLE_RATE, Audio, Stereo

Format: TypeAlias = Literal["WAV", "FLAC"]
_FULL_SCALE = 32_767
_BLOCK = 1 << 15
"""Samples converted at a time: what is in use stays in a core's cache."""


def write(file: IO[bytes], stereo: Stereo, form: Format) -> None:
    """Write channels [C, S] to an open file."""
    if form == "WAV":
        return _write_wav(file, stereo)
    options = {"samplerate": SAMPLE_RATE, "channels": len(stereo), "subtype": "PCM_16"}
    whole = io.BytesIO()  # libsndfile swallows what goes wrong while a file is written to
    with soundfile.SoundFile(whole, "w", format=form, **options) as sound:
        for block in frames(stereo):
            sound.write(block)
    file.write(whole.getbuffer())


def _write_wav(file: IO[bytes], stereo: Stereo) -> None:
    """Write what libsndfile would, without the copies that it makes of each block."""
    with wave.open(file, "wb") as sound:
        sound.setparams((len(stereo), 2, SAMPLE_RATE, stereo.shape[1], "NONE", ""))
        for block in frames(stereo):
            sound.writeframesraw(block.data)


def frames(stereo: Stereo) -> Iterator[NDArray[np.int16]]:
    """Yield channels [C, S] as frames [n, C]; what is beyond full scale is clipped.

    The same array is filled again for the next block.
    """
    num_channels, num_samples = stereo.shape
    scratch = np.empty(_BLOCK, np.float32)
    frames = np.empty((_BLOCK, num_channels), np.int16)
    fill = _fill_pairs if num_channels == 2 and sys.byteorder == "little" else _fill_each
    for start in range(0, num_samples, _BLOCK):
        count = min(_BLOCK, num_samples - start)
        fill(stereo[:, start : start + count], scratch[:count], frames[:count])
        yield frames[:count]


def _fill_each(stereo: Stereo, scratch: Audio, frames: NDArray[np.int16]) -> None:
    """Convert channel by channel, each into its column."""
    for index, channel in enumerate(stereo):
        if _scaled(channel, scratch):
            frames[:, index] = scratch
        else:
            frames[:, index] = 0


def _fill_pairs(stereo: Stereo, scratch: Audio, frames: NDArray[np.int16]) -> None:
    """Convert two channels as the halves of 32 bits, which is a third faster than two columns."""
    pairs, upper = frames.view(np.int32)[:, 0], np.empty(len(frames), np.int32)
    pairs[:] = 0
    if _scaled(stereo[0], scratch):
        np.copyto(pairs, scratch, casting="unsafe")
        pairs &= 0xFFFF
    if _scaled(stereo[1], scratch):
        np.copyto(upper, scratch, casting="unsafe")
        upper <<= 16
        pairs |= upper


def _scaled(channel: Audio, scratch: Audio) -> bool:
    """Put a channel [n] into ``scratch`` as whole numbers; False if it is silent, as half are."""
    if not np.dot(channel, channel):
        return False
    np.multiply(channel, np.float32(_FULL_SCALE), out=scratch)
    np.rint(scratch, out=scratch).clip(-_FULL_SCALE, _FULL_SCALE, out=scratch)
    return True
