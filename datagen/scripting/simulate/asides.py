"""What callers bring up by themselves, in the middle of the agent's procedure: probes, and more.

Talk, AgendaItem --bring_up--> drafts and, for Q0 to Q6, a Probe
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from datagen.scripting.compose.grammar import about
from datagen.scripting.content.values import Value
from datagen.scripting.plans.records import changed
from datagen.scripting.simulate import apart, wishes
from datagen.scripting.simulate.answers import answering, stating
from datagen.scripting.simulate.call_state import LOW, AgendaItem
from datagen.scripting.simulate.grievances import complain
from datagen.scripting.simulate.interruptions import SAID_ALONE, Ask, Telling, knew_it, may_cut_in
from datagen.scripting.simulate.readiness import heard, is_open, is_ready, may_suppose
from datagen.scripting.simulate.suppositions import contradicts, refers_back
from datagen.scripting.simulate.talk import Talk

LINKED = 0.5
"""Chance that something new is announced that need not be."""
ACKED = 0.6
PRESSING = 0.4
"""Chance that a caller who cuts in has something to ask that was not on its agenda."""
_ANSWERS = frozenset(("answer", "confirm", "agreement", "acceptOffer", "declineOffer"))
_ASKS_FOR = re.compile(r"\b(?:can|could)\b|, please", re.IGNORECASE)
"""What a question holds that asks somebody to do something."""
_COMPLIES = ("Sure.", "Of course.", "No problem.", "Certainly.")
"""What answers such a question, and no other."""
_STANDS_ALONE = re.compile(
    r"(?:on|at|in|by|next|the|an?|your|my) |(?:today|tonight|tomorrow)\b", re.IGNORECASE
)
"""How a value in words begins that is said without a sentence around it."""
_BY_THE_WAY = ("y the way", "hile I have", "ow that I have", "efore I forget", "hile we're", "uick")
"""What words hold that lead to what is not the matter: who is in trouble wishes for that."""
_GREAT = ("reat",)
"""What words hold that nobody says of a rule."""
OF_RULES = ("sense", "noted", "good to know", "remember", "got that")
"""What words hold that take in a rule, and no news."""
WRONG_DRAWS = 8
"""Draws of a wrong value, of which about half make a supposition wrong."""


def bring_up(talk: Talk, event: AgendaItem, link: str = "link") -> None:
    """Let the caller bring something up and the agent answer it."""
    if event in talk.agenda:
        talk.agenda.remove(event)
    last = talk.floor.drafts[-1]
    is_back = talk.is_held_back and event.kind not in ("Q4", "grievance")
    talk.is_held_back = talk.is_held_back and not is_back
    is_news = last.speaker == "agent" and last.act == "inform" and not talk.is_interrupted
    is_news = is_news and event.kind not in ("Q4", "grievance")
    if is_news and not take_news(talk):
        act = "ack_done" if talk.done_at == talk.floor.last else "ack"
        _react(talk, f"{act}.low" if talk.is_low else act)  # to the news, before anything else
    if event.kind == "Q2" and event.supposes and not may_suppose(talk, event.what):
        event = event._replace(supposes=False)
    if event.kind == "Q1" and event.what in talk.told:
        link = "check_back"
    if link == "link":
        link = _link(talk, event, is_back=is_back)
    if link:
        is_matter = event.kind == "Q3" and talk.world.story.mood == "problem"
        talk.user(link, "interactionStructuring", _BY_THE_WAY if is_matter else ())
    talk.has_asked = talk.has_asked or event.kind not in ("Q4", "grievance")
    _EVENTS[event.kind](talk, event)
    talk.num_asides += 1


def take_news(talk: Talk) -> bool:
    """Let the caller take in how its own matter stands, if it has just heard that, which comes
    before anything else that it has to say; return whether it has."""
    told = [name for name, at in talk.told.items() if at == talk.floor.last]
    is_record = any(name in talk.world.records for name in told)
    is_rule = any(name not in talk.world.records for name in told)
    is_again = talk.floor.drafts[-1].act == "declineRequest"  # it has been told why not
    if not is_record or is_again or talk.done_at >= talk.floor.last:
        return False
    if talk.is_let_down:
        talk.user("ack_news", "autoPositive")
        talk.agent("hear.bad", "autoPositive")
    else:
        is_good = talk.outcome == "solved" and talk.world.story.mood != "problem"
        act = "ack_good" if is_good and not (talk.steps or is_rule) else "ack"
        without = _GREAT if is_rule else OF_RULES
        talk.user("ack.low" if talk.is_low else act, "autoPositive", without)
    return True


def _link(talk: Talk, event: AgendaItem, *, is_back: bool) -> str:
    """Return the act with which the caller leads to something, if it does; ``is_back`` to what it
    had begun to say when the agent spoke. A wish need not be a question."""
    if event.kind == "Q3" and wishes.is_against(talk):
        return "link.wish.told"
    if apart.is_apart(talk, event):
        is_asked = talk.floor.drafts[-1].act == "offer"
        if event.kind == "Q6":
            return "link.apart.asked" if is_asked else "link.apart.wait"
        return "" if is_asked else "link.curious"
    if is_back:
        return "link.wish.back" if event.kind == "Q3" else "link.back"
    if event.kind in ("Q0", "Q4", "grievance") or not _is_announced(talk, event):
        return ""
    if event.what and event.supposes:
        return "link.claim"
    link = "link.wish" if event.kind == "Q3" else "link"
    return f"{link}.again" if talk.has_asked else link


def _is_announced(talk: Talk, event: AgendaItem) -> bool:
    """Tell whether the caller announces something new: it does so in a turn in which it has
    answered something or calmed down, before it asks for a number on file, and before what is not
    its own matter, unless it has been asked for that."""
    last = talk.floor.drafts[-1]
    is_general = event.kind == "Q3" or bool(event.what and not talk.world.fact(event.what).stories)
    is_turn = last.speaker == "user" and (last.act in _ANSWERS or talk.is_vented)
    is_detail = event.kind == "Q1" and not event.what and bool(talk.steps)
    is_asked = last.speaker == "agent" and last.act == "offer"
    is_detail = is_detail or bool(event.what and event.supposes)  # or it would come out of nowhere
    is_due = is_turn or is_detail or (is_general and not is_asked)
    return is_due or talk.chance(LINKED * min(1, talk.leisure))


def plain_aside(talk: Talk, *, waits: bool = False) -> AgendaItem | None:
    """Return a question on the agenda that may come now, if there is one."""
    asks = (event for event in talk.agenda if event.kind in ("fact", "Q2"))
    return next((event for event in asks if _may_ask(talk, event, waits=waits)), None)


def _may_ask(talk: Talk, event: AgendaItem, *, waits: bool) -> bool:
    """Tell whether a question may come now: who waits asks for anything that is not settled, and
    who cuts in only about its own matter, and about what has just been said of it."""
    if waits:
        return is_open(talk, event.what)
    fact = talk.world.fact(event.what)
    if not fact.stories or not is_ready(talk, event):
        return False
    said = frozenset().union(*(one.about for one in talk.floor.drafts[-2:]))
    return any(not said.isdisjoint(about(line)) for line in (fact.says, *fact.ask))


def pressing(talk: Talk, *, waits: bool = False) -> Callable[[str], None] | None:
    """Return what brings up a question that cannot wait, if the caller has or finds one.

    Who ``waits`` for the agent has time for any; nobody else cuts in on bad news with one.
    """
    if not waits and (talk.mood.valence < LOW or talk.is_let_down):
        return None
    asks = (AgendaItem("fact", name) for name in talk.spare)
    spare = [event for event in asks if _may_ask(talk, event, waits=waits)]
    planned = plain_aside(talk, waits=waits)
    if planned is None and not (spare and talk.chance(PRESSING)):
        return None

    def ask(link: str) -> None:
        event = planned
        if event is None:
            event = spare[-1]
            talk.spare.remove(event.what)
        bring_up(talk, event, link)

    return ask


def _react(talk: Talk, act: str = "ack") -> None:
    if talk.chance(ACKED * min(1, talk.leisure)) and not knew_it(talk):
        talk.user(act, "autoPositive")


def _names(talk: Talk, event: AgendaItem) -> None:
    """Ask for the agent's name; who has called it by that asks for the full one, and who has heard
    that, for it once more."""
    act = "ask_agent"
    name = talk.cast.agent.name
    first = name.split()[0]
    if any(name in one.text for one in talk.floor.drafts if one.speaker == "agent"):
        act += ".again"
    elif any(first in one.text for one in talk.floor.drafts if one.speaker == "user"):
        act += ".known"
    talk.user(act, "setQuestion")
    ask_names(talk, "agent")
    _react(talk, "ack_name")


def ask_names(talk: Talk, what: str) -> None:
    """Let the agent say its name, the company's, or both, which it has just been asked for."""
    asked = talk.floor.last
    leads = () if _ASKS_FOR.search(talk.floor.drafts[-1].text) else _COMPLIES
    talk.agent(f"state_{what}", "answer", ("prompt.role",), without=leads)
    names = {"agent": (talk.cast.agent.name,), "company": (talk.cast.company,)}
    expects = names.get(what, (talk.cast.agent.name, talk.cast.company))
    talk.probe("Q0", "state", asked, expects)


