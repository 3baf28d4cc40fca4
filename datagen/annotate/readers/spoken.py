"""Timed words as utterances: what most readers make supervisions of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from datagen.annotate.call import Side, Supervision, TimedWord

UTTERANCE_SILENCE = 0.2
"""Seconds of silence between words that end an utterance."""


def utterances(side: Side, words: Iterable[tuple[str, float, float]]) -> Iterator[Supervision]:
    """Yield words with their start and end in seconds as utterances, between silences of 0.2 s."""
    group: list[TimedWord] = []
    for label, start, end in sorted(words, key=lambda one: one[1]):
        if group and start - group[-1].end >= UTTERANCE_SILENCE:
            yield utterance(side, group)
            group = []
        group.append(TimedWord(label, start, end))
    if group:
        yield utterance(side, group)


def utterance(side: Side, words: Sequence[TimedWord]) -> Supervision:
    """Return words as one utterance."""
    text = " ".join(word.text for word in words)
    return Supervision(side, words[0].start, words[-1].end, text, tuple(words))


def in_order(supervisions: Iterable[Supervision]) -> tuple[Supervision, ...]:
    """Return supervisions by their start."""
    return tuple(sorted(supervisions, key=lambda one: (one.start, one.end, one.side)))
