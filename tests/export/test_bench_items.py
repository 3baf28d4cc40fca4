"""Which moments of a dialogue are items of an exam."""

from __future__ import annotations

from typing import Any

import pytest

from datagen.export.formats.bench_items import BenchItem, distribution, items_of

SECOND = 24_000


def turn(index: int, speaker: str, onset: str, start: float, end: float) -> dict[str, Any]:
    first, last = round(start * SECOND), round(end * SECOND)
    middle = (first + last) // 2
    words = [
        {"text": f"one{index}", "start": first, "end": middle},
        {"text": f"two{index}", "start": middle, "end": last},
    ]
    return {
        "index": index,
        "speaker": speaker,
        "onset": onset,
        "start": first,
        "end": last,
        "words": words,
    }


TURNS = [
    turn(0, "agent", "after", 0.5, 2),
    turn(1, "user", "after", 2.4, 8),
    turn(2, "agent", "backchannel", 5, 5.4),
    turn(3, "agent", "after", 8.5, 16),
    turn(4, "user", "backchannel", 10, 10.4),
    turn(5, "user", "barge_in", 15, 18),
    turn(6, "agent", "after", 18.4, 24),
    turn(7, "user", "backchannel", 20, 21),
]
EVENTS = [
    {"type": "pause", "speaker": "user", "start": 4 * SECOND, "end": 5 * SECOND, "cause": "clause"},
    {"type": "pause", "speaker": "agent", "start": 9 * SECOND, "end": 10 * SECOND, "cause": ""},
    {"type": "false_barge_in", "speaker": "user", "start": 20 * SECOND, "end": 21 * SECOND}
    | {"cause": "side_talk"},
]


def found(events: list[dict[str, Any]] = EVENTS) -> dict[str, list[BenchItem]]:
    items: dict[str, list[BenchItem]] = {}
    for item in items_of(TURNS, events, 26 * SECOND):
        items.setdefault(item.task.partition("/")[2], []).append(item)
    return items


def test_a_pause_ends_with_its_turn() -> None:
    (item,) = found()["synthetic_pause_handling"]
    assert (item.start, item.stop) == (round(2.4 * SECOND), 8 * SECOND)
    (mark,) = item.texts["pause.json"]
    assert mark["timestamp"] == pytest.approx([1.6, 2.6])


def test_a_turn_is_taken_after_it_and_before_the_user_goes_on() -> None:
    first, second = found()["synthetic_turn_taking"]
    assert first.texts["turn_taking.json"][0]["timestamp"] == pytest.approx([5.6, 6.1])
    assert first.stop == 10 * SECOND  # where the user nods
    assert (second.start, second.stop) == (15 * SECOND, 20 * SECOND)


def test_nods_are_shared_out_over_windows() -> None:
    (item,) = found()["synthetic_backchannel"]
    loud = [n for n, share in enumerate(item.distribution) if share > 0.01]
    assert loud == [13, 14, 15]
    assert sum(item.distribution) == pytest.approx(1)
    assert distribution([], 1.0) == pytest.approx([1 / 6] * 6)


def test_a_barge_in_has_its_context_and_room_for_an_answer() -> None:
    (item,) = found()["synthetic_user_interruption"]
    (mark,) = item.texts["interrupt.json"]
    assert (mark["context"], mark["interrupt"]) == ("one1 two1", "one5 two5")
    assert mark["timestamp"] == pytest.approx([12.6, 15.6])
    assert item.stop - 18 * SECOND == 2 * SECOND


def test_overlaps_are_told_apart_by_the_ledger() -> None:
    items = found()
    assert [i.without for i in items["user_interruption"]] == [(5,)]
    assert [i.without for i in items["user_backchannel"]] == [(4,)]
    assert [i.without for i in items["talking_to_other"]] == [(7,)]
    cough = [EVENTS[-1] | {"cause": "cough"}]
    assert "talking_to_other" not in found(cough)
    assert len(found(cough)["user_backchannel"]) == 1
    assert len(found([])["user_backchannel"]) == 2


def test_no_turn_is_taken_that_the_agent_never_left() -> None:
    held = [*TURNS[:3], turn(3, "agent", "after", 7.5, 10), turn(4, "agent", "after", 10.5, 14)]
    tasks = [item.task for item in items_of(held, [], 26 * SECOND)]
    assert "v1_0/synthetic_turn_taking" not in tasks
