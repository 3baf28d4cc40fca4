"""What an audit says of facts that a barge-in left unsaid."""

from __future__ import annotations

from typing import Any

import pytest

from datagen.audit.rows import Row
from datagen.audit.unsaid import unsaid


def turn(speaker: str, start: int, spoken: str, unsaid: str = "") -> dict[str, Any]:
    return {
        "speaker": speaker,
        "start": start,
        "spoken": spoken,
        "unsaid": unsaid,
        "end": start + 90,
    }


def event(cause: str, start: int, text: str = "price", speaker: str = "agent") -> dict[str, Any]:
    return {"type": "unsaid", "speaker": speaker, "cause": cause, "text": text, "start": start}


def row(*events: dict[str, Any], ledger: int = 2) -> Row:
    """A row in which the agent is cut off before a price, and says it later."""
    turns = [
        turn("agent", 0, "It is due on Monday,", "and it's nine dollars."),
        turn("user", 80, "Sorry, wait."),
        turn("agent", 200, "So, it's Nine dollars."),
    ]
    facts = [{"id": "price", "spoken": "nine dollars"}, {"id": "day", "spoken": "Monday"}]
    values: dict[str, Any] = {"turns": turns, "facts": facts, "events": list(events)}
    return Row(values, {}, {"ledger": ledger})


@pytest.mark.parametrize("cause", ["resumed", "repeated", "summarised", "said"])
def test_what_is_said_later_is_good(cause: str) -> None:
    assert list(unsaid(row(event(cause, 200)))) == []


@pytest.mark.parametrize("cause", ["known", "declined", "answered", "dropped", "ended"])
def test_what_has_a_reason_is_good(cause: str) -> None:
    assert list(unsaid(row(event(cause, 90)))) == []


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ((), "leaves price unsaid, and the ledger does not say why"),
        ((event("resumed", 200, "day"),), "leaves price unsaid"),
        ((event("resumed", 200, speaker="user"),), "leaves price unsaid"),
        ((event("resumed", 80),), "resumed at sample 80, where nobody says it"),
        ((event("resumed", 210),), "where nobody says it"),
        ((event("forgotten", 90),), "is 'forgotten', which is no reason"),
    ],
)
def test_what_is_lost_is_found(events: tuple[dict[str, Any], ...], says: str) -> None:
    (found,) = unsaid(row(*events))
    assert says in found


def test_older_ledgers_do_not_say() -> None:
    assert list(unsaid(row(ledger=1))) == []
    old = row()
    assert list(unsaid(Row(old.values, {}, {}))) == []
