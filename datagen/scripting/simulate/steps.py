"""Take the steps of the agent's procedure: ask, look, tell, offer, act, and what callers do to it.

Talk, ProcedureStep --take--> drafts
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from datagen.scripting.content.values import Value
from datagen.scripting.simulate import asides, tools
from datagen.scripting.simulate.identify import identify
from datagen.scripting.simulate.interruptions import Telling, early, may_cut_in, stop_rambling
from datagen.scripting.simulate.repair import ask_again, is_short, mishear, take_back
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.pack import ProcedureStep

ISO = {
    "ask": "setQuestion",
    "check": "checkQuestion",
    "instruct": "instruct",
    "tell": "inform",
    "look": "inform",
    "offer": "offer",
    "act": "inform",
    "promise": "promise",
    "handoff": "inform",
}
"""ISO 24617-2's name of what a step does."""
ANSWERS = {"ask": "answer", "check": "confirm", "instruct": "agreement", "offer": "acceptOffer"}
BANK = {"check": "confirm", "instruct": "comply", "offer": "accept"}
"""What the caller answers where the pack has no line."""
REPEATS, INSERTS, CORRECTS, MISHEARD = 0.05, 0.14, 0.09, 0.1
"""Chances of what happens between a question and its answer, or to the answer."""
IN_FLIGHT = 0.7
"""Chance that a wrong answer is taken back only when it has been typed in, if it is."""
ACKS = {"friendly": 0.5, "brisk": 0.2, "formal": 0.4, "tired": 0.35}
_ASIDES = frozenset(("answer", "declineRequest", "correction", "confirm"))
"""Acts of an agent after which it has to come back to what it was doing."""
_UNANSWERED = frozenset(("autoPositive", "disagreement", "interactionStructuring"))
"""What a caller says that asks for no sign of having been heard."""
REACTS = 0.55
JUST = 2
"""Turns after which an offer need not say that it was told already."""


def take(talk: Talk, step: ProcedureStep) -> None:
    """Take one step; whoever calls is verified before anything on record is touched or told."""
    is_private = step.tool or any(name in talk.world.records for name in step.facts)
    if is_private and not talk.is_verified:
        stop_rambling(talk)
        talk.current = step
        identify(talk)
        talk.current = None
        if not talk.is_verified:
            return
    if step.do == "look":
        _look(talk, step)
    elif step.do == "act":
        _act(talk, step)
    elif step.do == "tell":
        _tell(talk, step)
    else:
        _exchange(talk, step)


def _look(talk: Talk, step: ProcedureStep) -> None:
    facts = tuple(name for name in step.facts if name in talk.world.records)
    if talk.world.is_lookup:
        identifier = tools.call(talk, step, facts)
        talk.returned.update(dict.fromkeys(facts, f"result.{identifier}"))
        talk.found = f"result.{identifier}"
        if talk.chance(0.3 * talk.leisure):
            talk.agent("found", "autoPositive", (talk.found,))
    elif talk.chance(0.35):
        talk.agent("glance", "stalling")
    talk.is_open = True


def _act(talk: Talk, step: ProcedureStep) -> None:
    _acknowledge(talk)
    _propose(talk, step)
    licence = f"prompt.{step.tool}"
    if talk.world.is_lookup:
        licence = f"result.{tools.call(talk, step, ())}"
    talk.agent_line(step.say, "inform", (licence, *talk.licence(step.facts)))
    talk.mood.feel("helped")
    talk.is_helped = True
    _react(talk, step, 0.6, "ack_done")


def _propose(talk: Talk, step: ProcedureStep) -> None:
    """Ask before anything is done that the caller has not agreed to."""
    proposed = talk.world.pack.tools[step.tool].proposed
    if proposed and not talk.is_agreed:
        said = talk.words.fill(proposed)
        talk.words.about("doing", Value("text", said.text, said.spoken))
        talk.agent("propose", "offer", (f"prompt.{step.tool}",)).values |= said.slots
        talk.user("agree", "acceptOffer")
    talk.is_agreed = False


def _tell(talk: Talk, step: ProcedureStep) -> None:
    """Tell facts; what the caller has just been told is left out, or a reminder."""
    news = [name for name in step.facts if not talk.is_fresh(name)]
    if not news and step.facts and not step.reply:
        return
    _acknowledge(talk)
    licence = talk.licence(step.facts)
    if not news and step.facts:
        talk.remind(step.say or talk.world.fact(step.facts[-1]).tell, "inform", licence)
    elif step.say:
        talk.agent_line(step.say, "inform", licence)
        _may_cut_in(talk, step.say, "inform", licence)
    else:
        left = [name for name in news if not tell(talk, name)]
        if left:
            talk.tell(name for name in step.facts if name not in left)
            return
    talk.tell(step.facts)
    _react(talk, step, REACTS)


