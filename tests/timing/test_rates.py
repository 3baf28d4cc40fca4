"""Rates and quotas: what is asked for is what the ledger has."""

from __future__ import annotations

from typing import Any

import pytest

from datagen.types import Pause
from tests.stages.test_timeline import events_of, lay, script_of, turn
from tests.timing.test_events import CLAUSES, changed, lines

pytestmark = pytest.mark.slow


def test_a_pause_quota_takes_pauses_out_and_puts_them_in_at_clauses() -> None:
    scripted = lines(CLAUSES, pauses=(Pause(after_word=2),))
    for line, rate, places in (
        (scripted, None, {2}),
        (scripted, 1.0, {2}),
        (scripted, 0.0, set()),
        (lines(CLAUSES), 1.0, {4, 8, 11}),
    ):
        script = script_of(turn("agent", 4), line)
        used = changed(quotas={"pause_rate": rate})
        pauses = events_of(lay(script, used), "pause")
        ends = {
            number
            for number, word in enumerate((w for w in lay(script, used).words if w.turn == 1), 1)
            if any(pause.start == word.end for pause in pauses)
        }
        assert ends <= places
        assert bool(ends) == bool(places)


LIVELY = [
    lines("may i have the name, and the number of your booking, the date too, please?", "agent"),
    lines("yes.", onset="backchannel", at_word=3),
    lines("sorry, what do you want that for?", onset="barge_in", at_word=8),
    lines("so that i find it, and no other, in the list of ours.", "agent"),
    lines(CLAUSES),
]
"""Three turns wait for the floor, one barges in, one has room for a pause, one is an answer."""
TIMES = 150


def transfers(name: str, rate: float) -> dict[str, Any]:
    shares = {"overlap_rate": 0.0, "lapse_rate": 0.0, "dead_air_rate": 0.0, name: rate}
    return {"user_to_agent": shares, "agent_to_user": shares}


@pytest.mark.parametrize("rate", [0.2, 0.7])
@pytest.mark.parametrize(
    ("setting", "kind", "cause", "of"),
    [
        ("quotas.pause_rate", "pause", None, TIMES),
        ("quotas.thinking_rate", "pause", "thinking", TIMES),
        ("quotas.barge_in_rate", "barge_in", None, TIMES),
        ("quotas.backchannel_rate", "backchannel", None, TIMES),
        ("false_interruption.rate", "false_interruption", None, TIMES),
        ("interrupted.hold", "barge_in", "hold", TIMES),
        ("interrupted.override", "barge_in", "override", TIMES),
        ("overlap_rate", "overlap", None, 3 * TIMES - 1),
        ("lapse_rate", "lapse", None, 3 * TIMES - 1),
        ("dead_air_rate", "dead_air", None, 3 * TIMES - 1),
    ],
)
def test_what_happens_follows_its_rate(
    setting: str, kind: str, cause: str | None, of: int, rate: float
) -> None:
    section, _, name = setting.rpartition(".")
    overrides: dict[str, Any] = {section: {name: rate}} if section else transfers(name, rate)
    if section == "interrupted":
        overrides = {section: [{name: rate}] * 3}
    if name == "thinking_rate":
        overrides["quotas"]["pause_rate"] = 1.0
    found = events_of(lay(script_of(*LIVELY * TIMES), changed(**overrides)), kind)
    happened = [event for event in found if cause in (None, event.cause)]
    assert len(happened) / of == pytest.approx(rate, abs=0.1)


def test_quotas_make_barge_ins_wait_and_backchannels_drop() -> None:
    answer = turn("user", 1, "backchannel", at_word=3)
    script = script_of(turn("agent", 14), answer, turn("user", 5, "barge_in", at_word=8))
    dialogue = lay(script, changed(quotas={"barge_in_rate": 0.0, "backchannel_rate": 0.0}))
    assert [event.type for event in dialogue.events] == ["dropped", "gap"]
    assert dialogue.events[0].cause == "quota"
    assert dialogue.turns[0].unsaid == ""
    kept = lay(script, changed(quotas={"barge_in_rate": 1.0, "backchannel_rate": 1.0}))
    assert kept == lay(script, changed())
