"""Whether the line was said: what a recogniser heard is compared with it, word by word.

Both sides go through the same normaliser. Numbers count as entities: a wrong one is a wrong fact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

NUMBERS = frozenset(
    (
        *("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
        *("eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy"),
        *("eighty", "ninety", "hundred", "thousand", "million", "billion", "percent", "point"),
        *("first", "second", "third", "dollar", "dollars", "cent", "cents"),
    )
)
MIN_WORDS = 6
"""Fewest words of a line compared by words, not letters: one word would be a sixth of fewer."""


def normalise(text: str) -> list[str]:
    """Return the words of a text: lower case, letters, digits and apostrophes alone.

    >>> normalise("It's twenty-five, Mr. O'Neil.")
    ["it's", 'twenty', 'five', 'mr', "o'neil"]
    """
    return re.findall(
        r"[a-z0-9]+(?:'[a-z]+)*", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    )


def error_rate(spoken: str, heard: str) -> float:
    """Return the share of words, or of letters in a short line, that were heard differently."""
    said, recognised = normalise(spoken), normalise(heard)
    if len(said) < MIN_WORDS:
        return distance("".join(said), "".join(recognised)) / max(1, len("".join(said)))
    return distance(said, recognised) / len(said)


def wrong_numbers(spoken: str, heard: str) -> tuple[list[str], list[str]] | None:
    """Return the numbers said and heard if they differ, else None."""
    said, recognised = (
        [word for word in normalise(text) if word in NUMBERS or word.isdigit()]
        for text in (spoken, heard)
    )
    return None if said == recognised else (said, recognised)


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many insertions, deletions and replacements make one sequence the other."""
    row = list(range(len(other) + 1))
    for place, item in enumerate(one, start=1):
        before, row[0] = row[0], place
        for index, theirs in enumerate(other, start=1):
            cost = min(row[index] + 1, row[index - 1] + 1, before + (item != theirs))
            before, row[index] = row[index], cost
    return row[-1]
