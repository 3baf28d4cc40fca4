"""The limits that a good clip keeps: one set for each kind of voice.

Published practice (Emilia, NeMo Curator) where there is any; the rest was measured on clean speech
and on injected faults. `benchmarks/gates.py` measures again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from datagen.config import describe
from datagen.types import Record, UserError


class Limits(Record):
    """Times in seconds, levels in dB or dBFS, rates in letters a second."""

    listen: bool = True
    """Whether clips are listened to. False takes all of them, for a stand-in that is no speech."""
    min_seconds: float = 0.2
    max_seconds: float = 40.0
    """Longest clip in seconds; Chatterbox stops at 40 s."""
    min_peak: float = -40.0
    max_clipped: float = 1e-4
    """Largest share of a clip's samples at full scale."""
    max_offset: float = 0.02
    min_level: float = -40.0
    max_level: float = -6.0
    min_range: float = 30.0
    """Least dB from the quietest windows up to the loud ones, in a clip of at least two seconds."""
    max_lead: float = 0.5
    max_tail: float = 1.0
    max_gap: float = 1.5
    max_noise: float = 0.6
    """Most seconds of flat-spectrum sound at speech level: a hallucinated tail, a burst."""
    min_end_drop: float = 20.0
    """Least dB from the last 30 ms up to the speech; with less, the clip was cut off."""
    min_quick_drop: float = 25.0
    """Least such dB in a turn that is over in less time than usual (``quick_pace``)."""
    quick_pace: float = 1.05
    min_rate: float = 7.0
    max_rate: float = 24.0
    min_pace: float = 0.70
    max_pace: float = 1.30
    """Highest pace of a turn, relative to its speaker's other turns (`pace`): text said twice has
    half the pace, a clip that lacks its last 30 % has 1.4 times it."""
    max_pitch_change: float = 4.0
    """Most semitones from the median of the speaker's other turns."""
    max_level_change: float = 9.0
    """Most dB from the median of the speaker's other turns."""
    max_voice_change: float = 10.0
    """Greatest distance (`timbre.distance`) from the median of the speaker's other turns."""
    min_own_voice: float = -1.0
    """Least distance by which a turn must sound nearer to its own speaker than to the other."""
    min_voice_distance: float = 2.5
    """Least distance (`timbre.distance`) between the two speakers."""


PROFILES: dict[str, dict[str, Any]] = {
    # espeak-ng never cuts a clip off, and may end the name of a letter without a decay
    "espeak": {
        "min_end_drop": 5.0,
        "max_level_change": 6.0,
        "max_gap": 1.0,
        "min_pace": 0.78,
        "max_pace": 1.22,
        "max_voice_change": 9.0,
        "min_voice_distance": 3.0,
    },
    # Kokoro ends a clip in its own silence; a lively turn is 6 to 10 semitones above the others, a
    # short one 1.4 times as quick as its speaker's others: a judge hears what a cut leaves out
    "kokoro": {
        "min_end_drop": 12.0,
        "max_pitch_change": 12.0,
        "min_pace": 0.6,
        "max_pace": 1.5,
        "min_voice_distance": 1.5,
    },
    "chatterbox": {},
    "dia": {"min_end_drop": 12.0},  # its clips are cut from a dialogue, close to the next voice
    "dummy": {"listen": False},
    "chords": {"listen": False},
}
"""Differences from `Limits`, by a synthesizer's name for itself (`Synthesizer.source`)."""


def limits_for(source: str, overrides: Mapping[str, Any] | None = None) -> Limits:
    """Return the limits of a synthesizer, with a recipe's changes."""
    try:
        return Limits.model_validate({**PROFILES.get(source, {}), **(overrides or {})})
    except ValidationError as error:
        raise UserError(f"gates: {describe(error, Limits)}") from error
