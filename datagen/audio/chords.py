"""Two tones a word: a made-up script for sound, in which a word can be written and read back.

    word  --hash-->  pair of tones  --sine waves-->  sound  --spectrum-->  number of the pair

Only the stand-ins `backends.speech.chords` and `backends.codec.chords` use it.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from datagen.types import FRAME, SAMPLE_RATE, Audio

NUM_TONES = 45
"""Tones of each of the two registers; 45 x 45 pairs fit beside silence in 2,048 codes."""
NUM_CHORDS = NUM_TONES * NUM_TONES
SPACING = 4
"""Bins of a frame's spectrum (12.5 Hz each) from one tone to the next: half a frame still tells."""
LOW, HIGH = 40, 240
"""Bins of the lowest tone of each register: 500 Hz and 3 kHz."""
LEVEL = 0.125
"""Amplitude of a tone."""
QUIET = 1e-3
"""Peak of a frame below which it is silence: -60 dBFS."""

_BINS = np.arange(NUM_TONES) * SPACING


def number(word: str) -> int:
    """Return which pair a word is written as [0, NUM_CHORDS); some words share one.

    Case and punctuation do not count.
    """
    bare = "".join(letter for letter in word.casefold() if letter.isalnum())
    return int.from_bytes(blake2b(bare.encode(), digest_size=8).digest(), "big") % NUM_CHORDS


@lru_cache(maxsize=4_096)
def sound(pair: int, num_samples: int) -> Audio:
    """Return a pair of tones as sound [S], read-only as many hold it."""
    bins = (LOW + SPACING * (pair // NUM_TONES), HIGH + SPACING * (pair % NUM_TONES))
    time = np.arange(num_samples) / FRAME
    waves = sum(np.sin(2 * np.pi * bin_ * time) for bin_ in bins)
    audio = (LEVEL * np.asarray(waves)).astype(np.float32)
    audio.setflags(write=False)
    return audio


def read(audio: Audio) -> NDArray[np.int64]:
    """Return the pair of each frame of a channel [S], -1 where it is silent: [ceil(S / FRAME)].

    Of two words in one frame the longer one is read. Gain changes nothing.
    """
    padded = np.pad(audio, (0, -len(audio) % FRAME)).reshape(-1, FRAME)
    power = np.abs(np.fft.rfft(padded, axis=1))
    low, high = (power[:, first + _BINS].argmax(1) for first in (LOW, HIGH))
    silent = np.abs(padded).max(1, initial=0.0) < QUIET
    return np.where(silent, -1, low * NUM_TONES + high)


assert SAMPLE_RATE / FRAME * (HIGH + SPACING * NUM_TONES) < SAMPLE_RATE / 2
