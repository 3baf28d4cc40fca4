"""What a clip or a pair shows of a dialogue: some seconds before a moment, some after it."""

from __future__ import annotations

from datagen.pairs.tokens import FrameSpan

BEFORE = 150
"""Frames (12 s) before the moment that counts."""
AFTER = 100
"""Frames (8 s) after it, unless something ends it sooner."""
MAX_FRAMES = 300
"""24 s: TurnNat's perturbed crops last 20 to 25 s."""
MIN_BEFORE = 13
"""Frames (1 s) without which a moment has no context."""


def around(first: int, stop: int, num_frames: int) -> FrameSpan | None:
    """Return the crop around frames [first, stop) in which two versions differ.

    None if there is too little before them, or too much between them.
    """
    start = max(0, first - BEFORE)
    end = min(num_frames, max(stop, first + 1))
    if first - start < MIN_BEFORE or end - start > MAX_FRAMES:
        return None
    return FrameSpan(start, end)
