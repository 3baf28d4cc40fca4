"""A dialogue's sound as a file for people and other programs: 16 bits, WAV or FLAC.

Stereo [C, S] --frames--> int16 [n, C], ... --write--> file
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Literal, TypeAlias

import numpy as np
import soundfile
from numpy.typing import NDArray

from datagen.types import SAMPLE_RATE, Stereo

Format: TypeAlias = Literal["WAV", "FLAC"]
_FULL_SCALE = 32_767
_BLOCK = 1 << 16
"""Samples converted at a time: what is in use stays in a core's cache."""


def write(file: IO[bytes], stereo: Stereo, form: Format) -> None:
    """Write channels [C, S] to an open file."""
    options = {"samplerate": SAMPLE_RATE, "channels": len(stereo), "subtype": "PCM_16"}
    with soundfile.SoundFile(file, "w", format=form, **options) as sound:
        for block in frames(stereo):
            sound.write(block)


def frames(stereo: Stereo) -> Iterator[NDArray[np.int16]]:
    """Yield channels [C, S] as frames [n, C]; what is beyond full scale is clipped.

    The same array is filled again for the next block.
    """
    num_channels, num_samples = stereo.shape
    scratch = np.empty(_BLOCK, np.float32)
    frames = np.empty((_BLOCK, num_channels), np.int16)
    for start in range(0, num_samples, _BLOCK):
        count = min(_BLOCK, num_samples - start)
        for index, channel in enumerate(stereo[:, start : start + count]):
            scaled = np.multiply(channel, np.float32(_FULL_SCALE), out=scratch[:count])
            np.clip(np.rint(scaled, out=scaled), -_FULL_SCALE, _FULL_SCALE, out=scaled)
            frames[:count, index] = scaled
        yield frames[:count]
