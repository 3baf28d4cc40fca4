"""Sounds behind a speaker, as long as the dialogue: a room, noise, babble, a folder's; and a cough.

All of them depend on a seed and, babble and folder, on what they are made of.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from datagen.types import FRAME, SAMPLE_RATE, Audio, Stereo, UserError

_BABBLERS = 6
_TILES = (1 << 19, 3**12)
"""Samples of two loops of noise, some 22 s each; together they repeat after months."""
_LOWEST = 20.0
"""Frequency in Hz below which noise rises no more."""
WHITE, PINK, BROWN = 0.0, -0.5, -1.0
"""Exponents of frequency in noise's amplitude: 0, 3 and 6 dB less an octave."""
_MAINS = (480, 400)
"""Samples of a period of the mains: 50 and 60 Hz."""
_BLADES = (100, 300)
"""Fewest and most samples of a period of a fan: 240 to 80 Hz."""
_DRIFT_FRAMES = 25
"""Frames between two drawn levels of a room: 2 s."""
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
    """Return noise [S] of power 1 that falls by 3 dB an octave, from 20 Hz on."""
    return steady(num_samples, rng, PINK)


def steady(num_samples: int, rng: np.random.Generator, exponent: float) -> Audio:
    """Return noise [S] of power 1; its amplitude goes with frequency to the power of ``exponent``.

    It is the sum of two loops, each from anywhere: made once, and another noise for every draw.
    """
    noise = np.zeros(num_samples, np.float32)
    for length in _TILES:
        _add_loop(noise, _tile(length, exponent), int(rng.integers(length)))
    return noise


@cache
def _tile(length: int, exponent: float) -> Audio:
    """Return noise [S] of power 1/2 whose end goes on into its beginning."""
    amplitudes = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), _LOWEST) ** exponent
    real, imaginary = np.random.default_rng(length).standard_normal((2, len(amplitudes)))
    tile = np.fft.irfft((real + 1j * imaginary) * amplitudes, length)
    return np.asarray(tile / np.sqrt(2 * np.mean(np.square(tile))), np.float32)


def room(
    num_samples: int, *, brown: float, tone: str, tone_db: float, drift: float, seed: int
) -> Audio:
    """Return a room's noise [S] of power about 1: its share ``brown`` falls by 6 dB an octave."""
    rng = np.random.default_rng(seed)
    noise = steady(num_samples, rng, PINK) * np.float32(np.sqrt(1 - brown))
    noise += steady(num_samples, rng, BROWN) * np.float32(np.sqrt(brown))
    if tone != "none":
        period = _period(tone, rng) * np.float32(10 ** (tone_db / 20))
        _add_loop(noise, np.tile(period, 64), int(rng.integers(len(period))))
    return _drifting(noise, drift, rng)


def _period(tone: str, rng: np.random.Generator) -> Audio:
    """Return a period [S] of a tone of power 1, with some harmonics."""
    length = int(rng.choice(_MAINS) if tone == "hum" else rng.integers(*_BLADES))
    harmonics = np.arange(1, 7 if tone == "hum" else 4)
    levels = rng.uniform(0.2, 1.0, len(harmonics)) / harmonics
    turns = np.outer(harmonics, np.arange(length) / length) + rng.random((len(harmonics), 1))
    period = levels @ np.sin(2 * np.pi * turns)
    return np.asarray(period / np.sqrt(np.mean(np.square(period))), np.float32)


def _drifting(noise: Audio, drift: float, rng: np.random.Generator) -> Audio:
    """Let the level of a noise [S] wander by up to ``drift`` dB, in place.

    It changes from frame to frame, by so little that no step is heard.
    """
    num_frames = -(-len(noise) // FRAME)
    marks = np.arange(0, num_frames + _DRIFT_FRAMES, _DRIFT_FRAMES)
    decibels = rng.uniform(-drift / 2, drift / 2, len(marks))
    gains = 10 ** (np.interp(np.arange(num_frames), marks, decibels) / 20)
    for start, gain in zip(range(0, len(noise), FRAME), gains, strict=True):
        noise[start : start + FRAME] *= np.float32(gain)
    return noise


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
