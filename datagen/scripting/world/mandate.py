"""What a customer has told the assistant that calls a business for it: wish, notes, bounds.

World, Draws --draw_mandate--> Mandate --assistant_role--> the agent's role prompt

The business has the world; the assistant knows these sentences and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from typing import Literal, TypeAlias

from datagen.scripting.compose.grammar import article, capital, slots, third_person
from datagen.scripting.content.questions import asks_for_known, content_stems
from datagen.scripting.content.values import Value, money
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.records import trusted
from datagen.scripting.world.absent import of_caller, value_of_caller
from datagen.scripting.world.draw import CompiledWorld, World, fact_slots, happens
from datagen.scripting.world.notes import Note, answer_of, capital_slot, note_of, stands_alone
from datagen.scripting.world.pack import ProcedureStep, Story, Sum, Wish, WorldPack
from datagen.scripting.world.roles import (
    MANNER_SAID,
    MANNER_SENTENCES,
    Cast,
    Manner,
    role_prompt,
)
from datagen.types import WorldItem

Bound: TypeAlias = Literal["accept", "decline", "ask_back"]
"""What the assistant does with an offer: agree, refuse, or say that it has to ask first."""
LIMIT = "limit"
"""Name of the most that the customer would pay, among the values of a call."""
QUESTIONS = (0, 1, 1, 2, 2)
"""How many questions an assistant has been told to ask; one is drawn."""
TRIES_WISH, HAS_BACKGROUND, LACKS_IDENTITY, ASKS_BACK = 0.2, 0.4, 0.12, 0.35
"""Chances: it is to try for more than a policy allows; it knows something more about the matter; it
lacks the first number that the business asks for; it may not refuse by itself."""
_UNIT = re.compile(
    r"\b(?:an?|per|every) (?:\w+ )?(?:hour|day|night|week|month|year|person|box|piece|page|mile)\b"
    r"|\beach\b|\bthe rest\b",
    re.I,
)
"""A price of one of several, an hour, a night; or of a part."""
_SLOT = re.compile(r"\{\w+\}")
_ENDING = re.compile(r"\b(?:cancel|close|end|end date|quit|give up)\b")
"""What a tool does that puts an end to what somebody has, and why somebody calls for that."""
_UNDECIDED = re.compile(r"\b(?:think|ask|talk|sleep on|call (?:you )?back|call again)\b", re.I)
"""What a reply to an offer holds that is no answer yet."""
_ENDS = re.compile(r"\b(?:never mind|forget it|forget that)\b", re.I)
"""What an answer holds that ends a call, which its customer has not decided before it."""
_BACK = re.compile(
    r"(?:does|did|was|is|could) that\b|\bthat(?: long)?\?|, was that\b"
    r"|\b(?:get (?:it|them)|live) there\?|\bafter all\b|\bin one piece\b|\bwait\b|\bso far\b"
    r"|\b(?:then|now)\?",
    re.I,
)
"""How a check points back to what the business has told."""
_ASKED_BACK = re.compile(
    r"^(?:does that|could that (?:be|have))\b|\b(?:about that|that one|remember that)\?", re.I
)
"""How any other question does."""
_TERMS = re.compile(
    r"\b(?:cancel|mov(?:e|ed)|change|reschedul|call (?:off|(?:it|that|them) off)|back out|return"
    r"|refund|how (?:long|much)|costs?|deposit|in advance|up front|includ|cover|warrant|guarant)",
    re.I,
)
"""What asks how long something takes, what it costs, or whether it can be undone."""
_ANY_OFFER = content_stems(
    "cost charge pay price open free hour day time shop long week month go back"
)
"""Stems that an offer and a question have in common whatever they are about."""
_ANY_TERM = content_stems(
    "cancel move moved change reschedule call off back out return refund money deposit advance up"
    " front include included cover covered warranty guarantee cost charge pay price fee long late"
    " early soon still people somebody take go happen any no need they them"
)
"""Stems of a question about an offer that do not say which."""
_UNBOOKED = re.compile(r"\b(?:walk-ins?|walk in|come by|need an? (?:appointment|reservation))\b")
"""What nobody asks who has just been given a time."""
_OTHERS = re.compile(r"\b(?:they|them)\b", re.I)
"""What would be taken for the customer where it is of somebody or something else."""
_GIVEN = re.compile(
    r"\{\w+\}(?= (?:back|off|less|taken off|credited|refunded)\b)|\blimit of \{\w+\}"
)
"""What an offer gives and does not cost."""
MARGIN = 500
"""The limit is whole multiples of so many cents, above what is accepted."""
_FRAMES = (
    "You are {agent}, the assistant of {customer}, and you call {company} which is {kind},"
    " because {because}.",
    "You are an agent named {agent}, the assistant of {customer}. You call {company}, {kind},"
    " because {because}.",
    "Your name is {agent}. You call {company}, {kind}, as the assistant of {customer}, because"
    " {because}.",
)
_BOUNDS: dict[Bound, tuple[str, ...]] = {
    "accept": (
        "You may agree to what they offer.",
        "You may agree to another way if there is one.",
        "You may agree to offers for {customer_first}.",
    ),
    "decline": (
        "Do not agree to anything else.",
        "You may not agree to anything other than that.",
        "You may not agree to anything else for {customer_first}.",
    ),
    "ask_back": (
        "Do not agree to an offer, {customer_first} decides that.",
        "If they offer something else, {customer_first} decides, do not agree.",
    ),
}
_IF_DEARER: dict[Bound | None, str] = {"accept": " up to that", "decline": " if it costs more"}
NO_SIGNING = "You may not pay or sign for {customer_first}."
UNKNOWN = "If you do not know something, offer to ask {customer_first} and call again."


_MANNERS: dict[str, Manner] = {
    "friendly": "friendly",
    "cheerful": "friendly",
    "tired": "tired",
    "hurried": "brisk",
}
"""How a business talks, by how who answers for it feels: in other moods no role says it."""
_item = trusted(WorldItem)


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


def _ends(step: ProcedureStep) -> bool:
    return step.do in ("ask", "check") and _ENDS.search(answer_of(step)) is not None


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
    it goes on, and no answer is due that depends on it, be it on the business's own values."""
    has_acted = has_declined = has_agreed = False
    for step in story.steps:
        if not happens(step, case):
            continue
        is_late = has_acted or all(not slots(line).isdisjoint(pack.values) for line in step.say)
        if step.do == "instruct" or (step.do == "check" and is_late) or _ends(step):
            return False
        if has_declined and step.do == "act" and not _ENDING.search(story.because):
            return False  # who declines has asked for something else, in words of its own
        if step.do == "offer" and not step.declines and _ENDING.search(story.because):
            return False  # who wants an end does not let somebody else settle for less
        is_end = step.do == "act" and _ENDING.search(pack.tools[step.tool].does) is not None
        if is_end and not has_agreed and not _ENDING.search(story.because):
            return False  # nor does who wants none let somebody else put an end to what it has
        has_agreed = has_agreed or (step.do == "offer" and not step.declines)
        has_acted = has_acted or step.do == "act"
        has_declined = has_declined or step.declines
    return True


