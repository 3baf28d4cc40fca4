"""Intervals and tests for means over items: by resampling, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES = 2_000
LEVEL = 0.95
FLIPS = 10_000


class Mean(NamedTuple):
    """A mean over items with its interval."""

    value: float
    low: float
    high: float
    items: int


def mean(values: Sequence[float], seed: int = 0) -> Mean | None:
    """Return a mean and its 95 % bootstrap interval (percentiles); None of nothing."""
    if not values:
        return None
    found = np.asarray(values, np.float64)
    rng = np.random.default_rng(seed)
    picks = rng.integers(len(found), size=(RESAMPLES, len(found)))
    means = found[picks].mean(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Mean(float(found.mean()), float(low), float(high), len(found))


class PairedTest(NamedTuple):
    """How two models differ on the items that both answered."""

    difference: float
    """Mean of the first less the second's."""
    p: float
    """Two-sided, of random exchanges of the two."""
    items: int


def paired(one: Sequence[float], other: Sequence[float], seed: int = 0) -> PairedTest:
    """Compare two models item by item, by exchanging the two at random."""
    differences = np.asarray(one, np.float64) - np.asarray(other, np.float64)
    if not len(differences) or not differences.any():
        return PairedTest(0.0, 1.0, len(differences))
    observed = abs(differences.mean())
    rng = np.random.default_rng(seed)
    signs = rng.choice((-1.0, 1.0), size=(FLIPS, len(differences)))
    extreme = int((np.abs((signs * differences).mean(axis=1)) >= observed - 1e-12).sum())
    return PairedTest(float(differences.mean()), (extreme + 1) / (FLIPS + 1), len(differences))


def krippendorff(ratings: Sequence[Sequence[float | None]]) -> float | None:
    """Return Krippendorff's alpha for interval data; rows are raters, columns what they rate.

    None if nothing was rated twice, or everything was rated the same.
    """
    units = [
        [row[unit] for row in ratings if row[unit] is not None]
        for unit in range(len(ratings[0]) if ratings else 0)
    ]
    pairable = [np.asarray(unit, np.float64) for unit in units if len(unit) > 1]
    if not pairable:
        return None
    observed = sum(
        float(((unit[:, None] - unit[None]) ** 2).sum()) / (len(unit) - 1) for unit in pairable
    )
    everything = np.concatenate(pairable)
    count = len(everything)
    expected = float(((everything[:, None] - everything[None]) ** 2).sum()) / (count - 1)
    return None if expected == 0 else 1 - observed / expected
