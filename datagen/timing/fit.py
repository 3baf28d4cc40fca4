"""Fit a timeline preset to recorded conversations.

    [[Spell]] --intervals--> offsets and pauses --fit--> what to change in a preset

The laws are the preset's own: overlaps and gaps log-normal, long gaps a lapse. Median and sigma are
those of the logarithms, by quartiles, so that a few odd values do not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen.audio.turn_taking import units
from datagen.audio.vad import Spell
from datagen.types import SAMPLE_RATE, Speaker, UserError

LAPSE = 2.5
"""Seconds from which a gap is a lapse."""
MIN_OFFSETS = 30
"""Fewest transfers in each direction that a law is fitted to."""
_SHORTEST = 0.01
"""Shortest length in seconds; shorter ones count as this, for the logarithm."""
_ROUNDED = 0.015
"""Seconds of overlap that times in hundredths show where one turn begins as the other ends."""
_QUARTILE = 0.6745
"""Standard deviations from the median to a quartile."""


@dataclass
class Intervals:
    """What lies between stretches of speech, in seconds."""

    offsets: dict[Speaker, list[float]] = field(default_factory=lambda: {"agent": [], "user": []})
    """Floor-transfer offsets by who takes the floor; negative where speakers overlap."""
    pauses: list[float] = field(default_factory=list)
    """Silences of at least 0.2 s within one speaker."""

    def add(self, spells: Iterable[Spell]) -> None:
        """Add one conversation."""
        ipus = units(spells)
        latest = ipus[0] if ipus else None
        for ipu in ipus[1:]:
            assert latest is not None
            silence = (ipu.start - latest.end) / SAMPLE_RATE
            if silence >= 0 and ipu.speaker == latest.speaker:
                self.pauses.append(silence)
            if ipu.end > latest.end:
                if ipu.speaker != latest.speaker:
                    self.offsets[ipu.speaker].append(silence)
                latest = ipu


def fit(intervals: Intervals) -> dict[str, Any]:
    """Return the sections of a preset that the intervals determine."""
    fitted: dict[str, Any] = {}
    sections: dict[Speaker, str] = {"agent": "user_to_agent", "user": "agent_to_user"}
    for speaker, section in sections.items():
        fitted[section] = _transfer(intervals.offsets[speaker], section)
    if len(intervals.pauses) >= MIN_OFFSETS:
        fitted["pause"] = {"clause": _log_normal(intervals.pauses, low=0.2)}
    return fitted


def _transfer(offsets: Sequence[float], section: str) -> dict[str, Any]:
    if len(offsets) < MIN_OFFSETS:
        raise UserError(
            f"{section}: {len(offsets)} transfers of the floor are too few to fit a law to, it"
            f" takes {MIN_OFFSETS}; give more or longer recordings"
        )
    values = np.array(offsets)
    values[(values < 0) & (values > -_ROUNDED)] = 0.0
    overlaps, lapses = -values[values < 0], values[values >= LAPSE]
    gaps = values[(values >= 0) & (values < LAPSE)]
    fitted: dict[str, Any] = {
        "overlap_rate": _share(overlaps, values),
        "lapse_rate": _share(lapses, values),
        "dead_air_rate": 0.0,
    }
    if len(gaps):
        fitted["gap"] = _log_normal(gaps)
    if len(overlaps):
        fitted["overlap"] = _log_normal(overlaps)
    if len(lapses):
        low, high = np.quantile(lapses, [0.05, 0.95])
        fitted["lapse"] = {"low": _rounded(low), "high": _rounded(min(high, 60.0))}
    return fitted


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> float:
    """Return a share, rounded down so that shares never add up to more than 1."""
    return int(1000 * len(part) / len(whole)) / 1000


def _log_normal(
    lengths: Sequence[float] | NDArray[np.float64], low: float = 0.0
) -> dict[str, float]:
    logs = np.log(np.maximum(lengths, _SHORTEST))
    first, middle, third = np.quantile(logs, [0.25, 0.5, 0.75])
    median = float(np.clip(np.exp(middle), _SHORTEST, 60.0))
    high = float(np.clip(np.quantile(lengths, 0.99), median, 60.0))
    sigma = min(3.0, (third - first) / 2 / _QUARTILE)
    law = {"median": _rounded(median), "sigma": _rounded(sigma), "high": _rounded(high) + 0.001}
    return law | ({"low": min(low, law["median"])} if low else {})


def _rounded(value: float) -> float:
    return round(float(value), 3)
