"""When a caller would bring up what is on its mind, and the agent could answer.

Talk, AgendaItem --is_ready--> whether it may come now
"""

from __future__ import annotations

from collections.abc import Callable

from datagen.scripting.simulate.talk import AgendaItem, Talk
from datagen.scripting.world.pack import ProcedureStep

EARLY = 5
"""Turns before which nobody can complain of how the agent talks, or asks again who it is."""

_TAKEN = frozenset(("answer", "confirm", "agreement", "declineOffer"))
"""Acts of a caller who has understood what it was told; who accepts may make sure of it."""


def is_ready(talk: Talk, event: AgendaItem) -> bool:
    """Tell whether the caller would bring it up by now, and the agent could answer."""
    ready = _READY.get(event.kind)
    return ready is None or ready(talk, event)


def is_open(talk: Talk, name: str) -> bool:
    """Tell whether a fact has not been told, nor what it is about been settled."""
    return name not in talk.told and not talk.is_settled(name)


def heard(talk: Talk, name: str) -> list[str]:
    """Return what a caller may check of a fact it has just been told: what it was told of it, if
    it has not answered to it since."""
    if not talk.is_fresh(name):
        return []
    told = talk.told[name]
    if any(one.speaker == "user" and one.act in _TAKEN for one in talk.floor.drafts[told + 1 :]):
        return []
    said = talk.floor.drafts[told].values
    return [line for line in talk.world.fact(name).claim if talk.slots((line,)) <= said]


def is_answered(talk: Talk, step: ProcedureStep) -> bool:
    """Tell whether the caller has said by itself all that is asked for."""
    known = talk.world.values.keys()
    asked = [talk.slots((line,)) & known for line in step.reply]
    return bool(asked) and all(names and names <= talk.given for names in asked)


def _is_to_come(talk: Talk, name: str) -> bool:
    """Tell whether a fact is news that the agent has yet to break."""
    return any(name in step.facts for step in talk.steps if step.do != "look")


def _is_angry_again(talk: Talk, event: AgendaItem) -> bool:
    """Nobody loses its patience in the breath in which it has just been soothed."""
    return not talk.is_vented and all(other.kind != "Q4" for other in talk.agenda)


def _asks_names(talk: Talk, event: AgendaItem) -> bool:
    return talk.is_at_end or (event.what == "agent" and talk.floor.last >= EARLY)


def _asks_apart(talk: Talk, event: AgendaItem) -> bool:
    """What has nothing to do with the call waits until that is settled, and nobody asks for it who
    has no time, or has called in trouble or in a bad mood."""
    return talk.is_at_end and talk.is_at_ease and talk.world.story.mood != "problem"


def _asks_gap(talk: Talk, event: AgendaItem) -> bool:
    """So does what nobody can answer, unless the caller is about to hear no: that ends it. What
    fits any story is asked by nobody who has no time or is in a bad mood."""
    is_about = talk.world.gap not in talk.world.pack.gaps
    if talk.is_at_end:
        return is_about or talk.is_at_ease
    return is_about and talk.is_let_down and talk.steps[0].do != "ask" and talk.is_verified


def _asks_term(talk: Talk, event: AgendaItem) -> bool:
    """What fits any story comes where the caller has no trouble, or when that is settled; who has
    just heard no asks for no terms, and nobody for what it was told, or what that has settled."""
    if talk.is_at_end and talk.is_refused:
        return False
    if event.kind == "Q1" and event.what in talk.told:
        return bool(heard(talk, event.what))
    if not is_open(talk, event.what):
        return False
    is_untroubled = talk.world.story.mood != "problem" and talk.outcome == "solved"
    return bool(talk.world.fact(event.what).stories) or is_untroubled or talk.is_at_end


def _wishes(talk: Talk, event: AgendaItem) -> bool:
    """Nobody wishes for what the agent has yet to speak of, nor for more before bad news, nor for
    something else than it has agreed to."""
    wish = talk.world.wish
    if wish is None or talk.is_at_end:
        return not talk.world.fails_identity  # who could not be verified wishes for nothing more
    if wish.fact in talk.agreed:
        return False
    is_to_come = wish.fact not in talk.told and any(wish.fact in one.facts for one in talk.steps)
    left = [step for step in talk.steps if step.do != "look"]
    is_heard = talk.outcome in ("solved", "handed_on") or bool(talk.told)
    is_heard = is_heard or (len(left) == 1 and left[0].declines)  # after which it wants nothing
    return bool(wish.stories) and is_heard and not is_to_come


def _asks_detail(talk: Talk) -> bool:
    """Nobody checks a number on file while it is angry, or after a no."""
    if talk.is_vented if talk.steps else talk.is_refused:
        return False
    return talk.is_verified and (talk.is_open or not talk.world.is_lookup)


def _believes(talk: Talk, event: AgendaItem) -> bool:
    if not event.what:
        return _asks_detail(talk)
    if event.what in talk.world.terms:
        return _asks_term(talk, event)
    if event.what in talk.told and not heard(talk, event.what):
        return False
    is_there = not talk.world.is_lookup or event.what in talk.returned
    return talk.is_verified and is_there and not _is_to_come(talk, event.what)


_READY: dict[str, Callable[[Talk, AgendaItem], bool]] = {
    "Q0": _asks_names,
    "Q1": _believes,
    "Q2": _asks_term,
    "Q3": _wishes,
    "Q5": _asks_gap,
    "Q6": _asks_apart,
    "fact": _asks_term,
    "grievance": _is_angry_again,
}
"""What has to be so before something is brought up; what is not here may come at any time."""
