"""Intervals, tests of pairs, agreement of raters."""

from __future__ import annotations

import numpy as np
import pytest

from datagen.exam import stats


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(200):
        found = stats.mean(rng.random(60).tolist())
        assert found is not None
        inside += found.low <= 0.5 <= found.high
    assert 180 <= inside <= 199


def test_nothing_has_no_mean_and_one_value_is_its_own() -> None:
    assert stats.mean([]) is None
    assert stats.mean([0.5]) == (0.5, 0.5, 0.5, 1)


def test_pairs_that_differ_are_told_from_pairs_that_do_not() -> None:
    rng = np.random.default_rng(3)
    base = rng.random(50)
    better = stats.paired((base + 0.2).tolist(), base.tolist())
    assert better.difference == pytest.approx(0.2)
    assert better.p < 0.001
    alike = stats.paired((base + rng.normal(0, 0.1, 50)).tolist(), base.tolist())
    assert alike.p > 0.05
    assert stats.paired([1, 1], [1, 1]).p == 1


def test_krippendorff_of_worked_examples() -> None:
    assert stats.krippendorff([[1, 2, 3], [1, 2, 3]]) == pytest.approx(1)
    # Krippendorff (2011), data C with interval distances
    rows: list[list[float | None]] = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    assert stats.krippendorff(rows) == pytest.approx(0.849, abs=0.001)
    assert stats.krippendorff([[1, None], [None, 2]]) is None
    assert stats.krippendorff([]) is None
