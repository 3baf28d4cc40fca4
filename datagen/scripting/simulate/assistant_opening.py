"""How a call for somebody begins: greetings, who calls for whom and why.

Talk --open_call--> its first drafts
"""

from __future__ import annotations

import re

from datagen.scripting.plans.interplay import cuts
from datagen.scripting.simulate import assistant_probes
from datagen.scripting.simulate.talk import Talk
from datagen.types import Interruption

WHO, ASKS_HELP = 0.08, 0.25
"""Chances that the business asks who calls, and that the assistant asks whether it can help."""
_CLAIMS = ("of yours", "of your customers")
"""What says that somebody is a customer already, which who is in no file need not be."""
_WISHES = re.compile(r"(?:you|i) (?:want|need|would like|'d like|wish)\b", re.I)
"""How a reason begins that is what its customer wants: its assistant needs nobody to say so."""


def open_call(talk: Talk, background: str) -> None:
    """Greet, say who calls for whom and why, and what the customer has told beside it."""
    greeting = talk.user("greet", "greeting")
    greeting.rote = talk.is_named = True  # the customer is named by its assistant
    if talk.cast.user.name.split()[0] not in greeting.text:
        talk.hidden = "{rep"
    is_asked_later = bool({"Q0", "Q1", "Q2"} & set(talk.cast.probes))
    is_asked = any(assistant_probes.asks_names(talk, kind) for kind in talk.cast.probes)
    act = "open.asked" if is_asked else "open"  # nobody asks for a name that it has just heard
    is_formal = talk.cast.manner == "formal"
    claims = () if talk.world.story.verify else _CLAIMS
    act = f"{act}.formal" if is_formal else act
    talk.agent(act, "greeting", ("prompt.role",), without=claims)
    is_rude = "Q4" in talk.cast.probes
    if not is_asked_later and not is_rude and talk.chance(WHO):
        talk.floor.close()
        named = talk.floor.last
        talk.user("who", "setQuestion").repairs = named
        talk.agent("answer_who", "answer", ("prompt.role",))
    elif not is_rude and talk.chance(0.3 * talk.leisure):
        talk.user("react_named", "autoPositive")
    is_wish = _WISHES.match(talk.world.story.because) is not None
    talk.agent("reason.wish" if is_wish else "reason", "inform", ("prompt.reason",))
    if background:
        line = (background,)
        needed = talk.floor.drafts[-1].num_words
        draft = talk.agent_line(line, "inform", ("prompt.background",))
        _may_be_cut(talk, cuts(draft.num_words, needed), background)
    if is_rude or talk.floor.drafts[-1].speaker != "agent":
        return
    if not background and talk.chance(ASKS_HELP):  # what it says beside the reason is no request
        talk.agent("ask_help", "request")
        talk.user("react_help", "answer")
    elif talk.chance(0.75):
        is_problem = talk.world.story.mood == "problem"
        talk.user("react.problem" if is_problem else "react", "autoPositive")


def _may_be_cut(talk: Talk, places: range, background: str) -> None:
    """Let the business cut in on what is said after the reason, and the assistant go on."""
    is_asked = any(one.act == "setQuestion" for one in talk.floor.drafts)
    if is_asked or {"Q0", "Q1", "Q2", "Q4"} & set(talk.cast.probes):
        return
    if not places or not talk.chance(0.25 * talk.cast.user.behaviour.interruptions):
        return
    talk.floor.drafts[-1].cut_at = talk.draws.pick(places)
    talk.floor.close()
    talk.user("who", "setQuestion").interruption = Interruption(
        kind="question", answer="yield", uptake="repeat"
    )
    talk.agent("answer_who", "answer", ("prompt.role",))
    talk.agent("resume", "interactionStructuring")
    talk.agent_line((background,), "bridge", ("prompt.background",))
