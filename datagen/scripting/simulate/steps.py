"""Take the steps of the agent's procedure: ask, look, tell, offer, act, and what callers do to it.

Talk, ProcedureStep --take--> drafts
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from datagen.scripting.content.values import Value
from datagen.scripting.simulate import asides, dues, replies, tools, wishes
from datagen.scripting.simulate.acknowledgements import acknowledge, take_up
from datagen.scripting.simulate.identify import ask_name, identify
from datagen.scripting.simulate.interruptions import Telling, knew_it, may_cut_in
from datagen.scripting.simulate.overlaps import early, stop_rambling
from datagen.scripting.simulate.readiness import asks_for, is_answered
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
BANK = {"check": "confirm", "instruct": "comply", "offer": "accept"}  # where the pack has no line
REPEATS, INSERTS, CORRECTS, MISHEARD = 0.05, 0.14, 0.09, 0.1
"""Chances of what happens between a question and its answer, or to the answer."""
IN_FLIGHT = 0.7
"""Chance that a wrong answer is taken back only when it has been typed in, if it is."""
REACTS = 0.55
_POINTS = re.compile(r"[^,{]*\b(?:that|this|it|one|ones|them|those|these)\b(?! \w+ed\b)", re.I)
"""How a line begins that points back: with no noun phrase, slot or clause before the pronoun."""
_QUESTION = re.compile(r"(?:and |so,? )?(?:should|shall|would|do|does|can|could|may|is|are) ", re.I)
"""How a line begins that only asks."""
LETS_GO = 0.95
"""Chance that it says something to a no to what it has offered."""
JUST = 2
"""Turns after which an offer need not say that it was told already."""


def take(talk: Talk, step: ProcedureStep) -> None:
    """Take one step; whoever calls is verified before anything on record is touched or told."""
    is_private = step.tool or any(name in talk.world.records for name in step.facts)
    if is_private and not talk.is_verified:
        stop_rambling(talk)
        talk.current = step
        take_up(talk)
        identify(talk)
        talk.current = None
        if not talk.is_verified:
            return
    is_aside, talk.num_asides = talk.num_asides > 0, 0
    talk.is_back = is_aside
    talk.has_protested = False
    talk.is_looking = step.do == "look"
    if step.do == "look":
        _look(talk, step)
    elif step.do == "act":
        _act(talk, step)
    elif step.do == "tell":
        _tell(talk, step)
    else:
        _exchange(talk, step, _standing(step.say) if is_aside else step.say)


def points_back(talk: Talk, step: ProcedureStep) -> bool:
    """Tell whether nothing may come before a step, as it points back to what has just been said."""
    if step.do == "act":
        proposed = talk.world.pack.tools[step.tool].proposed
        return bool(proposed) and _POINTS.match(proposed) is not None
    return bool(step.say) and all(map(_POINTS.match, step.say))


def _standing(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines that do not point back, if there are any."""
    return [line for line in lines if not _POINTS.match(line)] or lines


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
    acknowledge(talk, step)
    _propose(talk, step)
    if not talk.is_named:
        ask_name(talk)
    licence = f"prompt.{step.tool}"
    if talk.world.is_lookup:
        licence = f"result.{tools.call(talk, step, ())}"
    talk.agent_line(step.say, "inform", (licence, *talk.licence(step.facts)))
    talk.tell(_told_with(talk, step))
    talk.mood.feel("helped")
    talk.is_helped, talk.done_at = True, talk.floor.last
    _react(talk, step, 0.6, "ack_done")


def _told_with(talk: Talk, step: ProcedureStep) -> list[str]:
    """Return the facts of which what was said to be done states all values."""
    said = talk.floor.drafts[-1].values
    values = {name: talk.slots(talk.world.fact(name).tell) for name in step.facts}
    return [name for name, slots in values.items() if slots and slots <= said]


def _propose(talk: Talk, step: ProcedureStep) -> None:
    """Ask before anything is done that the caller has not agreed to."""
    proposed = talk.world.pack.tools[step.tool].proposed
    if proposed and not talk.is_agreed:
        said = talk.words.fill(proposed)
        talk.words.about("doing", Value("text", said.text, said.spoken))
        is_given = not talk.given.isdisjoint(talk.world.pack.tools[step.tool].args)
        act = "propose.asked" if is_given or asks_for(talk.opening, proposed) else "propose"
        talk.agent(act, "offer", (f"prompt.{step.tool}",)).values |= said.slots
        talk.user("agree", "acceptOffer")
    talk.is_agreed = False


