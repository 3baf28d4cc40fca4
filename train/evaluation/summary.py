"""Several trainings that differ in their seed alone, as one: mean and 95 % interval.

[scores of a seed, ...]  ->  scores with NAME and NAME_interval
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

from train.evaluation import Values

INTERVAL = "_interval"
"""What the name of an interval's half width ends in."""
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
"""97.5 % quantiles of Student's t for 1, 2, ... degrees of freedom."""


def over_seeds(scores: Sequence[Values]) -> Values:
    """Return the mean of each score, and where there are several seeds its 95 % interval."""
    found: Values = {}
    for name in scores[0]:
        values = [one[name] for one in scores]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            found[name] = None
            continue
        found[name] = fmean(known)
        if len(known) > 1:
            quantile = STUDENT[min(len(known) - 2, len(STUDENT) - 1)]
            found[name + INTERVAL] = quantile * stdev(known) / math.sqrt(len(known))
    return found
