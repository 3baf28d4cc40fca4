"""Judge a reading in words: case, hyphens, commas and how letters are spaced do not count.

A right reading may leave choices, ``{a|b|}``, that a listener takes for the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
_CHOICE = re.compile(r"\{([^{}]*)\}")
_CAPITALS = re.compile(r"(?<![A-Za-z'])[A-Z]{2,6}(?=s?(?![A-Za-z]))")
SPOKEN_AS_WORDS = frozenset((
    "NASA", "PIN", "ZIP", "RAM", "FICO", "COVID", "SAVE", "STOP", "HELP", "MAC", "VIN", "LED",
    "WELCOME", "NEED", "NOW", "VERY", "NOT", "GO", "HAUL", "BASEPOD", "CUDA",
))  # fmt: skip


def words(said: str) -> tuple[str, ...]:
    """Return the words of a reading, to compare by."""
    said = re.sub(r"\b([AaPp])\.? ?([Mm])\b\.?", r"\1 \2", said)
    said = re.sub(r"\b([A-Z])\.(?=[A-Z]\b)", r"\1 ", said)
    said = _CAPITALS.sub(
        lambda m: m[0] if m[0] in SPOKEN_AS_WORDS else " ".join(m[0]), said.replace("'", "")
    )
    said = re.sub(r"[^A-Za-z\u00c0-\u024f!]+", " ", said.lower())
    said = re.sub(r"!(?!\w)", " ", said)
    said = re.sub(r"\b(hundred|thousand|million|dollars?|pounds?|euros?) and (?=\w)", r"\1 ", said)
    return tuple(said.split())


def expand(right: str) -> Iterator[str]:
    """Yield every reading that a right one with choices allows."""
    choice = _CHOICE.search(right)
    if not choice:
        yield right
        return
    for one in choice[1].split("|"):
        yield from expand(right[: choice.start()] + one + right[choice.end() :])


@cache
def is_right(said: str, right: str) -> bool:
    """Tell whether a listener takes what is said for the right reading, or for one of them."""
    return any(words(said) == words(one) for one in expand(right))


def table(name: str) -> list[tuple[str, str]]:
    """Return the rows of a table of two columns."""
    lines = (HERE / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith(("# ", "## "))]
    return [(row[0], row[1]) for row in rows]


def fresh() -> list[tuple[str, str]]:
    """Return the lines that were written before a look at the rules, each with its reading."""
    lines = (HERE / "fresh.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if not line.startswith("# ")]
    return list(zip(lines[::2], lines[1::2], strict=True))
