"""Speech in a clip that is not in its text: babble before, after or between, text said again.

    words, Audio [S] --extra_speech--> seconds of it

A forced alignment puts it into the silence between words, whose frames nobody scores, or stretches
a word over it. So loud sound outside the words is measured, and words much longer than usual.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from datagen.backends.aligner.energy import WINDOW
from datagen.backends.aligner.tokens import parts
from datagen.gates.pace import weight
from datagen.types import SAMPLE_RATE, Audio, Rejected, SpokenWord

MAX_EXTRA = 0.3
"""Most seconds of it in a good clip. The longest run in clean clips of Kokoro is 0.19 s, of
espeak-ng 0.28 s: a word's own end (`benchmarks/extra_speech.py`)."""
MIN_RUN, MAX_SUM = 0.2, 0.5
"""Seconds of a run that tells something, and most seconds in all runs of a clip that has one: 0.47
in a clean clip with two names that PocketSphinx's guesses miss."""
LOUD = 30.0
"""dB under the loud windows (95th percentile) down to which sound outside the words counts."""
FLOOR = -55.0
"""Level in dBFS under which nothing counts."""
SLACK = 3
"""Windows of 10 ms by which a word's sound may begin before it, or end after it."""
SLOW = 0.0855
"""Seconds that a unit of weight (`gates.pace`) of a drawled word lasts: 1.9 times the usual."""
OFFSET = 2.0
"""Weight that every word has besides its own, for the lengthening at the end of a phrase."""
STRETCHED = 0.2
"""Seconds by which a word may be longer than that."""
MAX_PAUSE = 0.15
"""Most seconds of quiet between loud sound in one word: with more, it is said twice."""
MIN_SAID = 0.1
"""Fewest seconds of loud sound on either side of that: the end of the word before has less."""


def check_extra(
    words: Sequence[SpokenWord],
    clip: Audio,
    spoken: str,
    most: float = MAX_EXTRA,
    *,
    are_heard: bool = True,
) -> None:
    """Raise Rejected if a clip [S] holds speech that is not in its text.

    Pauses inside words tell nothing if their times are worked out and not ``heard``.
    """
    found = extra_speech(words, clip, are_heard=are_heard)
    if found > most:
        evidence = f"{found:.2f} s of speech, over {most}, that is not in {spoken!r}"
        raise Rejected("extra_speech", evidence)


def extra_speech(words: Sequence[SpokenWord], clip: Audio, *, are_heard: bool = True) -> float:
    """Return the seconds of the longest stretch of extra speech in a clip [S], 0.0 if none."""
    longest = max((_stretch(word) for word in words), default=0.0)
    stretched = longest + MAX_EXTRA if longest > STRETCHED else 0.0
    again = max((_said_again(word, clip) for word in words if are_heard), default=0.0)
    runs = outside(words, clip)
    run = max(runs, default=0.0)
    return max(sum(runs) if run > MIN_RUN and sum(runs) > MAX_SUM else run, stretched, again)


def outside(words: Sequence[SpokenWord], clip: Audio) -> list[float]:
    """Return the seconds of each run of loud sound outside the words."""
    loud = _loud(clip)
    for word in words:
        first, last = word.start // WINDOW, -(-word.end // WINDOW)
        loud[max(0, first - SLACK) : last + SLACK] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(np.int8), [0]])))
    return [int(run) * WINDOW / SAMPLE_RATE for run in edges[1::2] - edges[::2]]


def _stretch(word: SpokenWord) -> float:
    """Return by how many seconds a word is longer than a drawl of it would be."""
    if not parts(word.text):
        return 0.0  # a dash has the time that is left
    return (word.end - word.start) / SAMPLE_RATE - SLOW * (weight(word.text) + OFFSET)


def _said_again(word: SpokenWord, clip: Audio) -> float:
    """Return the seconds of a word if it has a pause inside, as two of it have."""
    if len(parts(word.text)) != 1:
        return 0.0
    loud = np.flatnonzero(_loud(clip)[word.start // WINDOW : -(-word.end // WINDOW)])
    if len(loud) < 2:
        return 0.0
    last = int(np.diff(loud).argmax())  # before the longest quiet
    pause = (int(loud[last + 1] - loud[last]) - 1) * WINDOW / SAMPLE_RATE
    said = min(last + 1, len(loud) - last - 1) * WINDOW / SAMPLE_RATE
    return MAX_EXTRA + pause if pause > MAX_PAUSE and said >= MIN_SAID else 0.0


def _loud(clip: Audio) -> NDArray[np.bool_]:
    """Return which windows of a clip are loud."""
    padded = np.pad(clip, (0, -len(clip) % WINDOW)).reshape(-1, WINDOW)
    power = np.square(padded, dtype=np.float64).mean(axis=1)
    level = 10 * np.log10(np.maximum(power, 1e-12))
    usual = float(np.percentile(level, 95)) if len(level) else FLOOR
    return np.asarray(level > max(FLOOR, usual - LOUD), np.bool_)
