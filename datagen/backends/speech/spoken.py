"""What a speech server answers: a clip, and when its words are said, if it says so."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datagen.backends.servers.client import Reply
from datagen.backends.servers.sound import is_no_sound, read_sound, unwrapped
from datagen.types import UserError

WORDS_HEADER = "X-Word-Timestamps"
"""JSON: a list of {word, start_ms, end_ms} (vLLM-Omni)."""
MAX_MS = 3_600_000.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the server answered."""

    samples: NDArray[np.float32]
    """[S, C]"""
    rate: int
    """Hz, from the file and not from what was asked for."""
    words: tuple[tuple[str, float, float], ...] | None
    """Text, start and end in milliseconds."""


def read_spoken(reply: Reply) -> Spoken:
    """Decode an answer; what is no sound at all is the user's to mend."""
    sound = unwrapped(reply)
    if is_no_sound(sound):
        raise UserError(
            f"the speech server sends {reply.kind}, not audio, beginning {reply.data[:40]!r}; mend"
            " speech.options.url, or have it send a file of sound"
        )
    samples, rate = read_sound(sound)
    return Spoken(samples, rate, word_header(reply.headers.get(WORDS_HEADER)))


def word_header(header: str | None) -> tuple[tuple[str, float, float], ...] | None:
    """Read the header of word times; None if there is none, it was cut short, or times are none."""
    if not header:
        return None
    try:
        words = tuple(
            (str(word["word"]), float(word["start_ms"]), float(word["end_ms"]))
            for word in json.loads(header)
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    times = [time for _, *both in words for time in both]
    return words if all(math.isfinite(time) and 0 <= time <= MAX_MS for time in times) else None
