"""When a caller would bring up what is on its mind, and the agent could answer.

Talk, AgendaItem --is_ready--> whether it may come now
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from datagen.scripting.compose.grammar import about
from datagen.scripting.simulate.call_state import LOW, AgendaItem
from datagen.scripting.simulate.floor import Draft
from datagen.scripting.simulate.replies import moves, takes_it
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.customer_asks import is_undecided
from datagen.scripting.world.pack import ProcedureStep

EARLY = 5
"""Turns before which nobody can complain of how the agent talks, or asks again who it is."""

ASKED = 0.5
"""More than this share of the words of what is to be done is said by who asks for it."""
_CONCEDES = frozenset(("blames_itself", "glad"))
"""Labels of what is said to news after which nobody has a reason to complain."""
SETTLES = 5
"""Fewest words of a reply that takes news as it is, and does not only say that it was heard."""
_KNOWS = re.compile(
    r"^(?:(?:oh|ah|well), )?(?:exactly|yes|right, |that's (?:it|the one))\b|\bthat's clear\b"
    r"|\bmakes sense\b|\bremember that\b",
    re.IGNORECASE,
)
"""How a reply begins to what somebody has known itself, or what it holds of what is understood."""
_ADDS = re.compile(r"\b(?:too|also|as well|on top)\b", re.IGNORECASE)
"""What a wish holds that adds to something."""
_SAID = frozenset(("answer", "confirm"))
"""Acts of a caller who says what it was asked."""
RELATED = 2
"""Words of content that what a caller supposes has in common with what the call was about, if that
is not of its own matter."""
_TAGS = about("Is that right?")
"""What a supposition ends with, which says nothing of what it is about."""
_TAKEN = frozenset(("answer", "confirm", "agreement", "declineOffer"))
"""Acts of a caller who has understood what it was told; who accepts may make sure of it."""
_DECIDES = frozenset(("acceptOffer", "declineOffer"))
"""Acts of a caller who has made up its mind."""
_SPOKEN = frozenset(("answer", "declineRequest"))
"""Acts of an agent that has answered something else by then."""
_LEADS = "interactionStructuring"
"""Act of what a caller leads to something with, which takes nothing that it was told."""


def is_ready(talk: Talk, event: AgendaItem) -> bool:
    """Tell whether the caller would bring it up by now, and the agent could answer."""
    ready = _READY.get(event.kind)
    return ready is None or ready(talk, event)


def is_open(talk: Talk, name: str) -> bool:
    """Tell whether a fact has not been told, nor what it is about been settled or decided."""
    return name not in talk.told and not (talk.is_settled(name) or _is_weighed(talk, name))


def _is_weighed(talk: Talk, name: str) -> bool:
    """Tell whether a caller who had to make up its mind has done so, and a fact is one that others
    with its story are told before they do."""
    if not is_undecided(talk.world):
        return False
    story = talk.world.story
    is_reason = any(step.do == "tell" and name in step.facts for step in story.steps)
    return is_reason and any(one.act in _DECIDES for one in talk.floor.drafts)


def heard(talk: Talk, name: str) -> list[str]:
    """Return what a caller may check of a fact it has just been told: what it was told of it, if
    it has not answered to it since, nor been told something else, nor seen it done away with."""
    if not talk.is_fresh(name):
        return []
    told = talk.told[name]
    is_past = told < talk.done_at and name not in talk.agreed
    if is_past or told < max(talk.told.values()):
        return []
    later = talk.floor.drafts[told + 1 :]
    replies = [one for one in later if one.speaker == "user" and one.act != _LEADS]
    if any(one.act in _TAKEN or _is_settling(one) for one in replies):
        return []
    if any(one.speaker == "agent" and one.act in _SPOKEN for one in later):
        return []  # "that" would be something else
    said = talk.floor.drafts[told].values
    return [line for line in talk.world.fact(name).claim if talk.slots((line,)) <= said]


def _is_settling(reply: Draft) -> bool:
    """Tell whether a reply to news shows that it is understood, and not only that it was heard."""
    is_taken = reply.num_words >= SETTLES and takes_it(reply.label)
    return is_taken or _KNOWS.search(reply.text) is not None


def asks_for(opening: str, proposed: str) -> bool:
    """Tell whether a caller has named what it is asked about: most words of what is to be done."""
    doing = about(proposed)
    return len(doing & about(opening)) > ASKED * len(doing)


def is_answered(talk: Talk, step: ProcedureStep) -> bool:
    """Tell whether the caller has said by itself all that is asked for."""
    known = talk.world.values.keys()
    asked = [talk.slots((line,)) & known for line in step.reply]
    return bool(asked) and all(names and names <= talk.given for names in asked)


def moved(talk: Talk) -> str:
    """Return what of the answer that the caller has just given the agent takes up before all."""
    last = talk.floor.drafts[-1]
    found = moves(last.label) if last.speaker == "user" and last.act in _SAID else ""
    return "" if found == "worried" else found


def _is_to_come(talk: Talk, name: str) -> bool:
    """Tell whether a fact is news that the agent has yet to break."""
    return any(name in step.facts for step in talk.steps if step.do != "look")


def _may_be_cross(talk: Talk, event: AgendaItem) -> bool:
    """Nobody complains who has said that it was its own doing, or how glad it is."""
    return all(one.label not in _CONCEDES for one in talk.floor.drafts)


def _is_angry_again(talk: Talk, event: AgendaItem) -> bool:
    """Nobody loses its patience in the breath in which it has just been soothed."""
    is_calm = talk.is_vented or not _may_be_cross(talk, event)
    return not is_calm and all(other.kind != "Q4" for other in talk.agenda)


def _asks_names(talk: Talk, event: AgendaItem) -> bool:
    """Who has been cross wants to know with whom it speaks; others note it when they are done."""
    is_cross = talk.vented_at >= 0 and talk.floor.last >= EARLY
    return talk.is_at_end or (event.what == "agent" and is_cross)


def _asks_apart(talk: Talk, event: AgendaItem) -> bool:
    """What has nothing to do with the call waits until that is settled, and nobody asks for it who
    has no time, or has called in trouble or in a bad mood."""
    is_glad = talk.outcome != "partly" or talk.mood.valence > 0
    is_glad = is_glad and talk.world.story.mood != "problem"
    return talk.is_at_end and talk.is_at_ease and is_glad


def _asks_gap(talk: Talk, event: AgendaItem) -> bool:
    """So does what nobody can answer, unless the caller is about to hear no: that ends it. What
    fits any story is asked by nobody who has no time or is in a bad mood."""
    is_about = talk.world.gap not in talk.world.pack.gaps
    is_cross = talk.mood.valence < LOW
    if talk.is_at_end:
        return (is_about and not (talk.is_refused and is_cross)) or talk.is_at_ease
    is_due = talk.is_let_down and talk.is_verified and talk.steps[0].do != "ask"
    return is_about and is_due and not is_cross


def _asks_term(talk: Talk, event: AgendaItem) -> bool:
    """What fits any story comes where the caller has no trouble, or when that is settled; who has
    just heard no asks for no terms, and nobody for what it was told, or what that has settled."""
    if talk.is_at_end and talk.is_refused:
        return False
    if event.kind == "Q1" and event.what in talk.told:
        return bool(heard(talk, event.what))
    if not is_open(talk, event.what):
        return False
    if event.kind == "Q1" or (event.supposes and may_suppose(talk, event.what)):
        return may_suppose(talk, event.what)
    asks = talk.world.fact(event.what).ask
    is_due = talk.is_at_end or (talk.is_refused and not talk.told)  # nobody asks after a no
    is_due = is_due or _is_touched(talk, event.what, asks)
    return is_due and _may_ask(talk, event.what)


def _may_ask(talk: Talk, name: str) -> bool:
    """Tell whether a caller asks for a term that nobody has brought up: nobody does in anger, nor
    in trouble before it has heard how that is; and for what is not of its matter, who has time."""
    is_trouble = talk.world.story.mood == "problem"
    if not talk.world.fact(name).stories:
        return talk.is_at_end and talk.is_at_ease and not is_trouble
    if talk.is_vented or talk.mood.manner == "angry":
        return False
    if not is_trouble or talk.is_at_end:
        return True
    return bool(talk.told) and not (talk.is_let_down or _is_remedy_to_come(talk))


def _is_touched(talk: Talk, name: str, asks: Sequence[str]) -> bool:
    """Tell whether what has been said touches on a fact, or on what ``asks`` for it: one word of
    content is in both."""
    said = frozenset().union(*(one.about for one in talk.floor.drafts))
    return any(not said.isdisjoint(about(line)) for line in (talk.world.fact(name).says, *asks))


def _is_remedy_to_come(talk: Talk) -> bool:
    """Tell whether the agent has yet to speak of what it can do, which questions may be about."""
    step = next((one for one in talk.steps if one.do in ("offer", "act")), None)
    is_proposed = talk.is_agreed or talk.floor.drafts[-1].act == "offer"
    return step is not None and not (step.do == "act" and is_proposed)


def may_suppose(talk: Talk, name: str) -> bool:
    """Tell whether a caller says what it takes a term for that nobody has brought up: what is of
    its matter while that is being dealt with, or what the call has been about; nobody does who is
    in a bad mood, does not get what it has called for, or whose trouble others are to see to."""
    if not _may_ask(talk, name) or talk.mood.manner == "curt" or talk.is_let_down:
        return False
    # there is less to plan where nothing was done, or others go on with it
    is_no = talk.outcome in ("partly", "handed_on") and not talk.is_helped
    is_no = is_no and any(one in talk.world.records for one in talk.told)
    fact = talk.world.fact(name)
    if is_no and not _is_touched(talk, name, fact.claim):
        return False
    if fact.stories and talk.world.story.mood != "problem" and not talk.is_at_end:
        return True
    is_trouble = talk.world.story.mood == "problem" and talk.outcome != "solved"
    if not talk.is_at_end or talk.is_pressed or is_trouble:
        return False
    claimed = frozenset().union(*map(about, (fact.says, *fact.claim))) - _TAGS
    said = frozenset().union(*(one.about for one in talk.floor.drafts))
    said -= about(f"{talk.world.identity.identity.label} {talk.world.other.identity.label}")
    return len(claimed & said) >= (1 if fact.stories else RELATED)


def _wishes(talk: Talk, event: AgendaItem) -> bool:
    """Nobody wishes for what the agent has yet to speak of, nor for more before bad news, nor for
    something else than it has agreed to."""
    wish = talk.world.wish
    if wish and _is_decided(talk, wish.fact):
        return False
    if wish is None or talk.is_at_end:
        is_lost = talk.is_refused and not (wish and wish.fact in talk.told and wished(talk))
        # who could not be verified, or hears no, wishes for nothing more
        return not (talk.world.fails_identity or is_lost)
    is_to_come = wish.fact not in talk.told and any(wish.fact in one.facts for one in talk.steps)
    left = [step for step in talk.steps if step.do != "look"]
    is_heard = talk.outcome in ("solved", "handed_on") or bool(talk.told)
    is_heard = is_heard or (len(left) == 1 and left[0].declines)  # after which it wants nothing
    is_trouble = talk.world.story.mood == "problem" and not talk.is_let_down
    if is_trouble and not _is_touched(talk, wish.fact, wish.ask):
        return False  # what has nothing to do with the trouble waits until that is over
    return bool(wish.stories) and is_heard and not is_to_come


def _is_decided(talk: Talk, name: str) -> bool:
    """Tell whether the caller has accepted what a fact allows, after it was told that, or has been
    told it when all was done."""
    if name not in talk.told:
        return name in talk.agreed
    later = talk.floor.drafts[talk.told[name] + 1 :]
    is_done = talk.is_helped and talk.told[name] >= talk.done_at
    return name in talk.agreed or is_done or any(one.act == "acceptOffer" for one in later)


def wished(talk: Talk) -> tuple[str, ...]:
    """Return the lines with which the caller may wish for something: none that adds to what it has
    got, where it gets nothing."""
    wish = talk.world.wish
    assert wish, "a call with Q3 has a wish"
    if not talk.is_refused:
        return wish.ask
    return tuple(line for line in wish.ask if not _ADDS.search(line))


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
    return talk.is_verified and bool(heard(talk, event.what)) and not _is_to_come(talk, event.what)


_READY: dict[str, Callable[[Talk, AgendaItem], bool]] = {
    "Q0": _asks_names,
    "Q1": _believes,
    "Q2": _asks_term,
    "Q3": _wishes,
    "Q4": _may_be_cross,
    "Q5": _asks_gap,
    "Q6": _asks_apart,
    "fact": _asks_term,
    "grievance": _is_angry_again,
}
"""What has to be so before something is brought up; what is not here may come at any time."""
