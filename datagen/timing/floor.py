"""When the next speaker starts, counted from the end of the last one (floor-transfer offset).

    (Transfer, rng) --draw--> Offset: negative samples overlap, positive ones are a gap or a lapse

The law is a mixture of log-normals fitted to telephone speech (Levinson & Torreira 2015; the
Fisher figures of Moshi, table 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from datagen.timing.preset import Transfer


@dataclass(frozen=True, slots=True)
class Offset:
    """A floor-transfer offset in samples, and which part of the law it came from."""

    samples: int
    kind: Literal["overlap", "gap", "lapse"]


def draw(transfer: Transfer, rng: np.random.Generator, longest_overlap: int) -> Offset:
    """Draw an offset whose overlap is at most ``longest_overlap`` samples."""
    choice = rng.random()
    if choice < transfer.overlap_rate:
        return Offset(-min(transfer.overlap.draw(rng), longest_overlap), "overlap")
    if choice >= 1 - transfer.lapse_rate:
        return Offset(transfer.lapse.draw(rng), "lapse")
    return Offset(transfer.gap.draw(rng), "gap")
