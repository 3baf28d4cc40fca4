"""TurnBench's match of predicted ends of turn and interruptions with annotated ones
(SesameAILabs, eval/score.py at 0dda64e; 2608.25218).

A prediction matches an event if it lies from 0.25 s before it to 3 s after it, and not after the
next event; each matches once. A negative span costs one false alarm at most, and what lies near any
event is none. Where annotators disagree predictions count for nothing.
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
    """Return the moments that two of three annotators name, each the median of theirs.

    This is their rule for moments alone; which ends of segments are moments their gold.py decides.
    """
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
    predicted: Sequence[float],
    events: Sequence[float],
    negatives: Sequence[TimeSpan] = (),
    excluded: Sequence[TimeSpan] = (),
) -> Matches:
    """Match a speaker's predictions of one task with its events; all times in seconds."""
    times = sorted(
        time for time in predicted if not any(span.start <= time <= span.end for span in excluded)
    )
    windows, used, latencies = _windows(sorted(events)), set[int](), []
    for moment, window in zip(sorted(events), windows, strict=True):
        hit = next((i for i, t in enumerate(times) if i not in used and _in(t, window)), None)
        if hit is not None:
            used.add(hit)
            latencies.append(times[hit] - moment)
    stray = [time for time in times if not any(_in(time, window) for window in windows)]
    false = sum(
        any(_in(time, TimeSpan(span.start - EARLY, span.end)) for time in stray)
        for span in negatives
    )
    return Matches(
        recall=len(latencies) / len(windows) if windows else None,
        false_rate=false / len(negatives) if negatives else None,
        latencies=tuple(latencies),
    )


def _windows(moments: Sequence[float]) -> list[TimeSpan]:
    """Return when each event may be predicted; its end counts."""
    found = []
    for moment in moments:
        follows = next((other for other in moments if other > moment), float("inf"))
        found.append(TimeSpan(moment - EARLY, min(moment + LATE, follows)))
    return found


def _in(time: float, window: TimeSpan) -> bool:
    return window.start <= time <= window.end
