"""What a customer has told the assistant that calls a business for it: wish, notes, bounds.

World, Draws --draw_mandate--> Mandate

The business has the world; the assistant knows these sentences and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Literal, TypeAlias

from datagen.scripting.compose.grammar import slots, spelled_out
from datagen.scripting.content.values import Code, Value, money
from datagen.scripting.plans.draws import Draws
from datagen.scripting.world.absent import of_caller, value_of_caller
from datagen.scripting.world.compiled import CompiledWorld, happens
from datagen.scripting.world.customer_asks import ENDING, first_asks, is_ending, without_others
from datagen.scripting.world.draw import World
from datagen.scripting.world.notes import Note, answer_of, note_of, stands_alone
from datagen.scripting.world.pack import Identity, ProcedureStep, Story, Sum, Wish, WorldPack

Bound: TypeAlias = Literal["accept", "decline", "ask_back"]
"""What the assistant does with an offer: agree, refuse, or say that it has to ask first."""
LIMIT = "limit"
"""Name of the most that the customer would pay, among the values of a call."""
REACHED_AT = "reached_at"
"""Name of the number that a customer in no file is called at, among the values of a call."""
QUESTIONS = (0, 1, 1, 2, 2)
"""How many questions an assistant has been told to ask; one is drawn."""
TRIES_WISH, HAS_BACKGROUND, LACKS_IDENTITY, ASKS_BACK, CALLED_BACK = 0.4, 0.4, 0.12, 0.35, 0.75
"""Chances: it is to try for more than a policy allows; it knows something more about the matter; it
lacks the first number that the business asks for; it may not refuse by itself; it is asked for a
phone number where something is done for who is in no file."""
_PHONE = Code(type="phone", pattern="555-01##")
_UNIT = re.compile(
    r"\b(?:an?|per|every) (?:\w+ )?(?:hour|day|night|week|month|year|person|box|piece|page|mile)\b"
    r"|\beach\b|\bthe rest\b|\{\w+\} (?:an?|per) \w",
    re.I,
)
"""A price of one of several, an hour, a night; or of a part."""
_IN_CALL = re.compile(r"\b(?:can|could|would) you\b[^?]*\b(?:right now|while I wait)\?$", re.I)
"""How a question ends after what somebody could do before its answer."""
_PAYS = re.compile(r"\b(?:take a payment|charge an? (?!off)\w+)")
"""What a tool does that takes its customer's money, which no assistant has to give."""
_NOW = re.compile(r"\bnow\?$")
"""How a check ends of what is so right then, on which what is done next rests."""
_CANNOT = re.compile(r"\b(?:I|we) (?:can't|cannot)\b(?! (?:I|we)\b|\?)", re.I)
"""What a wish holds that its customer cannot do, which an offer may then need."""
_THERE = re.compile(r"\bhere\b(?! on the phone)", re.I)
"""What a wish holds of where its customer is, and its assistant is not."""
_SECRET = re.compile(r"\bSocial Security\b|\bsecurity code\b|^card number$", re.I)
"""What a number is called that nobody reads out from a record, nor back."""
_MUST = re.compile(r"\b(?:have to|has to|cannot|can't|won't|will not)\b")
"""Why somebody calls whose need is not met by a no."""
_SENSED = re.compile(r"\bcan (?:hear|see)\b|\bmy voice\b", re.I)
"""What a wish holds that only whoever is on the line can say of itself."""
_DAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
"""What names a day, beside which another would be taken for it."""
_ENDS = re.compile(r"\b(?:never mind|forget it|forget that)\b", re.I)
"""What an answer holds that ends a call, which its customer has not decided before it."""
_SECOND = re.compile(r"\bthe \w+ one\?|, then\.$|\?$", re.I)
"""What a question and its answer hold if they are of the call: the right one, what is taken where
something else is out, and what is asked back."""
_BACK = re.compile(
    r"(?:does|did|was|is|could) that\b|\bare those\b|\bthat(?: long)?\?|, was that\b"
    r"|\b(?:get (?:it|them)|live) there\?|\bafter all\b|\bin one piece\b|\bwait\b|\bso far\b"
    r"|\b(?:then|now)\?",
    re.I,
)
"""How a check points back to what the business has told."""
_ASKED_BACK = re.compile(
    r"^(?:does that|could that (?:be|have))\b|\b(?:about that|that one|remember that)\?", re.I
)
"""How any other question does."""
_GIVEN = re.compile(
    r"\{\w+\}(?= (?:back|off|less|taken off|credited|refunded)\b)|\blimit of \{\w+\}"
    r"|\bfrom \{\w+\}(?= to \{)"
)
"""What an offer gives and does not cost, or takes the place of."""
MARGIN = 500
"""The limit is whole multiples of so many cents, above what is accepted."""


