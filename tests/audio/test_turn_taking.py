from __future__ import annotations

import pytest

from datagen.audio.turn_taking import TurnTaking, pooled, turn_taking, units
from datagen.audio.vad import Spell
from datagen.types import SAMPLE_RATE, Speaker


def spell(speaker: Speaker, start: float, end: float) -> Spell:
    return Spell(speaker, round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))


CONVERSATION = [
    spell("agent", 1.0, 2.0),
    spell("agent", 2.1, 4.0),  # .1 s is no pause
    spell("agent", 4.5, 6.0),  # .5 s is
    spell("user", 3.0, 3.4),  # a backchannel
    spell("user", 6.4, 8.0),  # after a gap of .4 s
    spell("agent", 7.7, 11.0),  # overlaps by .3 s
]


def test_units_join_across_short_silences() -> None:
    assert [(ipu.start, ipu.end) for ipu in units(CONVERSATION)[:2]] == [
        (SAMPLE_RATE, 4 * SAMPLE_RATE),
        (3 * SAMPLE_RATE, round(3.4 * SAMPLE_RATE)),
    ]
    assert len(units(CONVERSATION)) == 5


def test_seconds_and_counts() -> None:
    found = turn_taking(CONVERSATION)
    seconds = {
        name: getattr(found, name) / SAMPLE_RATE
        for name in ("span", "ipu", "pause", "gap", "overlap")
    }
    assert seconds == pytest.approx(
        {"span": 10.0, "ipu": 9.8, "pause": 0.5, "gap": 0.4, "overlap": 0.7}
    )
    counts = found.num_ipus, found.num_pauses, found.num_gaps, found.num_overlaps
    assert counts == (5, 1, 1, 2)
    assert [offset / SAMPLE_RATE for offset in found.offsets] == pytest.approx([0.4, -0.3])
    assert found.per_minute()["ipu"] == pytest.approx(9.8 * 6)
    assert found.per_minute()["num_gaps"] == pytest.approx(6)


def test_offset_statistics() -> None:
    found = turn_taking(CONVERSATION).offset_statistics()
    assert found == pytest.approx(
        {"median": 0.05, "mean": 0.05, "overlapped": 0.5, "under_200_ms": 0.5, "over_1_s": 0.0}
    )


def test_pooling_weighs_by_time() -> None:
    short = turn_taking([spell("agent", 0, 1), spell("user", 1.5, 2)])
    both = pooled([turn_taking(CONVERSATION), short])
    assert both.span == 12 * SAMPLE_RATE
    assert both.per_minute()["gap"] == pytest.approx(0.9 * 5)
    assert len(both.offsets) == 3


def test_nothing_said() -> None:
    assert turn_taking([]) == TurnTaking()
    assert TurnTaking().offset_statistics() == {}


def test_what_the_agent_waits_for_a_tool_is_counted_apart() -> None:
    second = SAMPLE_RATE
    spells = [
        Spell("user", 0, second),
        Spell("agent", 2 * second, 3 * second),
        Spell("agent", 8 * second, 9 * second),
        Spell("user", 10 * second, 11 * second),
    ]
    plain = turn_taking(spells)
    apart = turn_taking(spells, [(3 * second, 8 * second)])
    assert (plain.pause, apart.pause) == (5 * second, 0)
    assert apart.span == plain.span - 5 * second
    assert apart.gap == plain.gap == 2 * second
    assert apart.offsets == plain.offsets
