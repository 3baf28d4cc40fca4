"""A gain by chance is told from one that is learnt by its standard error."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from train.evaluation.likelihood import ratio


def test_the_error_of_a_ratio_is_that_of_independent_dialogues() -> None:
    counts = np.array([4, 4, 4, 4])
    assert ratio(np.array([4.0, 8.0, 4.0, 8.0]), counts) == (1.5, pytest.approx(0.5 / 3**0.5))
    assert ratio(2.0 * counts, counts) == (2.0, 0.0)
    assert ratio(np.zeros(4), 0 * counts) == (None, None)
    assert ratio(np.ones(1), counts[:1]) == (0.25, None)
