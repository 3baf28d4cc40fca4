"""Sounds behind a speaker, as long as the dialogue: a room, noise, babble, a folder's; and a cough.

All of them depend on a seed and, babble and folder, on what they are made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
import soxr

from datagen.audio.headers import require_whole
from datagen.types import FRAME, SAMPLE_RATE, Audio, Stereo, UserError

_BABBLERS = 6
_TILES = (1 << 19, 3**12)
"""Samples of two loops of pink noise, some 22 s each; together they repeat after months."""
_SHORT_TILES = (1 << 17, 3**11)
"""Samples of two loops of a steady noise, 5.5 and 7.4 s; together they repeat after days."""
_LONG_TILE = 1 << 18
"""Samples of the only loop of a faint noise, 10.9 s; not a whole number of frames."""
_LOWEST = 20.0
"""Frequency in Hz below which noise rises no more."""
WHITE, PINK = 0.0, -0.5
"""Exponents of frequency in noise's amplitude: 0 and 3 dB less an octave."""
_OCTAVE = 6.0
"""Decibels by which amplitude falls in an octave if its exponent is -1."""
_MAINS = (480, 400)
"""Samples of a period of the mains: 50 and 60 Hz."""
_BLADES = (100, 300)
"""Fewest and most samples of a period of a fan: 240 to 80 Hz."""
_DRIFT_FRAMES = 25
"""Frames between two drawn levels of a room: 2 s."""
_PERIODS = 256
"""Periods of a tone that are held in memory."""
_BLOCK = 24 * FRAME
"""Samples to which noise is added at a time."""
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
    noise = np.zeros(num_samples, np.float32)
    for length in _TILES:
        _add_loop(noise, _tile(length, PINK), int(rng.integers(length)))
    return noise


class Loop(NamedTuple):
    """A sound that goes round: its samples, the first of them that is heard, and their factor."""

    tile: Audio
    first: int
    factor: float


def steady(rng: np.random.Generator, exponent: float, amplitude: float) -> list[Loop]:
    """Return noise of power ``amplitude`` squared, as loops; its amplitude goes with frequency to
    the power of ``exponent``.

    It is the sum of two loops, each from anywhere: made once, and another noise for every draw.
    """
    return [
        Loop(_tile(length, exponent), int(rng.integers(length)), amplitude)
        for length in _SHORT_TILES
    ]


def faint(rng: np.random.Generator, exponent: float, amplitude: float) -> list[Loop]:
    """Return noise as `steady` does, of one loop: so faint that nobody hears it come again."""
    tile = _tile(_LONG_TILE, exponent)
    return [Loop(tile, int(rng.integers(len(tile))), np.sqrt(2) * amplitude)]


def add(channel: Audio, loops: Sequence[Loop], gains: Audio | None = None) -> None:
    """Add loops to a channel [S], in place; ``gains`` are factors of each frame's sound.

    Block by block, so that what is in hand stays in the cache: this is as fast as memory is.
    """
    noise, part = np.empty((2, _BLOCK), np.float32)
    for start in range(0, len(channel), _BLOCK):
        target = channel[start : start + _BLOCK]
        size = len(target)
        _play(loops[0], start, noise[:size])
        for loop in loops[1:]:
            _play(loop, start, part[:size])
            noise[:size] += part[:size]
        if gains is not None:
            _scale_frames(noise[:size], gains[start // FRAME :])
        target += noise[:size]


def _play(loop: Loop, start: int, block: Audio) -> None:
    """Write a loop, as it goes from a channel's sample ``start`` on, into a block."""
    tile, factor = loop.tile, np.float32(loop.factor)
    place, first, size = 0, (loop.first + start) % len(loop.tile), len(block)
    while place < size:
        heard = tile[first : first + size - place]
        np.multiply(heard, factor, out=block[place : place + len(heard)])
        place, first = place + len(heard), 0


def _scale_frames(noise: Audio, gains: Audio) -> None:
    """Multiply each frame of a block by its gain, in place."""
    whole = len(noise) // FRAME
    frames = noise[: whole * FRAME].reshape(-1, FRAME)
    frames *= gains[:whole, None]
    if len(noise) % FRAME:
        noise[whole * FRAME :] *= gains[whole]


@cache
def _tile(length: int, exponent: float) -> Audio:
    """Return noise [S] of power 1/2 whose end goes on into its beginning."""
    amplitudes = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), _LOWEST) ** exponent
    real, imaginary = np.random.default_rng(length).standard_normal((2, len(amplitudes)))
    tile = np.fft.irfft((real + 1j * imaginary) * amplitudes, length)
    return np.asarray(tile / np.sqrt(2 * np.mean(np.square(tile))), np.float32)


def add_room(
    channel: Audio,
    amplitude: float,
    *,
    slope: float,
    tone: str,
    tone_db: float,
    drift: float,
    seed: int,
) -> None:
    """Add a room's noise to a channel [S], in place; it falls by ``slope`` dB an octave."""
    rng = np.random.default_rng(seed)
    loops = steady(rng, -slope / _OCTAVE, amplitude)
    if tone != "none":
        period = np.tile(_period(tone, rng), _PERIODS)
        factor = amplitude * 10 ** (tone_db / 20)
        loops.append(Loop(period, int(rng.integers(len(period))), float(factor)))
    add(channel, loops, _drift(-(-len(channel) // FRAME), drift, rng))


def _period(tone: str, rng: np.random.Generator) -> Audio:
    """Return a period [S] of a tone of power 1, with some harmonics."""
    length = int(rng.choice(_MAINS) if tone == "hum" else rng.integers(*_BLADES))
    harmonics = np.arange(1, 7 if tone == "hum" else 4)
    levels = rng.uniform(0.2, 1.0, len(harmonics)) / harmonics
    turns = np.outer(harmonics, np.arange(length) / length) + rng.random((len(harmonics), 1))
    period = levels @ np.sin(2 * np.pi * turns)
    return np.asarray(period / np.sqrt(np.mean(np.square(period))), np.float32)


def _drift(num_frames: int, decibels: float, rng: np.random.Generator) -> Audio:
    """Return factors of frames that wander by up to so many dB; no step between two is heard."""
    marks = np.arange(0, num_frames + _DRIFT_FRAMES, _DRIFT_FRAMES)
    levels = rng.uniform(-decibels / 2, decibels / 2, len(marks))
    gains = 10 ** (np.interp(np.arange(num_frames), marks, levels) / 20)
    return gains.astype(np.float32)


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
    paths = tuple(sorted(p for p in folder.rglob("[!.]*") if p.suffix.lower() in _SUFFIXES))
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
        require_whole(path)
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
