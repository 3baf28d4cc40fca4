"""MTR-DuplexBench's pass rates: does the model keep to its windows? (ZhangHe0918 at 6d7c125)

A model speaks in a window if one of its segments has words of at least a second wholly inside of
it, or more than three of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from datagen.exam.rules.channel import Channel, HeardWord, TimeSpan

LEAST_SECONDS = 1.0
MOST_WORDS = 3
AFTER_PAUSE = 1.0
"""Seconds after a pause in which the model must still be silent."""
BACKGROUND_LEAD = 0.3
TOLERANCE = 0.1
"""Seconds by which segments and words may end early."""
BACKGROUND_GAP = 20 * TOLERANCE
"""Seconds between two words of a model that is going on over background."""
NOD_SECONDS, NOD_WORDS = 3.0, 2


def speaks(channel: Channel, window: TimeSpan) -> bool:
    """Tell whether a model speaks in a window, segment by segment."""
    return any(
        span.meets(window) and _says_enough(channel.words, span, window) for span in channel.speech
    )


def _says_enough(words: Sequence[HeardWord], span: TimeSpan, window: TimeSpan) -> bool:
    inside = [
        word
        for word in _words_of(words, span)
        if word.start >= window.start and word.end <= window.end
    ]
    seconds = sum(word.end - word.start for word in inside)
    return seconds >= LEAST_SECONDS or len(inside) > MOST_WORDS


def _words_of(words: Sequence[HeardWord], span: TimeSpan) -> list[HeardWord]:
    """Return the words of a segment of speech: those that have most of their time in it."""
    return [word for word in words if span.start <= (word.start + word.end) / 2 < span.end]


def smooth(model: Channel, user: TimeSpan, answer: TimeSpan) -> bool:
    """Tell whether a model is silent while the user speaks, and then speaks."""
    return not speaks(model, user) and speaks(model, answer)


def interruption(model: Channel, interrupt: TimeSpan, answer: TimeSpan) -> bool:
    """Tell whether a model falls silent for an interruption, and then answers."""
    return not speaks(model, interrupt) and speaks(model, answer)


def pause(model: Channel, silence: TimeSpan) -> bool:
    """Tell whether a model stays silent in a pause and a second longer."""
    return not speaks(model, TimeSpan(silence.start, silence.end + AFTER_PAUSE))


def background(model: Channel, noise: TimeSpan) -> bool:
    """Tell whether a model's words go on over background, in one segment and without a long gap."""
    start, end = noise.start + BACKGROUND_LEAD, noise.end
    return start < end and any(
        _covered(_words_of(model.words, span), start, end)
        for span in model.speech
        if span.start <= start and end <= span.end - TOLERANCE
    )


def _covered(words: Sequence[HeardWord], start: float, end: float) -> bool:
    """Tell whether words reach over a time, no two of them far from each other."""
    near = sorted(
        (word for word in words if word.end > start and word.start < end + TOLERANCE),
        key=lambda word: word.start,
    )
    if not near or near[0].start > start or near[-1].end < end - TOLERANCE:
        return False
    return all(b.start - a.end <= BACKGROUND_GAP for a, b in pairwise(near))


def latency(model: Channel, user_end: float) -> float | None:
    """Return the seconds until the first segment that ends after the user does, at least 0."""
    first = min((span for span in model.speech if span.end > user_end), default=None)
    return None if first is None else max(0.0, first.start - user_end)


def backchannels(model: Channel) -> float:
    """Return the backchannels in a second of the model's speech."""
    total = sum(span.length for span in model.speech)
    nods = [
        span
        for span in model.speech
        if span.length < NOD_SECONDS and len(_words_of(model.words, span)) <= NOD_WORDS
    ]
    return len(nods) / total if total else 0.0
