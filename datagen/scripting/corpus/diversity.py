"""How varied the words of many dialogues are: distinct-n and self-BLEU.

Texts --> figures for a report; nothing is rejected for them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from datagen.scripting.compose.grammar import plain

ORDERS = (1, 2, 3, 4)
"""Lengths of the n-grams of BLEU, equally weighted (Papineni et al. 2002)."""


def words_of(texts: Sequence[str]) -> list[str]:
    """Return a dialogue's words in lower case, without punctuation."""
    return plain(" ".join(texts)).split()


def distinct(dialogues: Sequence[Sequence[str]], order: int) -> float:
    """Return the share of n-grams that are different (Li et al. 2016); 0 if there are none."""
    total = 0
    seen: set[tuple[str, ...]] = set()
    for words in dialogues:
        grams = _grams(words, order)
        total += grams.total()
        seen.update(grams)
    return len(seen) / total if total else 0.0


def self_bleu(dialogues: Sequence[Sequence[str]]) -> float:
    """Return the mean BLEU-4 of each dialogue against all others (Zhu et al. 2018).

    1 if all are the same; the work grows with the square of their number, so give it a sample.
    """
    if len(dialogues) < 2:
        return 0.0
    counts = [{order: _grams(words, order) for order in ORDERS} for words in dialogues]
    lengths = [len(words) for words in dialogues]
    scores = [_bleu(at, counts, lengths) for at in range(len(dialogues))]
    return sum(scores) / len(scores)


def _bleu(
    at: int, counts: Sequence[dict[int, Counter[tuple[str, ...]]]], lengths: list[int]
) -> float:
    others = [count for place, count in enumerate(counts) if place != at]
    total = 0.0
    for order, grams in counts[at].items():
        matched = sum(
            min(count, max(other[order][gram] for other in others)) for gram, count in grams.items()
        )
        if not matched:
            return 0.0
        total += math.log(matched / grams.total())
    length = lengths[at]
    nearest = min(
        (n for place, n in enumerate(lengths) if place != at), key=lambda n: abs(n - length)
    )
    brevity = min(0.0, 1 - nearest / length)
    return math.exp(brevity + total / len(ORDERS))


def _grams(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[at : at + order]) for at in range(len(words) - order + 1))
