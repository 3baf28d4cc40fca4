"""Where a speaker who is barged in on stops: always at the end of a word that was wholly heard.

To yield, hold, override or bridge are PersonaKit's answers to an interruption (arXiv 2605.06007).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from datagen.timing.distributions import LogNormal, samples
from datagen.timing.preset import Answer
from datagen.timing.slots import slot_places
from datagen.types import Interruption

Manner: TypeAlias = Literal["yield", "hold", "override", "bridge"]
"""How a speaker stops: at once, after the clause, not at all, or at once to come back to it."""
RETURNS = ("resume", "repeat", "summarise")
"""What a script has an interrupted speaker do who comes back to what was cut."""


def manner_of(
    answer: Answer,
    rng: np.random.Generator,
    returns: bool,
    planned: Interruption | None = None,
) -> Manner:
    """Draw how a speaker answers a barge-in; ``returns`` if its next turn comes back to this.

    Where the preset leaves every turn whole, so is this one; else a script's plan counts most.
    """
    choice = rng.random()
    if answer.override == 1:
        return "override"
    if planned is not None and planned.answer in ("hold", "override"):
        return planned.answer
    if returns or (planned is not None and planned.uptake in RETURNS):
        return "bridge"
    if planned is not None and planned.answer is not None:
        return planned.answer
    if choice < answer.hold:
        return "hold"
    return "override" if choice < answer.hold + answer.override else "yield"


def num_held(
    manner: Manner, words: Sequence[str], ends: Sequence[int], num_words: int, latest: int
) -> int:
    """Return how many words are said by a speaker who would have stopped after ``num_words``.

    Who holds finishes the clause if its end is not after the sample ``latest``.
    """
    if manner == "override":
        return len(ends)
    if manner != "hold":
        return num_words
    places = [place.after_word for place in slot_places(tuple(words))]
    clause = next((place for place in places if place >= max(num_words, 1)), len(ends))
    return clause if ends[clause - 1] <= latest else num_words


def num_heard(ends: Sequence[int], start: int, reaction: int, limits: LogNormal) -> int:
    """Return how many words are heard when somebody barges in at sample ``start``.

    ``ends`` are the word ends in samples, rising, the first not after ``start``. The cut is the
    last word end within ``reaction`` samples of ``start``, but a reaction is never shorter than
    ``limits.low``, so a longer word is finished if that takes no longer than ``limits.high``.
    If not even that is possible (a scripted pause, a very long word) the words before it are all
    that is heard.
    """
    first = bisect_left(ends, start + samples(limits.low))
    last = bisect_right(ends, start + reaction) - 1
    if last >= first:
        return last + 1
    if first < len(ends) and ends[first] <= start + samples(limits.high):
        return first + 1
    return last + 1