def _belief(talk: Talk, event: AgendaItem) -> None:
    """Suppose a detail of the record, rightly or wrongly."""
    if event.what:
        _suppose(talk, event.what, "Q1", is_right=talk.chance(0.35))
    else:
        _detail(talk)


def _detail(talk: Talk) -> None:
    """Suppose a number on file: it is confirmed, or denied without telling the right one."""
    known = talk.world.other
    right, label = known.value, known.identity.label
    claimed = right
    if not talk.chance(0.4):
        claimed = known.identity.value.alter(talk.draws, right)
    talk.words.about("detail", label)
    talk.words.about("claimed", claimed)
    kind = ".phone" if known.identity.value.type == "phone" else ""
    later = "" if talk.steps else ".later"
    talk.user(f"claim_detail{kind}{later}", "checkQuestion")
    asked = talk.floor.last
    licence = (talk.found if talk.world.is_lookup else "prompt.verify",)
    if claimed is right:
        talk.agent("confirm_detail", "confirm", licence)
        talk.probe("Q1", "confirm", asked)
        talk.user("ack_detail", "autoPositive")
        return
    talk.agent("deny_detail", "disconfirm", licence)
    talk.probe("Q1", "correct", asked, (), (right.spoken, claimed.spoken))
    talk.words.about("right", right)
    if talk.chance(0.6):
        talk.user(f"right_detail{kind}", "correction")
        talk.agent("confirm_detail", "confirm", licence)
    else:
        talk.user(f"leave_detail{kind}", "autoPositive")


