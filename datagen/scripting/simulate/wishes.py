"""What callers wish for that a policy forbids, and how they hear no.

Talk, AgendaItem --wish_for--> drafts and a Probe of Q3
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from datagen.scripting.compose.grammar import about
from datagen.scripting.simulate.answers import denying
from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.readiness import wished
from datagen.scripting.simulate.suppositions import supposes
from datagen.scripting.simulate.talk import Talk

_ASKS_LEAVE = re.compile(
    r"\b(?:can|could|may|might|should) (?:i|we|my|our|he|she|they)\b|\bis (?:it|that) okay\b"
    r"|\bwould (?:it|that) be\b",
    re.IGNORECASE,
)
"""What a wish holds that asks for leave, and for nothing that the agent would do."""
_CROSS = ("angry", "curt")
"""Manners of a caller whom the agent does not let stand with a no."""
_REGRETS = ("I'm afraid", "I'm sorry", "Unfortunately")
HEARD = 0.7
"""Share of its words of content that a turn holds which has told a line."""
OBJECTS = 0.35
"""Chance that a caller does not take no for an answer, the first time; who is friendly does."""


def haggling(talk: Talk, facts: Sequence[str]) -> AgendaItem | None:
    """Return the wish on the agenda that is about what is being offered: it comes now or never."""
    wish = talk.world.wish
    is_next = wish is not None and wish.fact in facts and talk.acts_next
    return next((one for one in talk.agenda if one.kind == "Q3"), None) if is_next else None


def link_before(talk: Talk) -> str:
    """Return the act with which the caller wishes before it answers an offer: who has just heard
    the rule in it knows that it has."""
    return "link.wish.told" if is_against(talk) else "before_that"


def wish_for(talk: Talk, event: AgendaItem) -> None:
    """Wish for what a policy forbids, and hear no, and perhaps of another way."""
    wish = talk.world.wish
    assert wish, "a call with Q3 has a wish"
    talk.user_line(wished(talk) or wish.ask, "request")
    asked = talk.floor.last
    licence = talk.licence((wish.fact,))
    lines = _plain(denying(talk.words.chosen, talk.world.fact(wish.fact).tell))
    talk.agent(_declines(talk.words.chosen), "declineRequest", licence)
    if told := _told_of(talk, wish.fact, lines):
        talk.remind(told, "declineRequest", licence)
    else:
        talk.agent_line(lines, "declineRequest", licence)
    talk.tell((wish.fact,))
    talk.mood.feel("refused")
    objects = talk.mood.manner != "warm" and talk.chance(OBJECTS * talk.leisure)
    if wish.instead and not objects:
        _instead(talk, wish.instead)
    talk.probe("Q3", "decline", asked)
    if objects:
        talk.user("object", "disagreement")
        talk.agent("decline_again", "declineRequest", licence)
        if wish.instead:
            _instead(talk, wish.instead)
    if talk.chance(0.8):
        talk.user("ack_bad", "autoPositive")
        if talk.steps and talk.mood.manner in _CROSS:
            talk.agent("hear.bad", "autoPositive")


def is_against(talk: Talk) -> bool:
    """Tell whether the caller wishes for what it has been told that it cannot have."""
    wish = talk.world.wish
    if wish is None or wish.fact not in talk.told:
        return False
    lines = denying((wished(talk) or wish.ask)[0], talk.world.fact(wish.fact).tell)
    return bool(_heard_of(talk, wish.fact, lines))


def _told_of(talk: Talk, name: str, lines: Sequence[str]) -> list[str]:
    """Return the lines of a fact of which the caller has just heard most, so that they remind."""
    return _heard_of(talk, name, lines) if talk.is_fresh(name) else []


def _heard_of(talk: Talk, name: str, lines: Sequence[str]) -> list[str]:
    """Return the lines of a fact of which the turn that has told it says most."""
    heard = talk.floor.drafts[talk.told[name]].about
    return [line for line in lines if len(heard & about(line)) >= HEARD * len(about(line))]


def _plain(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some lines that come without a regret, for one has just been spoken."""
    return tuple(line for line in lines if not line.startswith(_REGRETS)) or lines


def _declines(wish: str) -> str:
    """Return how the agent says no to a wish: who asks for leave asks the agent to do nothing."""
    if supposes(wish):
        return "decline.supposed"
    return "decline.leave" if _ASKS_LEAVE.search(wish) else "decline"


def _instead(talk: Talk, name: str) -> None:
    """Offer another way, unless it has just been told."""
    if not talk.is_fresh(name):
        talk.agent_line(talk.world.fact(name).tell, "offer", talk.licence((name,)))
        talk.tell((name,))
