"""When the next speaker starts, counted from the end of the last one (floor-transfer offset).

    (Transfer, rng) --draw--> Offset: negative samples overlap, positive ones are silence

The law is a mixture of log-normals fitted to telephone speech (Levinson & Torreira 2015; the
Fisher figures of Moshi, table 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from datagen.timing.distributions import LogNormal
from datagen.timing.preset import Transfer
from datagen.types import Emotion


@dataclass(frozen=True, slots=True)
class Offset:
    """A floor-transfer offset in samples, and which part of the law it came from."""

    samples: int
    kind: Literal["overlap", "gap", "lapse", "dead_air"]


def draw(
    transfer: Transfer,
    rng: np.random.Generator,
    longest_overlap: int,
    latency: LogNormal | None = None,
    haste: float = 0.0,
) -> Offset:
    """Draw an offset whose overlap is at most ``longest_overlap`` samples.

    With a ``latency`` the offset is that: a gap, whatever the transfer's shares are. ``haste``
    (0-1) is how much sooner than usual somebody starts: at 1 overlaps are twice as frequent, and
    gaps half as long.
    """
    if latency is not None:
        return Offset(latency.draw(rng), "gap")
    choice = rng.random()
    if choice < transfer.overlap_rate * (1 + haste):
        return Offset(-min(transfer.overlap.draw(rng), longest_overlap), "overlap")
    if choice >= 1 - transfer.dead_air_rate:
        return Offset(transfer.dead_air.draw(rng), "dead_air")
    if choice >= 1 - transfer.dead_air_rate - transfer.lapse_rate:
        return Offset(transfer.lapse.draw(rng), "lapse")
    return Offset(round(transfer.gap.draw(rng) * (1 - haste / 2)), "gap")


def anger(emotion: Emotion | None) -> float:
    """Return how angry somebody is, from 0 to 1: what is unpleasant and excites."""
    if emotion is None:
        return 0.0
    return min(1.0, 2 * max(0.0, -emotion.valence) * max(0.0, emotion.arousal))
