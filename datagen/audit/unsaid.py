"""Whether the ledger accounts for each fact that a barge-in left unsaid.

Row --unsaid--> a sentence for each fact that is lost without a word of why
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from datagen.audit.rows import Row

LEDGER = 2
"""Version of the ledger from which on it says what becomes of what is unsaid."""
SAID_LATER = ("resumed", "repeated", "summarised", "said")
NOT_SAID = ("known", "declined", "answered", "dropped", "ended")
"""What becomes of a fact that a barge-in left unsaid."""


class _Lost(NamedTuple):
    """A fact that is in a turn as it was meant, and not as it was heard."""

    turn: int
    name: str
    words: str


def unsaid(row: Row) -> Iterator[str]:
    """What a barge-in left unsaid of the facts is said later, or the ledger says why not."""
    if row.footer.get("ledger", 1) < LEDGER:
        return
    told = [event for event in row.values["events"] if event["type"] == "unsaid"]
    for lost in _lost(row):
        yield from _unaccounted(lost, row.values["turns"], told)


def _lost(row: Row) -> Iterator[_Lost]:
    facts = {fact["id"]: _plain(fact["spoken"]) for fact in row.values["facts"]}
    for index, turn in enumerate(row.values["turns"]):
        if turn["unsaid"] and turn["spoken"]:
            heard, whole = _plain(turn["spoken"]), _plain(f"{turn['spoken']} {turn['unsaid']}")
            for name, words in facts.items():
                if words.strip() and words in whole and words not in heard:
                    yield _Lost(index, name, words)


def _unaccounted(
    lost: _Lost, turns: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Yield what is wrong with the account of one fact."""
    cut = turns[lost.turn]
    of_fact = [
        event
        for event in told
        if lost.name in event["text"].split()
        and event["speaker"] == cut["speaker"]
        and event["start"] >= cut["start"]
    ]
    if not of_fact:
        yield f"turn {lost.turn} leaves {lost.name} unsaid, and the ledger does not say why"
        return
    cause, start = of_fact[0]["cause"], of_fact[0]["start"]
    if cause in SAID_LATER:
        later = [turn for turn in turns if turn["start"] == start]
        if not any(lost.words in _plain(turn["spoken"]) for turn in later):
            yield f"the ledger has {lost.name} {cause} at sample {start}, where nobody says it"
    elif cause not in NOT_SAID:
        yield f"what becomes of {lost.name} is {cause!r}, which is no reason"


def _plain(text: str) -> str:
    """Return words in lower case without marks, with a blank before and after each."""
    words = (word.strip(",.?!;:\"'").lower() for word in text.split())
    return f" {' '.join(word for word in words if word)} "
