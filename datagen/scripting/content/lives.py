"""What a line of small talk presumes of the life of who says it. Mark, Mark -> one life or two

A line has marks of a closed list, as ``mark.value``. Several of one mark are alternatives
(``[kids.none, kids.grown]``); a mark that a line does not have is open. Nobody says two lines that
no one life has room for.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal[
    "age.young",
    "age.grown",
    "age.old",
    "work.days",
    "work.odd",
    "work.own",
    "work.home",
    "work.study",
    "work.retired",
    "wakes.early",
    "wakes.late",
    "kids.none",
    "kids.small",
    "kids.grown",
    "partner.yes",
    "partner.no",
    "parents.living",
    "parents.gone",
    "siblings.yes",
    "siblings.no",
    "alone.yes",
    "alone.no",
    "pets.none",
    "pets.dog",
    "pets.cat",
    "pets.other",
    "home.house",
    "home.flat",
    "home.other",
    "garden.yes",
    "garden.no",
    "car.yes",
    "car.no",
    "place.city",
    "place.suburb",
    "place.town",
    "place.country",
    "since.born",
    "since.long",
    "since.new",
    "weekends.free",
    "weekends.full",
    "travels.often",
    "travels.seldom",
    "youth.city",
    "youth.town",
    "youth.country",
    "youth.moving",
    "cooks.yes",
    "cooks.no",
]
"""``work``: by day for somebody, at odd hours, for oneself, at home with children, at school, no
more; ``wakes``: before most people, or well after them; ``kids.small``: still at home; ``alone``:
lives alone; ``garden.no``: nothing but a pot on a sill; ``since``: how long it has lived where it
lives; ``youth``: where it grew up."""
Life: TypeAlias = tuple[Mark, ...]


@cache
def is_one_life(life: Life, other: Life) -> bool:
    """Tell whether one person may have both lives: no mark leaves it without a value."""
    if not life or not other:
        return True
    here, there = _by_mark(life), _by_mark(other)
    return all(here[mark] & there[mark] for mark in here.keys() & there.keys())


def _by_mark(life: Life) -> dict[str, set[str]]:
    """Return the values that each mark leaves open."""
    found: dict[str, set[str]] = {}
    for one in life:
        mark, value = one.split(".")
        found.setdefault(mark, set()).add(value)
    return found
