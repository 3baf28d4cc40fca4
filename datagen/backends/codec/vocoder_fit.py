"""Make vocoder.json: espeak voices saying common words -> levels -> components, bits, values.

Run it with `python -m datagen.backends.codec.vocoder_fit`; it needs the `espeak` extra and half a
minute. The speech is varied in gain, tilt, noise and framing, so that the table does not only fit
clean synthetic speech.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from datagen.backends.codec.vocoder_analysis import NUM_BANDS, SILENCE, SUBFRAMES, Array, analyse
from datagen.backends.codec.vocoder_quantiser import (
    BOOK_BITS,
    FLOOR,
    NUM_BOOKS,
    TABLE,
    QuantiserTable,
    Values,
    weigh,
)
from datagen.backends.protocols import Synthesizer
from datagen.backends.registry import VOICES
from datagen.config import BackendSpec
from datagen.seeds import rng_for, seed_for
from datagen.types import FRAME, Audio, Line, Voice

NUM_VOICES = 400
NUM_WORDS = 10
"""Words per sentence, one sentence per voice."""
SPEECH_LEVEL = -23.0
"""RMS level of a sentence before it is varied, in dBFS."""
MAX_BITS = 5
NUM_COMPONENTS = 60
"""Components considered; about half of them are worth a bit."""
NUM_SAMPLES = 15_000
"""Frames on which the values of a component are fitted."""
WORDS = """
the of and to in you that it was for are with his they be at one have this from had by hot word
but what some we can out other were all there when up use your how said an each she which do their
time if will way about many then them write would like so these her long make thing see him two
has look more day could go come did number sound no most people my over know water than call first
who may down side been now find any new work part take get place made live where after back little
only round man year show every good me give our under name very through just form sentence great
think say help low line differ turn cause much mean before move right boy old too same tell does
set three want air well also play small end put home read hand port large spell add even land here
must big high such follow act why ask change went light kind off need house picture try us again
animal point mother world near build self earth father head stand own page should country found
answer school grow study still learn plant cover food sun four between state keep eye never last
let thought city tree cross farm hard start might story saw far sea draw left late run while press
close night real life few north open seem together next white children begin got walk example ease
paper group always music those both mark often letter until mile river car feet care second book
"""
"""Common English words: together they hold every sound of the language."""


def main() -> None:
    """Fit the table and write it beside this file."""
    espeak = BackendSpec(use="espeak", options={"library": "loader"})
    fitted_on = f"{NUM_VOICES} voices of {VOICES.identity(espeak)['library']}"
    audios = _variations(VOICES.load(espeak))
    levels = np.concatenate([analyse(audio).levels for audio in audios])
    TABLE.write_text(to_json(fit(levels, fitted_on)))


def _variations(synthesizer: Synthesizer) -> Iterator[Audio]:
    """Yield each sentence twice: with another gain, and with tilt and noise as well."""
    for number in range(NUM_VOICES):
        name = f"vocoder-{number:04d}"
        rng = rng_for(0, name)
        voice = Voice(
            id=f"espeak-{name}",
            source="espeak",
            license="synthetic",
            synthetic=True,
            gender="female" if number % 2 else "male",
        )
        line = Line(" ".join(rng.choice(WORDS.split(), NUM_WORDS)), voice, "user")
        audio = synthesizer.speak([line], seed=seed_for(0, name, "speech"))[0].audio
        audio = audio * _ratio(SPEECH_LEVEL) / np.sqrt(np.mean(audio**2))
        for rough in (False, True):
            yield vary(audio, rng, rough)


def vary(audio: Audio, rng: np.random.Generator, rough: bool) -> Audio:
    """Shift ``audio`` against the frames and change its gain; if ``rough``, tilt it, add noise."""
    varied = audio * np.float64(_ratio(rng.uniform(-14, 4)))
    if rough:
        varied = np.convolve(varied, [1, rng.uniform(-0.35, 0.35)])[: len(varied)]
        varied = varied + rng.standard_normal(len(varied)) * _ratio(rng.uniform(-90, -55))
    return np.pad(varied, (int(rng.integers(FRAME)), 0)).astype(np.float32)


def _ratio(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def fit(levels: Array, fitted_on: str) -> QuantiserTable:
    """Fit a table on levels [N, SUBFRAMES, NUM_BANDS]; ``fitted_on`` says whose."""
    vectors = weigh(levels[levels.max((1, 2)) > FLOOR])
    mean = vectors.mean(0)
    basis = _principal(vectors - mean)
    silence = weigh(np.full((1, SUBFRAMES, NUM_BANDS), SILENCE, np.float32)) - mean
    sample = np.random.default_rng(0).permutation(len(vectors))[:NUM_SAMPLES]
    components = (vectors[sample] - mean) @ basis.T
    bits = _allocate(components)
    kept = np.flatnonzero(bits)
    values = [lloyd(components[:, j], 2 ** int(bits[j])) for j in kept]
    values[0] = np.concatenate([silence @ basis[0], lloyd(components[:, 0], 2 ** int(bits[0]) - 1)])
    assert values[0][0] < values[0][1], "silence is the lowest loudness"
    return QuantiserTable(
        fitted_on=fitted_on,
        mean=_rounded(mean, 4),
        basis=tuple(_rounded(row, 3) for row in basis[kept]),
        levels=tuple(_rounded(row, 3) for row in values),
        books=_pack([int(bits[j]) for j in kept]),
    )


def _principal(vectors: Values) -> Values:
    """Return the first components [NUM_COMPONENTS, D] of centred vectors, most variance first.

    Each points to louder sound, which makes their signs the same on every machine.
    """
    _, basis = np.linalg.eigh(vectors.T @ vectors)
    basis = basis.T[::-1][:NUM_COMPONENTS]
    return np.asarray(basis * np.where(basis.sum(1, keepdims=True) < 0, -1, 1))


def _allocate(components: Values) -> NDArray[np.intp]:
    """Give each bit to the component whose error it lowers most."""
    error = np.array(
        [
            [_error(column, lloyd(column, 2**bits)) for bits in range(MAX_BITS + 1)]
            for column in components.T
        ]
    )
    gains = np.concatenate([error[:, :-1] - error[:, 1:], np.full((len(error), 1), -1.0)], axis=1)
    bits = np.zeros(len(error), int)
    for _ in range(NUM_BOOKS * BOOK_BITS):
        bits[gains[np.arange(len(bits)), bits].argmax()] += 1
    return bits


def lloyd(samples: Values, num_values: int, rounds: int = 15) -> Values:
    """Return the values [num_values], ascending, that quantise samples [N] with least error."""
    values = np.quantile(samples, (np.arange(num_values) + 0.5) / num_values)
    for _ in range(rounds):
        nearest = np.searchsorted((values[1:] + values[:-1]) / 2, samples)
        counts = np.bincount(nearest, minlength=num_values)
        sums = np.bincount(nearest, samples, num_values)
        values = np.where(counts > 0, sums / np.maximum(counts, 1), values)
    return values


def _error(samples: Values, values: Values) -> float:
    nearest = values[np.searchsorted((values[1:] + values[:-1]) / 2, samples)]
    return float(np.mean((samples - nearest) ** 2))


def _pack(bits: list[int]) -> tuple[tuple[int, ...], ...]:
    """Put each component in the first book with room for it, the most important first."""
    books: list[list[int]] = [[] for _ in range(NUM_BOOKS)]
    for component, size in enumerate(bits):
        room = (book for book in books if sum(bits[j] for j in book) + size <= BOOK_BITS)
        book = next(room, None)
        assert book is not None, "the bits do not pack"
        book.append(component)
    return tuple(map(tuple, books))


def _rounded(values: Values, places: int) -> tuple[float, ...]:
    return tuple(float(value) for value in np.round(values, places))


def to_json(table: QuantiserTable) -> str:
    """Return a table as JSON, one vector a line."""
    text = json.dumps(table.model_dump(mode="json"), separators=(",", ":"))
    return text.replace('],"', '],\n"').replace("],[", "],\n[") + "\n"


if __name__ == "__main__":
    main()