def tell(talk: Talk, name: str) -> bool:
    """Tell a fact; a caller may cut in. Return whether it was told in the end."""
    fact, licence = talk.world.fact(name), talk.licence((name,))
    talk.agent_line(fact.tell, "inform", licence)
    return _may_cut_in(talk, fact.tell, "inform", licence, is_needed=fact.source == "record")


def _may_cut_in(
    talk: Talk, lines: Sequence[str], iso: str, licence: tuple[str, ...], *, is_needed: bool = True
) -> bool:
    """Perhaps let the caller cut in on the last line; return whether that was told in the end."""
    press = asides.pressing(talk)
    ask = partial(press, "cut_in") if press else None
    return may_cut_in(talk, Telling(lines, iso, licence, is_needed), ask)


def _exchange(talk: Talk, step: ProcedureStep) -> None:
    """Ask, offer or announce something, with what may come between that and its answer."""
    if step.do == "ask" and _is_answered(talk, step):
        return
    if step.do == "ask":
        stop_rambling(talk)
    _acknowledge(talk)
    iso, licence = ISO[step.do], talk.licence(step.facts)
    is_known = step.facts and all(talk.is_fresh(name, JUST) for name in step.facts)
    say = talk.remind if is_known and step.do == "offer" else talk.agent_line
    say(step.say, iso, licence)
    talk.tell(step.facts)
    if step.do not in ANSWERS:
        if say is talk.agent_line:
            _may_cut_in(talk, step.say, iso, licence)
        _react(talk, step, REACTS)
        return
    roll = talk.draws.uniform() / talk.slips
    if roll < REPEATS and len(step.say) > 1:
        ask_again(talk, step.say, iso, licence)
    elif roll < REPEATS + INSERTS and (aside := asides.plain_aside(talk)):
        asides.bring_up(talk, aside, link="before_that")
        talk.agent("back_to_question", "interactionStructuring")
        talk.agent_line(step.say, iso, licence)
    early(talk, partial(_reply, talk, step))


def _is_answered(talk: Talk, step: ProcedureStep) -> bool:
    """Tell whether the caller has said by itself all that is asked for."""
    asked = talk.slots(step.reply) & talk.world.values.keys()
    return bool(asked) and asked <= talk.given


def _reply(talk: Talk, step: ProcedureStep) -> None:
    answer = "declineOffer" if step.declines else ANSWERS[step.do]
    talk.is_agreed = talk.is_agreed or step.do == "offer"
    if not step.reply:
        talk.user(BANK[step.do], answer)
        return
    said = talk.draws.uniform() / talk.slips
    name = _mendable(talk, step) if said < CORRECTS + MISHEARD else ""
    wrong = talk.wrong(name) if name else None
    if wrong is None or not is_short(wrong):
        talk.user_line(step.reply, answer)
    elif said < CORRECTS:
        talk.words.about(name, wrong)
        draft = talk.user_line(step.reply, ANSWERS[step.do])
        if name in draft.values and tools.is_next(talk, name) and talk.chance(IN_FLIGHT):
            talk.misgiven[name] = wrong
        elif name in draft.values:
            take_back(talk, name)
        talk.words.about(name, talk.value(name))
    else:
        draft = talk.user_line(step.reply, ANSWERS[step.do])
        if name in draft.values:
            mishear(talk, name, wrong)


def _mendable(talk: Talk, step: ProcedureStep) -> str:
    """Return a value of the answer that may be misheard or taken back, if there is one."""
    caller = talk.world.pack.caller
    names = sorted(name for name in talk.slots(step.reply) if name in caller)
    names = [name for name in names if is_short(talk.value(name)) and name not in talk.given]
    return talk.draws.pick(names) if names else ""


def _react(talk: Talk, step: ProcedureStep, chance: float, act: str = "ack") -> None:
    if step.reply:
        told = [line for line in step.reply if line[-1] != "?"]
        talk.user_line(told or step.reply, "autoPositive")
    elif talk.chance(chance * talk.leisure):
        talk.user(act, "autoPositive")


def _is_redirected(talk: Talk) -> bool:
    """Tell whether the agent has just led back to the call already."""
    last = talk.probes[-1] if talk.probes else None
    return last is not None and last.type == "Q6" and last.agent_turn == talk.floor.last


def _acknowledge(talk: Talk) -> None:
    """Let the agent show that it has heard, if it was the caller who spoke."""
    drafts = talk.floor.drafts
    if drafts[-1].speaker == "agent" and drafts[-1].act in _ASIDES and talk.chance(0.6):
        if not _is_redirected(talk):
            talk.agent("transition", "interactionStructuring")
        return
    if drafts[-1].speaker != "user" or drafts[-1].act in _UNANSWERED:
        return
    if talk.chance(ACKS[talk.cast.manner] * talk.leisure):
        talk.agent("ack", "autoPositive")
