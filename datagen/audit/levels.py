"""Checks of what a channel's levels say, against the effects that the ledger says it went through.

A clean channel holds nothing while the other speaks. One with a room holds that room and no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from datagen.audit.rows import Row
from datagen.types import SPEAKERS

QUIETEST, LOUDEST = -40.0, -8.0
"""Levels in dBFS between which speech lies, before the ledger's gain."""
CLEAN = -60.0
"""Most, in dBFS, that a channel without effects holds while only the other speaks."""
ROOM_IS_HEARD = -90.0
"""Least, in dBFS, that a channel with a room or a floor holds where nobody speaks."""
MARGIN = 6.0
"""Range in dB by which a channel may be louder than its receipt says: rooms drift."""
_UNBOUNDED = frozenset({"reverb", "cough", "breath"})
"""Effects that sound at times, beside what is steady."""
_RECORDING = "recording"
"""Cause of the event that says what a recorded channel holds besides its speaker."""
RECORDED_MARGIN = 0.5
"""Range in dB by which a recorded channel may differ from what its ledger says: it is rounded."""
_STEADY = frozenset({"room", "floor", "line"})


def levels(row: Row) -> Iterator[str]:
    """Speech is neither too quiet nor too loud, and nothing is clipped."""
    measured = row.values["hygiene"] or {}
    for speaker in SPEAKERS if measured else ():
        gain = _effects(row, speaker).get("gain", {}).get("db", 0.0)
        level, clipped = measured[f"{speaker}_level"], measured[f"{speaker}_clipped"]
        if clipped:
            yield f"{clipped:.0f} samples of the {speaker}'s channel are clipped"
        if measured[f"{speaker}_speech"] and not QUIETEST <= level - gain <= LOUDEST:
            yield f"the {speaker}'s speech is at {level:.1f} dBFS, with a gain of {gain:.1f} dB"


def leakage(row: Row) -> Iterator[str]:
    """While only the other speaks, a channel holds what the ledger says, and no more."""
    measured = row.values["hygiene"] or {}
    for speaker, other in zip(SPEAKERS, SPEAKERS[::-1], strict=True) if measured else ():
        effects = _effects(row, speaker)
        found, most = measured[f"{speaker}_leakage"], _most(effects, measured, speaker, other)
        if found > most:
            yield (
                f"the {speaker}'s channel is at {found:.1f} dBFS while only the {other} speaks,"
                f" at most {most:.1f} by its effects"
            )
        floor = measured[f"{speaker}_floor"]
        if effects.keys() & _STEADY and floor < ROOM_IS_HEARD:
            yield f"the {speaker}'s channel is silent where nobody speaks, and has a room"


def _effects(row: Row, speaker: str) -> dict[str, dict[str, Any]]:
    """Return the settings of a channel's effects, by name."""
    events = (event for event in row.values["events"] if event["type"] == "effect")
    return {
        event["cause"]: json.loads(event["text"]) for event in events if speaker == event["speaker"]
    }


def _most(
    effects: dict[str, dict[str, Any]], measured: dict[str, float], speaker: str, other: str
) -> float:
    """Return the level in dBFS that a channel has at most while it says nothing."""
    if effects.keys() & _UNBOUNDED:
        return float("inf")
    if _RECORDING in effects:
        return float(effects[_RECORDING]["leakage"]) + RECORDED_MARGIN
    gain, level = effects.get("gain", {}).get("db", 0.0), measured[f"{speaker}_level"]
    parts = [CLEAN]
    parts += [level - effects[name]["snr"] for name in ("room", "noise") if name in effects]
    parts += [effects[name]["level"] for name in ("line", "floor") if name in effects]
    if effects.get("echo", {}).get("scale"):
        parts.append(measured[f"{other}_level"] + 20 * np.log10(effects["echo"]["scale"]) + gain)
    return float(10 * np.log10(sum(10 ** (part / 10) for part in parts))) + MARGIN * bool(effects)


CHECKS = (levels, leakage)