@dataclass(frozen=True)
class Mandate:
    """What an assistant knows, is to ask and may decide."""

    notes: dict[str, Note]
    """By the first wording of the business's question."""
    questions: tuple[str, ...]
    """Facts of the business that the customer wants to know, each with what to ask."""
    asks: dict[str, str]
    wish: str
    """What to try for although a policy forbids it; empty if nothing."""
    background: str
    bound: Bound | None
    """None if nothing is offered in this story."""
    limit: Value | None
    lacks_identity: bool
    """Only the second number is in the role."""

    def note(self, step: ProcedureStep) -> Note:
        """Return what answers a question of the business."""
        return self.notes[step.say[0]]


def _is_done_in_call(step: ProcedureStep) -> bool:
    """Tell whether a step asks for what its caller then does, which nobody has noted down."""
    return step.do in ("ask", "check") and all(map(_IN_CALL.search, step.say))


def _ends(step: ProcedureStep) -> bool:
    return step.do in ("ask", "check") and _ENDS.search(answer_of(step)) is not None


def _is_unfit(pack: WorldPack, step: ProcedureStep) -> bool:
    """Tell whether a step by itself needs somebody who is there, or who may pay."""
    if step.do == "act":
        return _PAYS.match(pack.tools[step.tool].does) is not None
    return _ends(step) or _is_done_in_call(step) or _is_of_the_call(step, pack.values)


def _is_of_the_call(step: ProcedureStep, own: Collection[str]) -> bool:
    """Tell whether a step asks for what nobody can have noted down before the call: it names what
    only the business knows, and asks about that or for a second choice."""
    if step.do != "ask" or _points_back(step):
        return False
    note = note_of(step, own)
    return not slots(note.question).isdisjoint(own) or _SECOND.search(" ".join(note)) is not None


@lru_cache(maxsize=256)
def for_assistants(compiled: CompiledWorld) -> dict[str, tuple[str, ...]]:
    """Return the stories, each with the ways that it goes, that fit a caller who calls for
    somebody."""
    pack = compiled.pack
    found = {
        name: tuple(case for case in story.cases if _is_for_assistants(pack, story, case))
        for name, story in pack.stories.items()
    }
    return {name: cases for name, cases in found.items() if cases}


def _is_for_assistants(pack: WorldPack, story: Story, case: str) -> bool:
    """Tell whether somebody who is not there can make this call: nothing is to be tried out while
    it goes on, no answer is due that depends on it, be it on the business's own values, and nobody
    else takes over."""
    has_acted = has_declined = False
    for step in story.steps:
        if not happens(step, case):
            continue
        is_late = has_acted or all(not slots(line).isdisjoint(pack.values) for line in step.say)
        if step.do in ("instruct", "handoff") or (step.do == "check" and is_late):
            return False
        if _is_unfit(pack, step) or (step.do == "check" and _NOW.search(step.say[0])):
            return False
        if has_declined and step.do == "act" and not ENDING.search(story.because):
            return False  # who declines has asked for something else, in words of its own
        if step.do == "offer" and not step.declines and ENDING.search(story.because):
            return False  # who wants an end does not let somebody else settle for less
        is_end = step.do == "act" and ENDING.search(pack.tools[step.tool].does) is not None
        if is_end and not ENDING.search(story.because):
            return False  # nor does who wants none let somebody else put an end to what it has
        has_acted = has_acted or step.do == "act"
        has_declined = has_declined or step.declines
    return True


def _points_back(step: ProcedureStep) -> bool:
    """Tell whether a step asks what the customer makes of what it hears only in the call."""
    back = {"check": _BACK, "ask": _ASKED_BACK}.get(step.do)
    return back is not None and back.search(step.say[0]) is not None


