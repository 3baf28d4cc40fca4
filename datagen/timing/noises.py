"""Sounds behind a speaker, as long as the dialogue: pink noise, babble, a folder's; and a cough.

All of them depend on a seed and, babble and folder, on what they are made of.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from datagen.types import SAMPLE_RATE, Audio, Stereo, UserError

_BABBLERS = 6
_BLOCK, _CROSSFADE = 1 << 16, 1 << 11
"""Samples: 2.7 s of noise at a time, of which 85 ms fade into the next (equal power)."""
_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")
_LONGEST = 60
"""Seconds read of one file."""


def make(settings: dict[str, Any], stereo: Stereo) -> Audio:
    """Return a noise [S] of any level, as long as the dialogue."""
    rng, num_samples = np.random.default_rng(settings["seed"]), stereo.shape[1]
    if settings["kind"] == "pink":
        return pink(num_samples, rng)
    if settings["kind"] == "babble":
        return babble(stereo, rng)
    return from_folder(Path(settings["folder"]), num_samples, rng)


def pink(num_samples: int, rng: np.random.Generator) -> Audio:
    """Return noise [S] whose power falls by 3 dB an octave, from 20 Hz on.

    It is made in blocks that fade into each other, so that its cost grows with its length only;
    a block adds up so many frequencies of even amplitudes that its samples are Gaussian.
    """
    hop = _BLOCK - _CROSSFADE
    count = -(-max(1, num_samples - _CROSSFADE) // hop)
    shape = (count, _BLOCK // 2 + 1)
    spectrum = np.empty(shape, np.complex64)
    spectrum.real, spectrum.imag = rng.random((2, *shape), np.float32) - np.float32(0.5)
    blocks = np.fft.irfft(spectrum * _pink_spectrum(), _BLOCK, axis=1)
    rise = np.sin((np.arange(_CROSSFADE) + 0.5) * (np.pi / 2 / _CROSSFADE)).astype(np.float32)
    blocks[:, :_CROSSFADE] *= rise
    blocks[:, -_CROSSFADE:] *= rise[::-1]
    noise = np.zeros(count * hop + _CROSSFADE, np.float32)
    for index, block in enumerate(blocks):
        noise[index * hop : index * hop + _BLOCK] += block
    return noise[:num_samples]


@cache
def _pink_spectrum() -> Audio:
    """Return the amplitude of each frequency of a block."""
    frequencies = np.fft.rfftfreq(_BLOCK, 1 / SAMPLE_RATE)
    return np.asarray(np.maximum(frequencies, 20.0) ** -0.5, np.float32)


def babble(stereo: Stereo, rng: np.random.Generator) -> Audio:
    """Return both speakers [C, S], each three times, backwards and from anywhere."""
    noise = np.zeros(stereo.shape[1], np.float32)
    for index in range(_BABBLERS):
        noise += np.roll(stereo[index % 2, ::-1], int(rng.integers(len(noise))))
    return noise


def from_folder(folder: Path, num_samples: int, rng: np.random.Generator) -> Audio:
    """Return sounds of a folder, one after the other, picked at random."""
    paths = _sounds(folder)
    parts: list[Audio] = []
    while sum(map(len, parts)) < num_samples:
        parts.append(_read(paths[int(rng.integers(len(paths)))]))
    return np.concatenate(parts)[:num_samples]


def cough(seed: int) -> Audio:
    """Return a cough [S] with a mean square of about 1: a burst of noise, and a weaker second."""
    rng = np.random.default_rng(seed)
    length = round(rng.uniform(0.25, 0.4) * SAMPLE_RATE)
    time = np.arange(length) / SAMPLE_RATE
    second = rng.uniform(0.12, 0.18)
    envelope = np.exp(-time / 0.05) + 0.4 * (time > second) * np.exp(-(time - second) / 0.06)
    envelope *= np.minimum(1, np.minimum(time, time[::-1]) / 0.005)
    sound = pink(length, rng) * envelope.astype(np.float32)
    scaled: Audio = sound / np.sqrt(np.mean(np.square(sound)))
    return scaled


@cache
def _sounds(folder: Path) -> tuple[Path, ...]:
    """Return a folder's sound files, sorted by name."""
    paths = tuple(sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES))
    if not paths:
        raise UserError(
            f"effects.noise.folder: {folder} holds no sound ({', '.join(_SUFFIXES)});"
            " give a folder that every worker can read"
        )
    return paths


@cache
def _read(path: Path) -> Audio:
    """Read one file as mono at 24 kHz."""
    try:
        with soundfile.SoundFile(path) as file:
            sound = file.read(_LONGEST * file.samplerate, dtype="float32", always_2d=True)
            rate = file.samplerate
    except (OSError, soundfile.LibsndfileError) as error:
        raise UserError(
            f"effects.noise.folder: {path} cannot be read as sound; remove it"
        ) from error
    mono: Audio = soxr.resample(sound.mean(axis=1), rate, SAMPLE_RATE).astype(np.float32)
    if not len(mono):
        raise UserError(f"effects.noise.folder: {path} is empty; remove it")
    return mono
