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
_TILES = (1 << 19, 3**12)
"""Samples of two loops of pink noise, some 22 s each; together they repeat after months."""
_LOWEST = 20.0
"""Frequency in Hz below which pink noise rises no more."""
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
    """Return noise [S] of power 1 that falls by 3 dB an octave, from 20 Hz on.

    It is the sum of two loops, each from anywhere: made once, and another noise for every draw.
    """
    noise = np.zeros(num_samples, np.float32)
    for length in _TILES:
        _add_loop(noise, _tile(length), int(rng.integers(length)))
    return noise


@cache
def _tile(length: int) -> Audio:
    """Return pink noise [S] of power 1/2 whose end goes on into its beginning."""
    amplitudes = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), _LOWEST) ** -0.5
    real, imaginary = np.random.default_rng(length).standard_normal((2, len(amplitudes)))
    tile = np.fft.irfft((real + 1j * imaginary) * amplitudes, length)
    return np.asarray(tile / np.sqrt(2 * np.mean(np.square(tile))), np.float32)


def _add_loop(noise: Audio, tile: Audio, first: int) -> None:
    """Add a loop to a noise [S], in place, from the loop's sample ``first`` on."""
    place = 0
    while place < len(noise):
        part = tile[first : first + len(noise) - place]
        noise[place : place + len(part)] += part
        place, first = place + len(part), 0


def babble(stereo: Stereo, rng: np.random.Generator) -> Audio:
    """Return both speakers [C, S], each three times, backwards and from anywhere."""
    noise = np.zeros(stereo.shape[1], np.float32)
    for index in range(_BABBLERS):
        _add_loop(noise, stereo[index % 2, ::-1], int(rng.integers(len(noise))))
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
