"""Praat's TextGrid, long, short or chronological: the labels of the tier that has the words.

The first two list the same values in the same order; the long one also names them. The last one
lists the tiers first, and then what they hold by its time. What stands behind a ! is a comment.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Interval: TypeAlias = tuple[str, float, float]
"""A label, its start and end in seconds."""
TIERS = ("words", "word", "orthography", "ort", "transcript", "text", "utterance")
"""Names, in lower case, of the tier with the words; the first two also behind a speaker's name."""
_VALUE = re.compile(
    r'!.*|"((?:[^"]|"")*)"|(?<![\w\[.-])(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|-?(?:nan|inf))(?![\w\].])'
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_MAX_TIERS = 1_000
_WIDTHS = {"IntervalTier": 3, "TextTier": 2}
"""Values of an item, by the kind of its tier."""
CHRONOLOGICAL = "Praat chronological TextGrid text file"


def read_textgrid(text: str) -> Iterator[Interval]:
    """Yield the intervals of the tier with the words. Raises ValueError."""
    tiers = _tiers(text)
    if not tiers:
        raise ValueError("it has no interval tier")
    yield from tiers[_words(tiers)]


def read_tiers(text: str) -> dict[str, list[Interval]]:
    """Return all interval tiers by name, in order. Raises ValueError."""
    return _tiers(text)


def _words(tiers: Mapping[str, object]) -> str:
    """Return the name of the tier with the words; without one of that name it is the first."""
    parts = {name: re.split(r"[^a-z]+", name.casefold()) for name in tiers}
    for wanted in TIERS:
        for name in tiers:
            if name.casefold().strip() == wanted:
                return name
    for wanted in TIERS[:2]:
        for name in tiers:
            if wanted in parts[name]:
                return name
    return next(iter(tiers))


def _tiers(text: str) -> dict[str, list[Interval]]:
    """Return the interval tiers by name; of two of one name the first."""
    _check_marks(text)
    if CHRONOLOGICAL in text[:1000]:
        return _by_time(_values(text.partition(CHRONOLOGICAL)[2].partition("\n")[2]))
    values = _values(_after_header(text))
    num_tiers, at = _count(values, 2), 3
    tiers: dict[str, list[Interval]] = {}
    for _ in range(min(num_tiers, _MAX_TIERS)):
        if at + 5 > len(values):
            raise ValueError("it ends before its last tier")
        kind, name, size = values[at], values[at + 1], _count(values, at + 4)
        at, items = _items(values, at + 5, _WIDTHS.get(kind, 2), size)
        if items is None:
            raise ValueError(f"it ends inside its tier {name!r}")
        if kind == "IntervalTier":
            tiers.setdefault(name, [_interval(*item) for item in items])
    return tiers


def _items(values: list[str], at: int, width: int, size: int) -> tuple[int, list[list[str]] | None]:
    """Return where a tier ends and its items; None if the file ends before it has ``size``.

    Some aligners write a wrong size (MFA): a tier goes on to the next one, or to the file's end.
    """
    items: list[list[str]] = []
    while at < len(values) and values[at] not in _WIDTHS:
        items.append(values[at : at + width])
        at += width
    is_cut = bool(items) and len(items[-1]) < width
    return at, None if is_cut or (at >= len(values) and len(items) < size) else items


def _by_time(values: list[str]) -> dict[str, list[Interval]]:
    """Return the interval tiers of a chronological file: its span, tiers, and a tier's number."""
    num_tiers = _count(values, 2)
    heads = [values[at : at + 4] for at in range(3, 3 + 4 * min(num_tiers, _MAX_TIERS), 4)]
    if len(heads) < num_tiers or any(len(head) < 4 for head in heads):
        raise ValueError("it ends before its last tier")
    found: list[list[Interval]] = [[] for _ in heads]
    at = 3 + 4 * num_tiers
    while at < len(values):
        number = _count(values, at)
        if not 1 <= number <= num_tiers:
            raise ValueError(f"it has no tier {number}")
        width = _WIDTHS.get(heads[number - 1][0], 2)
        item = values[at + 1 : at + 1 + width]
        if len(item) < width:
            raise ValueError(f"it ends inside its tier {heads[number - 1][1]!r}")
        if width == 3:
            found[number - 1].append(_interval(*item))
        at += 1 + width
    tiers: dict[str, list[Interval]] = {}
    for (kind, name, *_), intervals in zip(heads, found, strict=True):
        if kind == "IntervalTier":
            tiers.setdefault(name, intervals)
    return tiers


def _check_marks(text: str) -> None:
    """Raise ValueError for a quotation mark inside a label that is not doubled: it ends the label.

    What follows would be taken for values, and those of all later intervals for others'.
    """
    for found in _VALUE.finditer(text):
        if found[0][0] != '"':
            continue
        before = text[max(0, found.start() - 1) : found.start()]
        after = text[found.end() : found.end() + 1]
        if (before.strip() and before != "=") or (after.strip() and after != "!"):
            line = len(_LINE_END.findall(text, 0, found.start())) + 1
            raise ValueError(f'line {line}: a quotation mark inside a label must be doubled ("")')


def _values(text: str) -> list[str]:
    """Return the texts and numbers of a file, in order."""
    return [found[1] or found[2] or "" for found in _VALUE.finditer(text) if found.lastindex]


def _interval(start: str, end: str, label: str) -> Interval:
    times = float(start), float(end)
    if not all(map(math.isfinite, times)) or times[1] < times[0]:
        raise ValueError(f"the interval of {label!r} goes from {start} to {end}")
    return label.replace('""', '"').strip(), *times


def _count(values: list[str], at: int) -> int:
    text = values[at] if at < len(values) else ""
    if not text.isdecimal():
        raise ValueError(f"{text or 'nothing'!r} stands where a number of tiers or intervals must")
    return int(text) if len(text) < 10 else 10**9


def _after_header(text: str) -> str:
    """Drop the file and object type, whose strings are not values."""
    if "ooTextFile" not in text:
        raise ValueError("it is not a Praat text file")
    return text.partition('TextGrid"')[2]