def _suppose(talk: Talk, name: str, kind: str, *, is_right: bool) -> None:
    """Suppose a fact with one of its values, which may be wrong, and be told."""
    fact = talk.world.fact(name)
    is_right = is_right or name in talk.told
    line = talk.draws.pick(_clear(talk, name, heard(talk, name) or fact.claim))
    slot = sorted(talk.slots((line,)))[0]
    right = talk.value(slot)
    wrong = None if is_right else _mistaken(talk, line, slot)
    if wrong:
        talk.words.about(slot, wrong)
    draft = talk.user_line((line,), "checkQuestion")
    asked = talk.floor.last
    talk.words.about(slot, right)
    if wrong:
        draft.values.discard(slot)
    licence = talk.licence((name,))
    talk.agent("correct" if wrong else "confirm", "correction" if wrong else "confirm")
    is_known = talk.is_fresh(name) or name in talk.agreed
    is_whole = right.type in SAID_ALONE or _STANDS_ALONE.match(right.written) is not None
    stands_alone = is_whole or name in talk.agreed  # what has been offered is done by now
    if is_known and stands_alone:  # nobody says all of it once more
        talk.say("agent", "confirm", talk.words.fill(f"{{{slot[0].upper()}{slot[1:]}}}."), licence)
    else:
        lines = stating(slot, fact.tell)
        talk.agent_line(lines, "correction" if wrong else "confirm", licence)
    talk.tell((name,))
    act = "correct" if wrong else "confirm"
    forbids = (wrong.spoken,) if wrong else ()
    talk.probe(kind, act, asked, (right.spoken,), forbids)  # type: ignore[arg-type]
    if wrong:  # nobody hears that it is otherwise and says nothing
        talk.user("ack_corrected", "autoPositive")
    else:
        _react(talk)


