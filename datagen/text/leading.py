"""Which patterns can only begin with a digit, or with a letter: they need no try elsewhere.

    begins_with_digit(r"(?P<n>\\d+) ?kg") -> True        begins_with_digit(r"\\d*x") -> False
    begins_with_letter(r"(?:Mon|Tue)\\b") -> True

What is not recognised is said to begin with anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_DIGIT = re.compile(r"\\d|\[[0-9-]+\]")
_LETTER = re.compile(r"[A-Za-z]|\[(?:[A-Za-z]-[A-Za-z]|[A-Za-z])+\]")
_OPENS = re.compile(r"\((?:\?:|\?P<\w+>)")
_LOOKS = re.compile(r"\(\?(?:=|!|<=|<!)")
_MAY_LACK = re.compile(r"[?*]|\{(?:0|,)")


def begins_with_digit(pattern: str) -> bool:
    """Tell whether every text that a pattern matches begins with a digit."""
    return _begins_with(_DIGIT, pattern)


def begins_with_letter(pattern: str) -> bool:
    """Tell whether every text that a pattern matches begins with one of the 26 letters."""
    return _begins_with(_LETTER, pattern)


def _begins_with(atom: re.Pattern[str], pattern: str) -> bool:
    return all(_branch_begins_with(atom, branch) for branch in _branches(pattern))


def _branch_begins_with(atom: re.Pattern[str], branch: str) -> bool:
    while looks := _LOOKS.match(branch):
        branch = branch[_closing(branch, looks.end()) + 1 :]
    if found := atom.match(branch):
        return not _MAY_LACK.match(branch, found.end())
    opens = _OPENS.match(branch)
    if opens is None:
        return False
    close = _closing(branch, opens.end())
    if _MAY_LACK.match(branch, close + 1):
        return False
    return _begins_with(atom, branch[opens.end() : close])


def _branches(pattern: str) -> Iterator[str]:
    """Yield what stands between the bars outside all brackets."""
    begun = 0
    for place, depth in _depths(pattern, 0):
        if pattern[place] == "|" and depth == 0:
            yield pattern[begun:place]
            begun = place + 1
    yield pattern[begun:]


def _closing(pattern: str, start: int) -> int:
    """Return the place of the bracket that closes the group whose inside begins at a place."""
    return next(place for place, depth in _depths(pattern, start) if depth < 0)


def _depths(pattern: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield each place outside classes and escapes, with how deep in groups it is."""
    place, depth = start, 0
    while place < len(pattern):
        if pattern[place] == "\\":
            place += 2
            continue
        if pattern[place] == "[":
            inside = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]").match(pattern, place)
            assert inside is not None, pattern
            place = inside.end()
            continue
        depth += {"(": 1, ")": -1}.get(pattern[place], 0)
        yield place, depth
        place += 1
