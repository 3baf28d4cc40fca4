"""How long a dialogue should be: a long tail to the right, as people's have."""

from __future__ import annotations

from math import exp

from datagen.scripting.plans.draws import Draws

SPREAD = 0.45
"""Standard deviation of the logarithm."""


def aim(mean: float, draws: Draws) -> float:
    """Draw how many words a dialogue should have."""
    normal = 2 * (draws.uniform() + draws.uniform() + draws.uniform() - 1.5)
    return mean * exp(SPREAD * normal - SPREAD**2 / 2)
