"""Where inside a turn a listener could do something: the candidate slots of turn-taking.

    "well, it is four two, um, and the fee?" --candidates--> after words 1, 5, 6

A slot is where a clause ends, a question ends, a spelled number ends, or before a filler.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from datagen.backends.protocols import Slot

SlotKind: TypeAlias = Literal["question", "sentence", "number", "clause", "filler"]
LINKS = frozenset({"and", "but", "because", "so", "or", "then"})
"""Words before which a clause of some length ends, without a stop."""
_MIN_LINKED = 4
"""Fewest words since the last slot for a link to make one."""
_FILLERS = frozenset({"um", "uh", "er", "erm", "hmm", "well"})
_NUMBERS = frozenset(
    {"zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
    | {"eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"}
    | {
        "nineteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
        "thousand",
        "million",
    }
)
_MIN_DIGITS = 3
"""Fewest number words in a row that count as a spelled number."""
_ABBREVIATIONS = frozenset({"a.m.", "p.m.", "mr.", "mrs.", "ms.", "dr."})


class SlotPlace(NamedTuple):
    """Where a slot is in a turn's words, and what kind it is."""

    after_word: int
    kind: SlotKind
    since: int


def candidates(words: Sequence[str], turn: int = 0) -> list[Slot]:
    """Return the slots of a turn's spoken words, in order; never at its end.

    A place that could be two kinds is the first of question, sentence, number, clause, filler.
    """
    return [
        Slot(turn=turn, **place._asdict(), left=len(words) - place.after_word)
        for place in slot_places(tuple(words))
    ]


@lru_cache(maxsize=256)
def slot_places(words: tuple[str, ...]) -> tuple[SlotPlace, ...]:
    """Return where the slots of a turn are; remembered, since a dialogue asks more than once."""
    found: list[SlotPlace] = []
    last = 0
    for place in range(1, len(words)):
        kind = kind_at(words, place, place - last)
        if kind is not None:
            found.append(SlotPlace(place, kind, place - last))
            last = place
    return tuple(found)


def kind_at(words: Sequence[str], place: int, since: int) -> SlotKind | None:
    """Return what kind of slot is after ``place`` words, if one is."""
    before, after = words[place - 1].lower(), words[place].lower().strip(",.?!")
    if before.endswith("?"):
        return "question"
    if before.endswith((".", "!")) and before not in _ABBREVIATIONS:
        return "sentence"
    if _ends_number(words, place):
        return "number"
    if before.endswith((",", ";", ":")):
        return "clause"
    if after in _FILLERS:
        return "filler"
    return "clause" if after in LINKS and since >= _MIN_LINKED else None


def _ends_number(words: Sequence[str], place: int) -> bool:
    """Say whether at least three number words end here, and not one more follows."""
    run = 0
    while run < place and _is_number(words[place - 1 - run]):
        run += 1
    return run >= _MIN_DIGITS and not _is_number(words[place])


@lru_cache(maxsize=4_096)
def _is_number(word: str) -> bool:
    """Say whether a word is one of a number or a spelled code (a digit, or a letter)."""
    plain = word.lower().strip(",.?!")
    return all(part in _NUMBERS for part in plain.split("-")) or (
        len(plain) == 1 and plain not in "ai"
    )
