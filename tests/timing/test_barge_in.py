from __future__ import annotations

import numpy as np
import pytest

from datagen.timing.barge_in import manner_of, num_heard
from datagen.timing.distributions import LogNormal
from datagen.timing.preset import Answer
from datagen.types import SAMPLE_RATE, Interruption

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


@pytest.mark.parametrize(
    ("preset", "returns", "planned", "expected"),
    [
        (Answer(), False, None, "yield"),
        (Answer(hold=1.0), False, None, "hold"),
        (Answer(hold=1.0), True, None, "bridge"),
        (Answer(override=1.0), True, None, "override"),  # clips stay whole, whatever is planned
        (Answer(), False, Interruption(kind="protest", answer="hold", uptake="resume"), "hold"),
        (Answer(), False, Interruption(kind="protest", answer="override"), "override"),
        (Answer(hold=1.0), False, Interruption(kind="known", answer="yield"), "yield"),
        (Answer(), False, Interruption(kind="pause", answer="yield", uptake="repeat"), "bridge"),
        (Answer(hold=1.0), False, Interruption(kind="question"), "hold"),
    ],
)
def test_how_somebody_stops(
    preset: Answer, returns: bool, planned: Interruption | None, expected: str
) -> None:
    rng = np.random.default_rng(0)
    assert manner_of(preset, rng, returns, planned) == expected
