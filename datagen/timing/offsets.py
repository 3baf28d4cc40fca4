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
) -> Offset:
    """Draw an offset whose overlap is at most ``longest_overlap`` samples.

    With a ``latency`` the offset is that: a gap, whatever the transfer's shares are.
    """
    if latency is not None:
        return Offset(latency.draw(rng), "gap")
    choice = rng.random()
    if choice < transfer.overlap_rate:
        return Offset(-min(transfer.overlap.draw(rng), longest_overlap), "overlap")
    if choice >= 1 - transfer.dead_air_rate:
        return Offset(transfer.dead_air.draw(rng), "dead_air")
    if choice >= 1 - transfer.dead_air_rate - transfer.lapse_rate:
        return Offset(transfer.lapse.draw(rng), "lapse")
    return Offset(transfer.gap.draw(rng), "gap")
