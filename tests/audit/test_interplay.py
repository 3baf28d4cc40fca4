"""How answers, waits, interruptions and a listener's sounds are counted."""

from __future__ import annotations

from typing import Any

from datagen.audit.interplay import Interplay
from datagen.audit.rows import Row
from datagen.types import FRAME, SAMPLE_RATE


def turn(speaker: str, start: float, end: float, text: str, onset: str = "after") -> dict[str, Any]:
    return {
        "speaker": speaker,
        "start": round(start * SAMPLE_RATE),
        "end": round(end * SAMPLE_RATE),
        "text": text,
        "onset": onset,
        "unsaid": "",
    }


def event(kind: str, cause: str, start: float, end: float, text: str = "") -> dict[str, Any]:
    samples = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
    speaker = "agent" if kind in ("cut", "unsaid", "wait") else "user"
    at = {"start": samples[0], "end": samples[1]}
    return {"type": kind, "speaker": speaker, "cause": cause, "text": text, **at}


def counted(turns: list[Any], events: list[Any], actions: list[Any], words: list[Any]) -> Interplay:
    found = Interplay()
    values = {"turns": turns, "events": events, "actions": actions, "words": words}
    found.add(Row(values, {}, {}))
    return found


def word(speaker: str, start: float, end: float) -> dict[str, Any]:
    at = {"start": round(start * SAMPLE_RATE), "end": round(end * SAMPLE_RATE)}
    return {"speaker": speaker, "text": "so", **at}


def test_answers_are_told_from_other_turns() -> None:
    turns = [
        turn("user", 0, 1, "Is it open?"),
        turn("agent", 1.25, 2, "It is."),
        turn("user", 1.75, 3, "Wait.", "barge_in"),
        turn("agent", 3.5, 4, "Yes?"),
        turn("user", 4.5, 5, "Thanks."),
        turn("agent", 5.125, 6, "Bye."),
    ]
    found = counted(turns, [], [], [])
    seconds = {kind: [x / SAMPLE_RATE for x in of] for kind, of in found.offsets.items() if of}
    assert seconds == {"answers": [0.25], "statements": [0.125], "after an interruption": [0.5]}


def test_waits_are_counted_from_the_result() -> None:
    turns = [
        turn("user", 0, 1, "My number is five."),
        turn("agent", 1.5, 3, "Let me look."),
        turn("agent", 6.25, 7, "It is so."),
    ]
    action = {"status": "ok", "call_frame": 25, "result_frame": 75}  # 2 s to 6 s
    words = [word("agent", 1.5, 3), word("user", 4, 4.5), word("agent", 6.25, 7)]
    found = counted(turns, [event("wait", "call-1", 3, 6.25, "open")], [action], words)
    assert [x / SAMPLE_RATE for x in found.offsets["after a lookup"]] == [0.25]
    assert (list(found.waits), found.held, found.meanwhile) == ([50 * FRAME], SAMPLE_RATE, 1)


def test_a_nod_near_the_end_of_a_question_is_counted() -> None:
    turns = [
        turn("agent", 0, 6, "So it is due on Monday, is that what you want to have?"),
        turn("user", 5, 5.25, "Okay.", "backchannel"),
        turn("user", 1, 1.25, "Ahem.", "backchannel"),
        turn("agent", 8, 14, "It is due on Monday, and that is all there is to say of it."),
        turn("user", 13, 13.25, "Okay.", "backchannel"),
    ]
    words = [word("agent", at / 2, at / 2 + 0.5) for at in range(28) if at not in range(12, 16)]
    found = counted(turns, [event("false_barge_in", "cough", 1, 1.25)], [], words)
    assert (found.nods, found.nods_to_questions, dict(found.sounds)) == (2, 1, {"cough": 1})


def test_barge_ins_that_leave_facts_unsaid() -> None:
    events = [
        event("barge_in", "bridge", 1, 1.5),
        event("interruption", "pause", 1, 1.5, "repeat"),
        event("cut", "script", 1.5, 1.6, "nine dollars."),
        event("unsaid", "repeated", 4, 6, "price fee"),
        event("barge_in", "yield", 7, 7.5),
        event("interruption", "known", 7, 7.5, "drop"),
        event("cut", "script", 7.5, 7.6, "Monday."),
        event("unsaid", "known", 7.5, 7.5, "day"),
        event("barge_in", "override", 8, 8.5),
        event("interruption", "protest", 8, 8.5),
    ]
    found = counted([], events, [], [])
    assert found.unsaying == 1, "what was known is not lost"
    assert found.barge_ins == {"bridge": 1, "yield": 1, "override": 1}
    assert found.kinds == {"pause": 1, "known": 1, "protest": 1}
    assert found.uptakes == {"repeat": 1, "drop": 1, "none": 1}
    assert found.fates == {"repeated": 2, "known": 1}
    assert "  leave a fact unsaid          33.3%" in found.lines()


def test_a_set_without_anything_has_lines() -> None:
    assert Interplay().lines()
