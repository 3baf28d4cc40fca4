"""The roles of both sides of a call that an assistant makes, as sentences.

World, Cast, Mandate --assistant_role, business_role--> role prompts
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, takewhile

from datagen.scripting.compose.grammar import article, capital, slots, third_person
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.records import trusted
from datagen.scripting.world.draw import World
from datagen.scripting.world.mandate import REACHED_AT, Bound, Mandate
from datagen.scripting.world.notes import capital_slot
from datagen.scripting.world.roles import (
    MANNER_SAID,
    MANNER_SENTENCES,
    Cast,
    Manner,
    role_prompt,
)
from datagen.types import WorldItem

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
        "You may not agree to anything other than what they asked for.",
        "You may not agree to anything else for {customer_first}.",
    ),
    "ask_back": (
        "Do not agree to an offer, {customer_first} decides that.",
        "If they offer something else, {customer_first} decides, do not agree.",
    ),
}
_LEAVE = (
    "You may agree to what they can do about it.",
    "You may say yes to what they can do for {customer_first}.",
    "If they can do something about it, you may agree.",
)
"""Leave to let a business do what it asks about first, where nothing is offered."""
_ANY_TIME = (
    "Any time works for {customer_first}.",
    "Any time of day is fine.",
    "They can make any time.",
    "{customer_first} is free all day.",
)
_IF_DEARER: dict[Bound | None, str] = {"accept": " up to that", "decline": " if it costs more"}
NO_SIGNING = "You may not pay by phone or sign for {customer_first}."
UNKNOWN = "If you do not know something, offer to ask {customer_first} and call again."
_MANNERS: dict[str, Manner] = {
    "friendly": "friendly",
    "cheerful": "friendly",
    "tired": "tired",
    "hurried": "brisk",
}
"""How a business talks, by how who answers for it feels: in other moods no role says it."""
_LEANS = re.compile(r"\bthat\?|^And\b")
"""How a note leans on the one before it."""
_WHEN = re.compile(
    r"\b(?:[AP]M|around|before|after|by|at|early|late|latest|morning|noon|afternoon|evening"
    r"|tonight|today|tomorrow|soon\w*)\b"
)
"""What an answer holds that says when something has to be."""
_item = trusted(WorldItem)


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
    is_in_order = any(map(_LEANS.search, notes))  # which else lean on what comes after them
    told = [*known, *(notes if is_in_order else draws.shuffled(notes))]
    told += [mandate.background] if mandate.background else []
    asks = [f"Ask: {line}" for line in mandate.asks.values()]
    asks += [f"Try to get more: {mandate.wish}"] if mandate.wish else []
    is_headed = draws.chance(0.5) and bool(told)
    sentences = [draws.pick(_FRAMES), "Information:" if is_headed else "", *told, *asks]
    sentences += [*_times(world, mandate, draws), *_rules(world, mandate, cast, draws)]
    if draws.chance(MANNER_SAID):
        sentences.append(draws.pick(MANNER_SENTENCES[cast.manner]))
    return " ".join(_filled(one, names) for one in sentences if one)


def _filled(template: str, names: dict[str, str]) -> str:
    opening = {capital(name): capital(value) for name, value in names.items()}
    return template.format_map(names | opening)


def _known(world: World, mandate: Mandate) -> list[str]:
    if not world.story.verify:
        return [f"Phone number {{{REACHED_AT}}}."] if REACHED_AT in world.values else []
    details = [("identity_value", world.identity), ("other_value", world.other)]
    details = details[1:] if mandate.lacks_identity else details
    return [f"{capital(one.identity.label)} {{{name}}}." for name, one in details]


def _times(world: World, mandate: Mandate, draws: Draws) -> list[str]:
    """Return that any time will do, where one is offered and no note names another."""
    offers = [line for step in world.steps if step.do == "offer" for line in step.say]
    written = {name: value.written for name, value in world.values.items()}
    notes = [f"{note.question} {note.answer}" for note in mandate.notes.values()]
    is_bound = any(_WHEN.search(_filled(capital_slot(note), written)) for note in notes)
    is_due = mandate.bound == "accept" and _has_time(world, offers)
    return [draws.pick(_ANY_TIME)] if is_due and not is_bound else []


def _has_time(world: World, lines: Iterable[str]) -> bool:
    named = chain.from_iterable(map(slots, lines))
    return any(name in world.values and world.values[name].type == "time" for name in named)


def _asked_first(world: World) -> str:
    """Return what a business asks about before it does it, where it has offered nothing yet."""
    steps = takewhile(lambda step: step.do != "offer", world.steps)
    deeds = (world.pack.tools[step.tool].proposed for step in steps if step.do == "act")
    return next((deed for deed in deeds if deed), "")


def _rules(world: World, mandate: Mandate, cast: Cast, draws: Draws) -> list[str]:
    rules = [draws.pick(_BOUNDS[mandate.bound])] if mandate.bound else []
    if deed := _asked_first(world) if mandate.bound in (None, "decline") else "":
        leave = f"If they ask whether to {third_person(deed)}, you may agree."
        rules.insert(0, leave if mandate.bound else draws.pick(_LEAVE))
    if mandate.limit is not None:
        rules[-1:] = ["Their limit is {limit}, they pay no more."]
        may = "may" if mandate.bound == "accept" else "may not"
        rules.append(f"You {may} agree to what they offer{_IF_DEARER[mandate.bound]}.")
    if "Q3" in cast.probes or mandate.bound is None:
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
