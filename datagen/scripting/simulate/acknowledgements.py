"""How an agent shows that it has heard, and comes back to what it was doing.

Talk, ProcedureStep --acknowledge--> a piece of the turn in which the step is taken
"""

from __future__ import annotations

from datagen.scripting.simulate.readiness import moved
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.pack import ProcedureStep

TURNS_BACK = 0.9
"""Chance that an agent says so if it comes back from an aside in the same turn."""
ACKS = {"friendly": 0.5, "brisk": 0.2, "formal": 0.4, "tired": 0.35}
_ASIDES = frozenset(("answer", "declineRequest", "correction", "confirm"))
"""Acts of an agent after which it has to come back to what it was doing."""
_UNANSWERED = frozenset(("autoPositive", "disagreement", "interactionStructuring"))
"""What a caller says that asks for no sign of having been heard."""
_QUESTIONS = frozenset(("setQuestion", "checkQuestion"))


def _is_redirected(talk: Talk) -> bool:
    """Tell whether the agent has just led back to the call already."""
    last = talk.probes[-1] if talk.probes else None
    return last is not None and last.type == "Q6" and last.agent_turn == talk.floor.last


def _transition(talk: Talk, step: ProcedureStep) -> str:
    """Return how the agent comes back to a step: a rule told by the way is not what the caller has
    called for, and neither anger nor what it checks of its own matter has led away from that."""
    if talk.is_vented or _has_checked(talk):
        return "transition.near"
    is_matter = step.do != "tell" or step.reply or set(step.facts) & set(talk.world.records)
    return "transition" if is_matter else "transition.on"


def _has_checked(talk: Talk) -> bool:
    """Tell whether the caller has just checked something of its own matter."""
    last = talk.probes[-1] if talk.probes else None
    return last is not None and last.type == "Q1" and talk.floor.last - last.agent_turn <= 1


def _has_led_back(talk: Talk) -> bool:
    """Tell whether the agent has asked for something since the caller brought something up."""
    return talk.floor.drafts[-2].act in _QUESTIONS


def _lead_back(talk: Talk, step: ProcedureStep) -> None:
    talk.agent(_transition(talk, step), "interactionStructuring", without=talk.not_called)


def take_up(talk: Talk) -> bool:
    """Let the agent take up what nobody passes over; return whether there is anything."""
    if what := moved(talk):
        talk.agent(f"react_{what}", "autoPositive")
    return bool(what)


def acknowledge(talk: Talk, step: ProcedureStep) -> None:
    """Let the agent show that it has heard, if it was the caller who spoke."""
    drafts = talk.floor.drafts
    is_agent = drafts[-1].speaker == "agent"
    is_news = talk.is_helped and not is_agent and _transition(talk, step) == "transition.on"
    if is_news and talk.chance(TURNS_BACK):  # all is done, and here is a rule
        talk.agent("transition.on", "interactionStructuring")
        return
    if is_agent and drafts[-1].act in _ASIDES and talk.chance(TURNS_BACK):
        if not _is_redirected(talk):
            _lead_back(talk, step)
        return
    is_due = talk.is_back and not is_agent and not _has_led_back(talk)
    if is_due and step.do == "tell" and talk.chance(TURNS_BACK):
        _lead_back(talk, step)
        return
    is_opening = talk.floor.last <= talk.opened_at  # to which the agent has reacted, if it does
    if drafts[-1].speaker != "user" or drafts[-1].act in _UNANSWERED or is_opening:
        return
    if not take_up(talk) and talk.chance(ACKS[talk.cast.manner] * talk.leisure):
        act = "ack_agreed" if drafts[-1].act == "acceptOffer" else "ack"
        talk.agent(act, "autoPositive")
