"""How many digits words stand for: "four one five", "twenty-two oh six", "555-0142".

words --digits_of--> digits a word adds to a run of them; None if it is no number
"""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.nonverbal import sound_of

_ONES = frozenset(numbers.cardinal(number) for number in range(10))
_TEENS = frozenset(numbers.cardinal(number) for number in range(10, 20))
_TENS = frozenset(numbers.cardinal(number) for number in range(20, 100, 10))
_SCALES = {"hundred": 2, "thousand": 3, "million": 6}
_REPEATS = {"double": 1, "triple": 2}
"""Digits that a word adds to the one it repeats."""
_OH = frozenset(("oh", "o"))
"""What is a zero beside digits and a sound elsewhere."""
_JOINING = frozenset(("and", "dash", "hyphen", "slash", "extension", "area", "code", "then"))
"""Words inside a run that stand for no digit."""
_DIGITS = re.compile(r"\d")
_MARKS = ".,?!;:()\"'"


def bare_word(word: str) -> str:
    """Return a word in small letters, without the marks around it."""
    return word.strip(_MARKS).lower()


def digits_of(word: str, before: str) -> int | None:
    """Return how many digits a word adds after the one before it; None if it is no number."""
    written = bare_word(word)
    if found := _DIGITS.findall(written):
        return len(found)
    total = 0
    for part in written.split("-"):
        count = _of_part(part, bare_word(before).rpartition("-")[2])
        if count is None:
            return None
        total, before = total + count, part
    return total


def _of_part(part: str, before: str) -> int | None:
    if part in _ONES:
        return 0 if before in _TENS else 1
    if part in _TEENS or part in _TENS:
        return 2
    return _SCALES.get(part, _REPEATS.get(part))


def is_oh(word: str) -> bool:
    """Return whether a word is a zero if it stands between digits."""
    return bare_word(word) in _OH


def is_joining(word: str) -> bool:
    """Return whether a word may stand inside a number without a digit: "and", or a hesitation."""
    return bare_word(word) in _JOINING or sound_of(word) is not None
