"""Random choices of one dialogue, from one seed.

A script takes some hundreds of small choices; one at a time numpy's Generator costs more than the
writing, so `draws_for` takes Python's. `stratified` and `scattered` choose by index instead, so
that any prefix is balanced.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import gcd
from random import Random
from typing import Protocol, TypeVar

from datagen.seeds import seed_for

T = TypeVar("T")


class Source(Protocol):
    """Whatever gives uniform numbers: Python's generator or numpy's."""

    def random(self) -> float:
        """Return a number in [0, 1)."""


class Draws:
    """A sequence of random choices."""

    def __init__(self, source: Source) -> None:
        self.uniform = source.random
        """Returns a number in [0, 1)."""

    def chance(self, probability: float) -> bool:
        """Return True with a probability."""
        return self.uniform() < probability

    def integer(self, low: int, high: int) -> int:
        """Return an integer in [low, high]."""
        return low + int(self.uniform() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of some choices."""
        return choices[int(self.uniform() * len(choices))]

    def level(self) -> int:
        """Return a behaviour level: 0, 1 or 2 with probability 1/4, 1/2, 1/4."""
        return self.pick((0, 1, 1, 2))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in a random order (Fisher-Yates)."""
        uniform, result = self.uniform, list(items)
        for last in range(len(result) - 1, 0, -1):
            other = int(uniform() * (last + 1))
            result[last], result[other] = result[other], result[last]
        return result


def draws_for(run_seed: int, dialog_id: str, *path: str | int) -> Draws:
    """Return the choices that follow from a `seed_for`."""
    return Draws(Random(seed_for(run_seed, dialog_id, *path)))


def stratified(run_seed: int, name: str, index: int, count: int) -> int:
    """Return index's stratum in [0, count): each run of ``count`` indices visits every one once."""
    cycle, position = divmod(index, count)
    return _order(run_seed, name, cycle, count)[position]


@lru_cache(maxsize=4096)
def _order(run_seed: int, name: str, cycle: int, count: int) -> tuple[int, ...]:
    return tuple(draws_for(run_seed, "strata", name, cycle).shuffled(range(count)))


def scattered(run_seed: int, name: str, index: int, size: int) -> int:
    """Return where a permutation of [0, size) puts ``index``: no two of them in one place.

    It is affine, ``a * index + b mod size`` with ``a`` coprime to ``size``.
    """
    multiplier, offset = _affine(run_seed, name, size)
    return (multiplier * index + offset) % size


@lru_cache(maxsize=256)
def _affine(run_seed: int, name: str, size: int) -> tuple[int, int]:
    multiplier = seed_for(run_seed, "scattered", name, "multiplier") % size
    while gcd(multiplier, size) != 1:
        multiplier = (multiplier + 1) % size
    return multiplier, seed_for(run_seed, "scattered", name, "offset") % size
