"""What a model behind a socket says, on the item's clock.

The sound goes in at the pace of speech; what comes back has its place by the model's own clock, or
by when it would be heard.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from datagen.types import FRAME, SAMPLE_RATE, Audio

AT_A_TIME = FRAME
"""Samples sent at a time: a frame of 80 ms."""


def paced(audio: Audio, speed: float) -> Iterator[Audio]:
    """Yield a sound [S] by frames, as fast as it is said; ``speed`` 2 is twice as fast."""
    begun = time.monotonic()
    for start in range(0, len(audio), AT_A_TIME):
        due = begun + start / SAMPLE_RATE / speed
        time.sleep(max(0.0, due - time.monotonic()))
        yield audio[start : start + AT_A_TIME]


class Playback:
    """Puts sounds where a listener hears them: each when it comes, or after the one before."""

    def __init__(self, num_samples: int) -> None:
        self._sound = np.zeros(num_samples, np.float32)
        self._end = 0

    @property
    def end(self) -> int:
        """The sample after the last that is to be heard."""
        return self._end

    def add(self, sound: Audio, now: int = 0) -> int:
        """Play a sound from sample ``now`` on, or after what is still playing; return its start."""
        start = max(self._end, now)
        fits = max(0, min(len(sound), len(self._sound) - start))
        self._sound[start : start + fits] = sound[:fits]
        self._end = start + len(sound)
        return start

    def stop(self, now: int) -> None:
        """Hear nothing of what was to come after sample ``now``."""
        self._sound[max(now, 0) :] = 0
        self._end = min(self._end, now)

    def sound(self) -> Audio:
        """Return what was heard [S]."""
        return self._sound
