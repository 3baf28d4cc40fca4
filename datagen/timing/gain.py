"""How much each turn's clip is amplified, so that both speakers are about equally loud."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from datagen.audio.loudness import BLOCK, SILENT_LUFS
from datagen.timing.preset import Level
from datagen.types import Clip, Rejected


def gains(
    clips: Sequence[Clip], level: Level, jitter: float, offsets: Sequence[float]
) -> list[float]:
    """Return the gain in dB of each clip of one speaker.

    Every clip is brought to ``level.target`` + ``jitter`` + its offset (dB). What is too short to
    be measured gets the speaker's median gain instead. No gain takes a peak above ``level.peak``.
    """
    wanted = [level.target + jitter - _measured(clip) for clip in clips]
    usual = [gain for gain, clip in zip(wanted, clips, strict=True) if clip.num_samples >= BLOCK]
    steady = median(usual or wanted or [0.0])
    return [
        _rounded(
            min((steady if clip.num_samples < BLOCK else gain) + offset, level.peak - clip.peak)
        )
        for gain, clip, offset in zip(wanted, clips, offsets, strict=True)
    ]


def _measured(clip: Clip) -> float:
    if clip.loudness <= SILENT_LUFS:
        raise Rejected("silent_clip", f"turn {clip.turn} measures {clip.loudness:.1f} LUFS")
    return clip.loudness


def _rounded(gain: float) -> float:
    """Round down to 0.01 dB: no other machine's last bit shows, and no peak limit is passed."""
    return math.floor(gain * 100) / 100
