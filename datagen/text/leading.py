"""Which characters a pattern can begin with: it needs no try elsewhere.

    first_characters(r"(?P<n>[1-3]) ?kg") -> {"1", "2", "3"}    first_characters(r"\\w+x") -> None

None stands for any character: it is the answer wherever a pattern is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import digits

_OPENS = re.compile(r"\((?:\?:|\?P<\w+>)")
_LOOKS = re.compile(r"\(\?(?:=|!|<=|<!)")
_MAY_LACK = re.compile(r"[?*]|\{(?:0|,)")
_REPEATS = re.compile(r"(?:[?*+]|\{\d*,?\d*\})?[?+]?")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_IN_CLASS = re.compile(r"(?P<low>\\u[0-9a-f]{4}|\\.|[^\\])(?:-(?P<high>\\u[0-9a-f]{4}|\\.|[^\\]))?")
_NO_WIDTH = re.compile(r"\\b|\^")
_KINDS = {"\\d": frozenset(digits), "\\s": frozenset(" \t\n")}

Characters = frozenset[str] | None
"""What something begins with, or None for anything."""


def first_characters(pattern: str) -> Characters:
    """Return the characters one of which begins every text that a pattern matches."""
    found: frozenset[str] = frozenset()
    for branch in _branches(pattern):
        first = _of_branch(branch)
        if first is None:
            return None
        found |= first
    return found


def _of_branch(branch: str) -> Characters:
    while skipped := _LOOKS.match(branch) or _NO_WIDTH.match(branch):
        is_look = branch[0] == "("
        end = _closing(branch, skipped.end()) + 1 if is_look else skipped.end()
        branch = branch[end:]
    if not branch:
        return None
    first, end = _of_atom(branch)
    if first is None or not _MAY_LACK.match(branch, end):
        return first
    repeats = _REPEATS.match(branch, end)
    assert repeats is not None
    rest = _of_branch(branch[repeats.end() :])
    return None if rest is None else first | rest


def _of_atom(branch: str) -> tuple[Characters, int]:
    """Return what the first part of a branch begins with, and where that part ends."""
    if opens := _OPENS.match(branch):
        close = _closing(branch, opens.end())
        return first_characters(branch[opens.end() : close]), close + 1
    if branch[0] == "[":
        found = _CLASS.match(branch)
        assert found is not None, branch
        return _of_class(found[0][1:-1]), found.end()
    if branch[0] == "\\":
        return _of_escape(branch[:6])
    return (None, 1) if branch[0] in "(.$" else (frozenset(branch[0]), 1)


def _of_escape(written: str) -> tuple[Characters, int]:
    if written[1] == "u":
        return frozenset(chr(int(written[2:6], 16))), 6
    kind = written[:2]
    return _KINDS.get(kind, None if kind[1].isalnum() else frozenset(kind[1])), 2


def _of_class(inside: str) -> Characters:
    """Return the characters of a class; "[^a]" holds any."""
    if inside[0] == "^":
        return None
    found: frozenset[str] = frozenset()
    for one in _IN_CLASS.finditer(inside):
        ends = [
            _of_escape(end)[0] if end[0] == "\\" else frozenset(end) for end in one.groups() if end
        ]
        low = ends[0]
        if low is None:
            return None
        if one["high"]:
            high = ends[1]
            if high is None:
                return None
            low = frozenset(map(chr, range(ord(min(low)), ord(min(high)) + 1)))
        found |= low
    return found


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
            inside = _CLASS.match(pattern, place)
            assert inside is not None, pattern
            place = inside.end()
            continue
        depth += {"(": 1, ")": -1}.get(pattern[place], 0)
        yield place, depth
        place += 1
