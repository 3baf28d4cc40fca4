from __future__ import annotations

import pytest

from datagen.timing.barge_in import num_heard
from datagen.timing.distributions import LogNormal
from datagen.types import SAMPLE_RATE

LIMITS = LogNormal(median=0.45, sigma=0.35, low=0.2, high=1.0)


@pytest.mark.parametrize(
    ("ends", "reaction", "expected"),
    [
        ([1.0, 1.3, 1.5, 1.9], 0.6, 3),  # the last word end within the reaction
        ([1.0, 1.3, 1.6, 1.9], 0.6, 3),  # its end included
        ([1.0, 1.1, 1.7, 1.9], 0.5, 3),  # a word ended too soon: the one under way is finished
        ([1.0, 2.0, 2.3], 0.5, 2),  # as late as can be
        ([1.0, 2.1, 2.3], 0.5, 1),  # nothing ends in time: what was said before is all
        ([1.0, 1.1, 3.0], 0.5, 2),
        ([1.0, 1.3], 0.6, 2),  # all of it
    ],
)
def test_num_heard(ends: list[float], reaction: float, expected: int) -> None:
    samples = [round(end * SAMPLE_RATE) for end in ends]
    assert num_heard(samples, SAMPLE_RATE, round(reaction * SAMPLE_RATE), LIMITS) == expected
