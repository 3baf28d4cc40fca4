"""EVA's score of a change of turn, between 0 and 1 (ServiceNow/eva at 997ae977, turn_taking.md).

Latency counts by straight lines between points, longer where a tool is called; who starts inside
the user's turn gets half at most.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

POINTS = ((-0.5, 0.0), (0.5, 1.0), (2.0, 1.0), (3.5, 0.0))
WITH_TOOL = ((-0.5, 0.0), (0.5, 1.0), (3.0, 1.0), (5.0, 0.0))
ON_TIME = (0.2, 2.75)
ON_TIME_WITH_TOOL = (0.2, 4.0)
LONGEST_OVERLAP = 2.0
LONGEST_YIELD = 2.0


def latency_score(seconds: float, *, tool: bool = False) -> float:
    """Return what a latency is worth."""
    points = WITH_TOOL if tool else POINTS
    return float(np.interp(seconds, [x for x, _ in points], [y for _, y in points]))


def agent_interruption_score(overlaps: Sequence[float]) -> float:
    """Return what is left when the agent starts inside a turn: by overlap in seconds, and count."""
    if not overlaps:
        return 1.0
    longest = max(overlaps)
    return max(0.0, 0.5 * (1 - longest / LONGEST_OVERLAP) * max(0.0, 1 - (len(overlaps) - 1) / 2))


def yield_score(seconds: float) -> float:
    """Return what stopping for an interruption is worth."""
    return max(0.0, 1 - seconds / LONGEST_YIELD)


def is_on_time(seconds: float, *, tool: bool = False) -> bool:
    """Tell whether an answer is neither too early nor too late."""
    least, most = ON_TIME_WITH_TOOL if tool else ON_TIME
    return least <= seconds <= most