def _points_back(step: ProcedureStep) -> bool:
    """Tell whether a step asks what the customer makes of what it hears only in the call."""
    back = {"check": _BACK, "ask": _ASKED_BACK}.get(step.do)
    return back is not None and back.search(step.say[0]) is not None


def turned(world: World) -> World:
    """Return a world whose caller's values are spoken of by somebody else, and in which nothing is
    asked that only who is there could answer."""
    values = dict(world.values)
    steps = tuple(step for step in world.steps if not _points_back(step))
    for name in world.pack.caller.keys() & values.keys():
        value = values[name]
        if value.type == "text":
            values[name] = Value(
                "text", value_of_caller(value.written), value_of_caller(value.spoken)
            )
    return replace(world, values=values, steps=steps, fails_identity=False)


def draw_mandate(world: World, probes: Sequence[str], draws: Draws) -> Mandate:
    """Draw what the customer has told; sets the limit among the world's values."""
    asks = [step for step in world.steps if step.do in ("ask", "check")]
    count = draws.pick(QUESTIONS)
    bound, limit = _bound(world, draws)
    open_asks = _asked(world, count, weighs=bound != "decline")
    if limit is not None:
        world.values[LIMIT] = limit
    plain = [line for line in world.story.more if stands_alone(line)]
    is_verified = world.story.verify and not {"Q1", "Q2"} & set(probes)
    wish = world.wish if world.wish and _is_open_for(world, world.wish) else None
    return Mandate(
        notes={step.say[0]: note_of(step, world.pack.values) for step in asks},
        questions=tuple(open_asks),
        asks={name: of_caller(draws.pick(lines)) for name, lines in open_asks.items()},
        wish=of_caller(draws.pick(_plain(wish.ask))) if wish and draws.chance(TRIES_WISH) else "",
        background=of_caller(draws.pick(plain)) if plain and draws.chance(HAS_BACKGROUND) else "",
        bound=bound,
        limit=limit,
        lacks_identity=is_verified and draws.chance(LACKS_IDENTITY),
    )


def _asked(world: World, count: int, *, weighs: bool) -> dict[str, list[str]]:
    """Return what is to be asked: so much, and first what an offer means, if one is weighed."""
    found = dict(_open_asks(world))
    offers = [step for step in world.steps if step.do in ("offer", "act") and weighs]
    about = frozenset(chain.from_iterable(offered(world, step) for step in offers))
    terms = {
        name: meant
        for name, lines in found.items()
        if (meant := [line for line in lines if concerns(line, about)])
    }
    rest = {name: lines for name, lines in found.items() if name not in terms}
    return dict(islice((terms | rest).items(), max(count, bool(terms))))


