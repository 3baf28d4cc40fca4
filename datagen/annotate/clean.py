"""A call's texts without what nobody sees, and its words in order: what later steps count on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from datagen import visible
from datagen.annotate.call import CorpusCall
from datagen.formats.shared_times import share
from datagen.types import SAMPLE_RATE, Word

SHORTEST = SAMPLE_RATE // 100
"""Samples (10 ms) that a word lasts at least."""


def without_hidden(call: CorpusCall) -> CorpusCall:
    """Return a call without the characters that nobody sees, in all its texts.

    Tools mark the direction of text and where it may break; words and names would differ by that.
    """
    people = {
        side: replace(one, id=_seen(one.id), region=_seen(one.region), scenario=_seen(one.scenario))
        for side, one in call.people.items()
    }
    supervisions = (
        replace(
            one,
            text=_seen(one.text),
            words=tuple(replace(word, text=_seen(word.text)) for word in one.words),
        )
        for one in call.supervisions
    )
    return replace(
        call,
        people=people,
        supervisions=tuple(supervisions),
        topic=_seen(call.topic),
        notes={name: _seen(text) for name, text in call.notes.items()},
    )


def _seen(text: str) -> str:
    seen = visible.without_hidden(text)
    return text if seen == text else " ".join(seen.split())


def in_order(words: Iterable[Word], num_samples: int) -> list[Word]:
    """Return one speaker's words sorted, none over the next, none beyond the call.

    A word of which the call holds half or more ends with it. Words of an utterance that start
    together share their time. Where two overlap the earlier ends as the later starts; each lasts
    10 ms at least, and pushes the next ones back if it must.
    """
    found: list[Word] = []
    for word in _shared(words):
        start = word.start
        if found and start < found[-1].end:
            start = max(start, found[-1].start + SHORTEST)
            found[-1] = found[-1].model_copy(update={"end": start})
        end = max(word.end, start + SHORTEST)
        if 2 * (num_samples - start) >= end - start:  # clocks differ: most of it is heard
            end = min(end, num_samples)
        found.append(word.model_copy(update={"start": start, "end": end}))
    return [word for word in found if word.end <= num_samples and word.start < word.end]


def _shared(words: Iterable[Word]) -> Iterator[Word]:
    """Yield words by their start, in the order of their text where that is one."""
    ordered = sorted(words, key=lambda word: word.start)
    for _, group in groupby(ordered, key=lambda word: word.turn):
        said = list(group)
        times = share([word.text for word in said], [(word.start, word.end) for word in said])
        for word, (start, end) in zip(said, times, strict=True):
            is_same = (start, end) == (word.start, word.end)
            yield word if is_same else word.model_copy(update={"start": start, "end": end})
