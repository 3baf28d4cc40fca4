"""Which of a fact's lines answer a question: those that begin with what was asked for.

question, lines --answering--> the lines whose earliest clause is about it
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache

STEM = 4
"""Letters by which two forms of a word are the same."""
_CLAUSE = re.compile(r"(?<=[,.]) ")
_SLOT = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[a-z]{4,}")
_EMPTY = frozenset((
    "does", "have", "from", "that", "this", "they", "them", "there", "with", "will", "what",
    "when", "where", "which", "your", "much", "many", "long", "cost", "costs", "take", "takes",
    "need", "only", "then", "than", "some", "would", "could", "about", "get",
))  # fmt: skip
"""Words that do not say what a question or a clause is about."""


@lru_cache(maxsize=65536)
def answering(question: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines whose first clause is about a question; all, if none is sooner than others.

    "How much is a suite?" is not answered by "A second pet is half, a kennel costs ..., a suite".
    """
    asked = _about(question)
    return _first(lines, lambda clause: not asked.isdisjoint(_about(clause)))


@lru_cache(maxsize=65536)
def stating(slot: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines that state a value, and do so in the earliest clause."""
    names = (f"{{{slot}}}", f"{{{slot[0].upper()}{slot[1:]}}}")
    stated = tuple(line for line in lines if any(name in line for name in names))
    return _first(stated, lambda clause: any(name in clause for name in names))


def _first(lines: tuple[str, ...], fits: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the lines that have a clause that fits before the others have; all, if none has."""
    places: list[float] = []
    for line in lines:
        clauses = enumerate(_CLAUSE.split(line))
        places.append(next((at for at, clause in clauses if fits(clause)), math.inf))
    earliest = min(places, default=math.inf)
    return tuple(line for line, place in zip(lines, places, strict=True) if place == earliest)


def _about(text: str) -> frozenset[str]:
    """Return the beginnings of the words that say what a text is about."""
    words = _WORD.findall(_SLOT.sub(" ", text.lower()))
    return frozenset(word[:STEM] for word in words if word not in _EMPTY)