def offered(world: World, step: ProcedureStep) -> frozenset[str]:
    """Return the stems of what a step is about that offers or does something: its words, and those
    of what is then done."""
    at = world.steps.index(step)
    done = next((one.tool for one in world.steps[at:] if one.do == "act"), "")
    lines = step.say if step.do == "offer" else ()
    lines += (world.pack.tools[done].does,) if done else ()
    return _stems(tuple(_SLOT.sub("", line) for line in lines)) - _ANY_OFFER


def concerns(ask: str, about: frozenset[str]) -> bool:
    """Tell whether a question is what somebody asks about an offer before agreeing to it: about
    nothing else."""
    subject = content_stems(ask) - _ANY_TERM
    return bool(subject) and subject <= about and _TERMS.search(ask) is not None


def _is_ending(world: World) -> bool:
    """Tell whether nothing is left afterwards that its customer could want to know more about."""
    done = (world.pack.tools[step.tool].does for step in world.steps if step.do == "act")
    return any(map(_ENDING.search, (*done, world.story.because)))


@lru_cache(maxsize=4096)
def _stems(lines: tuple[str, ...]) -> frozenset[str]:
    return frozenset(chain.from_iterable(map(content_stems, lines)))


@lru_cache(maxsize=4096)
def _slots(lines: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name[0].lower() + name[1:] for line in lines for name in slots(line))


def _open_asks(world: World) -> Iterator[tuple[str, list[str]]]:
    """Yield the facts that somebody may ask for, with the wordings in which it may: neither their
    values nor what they say come up in a call, whatever is asked."""
    if _is_ending(world):
        return
    said = _said(world)
    stated = _slots(said) & world.pack.values.keys()
    known = _stems(said)
    is_booked = any(step.do == "act" for step in world.steps)
    for name in world.asides:
        fact = world.fact(name)
        is_settled = is_booked and any(map(_UNBOOKED.search, fact.ask))
        if is_settled or not stated.isdisjoint(fact_slots(fact)):
            continue
        says = _SLOT.sub("", fact.says)
        asks = (ask for ask in _plain(fact.ask) if not _is_known(ask, says, known))
        if open_asks := [ask for ask in asks if answered_first(ask, fact.tell)]:
            yield name, open_asks


def _is_known(ask: str, says: str, known: frozenset[str]) -> bool:
    """Tell whether a call tells what is asked for: what a late train was paid answers what one
    gets for a late train."""
    asked = content_stems(ask)
    return asks_for_known(ask, says, known) or (len(asked) > 1 and asked <= known)


