"""As published, the panel is what τ-voice's own code makes of the same ticks, number by number.

Its code is not ours to ship: TAU_VOICE names a checkout of sierra-research/tau2-bench (a2c0247).
"""

from __future__ import annotations

import importlib.util
import math
import os
import random
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from datagen.exam.rules import tau_voice
from datagen.exam.rules.channel import Channel, TimeSpan
from datagen.exam.rules.tau_voice import TICK, Counts, LineEvent, ticks

CHECKOUT = os.environ.get("TAU_VOICE", "")
SCRIPT = Path(CHECKOUT) / "src" / "tau2" / "metrics" / "voice_interaction_metrics.py"
ITEMS = 200
EFFECTS = {"tic": "vocal_tic", "aside": "non_directed_speech"}
NAMES = dict(
    zip(
        ("L_R", "L_Y", "R_R", "R_Y", "I_A", "S_BC", "S_VT", "S_ND"),
        (
            "response_latency_mean", "yield_latency_mean", "response_rate", "yield_rate",
            "agent_interruption_rate", "selectivity_backchannel", "selectivity_vocal_tic",
            "selectivity_non_directed",
        ),
        strict=True,
    )
)  # fmt: skip

pytestmark = pytest.mark.skipif(not CHECKOUT, reason="give a checkout in TAU_VOICE")


@pytest.fixture(scope="module")
def theirs() -> Any:
    """Load the module with what it imports but does not need here left empty."""
    pytest.importorskip("pandas")
    logger = SimpleNamespace(**dict.fromkeys(("debug", "info", "warning"), lambda *a, **k: None))
    for name, content in {
        "loguru": {"logger": logger},
        "tau2": {},
        "tau2.data_model": {},
        "tau2.data_model.message": {"Tick": object},
    }.items():
        module = sys.modules.setdefault(name, ModuleType(name))
        module.__dict__.update(content)
    spec = importlib.util.spec_from_file_location("theirs", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules["theirs"] = found
    spec.loader.exec_module(found)
    return found


def call(rng: random.Random) -> tuple[Channel, list[LineEvent]]:
    """A call as they simulate it: a user who speaks, nods or has tics, an agent who does as ever.

    No two stretches of the user's meet in a tick, and none is one tick at the end, which they drop.
    """
    seconds, time, events = 60.0, rng.uniform(0, 2), []
    while time < seconds - 12:
        part = rng.choice(["floor", "floor", "floor", "backchannel", "tic", "aside"])
        end = time + rng.choice([0.3, 0.6, 1.1, 2.4, 3.7])
        events.append(LineEvent(TimeSpan(round(time, 2), round(end, 2)), part))
        time = end + rng.choice([0.5, 0.9, 1.7, 3.1, 5.2])
    speech, time = [], rng.uniform(0, 6)
    while time < seconds - 6:
        end = time + rng.choice([0.4, 0.9, 1.6, 2.8, 5.5])
        speech.append(TimeSpan(round(time, 2), round(end, 2)))
        time = end + rng.choice([0.3, 0.7, 1.3, 2.6, 4.4])
    return Channel(seconds, (), speech), events


def their_ticks(agent: Channel, events: list[LineEvent]) -> list[Any]:
    speaks = ticks(agent.speech, agent.seconds)
    said = [event for event in events if event.part not in EFFECTS]
    user = ticks([event.span for event in said], agent.seconds)
    found = []
    for number, (one, other) in enumerate(zip(user, speaks, strict=True)):
        moment = TimeSpan(number * TICK + 1e-6, (number + 1) * TICK - 1e-6)
        inside = [event for event in events if event.span.meets(moment)]
        nod = any(event.part == "backchannel" for event in inside)
        effects = [EFFECTS[event.part] for event in inside if event.part in EFFECTS]
        found.append(
            SimpleNamespace(
                user_chunk=chunk(bool(one), nod=nod, effects=effects if not one else []),
                agent_chunk=chunk(bool(other)),
            )
        )
    return found


def chunk(speaks: bool, *, nod: bool = False, effects: list[str] | None = None) -> Any:
    insert = SimpleNamespace(type=effects[0], text="um", is_muffled=False) if effects else None
    return SimpleNamespace(
        contains_speech=speaks,
        turn_taking_action=SimpleNamespace(action="backchannel") if nod else None,
        raw_data=None,
        content="",
        utterance_ids=[],
        speech_effects=SimpleNamespace(dynamic_muffling_enabled=False, speech_insert=insert),
    )


def test_the_panel(theirs: Any) -> None:
    shown = dict.fromkeys(NAMES, 0)
    for seed in range(ITEMS):
        agent, events = call(random.Random(seed))
        counts = Counts("as-published")
        tau_voice.count(agent, events, counts)
        simulation = SimpleNamespace(id="1", task_id="1", ticks=their_ticks(agent, events))
        told = theirs.compute_interaction_metrics_for_experiment(
            SimpleNamespace(simulations=[simulation])
        )
        for name, rate in tau_voice.panel(counts).items():
            wanted = told[NAMES[name]]
            if wanted is None:
                assert rate.value is None, (seed, name, rate)
            else:
                assert rate.value == pytest.approx(wanted), (seed, name, told["counts"])
                shown[name] += 1
            assert not math.isnan(rate.events)
        assert counts.turns == told["counts"]["response_total"]
        assert counts.interruptions == told["counts"]["yield_total"]
    assert min(shown.values()) > ITEMS // 4, shown
