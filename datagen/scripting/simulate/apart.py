"""What callers ask that an agent cannot answer: what nobody knows there, and what is no business of
the agent's, for which there has to be an occasion, and from which it leads back.

Talk, AgendaItem --ask_gap, ask_unrelated--> drafts and a Probe
"""

from __future__ import annotations

import re

from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.talk import Talk

WANTS_TO_KNOW = 0.65
"""Chance that a caller wants somebody to find out what the agent does not know."""


_CONCERNS = re.compile(
    r"\b(?:you|yours?|we|us|ours?|i|me|my|mine|its?|that|this|these|those|they|them|their|here|the"
    r"|there|will|was|were|did|who|next|now|anybody|else)\b",
    re.IGNORECASE,
)
"""What a question holds that is about the caller or the business, and not about how things are, of
which nobody needs to be told later."""
_MATTERS = re.compile(
    r"\b(?:safe|dangerous|poison\w*|harm\w*|it hurt|bad for|make (?:it|that) worse)\b"
)
"""What a question holds of which who asks it wants to know the answer."""


def is_apart(talk: Talk, event: AgendaItem) -> bool:
    """Tell whether something has nothing to do with what the call is about."""
    return event.kind == "Q6" or (event.kind == "Q5" and talk.world.gap in talk.world.pack.gaps)


def digression(talk: Talk) -> AgendaItem | None:
    """Return what the caller asks that has nothing to do with its call, where it has time for it
    and is in no trouble."""
    is_free = talk.is_at_ease and talk.world.story.mood != "problem"
    return next((one for one in talk.agenda if one.kind == "Q6"), None) if is_free else None


def ask_gap(talk: Talk, event: AgendaItem) -> None:
    """Ask what nobody knows, and be offered that somebody finds out, which who is only curious
    declines."""
    talk.gap = talk.world.gap
    talk.user_line((talk.gap,), "setQuestion")
    asked = talk.floor.last
    talk.agent("unknown", "answer")
    talk.agent("find_out", "offer", ("prompt.unknown",))
    talk.probe("Q5", "unknown", asked)
    talk.mood.feel("unknown")
    concerns = _CONCERNS.search(talk.gap) is not None
    if _MATTERS.search(talk.gap) or (concerns and talk.chance(WANTS_TO_KNOW)):
        talk.user("accept_find_out", "answer")
        talk.agent("will_find_out", "promise", ("prompt.unknown",))
    else:
        talk.user("decline_find_out", "answer")


def ask_unrelated(talk: Talk, event: AgendaItem) -> None:
    """Ask for something that is not the agent's business: as both wait for a tool, after which it
    goes on by itself, or when the agent wants to know whether there is anything else, to which it
    comes back. Who has more to do, be it to put the caller through, does not ask for more."""
    talk.user("ask_unrelated", "request")
    asked = talk.floor.last
    talk.agent("redirect", "declineRequest")
    if not talk.is_waiting and not talk.steps:
        talk.agent("back_to_call", "declineRequest", without=talk.not_called)
        talk.led_back_at = talk.floor.last
    talk.probe("Q6", "redirect", asked)
    if talk.is_waiting:
        talk.user("ack_redirect", "autoPositive")