def _tell(talk: Talk, step: ProcedureStep) -> None:
    """Tell facts; what the caller has just been told is left out, or a reminder, and a rule that it
    has asked about is told once."""
    news = [name for name in step.facts if not _is_known(talk, name)]
    if not news and step.facts and not step.reply:
        return
    if not news and step.facts and _is_just_told(talk, step):
        _react(talk, step, REACTS)  # it is what the agent has just said
        return
    acknowledge(talk, step)
    licence = talk.licence(step.facts)
    if not news and step.facts:
        talk.remind(step.say or talk.world.fact(step.facts[-1]).tell, "inform", licence)
    elif step.say:
        talk.agent_line(step.say, "inform", licence)
        _may_cut_in(talk, step.say, "inform", licence, facts=step.facts, is_bad=_is_bad(talk, step))
    else:
        is_bad = _is_bad(talk, step)
        # nobody knows the answer to what they have called about
        is_awaited = bool(step.reply) or not talk.told
        left = [name for name in news if not tell(talk, name, is_bad=is_bad, is_awaited=is_awaited)]
        if left:
            talk.tell(name for name in step.facts if name not in left)
            return
    talk.tell(step.facts)
    _react(talk, step, REACTS)


def _is_known(talk: Talk, name: str) -> bool:
    """Tell whether a caller still knows what it was told; a rule it does not forget."""
    is_rule = talk.world.fact(name).source == "prompt"
    return name in talk.told if is_rule else talk.is_fresh(name)


def _is_just_told(talk: Talk, step: ProcedureStep) -> bool:
    """Tell whether the turn that is going on has told a step's facts."""
    is_agent = talk.floor.drafts[-1].speaker == "agent"
    return is_agent and all(talk.told[name] == talk.floor.last for name in step.facts)


def _is_bad(talk: Talk, step: ProcedureStep) -> bool:
    """Tell whether a caller could object to what a step tells: without replies, to what is so with
    it, and not to a rule told by the way."""
    if step.reply:
        return any(map(replies.objects, step.labels.values()))
    return talk.is_let_down and any(name in talk.world.records for name in step.facts)


def tell(talk: Talk, name: str, *, is_bad: bool = False, is_awaited: bool = False) -> bool:
    """Tell a fact; a caller may cut in. Return whether it was told in the end."""
    fact, licence = talk.world.fact(name), talk.licence((name,))
    talk.agent_line(fact.tell, "inform", licence)
    is_needed = is_awaited or fact.source == "record"
    return _may_cut_in(
        talk, fact.tell, "inform", licence, facts=(name,), is_needed=is_needed, is_bad=is_bad
    )


def _may_cut_in(
    talk: Talk,
    lines: Sequence[str],
    iso: str,
    licence: tuple[str, ...],
    *,
    facts: tuple[str, ...],
    is_needed: bool = True,
    is_bad: bool = False,
) -> bool:
    """Perhaps let the caller cut in on the last line; return whether that was told in the end."""
    talk.telling = facts
    is_news = any(name in talk.world.records for name in facts)  # which the caller waits for
    press = None if is_news else asides.pressing(talk)
    ask = partial(press, "cut_in") if press else None
    is_told = may_cut_in(talk, Telling(lines, iso, licence, is_needed, is_bad=is_bad), ask)
    talk.telling = ()
    return is_told


def _exchange(talk: Talk, step: ProcedureStep, lines: Sequence[str]) -> None:
    """Ask, offer or announce something, with what may come between that and its answer."""
    if step.do == "ask" and is_answered(talk, step):
        return
    if step.do == "ask":
        stop_rambling(talk)
    acknowledge(talk, step)
    iso, licence = ISO[step.do], talk.licence(step.facts)
    reminds = _say(talk, step, lines, iso, licence)
    talk.tell(_stated(talk, step))
    if step.do not in ANSWERS:
        talk.is_handed_on = step.do == "handoff"
        if not talk.is_handed_on:
            _announced(talk, step, licence, is_new=not reminds)
        return
    if step.do == "offer" and (wish := wishes.haggling(talk, step.facts)):
        asides.bring_up(talk, wish, link=wishes.link_before(talk))
        talk.agent("shall_i.offered", "offer")
        talk.num_asides = 0
        _reply(talk, step)
        return
    roll = talk.draws.uniform() / talk.slips
    if roll < REPEATS and len(step.say) > 1:
        ask_again(talk, step.say, iso, licence)
    elif roll < REPEATS + INSERTS and (aside := asides.plain_aside(talk)):
        asides.bring_up(talk, aside, link="before_that")
        talk.agent("back_to_question", "interactionStructuring")
        talk.agent_line(step.say, iso, licence)
        talk.num_asides = 0
    early(talk, partial(_reply, talk, step))


def _announced(talk: Talk, step: ProcedureStep, licence: tuple[str, ...], *, is_new: bool) -> None:
    """Let the caller take in what the agent has said that will be."""
    if is_new:
        iso, is_bad = ISO[step.do], _is_bad(talk, step)
        _may_cut_in(talk, step.say, iso, licence, facts=step.facts, is_bad=is_bad)
    _react(talk, step, REACTS)


def _say(
    talk: Talk, step: ProcedureStep, lines: Sequence[str], iso: str, licence: tuple[str, ...]
) -> bool:
    """Say a step's line; return whether it is a reminder: an offer of what was just told is one,
    unless a bare question will do."""
    if step.do == "offer":
        lines = dues.whole(tuple(lines), tuple(talk.world.fact(one).says for one in step.facts))
    is_known = step.facts and all(_is_said(talk, name) for name in step.facts)
    if is_known and step.do == "offer":
        bare = [line for line in lines if _QUESTION.match(line)]
        if talk.is_back:  # nobody knows any more what "that one" is
            bare = [line for line in bare if not _POINTS.match(line)]
        if not bare:
            talk.remind(lines, iso, licence)
            return True
        lines = bare
    talk.agent_line(lines, iso, licence)
    return False


