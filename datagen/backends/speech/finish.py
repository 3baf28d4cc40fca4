"""What every speech model's sound goes through: any rate and channels -> a clip at 24 kHz.

sound, rate --mix down, resample, centre, trim, fade--> Utterance, its word times moved along
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from datagen.types import SAMPLE_RATE, Audio, SpokenWord, Utterance

LEAD = SAMPLE_RATE * 50 // 1_000
TAIL = SAMPLE_RATE * 150 // 1_000
"""Samples of silence kept at most before and after the speech."""
FADE = SAMPLE_RATE * 5 // 1_000
_BLOCK = SAMPLE_RATE * 5 // 1_000
_QUIET = 10**-4
"""Ratio of powers (-40 dB): silence is 5 ms with less than this share of the loudest 5 ms."""
STOP_HZ, PASS_HZ = 35.0, 65.0
"""Rumble: nothing below the first stays, all above the second does; no voice is that low."""
_RAMP = (0.5 - 0.5 * np.cos(np.pi * (np.arange(FADE) + 0.5) / FADE)).astype(np.float32)
"""[S], raised cosine from 0 to 1."""


def to_24_khz(samples: NDArray[Any], rate: int) -> Audio:
    """Return [S] or [S, C] as mono at 24 kHz."""
    mono = samples.mean(axis=1) if samples.ndim == 2 else samples
    mono = np.ascontiguousarray(mono, dtype=np.float32)
    if rate == SAMPLE_RATE or not len(mono):
        return mono
    resampled: Audio = soxr.resample(mono, rate, SAMPLE_RATE)
    return resampled


def without_rumble(audio: Audio) -> Audio:
    """Return a clip [S] without what is under a voice: a model's hum hides where speech ends."""
    if not len(audio) or not np.isfinite(audio).all():
        return audio
    around = min(len(audio) - 1, SAMPLE_RATE // 4)  # turned round, so that no edge rings
    wide = np.pad(audio.astype(np.float64), around, mode="reflect", reflect_type="odd")
    place = (np.fft.rfftfreq(len(wide), 1 / SAMPLE_RATE) - STOP_HZ) / (PASS_HZ - STOP_HZ)
    spectrum = np.fft.rfft(wide) * (0.5 - 0.5 * np.cos(np.pi * np.clip(place, 0, 1)))
    return np.asarray(np.fft.irfft(spectrum)[around : around + len(audio)], np.float32)


def finish(audio: Audio, words: Sequence[SpokenWord] | None = None) -> Utterance:
    """Centre, trim and fade a clip [S]; no timed word is trimmed. Broken sound stays as it is."""
    if not len(audio) or not np.isfinite(audio).all():
        return Utterance(audio, tuple(words) if words is not None else None)
    audio = audio - audio.mean(dtype=np.float64).astype(np.float32)
    start, end = audible(audio)
    if words:
        start, end = min(start, words[0].start), max(end, words[-1].end)
        words = [
            word.model_copy(update={"start": word.start - start, "end": word.end - start})
            for word in words
        ]
    clip = audio[start:end].copy()
    fade = min(FADE, len(clip) // 2)
    clip[:fade] *= _RAMP[:fade]
    clip[len(clip) - fade :] *= _RAMP[:fade][::-1]
    return Utterance(clip, None if words is None else tuple(words))


def audible(audio: Audio) -> tuple[int, int]:
    """Return the part [start, end) of [S] with sound in it, and LEAD and TAIL around it."""
    blocks = audio[: len(audio) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    power = np.square(blocks, dtype=np.float64).mean(axis=1)
    loud = np.flatnonzero(power > power.max(initial=0.0) * _QUIET)
    if not len(loud):
        return 0, len(audio)
    start, end = int(loud[0]) * _BLOCK, (int(loud[-1]) + 1) * _BLOCK
    return max(0, start - LEAD), min(len(audio), end + TAIL)


def spread_words(
    tokens: Sequence[str], times: Sequence[tuple[int, int]], num_samples: int
) -> tuple[SpokenWord, ...] | None:
    """Return tokens with times in samples, made to rise; None if they cannot be one to one."""
    if len(tokens) != len(times):
        return None
    words: list[SpokenWord] = []
    before = 0
    for token, (start, end) in zip(tokens, times, strict=True):
        start = max(before, start)
        before = min(num_samples, max(end, start + 1))
        if start >= before:
            return None
        words.append(SpokenWord(text=token, start=start, end=before))
    return tuple(words)