def is_secret(identity: Identity) -> bool:
    """Tell whether a number is one that a business only hears, and never says."""
    return _SECRET.search(identity.label) is not None


def _readable(world: World, probes: Collection[str]) -> World:
    """Return a world in which the number that a business supposes, if it does, is one that it may
    read out from a record: no secret, and no telephone number if there is another one."""
    ranks = [
        (is_secret(one.identity), one.identity.value.type == "phone")
        for one in (world.identity, world.other)
    ]
    if "Q1" not in probes or ranks[0] >= ranks[1]:
        return world
    values = dict(world.values)
    one, other = values["identity_value"], values["other_value"]
    values |= {"identity_value": other, "other_value": one}
    return replace(world, identity=world.other, other=world.identity, values=values)


def turned(world: World, probes: Collection[str] = ()) -> World:
    """Return a world whose caller's values are spoken of by somebody else, and in which nothing is
    asked that only who is there could answer."""
    world = _readable(world, probes)
    values = dict(world.values)
    steps = tuple(step for step in world.steps if not _points_back(step))
    for name in world.pack.caller.keys() & values.keys():
        value = values[name]
        if value.type == "text":
            values[name] = Value(
                "text", value_of_caller(value.written), value_of_caller(value.spoken)
            )
    return replace(world, values=values, steps=steps, fails_identity=False)


def draw_mandate(
    world: World,
    probes: Sequence[str],
    draws: Draws,
    *,
    is_timely: Callable[[str], bool],
    is_formal: bool = False,
) -> Mandate:
    """Draw what the customer has told, maybe an assistant without short forms, of what is told at
    that time of day; sets the limit, the number to call back, and what has no short forms among the
    world's values."""
    asks = [step for step in world.steps if step.do in ("ask", "check")]
    count = draws.pick(QUESTIONS)
    bound, limit = _bound(world, draws)
    open_asks = first_asks(world, count, weighs=bound != "decline")
    if limit is not None:
        world.values[LIMIT] = limit
    if _is_to_be_reached(world, asks) and draws.chance(CALLED_BACK):
        world.values[REACHED_AT] = _PHONE.draw(draws)
    plain = [line for line in world.story.more if stands_alone(line)]
    plain = list(filter(is_timely, _beside(plain, asks, world)))
    is_verified = world.story.verify and not {"Q1", "Q2"} & set(probes)
    wish = world.wish if world.wish and _is_open_for(world, world.wish) else None
    mandate = Mandate(
        notes={step.say[0]: note_of(step, world.pack.values) for step in asks},
        questions=tuple(open_asks),
        asks={name: of_caller(draws.pick(lines)) for name, lines in open_asks.items()},
        wish=_tried(wish, draws, has_day=_has_day(asks, world), may_agree=bound == "accept"),
        background=of_caller(draws.pick(plain)) if plain and draws.chance(HAS_BACKGROUND) else "",
        bound=bound,
        limit=limit,
        lacks_identity=is_verified and draws.chance(LACKS_IDENTITY),
    )
    if not is_formal:
        return mandate
    for name in world.pack.caller.keys() & world.values.keys():
        if world.values[name].type == "text":
            _, written, spoken, _ = world.values[name]
            world.values[name] = Value("text", spelled_out(written), spelled_out(spoken))
    return formally(mandate)


def _is_to_be_reached(world: World, asks: Sequence[ProcedureStep]) -> bool:
    """Tell whether something is done for somebody whose number no file and no note has."""
    has_act = any(step.do == "act" for step in world.steps)
    noted = chain.from_iterable(slots(answer_of(step)) for step in asks)
    has_phone = any(name in world.values and world.values[name].type == "phone" for name in noted)
    return has_act and not has_phone and not world.story.verify


def _beside(lines: Sequence[str], asks: Sequence[ProcedureStep], world: World) -> Iterator[str]:
    """Yield what may be told beside a reason: neither what the business then asks for, nor a day
    that does not fit the others."""
    asked = set(chain.from_iterable(slots(answer_of(step)) for step in asks))
    has_day = _has_day(asks, world)
    for line in lines:
        if slots(line).isdisjoint(asked) and not (has_day and _DAY.search(line)):
            yield line