def _is_said(talk: Talk, name: str) -> bool:
    """Tell whether a fact was just told with all that it states, and no part of it alone."""
    if not talk.is_fresh(name, JUST):
        return False
    return talk.slots(talk.world.fact(name).tell) <= talk.floor.drafts[talk.told[name]].values


def _stated(talk: Talk, step: ProcedureStep) -> list[str]:
    """Return the facts that the last turn has told: a question need not say what it rests on."""
    if step.do != "ask":
        return list(step.facts)
    said = talk.floor.drafts[-1].values
    return [name for name in step.facts if said & talk.slots(talk.world.fact(name).tell)]


def _reply(talk: Talk, step: ProcedureStep) -> None:
    answer = "declineOffer" if step.declines else ANSWERS[step.do]
    talk.is_agreed = talk.is_agreed or step.do == "offer"
    if step.do == "offer" and not step.declines:
        talk.agreed.update(step.facts)
    if not step.reply:
        talk.user(BANK[step.do], answer)
        return
    _answer(talk, step, answer)
    if step.declines:
        _let_go(talk)
    elif step.do == "check" and talk.is_let_down and replies.objects(talk.floor.drafts[-1].label):
        talk.agent("hear.bad", "autoPositive")
    elif step.do != "ask":  # "a suite, please" only says which
        talk.is_agreed = talk.is_agreed or _wants(talk)


def _let_go(talk: Talk) -> None:
    """Let the agent take a no to what it has offered, but for one that says what to do instead."""
    label = talk.floor.drafts[-1].label
    talk.has_declined = label != "demands"
    if not _wants(talk) and talk.chance(LETS_GO):
        talk.agent(replies.lets_go(label, is_open=not talk.acts_next), "autoPositive")


def _answer(talk: Talk, step: ProcedureStep, answer: str) -> None:
    """Let the caller answer in words of the pack, and perhaps be misheard, or correct itself."""
    said = talk.draws.uniform() / talk.slips
    name = _mendable(talk, step) if said < CORRECTS + MISHEARD else ""
    hear = talk.wrong if said < CORRECTS else talk.misheard
    wrong = hear(name) if name else None
    is_slip = wrong is None or said >= CORRECTS or wrong.type != "text"
    if wrong is None or not is_short(wrong) or not is_slip:  # nobody describes by mistake
        talk.user_line(step.reply, answer)
    elif said < CORRECTS:
        talk.words.about(name, wrong)
        draft = talk.user_line(step.reply, ANSWERS[step.do])
        if name in draft.values and tools.is_next(talk, name) and talk.chance(IN_FLIGHT):
            talk.misgiven[name] = wrong
        elif name in draft.values:
            take_back(talk, name)
        talk.words.about(name, talk.value(name))
    elif name in talk.user_line(step.reply, ANSWERS[step.do]).values:
        mishear(talk, name, wrong)


def _mendable(talk: Talk, step: ProcedureStep) -> str:
    """Return a value of the answer that may be misheard or taken back, if there is one."""
    caller = talk.world.pack.caller
    names = sorted(name for name in talk.slots(step.reply) if name in caller)
    names = [name for name in names if is_short(talk.value(name)) and name not in talk.given]
    return talk.draws.pick(names) if names else ""


def _react(talk: Talk, step: ProcedureStep, chance: float, act: str = "ack") -> None:
    """Let the caller take in what it was told."""
    if step.reply:
        reply = talk.user_line(_said_to_news(talk, step), "autoPositive")
        if _wants(talk):
            talk.is_agreed, reply.act = True, "agreement"
        if talk.chance(replies.is_met(reply.label)):
            act = replies.hears(reply.label)
            act = "hear.bad" if act == "hear" and talk.is_let_down else act
            talk.agent(act, "autoPositive")
    elif talk.chance(chance * talk.leisure) and not knew_it(talk):
        is_news = any(name in talk.world.records for name in step.facts)
        act = "ack.low" if is_news and talk.is_low else act
        talk.user(act, "autoPositive", asides.OF_RULES if is_news else ())


def _said_to_news(talk: Talk, step: ProcedureStep) -> Sequence[str]:
    """Return what a caller may say to news: who has cut in on it has not liked it, and nobody who
    is about to be cross with the business says that it was its own fault."""
    told = [line for line in step.reply if line[-1] != "?"] or step.reply
    if talk.has_protested:
        return [line for line in step.reply if replies.objects(step.labels.get(line))] or told
    if any(event.kind in ("Q4", "grievance") for event in talk.agenda):
        return [line for line in told if step.labels.get(line) != "blames_itself"] or told
    return told


def _wants(talk: Talk) -> bool:
    """Tell whether the reply just given asks for what the agent does next."""
    return talk.acts_next and talk.floor.drafts[-1].label == "wants"