def _mistaken(talk: Talk, line: str, slot: str) -> Value | None:
    """Return a value with which a supposition is wrong; None if none is found."""
    right = talk.value(slot)
    for _ in range(WRONG_DRAWS):
        wrong = talk.wrong(slot)
        if wrong is None or contradicts(line, right, wrong):
            return wrong
    return None


def _clear(talk: Talk, name: str, lines: Sequence[str]) -> Sequence[str]:
    """Return the lines in which it is clear what they are about: all, where that is what has been
    told last; else those that do not point back, if there are any."""
    last = max(talk.told.values(), default=-1)
    if talk.told.get(name) == last:
        return lines
    return [line for line in lines if not refers_back(line)] or lines


def _terms(talk: Talk, event: AgendaItem) -> None:
    """Ask about a term of the business, or suppose it."""
    if event.supposes:
        _suppose(talk, event.what, "Q2", is_right=talk.chance(0.4))
        return
    asked, told = _fact(talk, event)
    first = talk.draws.pick(sorted(told)) if told else ""
    talk.probe("Q2", "state", asked, (talk.value(first).spoken,) if first else ())
    talk.probes[-1] = changed(talk.probes[-1], agent_turn=asked + 1)


def _aside(talk: Talk, event: AgendaItem) -> None:
    _fact(talk, event)


def _fact(talk: Talk, event: AgendaItem) -> tuple[int, set[str]]:
    """Ask about a fact; return where, and which values the answer states."""
    fact = talk.world.fact(event.what)
    talk.user_line(fact.ask, "setQuestion")
    asked, question = talk.floor.last, talk.words.chosen
    if talk.chance(0.25):
        talk.agent("ack_question", "autoPositive")
    licence = talk.licence((event.what,))
    answer = answering(question, fact.tell, talk.types)
    draft = talk.agent_line(answer, "answer", licence)
    told = draft.values & talk.world.values.keys()
    if event.kind == "fact" and not may_cut_in(talk, *_telling(talk, answer, licence)):
        return asked, told
    talk.tell((event.what,))
    talk.mood.feel("answered")
    _react(talk)
    return asked, told


def _telling(
    talk: Talk, lines: tuple[str, ...], licence: tuple[str, ...]
) -> tuple[Telling, Ask | None]:
    """Return an answer on which the caller may cut in: it had meant to ask something else."""
    press = pressing(talk)
    ask = partial(press, "cut_in.meant") if press else None
    return Telling(lines, "answer", licence, is_needed=False, is_asked=True), ask


_EVENTS: dict[str, Callable[[Talk, AgendaItem], object]] = {
    "Q0": _names,
    "Q1": _belief,
    "Q2": _terms,
    "Q3": wishes.wish_for,
    "Q4": complain,
    "Q5": apart.ask_gap,
    "Q6": apart.ask_unrelated,
    "fact": _aside,
    "grievance": complain,
}