def _has_day(asks: Sequence[ProcedureStep], world: World) -> bool:
    """Tell whether the customer has noted a day for which it wants something."""
    asked = chain.from_iterable(slots(answer_of(step)) for step in asks)
    return any(name in world.values and _DAY.search(world.values[name].written) for name in asked)


def formally(mandate: Mandate) -> Mandate:
    """Return a mandate in the words of an assistant that speaks formally: without short forms."""
    return replace(
        mandate,
        notes={
            name: Note(spelled_out(note.question), spelled_out(note.answer))
            for name, note in mandate.notes.items()
        },
        asks={name: spelled_out(line) for name, line in mandate.asks.items()},
        wish=spelled_out(mandate.wish),
        background=spelled_out(mandate.background),
    )


def _tried(wish: Wish | None, draws: Draws, *, has_day: bool, may_agree: bool) -> str:
    """Return what the assistant is to try for, if it is: for no other day than it has, and nothing
    that makes an offer impossible to which it may agree."""
    if wish is None or not draws.chance(TRIES_WISH):
        return ""
    lines = [line for line in without_others(wish.ask) if not _THERE.search(line)]
    lines = [line for line in lines if not (has_day and _DAY.search(line))]
    lines = [line for line in lines if not (may_agree and _CANNOT.search(line))]
    if not lines:
        return ""
    return of_caller(draws.pick([line for line in lines if not _SENSED.search(line)] or lines))


def _is_open_for(world: World, wish: Wish) -> bool:
    """Tell whether a wish has to do with what the call is about, if that is what ends."""
    way = f"{world.story_id}.{world.case_id}"
    return not is_ending(world) or way in wish.stories or wish.stories == (world.story_id,)


def _bound(world: World, draws: Draws) -> tuple[Bound | None, Value | None]:
    """Return what may be agreed to, and the most that may be spent if an offer has a price."""
    offers = [step for step in world.steps if step.do == "offer"]
    if not offers:
        return None, None
    prices = [world.values[name].cents for name in _prices(world, offers)]
    if any(_UNIT.search(line) for step in offers for line in step.say):
        prices = []  # nobody knows what they come to
    elif _most_told(world) > sum(prices):
        prices = []  # a limit would be taken for one on what costs more
    cents = sum(prices)
    is_done = any(step.do == "act" for step in world.steps)  # whatever is offered
    if any(step.declines for step in offers):
        least = min(prices, default=0)  # two prices may be of two things, of which one is bought
        if least >= 4 * MARGIN and not is_done and draws.chance(0.6):
            share = 0.4 + 0.4 * draws.uniform()
            return "decline", money(int(share * least) // MARGIN * MARGIN)
        is_later = any("later" in step.labels.values() for step in offers)
        is_open = is_later or bool(_prices(world, offers))
        is_unmet = ENDING.search(world.story.because) or _MUST.search(world.story.because)
        is_open = is_open or bool(is_unmet) or draws.chance(ASKS_BACK)
        return ("ask_back" if is_open and not is_done else "decline"), None
    if cents and draws.chance(0.6):
        return "accept", money((cents // MARGIN + draws.integer(1, 6)) * MARGIN)
    return "accept", None


def _most_told(world: World) -> int:
    """Return the largest sum, in cents, of the facts that are told at a step of their own."""
    told = chain.from_iterable(step.facts for step in world.steps if step.do == "tell")
    lines = chain.from_iterable(world.pack.facts[name].tell for name in told)
    used = set(chain.from_iterable(map(slots, lines)))
    return max((one.cents for name, one in world.values.items() if name in used), default=0)


def _prices(world: World, offers: Sequence[ProcedureStep]) -> set[str]:
    """Return which values of offers cost something: what is paid back does not."""
    lines = [_GIVEN.sub("", line) for step in offers for line in step.say]
    used = chain.from_iterable(map(slots, lines))
    sums = [value for value in world.pack.values.values() if isinstance(value, Sum)]
    back = {name for one in sums for name in one.plus} | {
        name for name, value in world.pack.values.items() if isinstance(value, Sum)
    }
    return {name for name in used if name in world.values} - back
