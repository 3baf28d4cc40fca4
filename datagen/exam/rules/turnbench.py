"""TurnBench's match of predicted ends of turn and interruptions with annotated ones
(SesameAILabs, eval at 20e1b57; 2608.25218).

A prediction matches an event if it lies from 0.25 s before it to 3 s after it, and before the next
event; each matches once. A negative span costs one false alarm at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from datagen.exam.rules.channel import TimeSpan

EARLY, LATE = 0.25, 3.0
AGREE = 0.2
"""Seconds within which two annotators mean the same moment."""
MOST_FALSE = 0.15
"""False-alarm rate up to which a submission qualifies."""


@dataclass(frozen=True)
class Matches:
    """How predictions of one task match."""

    recall: float | None
    false_rate: float | None
    """Share of negative spans with a prediction in them."""
    latencies: tuple[float, ...]
    """Seconds from each matched event to its prediction."""

    @property
    def qualifies(self) -> bool:
        """It alarms falsely little enough."""
        return self.false_rate is not None and self.false_rate <= MOST_FALSE

    def percentiles(self) -> tuple[float, float, float] | None:
        """Return the 10th, 50th and 90th percentile of the latency in seconds."""
        if not self.latencies:
            return None
        p10, p50, p90 = np.percentile(self.latencies, [10, 50, 90])
        return float(p10), float(p50), float(p90)


def gold(annotations: Sequence[Sequence[float]]) -> list[float]:
    """Return the moments that two of three annotators name, each the median of theirs."""
    found: list[float] = []
    for moment in sorted(time for times in annotations for time in times):
        if found and moment - found[-1] <= AGREE:
            continue
        near = [
            min(close, key=lambda t: abs(t - moment))
            for times in annotations
            if (close := [t for t in times if abs(t - moment) <= AGREE])
        ]
        if len(near) >= 2:
            found.append(float(np.median(near)))
    return sorted(set(found))


def match(
    predicted: Sequence[float], events: Sequence[float], negatives: Sequence[TimeSpan] = ()
) -> Matches:
    """Match predictions, in order of time, with events."""
    ordered, used = sorted(predicted), set[int]()
    latencies = []
    moments = sorted(events)
    for number, moment in enumerate(moments):
        follows = moments[number + 1] if number + 1 < len(moments) else float("inf")
        until = min(moment + LATE, follows)
        for index, time in enumerate(ordered):
            if index not in used and moment - EARLY <= time < until:
                used.add(index)
                latencies.append(time - moment)
                break
    false = sum(
        any(
            span.start - EARLY <= time <= span.end
            for index, time in enumerate(ordered)
            if index not in used
        )
        for span in negatives
    )
    return Matches(
        recall=len(latencies) / len(moments) if moments else None,
        false_rate=false / len(negatives) if negatives else None,
        latencies=tuple(latencies),
    )
