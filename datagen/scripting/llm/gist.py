"""Tell whether a turn says what it should, in whatever words: its numbers, and most of its words.

    spoken turn, sentence --missing--> [] or the words that it lacks

Words count by their first letters, so that "rereading" is told by "reread". It cannot see a
sentence turned around; numbers and names are checked elsewhere as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from math import ceil

from datagen.scripting.compose.grammar import number_words
from datagen.text import speak

SHARE = 0.4
"""Of a sentence's content words, how many a turn that tells it has."""
STEM = 5
"""Letters by which words are compared."""
SHORTEST = 4
"""Letters of the shortest word that has content."""
_APART = str.maketrans(dict.fromkeys(".,?!;:-", " "))
_EMPTY = frozenset((
    "about", "actually", "after", "again", "also", "always", "another", "anything", "because",
    "been", "before", "being", "believe", "both", "could", "does", "doing", "done", "each", "even",
    "ever", "every", "from", "gets", "getting", "give", "goes", "going", "gonna", "good", "have",
    "having", "here", "honestly", "into", "just", "kind", "know", "like", "little", "made", "make",
    "many", "maybe", "mean", "more", "most", "much", "must", "need", "never", "okay", "once",
    "only", "other", "over", "people", "quite", "rather", "really", "said", "same", "should",
    "since", "some", "somebody", "something", "sometimes", "still", "such", "sure", "take", "than",
    "that", "their", "them", "then", "there", "these", "they", "thing", "things", "think", "this",
    "those", "very", "want", "well", "were", "what", "when", "where", "which", "while", "will",
    "with", "without", "would", "your", "yours",
))  # fmt: skip
"""Words that many sentences have."""


@lru_cache(maxsize=4096)
def gist(text: str) -> tuple[str, ...]:
    """Return the content words of a text, each once, in order and as they stand."""
    words = (word.split("'")[0] for word in speak(text).lower().translate(_APART).split())
    found = {word[:STEM]: word for word in words if len(word) >= SHORTEST and word not in _EMPTY}
    return tuple(found.values())


def number_runs(spoken: str) -> list[str]:
    """Return the numbers of a spoken text, e.g. "twenty five"; see `number_words`."""
    words = spoken.lower().translate(_APART).split()
    runs = groupby(words, key=lambda word: bool(number_words(word)))
    return [" ".join(run) for is_number, run in runs if is_number]


def missing(spoken: str, sentence: str) -> list[str]:
    """Return what a spoken turn lacks of a sentence; empty if it tells it."""
    heard = set(_stems(spoken))
    said = number_runs(spoken)
    lacks = [number for number in number_runs(speak(sentence)) if number not in said]
    wanted = gist(sentence)
    absent = [word for word in wanted if word[:STEM] not in heard]
    is_told = len(wanted) - len(absent) >= ceil(SHARE * len(wanted))
    return lacks if is_told else lacks + absent


def _stems(text: str) -> Iterator[str]:
    return (word.split("'")[0][:STEM] for word in text.lower().translate(_APART).split())
