"""What a channel may hold by its effects."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from datagen.audit.levels import leakage, levels
from datagen.audit.rows import Row

MEASURED = {
    "agent_level": -23.0,
    "user_level": -25.0,
    "agent_floor": -120.0,
    "user_floor": -120.0,
    "agent_leakage": -120.0,
    "user_leakage": -120.0,
    "agent_clipped": 0.0,
    "user_clipped": 0.0,
    "agent_speech": 0.4,
    "user_speech": 0.3,
}


def row(measured: dict[str, float] | None, **effects: dict[str, Any]) -> Row:
    events = [
        {
            "type": "effect",
            "speaker": "agent" if name == "floor" else "user",
            "cause": name,
            "text": json.dumps(settings),
        }
        for name, settings in effects.items()
    ]
    hygiene = None if measured is None else MEASURED | measured
    return Row({"dialog_id": "a", "hygiene": hygiene, "events": events}, {}, {})


@pytest.mark.parametrize(
    ("check", "measured", "effects"),
    [
        (leakage, None, {}),
        (leakage, {}, {}),
        (leakage, {"user_leakage": -52.0, "user_floor": -52.0}, {"room": {"snr": 30.0}}),
        (leakage, {"user_leakage": -51.0, "user_floor": -56.0}, {"line": {"level": -56.0}}),
        (leakage, {"user_leakage": -43.0}, {"echo": {"scale": 0.1}}),
        (leakage, {"user_leakage": -38.0}, {"echo": {"scale": 0.1}, "gain": {"db": 5.0}}),
        (leakage, {"user_leakage": -20.0}, {"cough": {"db": 3.0}}),
        (leakage, {"user_leakage": -20.0}, {"reverb": {}}),
        (levels, None, {}),
        (levels, {"user_level": -45.0}, {"gain": {"db": -20.0}}),
        (levels, {"user_level": -120.0, "user_speech": 0.0}, {}),
    ],
)
def test_what_the_ledger_explains_is_right(
    check: Callable[[Row], Any], measured: dict[str, float] | None, effects: dict[str, Any]
) -> None:
    assert not list(check(row(measured, **effects)))


@pytest.mark.parametrize(
    ("check", "measured", "effects", "sentence"),
    [
        (leakage, {"agent_leakage": -50.0}, {}, "the agent's channel is at -50.0 dBFS while only"),
        (leakage, {"agent_leakage": -50.0}, {"echo": {"scale": 0.1}}, "the agent's channel"),
        (leakage, {"user_leakage": -40.0, "user_floor": -40.0}, {"room": {"snr": 30.0}}, "-47.8"),
        (leakage, {"user_floor": -120.0}, {"line": {"level": -56.0}}, "and has a room"),
        (levels, {"user_level": -5.0}, {}, "at -5.0 dBFS, with a gain of 0.0"),
        (levels, {"user_level": -25.0}, {"gain": {"db": -20.0}}, "with a gain of -20.0"),
        (levels, {"user_clipped": 2.0}, {}, "2 samples of the user's channel are clipped"),
    ],
)
def test_what_it_does_not_explain_is_found(
    check: Callable[[Row], Any], measured: dict[str, float], effects: dict[str, Any], sentence: str
) -> None:
    (found,) = check(row(measured, **effects))
    assert sentence in found
