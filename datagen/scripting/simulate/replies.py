"""What the agent makes of what callers say, by the labels of their lines.

reply --objects, hears--> whether it is met, and how
opening, answer --moves--> what of it nobody passes over
"""

from __future__ import annotations

from datagen.scripting.content.labels import Label

_HEARS: dict[Label | None, str] = {
    "untold": "hear.untold",
    "otherwise": "hear.otherwise",
    "doubts": "hear.doubt",
    "denies": "hear.not_me",
    "blames_itself": "hear.own",
    "price": "hear.price",
    "grave": "hear.grave",
    "glad": "hear.glad",
    "objects": "hear",
    "regrets": "hear",
}
"""How the agent meets what a caller makes of news."""
_MEETS: dict[Label | None, float] = {"blames_itself": 0.75, "price": 0.8, "glad": 0.6}
"""Chance that the agent says something to that, where it need not."""
_OBJECTS = frozenset(("objects", "untold", "otherwise", "doubts", "denies", "grave"))
"""What asks for understanding."""
_MOVES = frozenset(("loss", "grave", "pain", "worried", "joy"))


def objects(label: Label | None) -> bool:
    """Tell whether what a caller makes of news asks for understanding: good news does not."""
    return label in _OBJECTS


def takes_it(label: Label | None) -> bool:
    """Tell whether a reply to news takes it as it is."""
    return label not in _HEARS


def hears(label: Label | None) -> str:
    """Return how the agent meets what a caller makes of news: most of it as bad news."""
    return _HEARS.get(label, "hear")


def is_met(label: Label | None) -> float:
    """Return the chance that the agent says something to a reply to news because of what it is."""
    return _MEETS.get(label, 1.0) if label in _HEARS else 0.0


def moves(label: Label | None) -> str:
    """Return what of a story or an answer nobody passes over: a loss, something grave, a pain, a
    worry, a joy; empty if nothing."""
    return label if label in _MOVES else ""


def lets_go(label: Label | None, *, is_open: bool = True) -> str:
    """Return the act with which the agent takes a no to what it has offered; if it ``is_open``, the
    caller may still come back to it."""
    if label == "demands":
        return "hear"
    return "ack_declined.later" if is_open and label == "later" else "ack_declined"