@lru_cache(maxsize=16384)
def answered_first(ask: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines that say at once what is asked, and not after what is not asked."""
    asked = content_stems(ask)
    found = []
    for line in lines:
        held = [len(asked & content_stems(clause)) for clause in line.split(", ")]
        if held[0] == max(held):
            found.append((held[0], line))
    most = max((one for one, _ in found), default=0)
    return tuple(line for one, line in found if one == most)


def _plain(lines: Sequence[str]) -> list[str]:
    """Return the lines in which nobody else is they, if there are any."""
    return [line for line in lines if not _OTHERS.search(line)] or list(lines)


def _said(world: World) -> tuple[str, ...]:
    """Return all that a business may say in a call, whatever is asked."""
    told = (
        world.fact(name).tell for step in world.steps if step.do != "look" for name in step.facts
    )
    return (*chain.from_iterable(told), *chain.from_iterable(step.say for step in world.steps))


def _is_open_for(world: World, wish: Wish) -> bool:
    """Tell whether a wish has to do with what the call is about, if that is what ends."""
    way = f"{world.story_id}.{world.case_id}"
    return not _is_ending(world) or way in wish.stories or wish.stories == (world.story_id,)


def _bound(world: World, draws: Draws) -> tuple[Bound | None, Value | None]:
    """Return what may be agreed to, and the most that may be spent if an offer has a price."""
    offers = [step for step in world.steps if step.do == "offer"]
    if not offers:
        return None, None
    prices = [world.values[name].cents for name in _prices(world, offers)]
    if any(_UNIT.search(line) for step in offers for line in step.say):
        prices = []  # nobody knows what they come to
    cents = sum(prices)
    is_done = any(step.do == "act" for step in world.steps)  # whatever is offered
    if any(step.declines for step in offers):
        least = min(prices, default=0)  # two prices may be of two things, of which one is bought
        if least >= 4 * MARGIN and not is_done and draws.chance(0.6):
            share = 0.4 + 0.4 * draws.uniform()
            return "decline", money(int(share * least) // MARGIN * MARGIN)
        replies = [line for step in offers if step.declines for line in step.reply]
        is_open = any(map(_UNDECIDED.search, replies)) or bool(_prices(world, offers))
        is_unmet = _ENDING.search(world.story.because) is not None  # who wants an end has none yet
        is_open = is_open or is_unmet or draws.chance(ASKS_BACK)
        return ("ask_back" if is_open and not is_done else "decline"), None
    if cents and draws.chance(0.6):
        return "accept", money((cents // MARGIN + draws.integer(1, 6)) * MARGIN)
    return "accept", None


def _prices(world: World, offers: Sequence[ProcedureStep]) -> set[str]:
    """Return which values of offers cost something: what is paid back does not."""
    lines = [_GIVEN.sub("", line) for step in offers for line in step.say]
    used = chain.from_iterable(map(slots, lines))
    sums = [value for value in world.pack.values.values() if isinstance(value, Sum)]
    back = {name for one in sums for name in one.plus} | {
        name for name, value in world.pack.values.items() if isinstance(value, Sum)
    }
    return {name for name in used if name in world.values} - back


def assistant_role(world: World, cast: Cast, mandate: Mandate, draws: Draws) -> str:
    """Return the assistant's role."""
    assert cast.principal, "an assistant calls for somebody"
    names = {
        "customer": cast.principal.name,
        "customer_first": cast.principal.name.split()[0],
        "agent": cast.agent.name,
        "company": cast.company,
        "kind": f"{article(cast.kind)} {cast.kind}",
        "because": third_person(world.story.because),
        **{name: value.written for name, value in world.values.items()},
    }
    known = _known(world, mandate)
    notes = [f"{note.question} {capital_slot(note.answer)}" for note in mandate.notes.values()]
    told = [*known, *draws.shuffled(notes)]
    told += [mandate.background] if mandate.background else []
    asks = [f"Ask: {line}" for line in mandate.asks.values()]
    asks += [f"Try to get more: {mandate.wish}"] if mandate.wish else []
    is_headed = draws.chance(0.5) and bool(told)
    sentences = [draws.pick(_FRAMES), "Information:" if is_headed else "", *told, *asks]
    sentences += _rules(mandate, cast, draws)
    if draws.chance(MANNER_SAID):
        sentences.append(draws.pick(MANNER_SENTENCES[cast.manner]))
    return " ".join(_filled(one, names) for one in sentences if one)


def _filled(template: str, names: dict[str, str]) -> str:
    opening = {capital(name): capital(value) for name, value in names.items()}
    return template.format_map(names | opening)


def _known(world: World, mandate: Mandate) -> list[str]:
    if not world.story.verify:
        return []
    details = [("identity_value", world.identity), ("other_value", world.other)]
    details = details[1:] if mandate.lacks_identity else details
    return [f"{capital(one.identity.label)} {{{name}}}." for name, one in details]


def _rules(mandate: Mandate, cast: Cast, draws: Draws) -> list[str]:
    rules = [draws.pick(_BOUNDS[mandate.bound])] if mandate.bound else []
    if mandate.limit is not None:
        rules = ["Their limit is {limit}, they pay no more."]
        may = "may" if mandate.bound == "accept" else "may not"
        rules.append(f"You {may} agree to what they offer{_IF_DEARER[mandate.bound]}.")
    if "Q3" in cast.probes or not rules:
        rules.append(NO_SIGNING)
    return [*rules, UNKNOWN] if "Q5" in cast.probes or mandate.bound == "ask_back" else rules


def business_role(world: World, cast: Cast, draws: Draws) -> str:
    """Return the role of who answers for the business: an agent's of a call from a customer."""
    assert cast.principal
    manner = _MANNERS.get(cast.user.emotion)
    turned_back = replace(
        cast,
        agent=cast.user,
        manner=manner or cast.manner,
        user=cast.principal,
        principal=None,
        direction="inbound",
    )
    return role_prompt(world, turned_back, draws, has_manner=manner is not None)


def assistant_items(world: World, mandate: Mandate, gap: str) -> tuple[WorldItem, ...]:
    """Return all that is so: notes in the agent's role, and what only the business knows."""
    written = {name: value.written for name, value in world.values.items()}
    facts = tuple(_item(id=name, visibility="user", text=text) for name, text in world.said.items())
    notes = tuple(
        _item(
            id=f"note-{at}",
            visibility="prompt",
            text=_filled(f"{note.question} {capital_slot(note.answer)}", written),
        )
        for at, note in enumerate(mandate.notes.values(), start=1)
    )
    gaps = (_item(id="gap", visibility="nobody", text=gap),) if gap else ()
    return (*notes, *facts, *gaps)
