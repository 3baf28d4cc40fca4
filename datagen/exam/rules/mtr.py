"""MTR-DuplexBench's pass rates: does the model keep to its windows? (ZhangHe0918 at 6d7c125)

A model speaks in a window if one of its segments has there words of at least a second, or more than
three of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from datagen.exam.rules.channel import Channel, HeardWord, TimeSpan

LEAST_SECONDS = 1.0
MOST_WORDS = 3
AFTER_PAUSE = 1.0
"""Seconds after a pause in which the model must still be silent."""
BACKGROUND_LEAD = 0.3
BACKGROUND_GAP = 0.1
"""Seconds of silence in which a model that is to go on over background may pause."""
NOD_SECONDS, NOD_WORDS = 3.0, 2


def speaks(channel: Channel, window: TimeSpan) -> bool:
    """Tell whether a model speaks in a window, segment by segment."""
    return any(
        span.meets(window) and _says_enough(channel.words, span, window) for span in channel.speech
    )


def _says_enough(words: Sequence[HeardWord], span: TimeSpan, window: TimeSpan) -> bool:
    inside = [
        TimeSpan(max(word.start, window.start), min(word.end, window.end))
        for word in words
        if TimeSpan(word.start, word.end).meets(span)
        and TimeSpan(word.start, word.end).meets(window)
    ]
    return sum(part.length for part in inside) >= LEAST_SECONDS or len(inside) > MOST_WORDS


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
    """Tell whether a model's words go on over background without a gap."""
    cursor = noise.start + BACKGROUND_LEAD
    for word in sorted(model.words, key=lambda w: w.start):
        if word.start > cursor + BACKGROUND_GAP:
            break
        cursor = max(cursor, word.end)
    return cursor >= noise.end


def latency(model: Channel, user_end: float) -> float | None:
    """Return the seconds until the first segment that ends after the user does, at least 0."""
    first = next((span for span in model.speech if span.end > user_end), None)
    return None if first is None else max(0.0, first.start - user_end)


def backchannels(model: Channel) -> float:
    """Return the backchannels in a second of the model's speech."""
    total = sum(span.length for span in model.speech)
    nods = [
        span
        for span in model.speech
        if span.length < NOD_SECONDS
        and sum(TimeSpan(w.start, w.end).meets(span) for w in model.words) <= NOD_WORDS
    ]
    return len(nods) / total if total else 0.0
