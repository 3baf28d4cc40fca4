"""HumDial-FDBench's total of interruption, rejection and delay (ASLP-lab, 2604.21406).

Fitted to thirteen rows of its leaderboard (largest error .16 of 100): .4 of interruption, .4 of
rejection, .2 of delay, where a delay of 0.624 s is worth 100.
"""

from __future__ import annotations

import math

WEIGHTS = (0.4, 0.4, 0.2)
FULL = 0.624
"""Delay in seconds that is worth 100."""
SLOPE = 28.5


def delay_score(seconds: float) -> float:
    """Return what a mean delay is worth, at most 100 and at least 0."""
    if seconds <= FULL:
        return 100.0
    return max(0.0, 100.0 - SLOPE * math.log(seconds / FULL))


def total(interruption: float, rejection: float, delay: float) -> float:
    """Return the total of two success rates in per cent and a mean delay in seconds."""
    parts = (interruption, rejection, delay_score(delay))
    return sum(weight * part for weight, part in zip(WEIGHTS, parts, strict=True))
