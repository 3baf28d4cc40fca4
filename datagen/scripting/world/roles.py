"""Word the roles of both sides: what the model that plays one of them is told.

World, cast --roles--> role prompt of the agent, role prompt of the caller

The agent's has the released forms (PersonaPlex README and Service-Duplex-Bench): who it is, then
short sentences of what it knows, may do and must do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from datagen.scripting.compose.grammar import article, capital, third_person
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.records import trusted
from datagen.scripting.world.draw import World
from datagen.types import Direction, Persona, ProbeType, WorldItem

Manner: TypeAlias = Literal["friendly", "brisk", "formal", "tired"]
MANNERS: tuple[Manner, ...] = ("friendly", "brisk", "formal", "tired")
MANNER_SENTENCES: dict[Manner, tuple[str, ...]] = {
    "friendly": ("You are warm and patient.", "Be friendly.", "You like to put people at ease."),
    "brisk": ("Keep it short.", "You are quick and to the point.", "Be brief."),
    "formal": ("Speak formally.", "You are polite and formal.", "Be courteous and precise."),
    "tired": ("You are a little worn out today.", "You are tired, but you stay polite."),
}
MANNER_SAID = 0.45
"""Chance that the role prompt says how the agent talks."""
_FRAMES = (
    "You work for {company} which is {kind} and your name is {agent}. Information: {facts}",
    "You work for {company} which is {kind} and your name is {agent}. Information: {facts}",
    "You work for {company} which is {kind} and your name is {agent}. Information: {facts}",
    "You work for {company}, {kind}, and your name is {agent}. {facts}",
    "You are an agent named {agent} working for {company}, {kind}. {facts}",
    "You are {agent} and you take calls for {company}, {kind}. Information: {facts}",
)
UNKNOWN = "If you do not know something, offer to ask a colleague and call back."
UNVERIFIED = "Never open or change a record before the caller is verified."
_item = trusted(WorldItem)


@dataclass(frozen=True)
class Cast:
    """Who talks."""

    company: str
    kind: str
    agent: Persona
    manner: Manner
    user: Persona
    daypart: str
    direction: Direction
    probes: tuple[ProbeType, ...]
    principal: Persona | None = None
    """For whom an assistant calls; the user is then who answers for the business."""


def role_prompt(world: World, cast: Cast, draws: Draws, *, has_manner: bool = True) -> str:
    """Return the agent's role; it may say how the agent talks, if it ``has_manner``."""
    told = [world.said[name] for name in world.terms]
    if not world.is_lookup:
        told += [world.said[name] for name in world.records]
    told = [*_verify(world, cast), *draws.shuffled(told), *_doing(world), *_rules(world, cast)]
    is_long = world.level not in ("minimal", "brief")
    if has_manner and is_long and draws.chance(MANNER_SAID):
        told.append(draws.pick(MANNER_SENTENCES[cast.manner]))
    if cast.direction == "outbound":
        because = third_person(world.story.because)
        told.insert(0, f"Call back the customer, who left a message that {because}.")
    frame = draws.pick(_FRAMES)
    return frame.format(
        company=cast.company,
        kind=f"{article(cast.kind)} {cast.kind}",
        agent=cast.agent.name,
        facts=" ".join(told),
    )


def _verify(world: World, cast: Cast) -> list[str]:
    """Say whom to expect, or what to ask for where the record is looked up."""
    identity = world.identity.identity.label
    if cast.direction == "outbound":
        who = f"Customer name {cast.user.name}."
        if not world.story.verify:
            return [who]
        if world.is_lookup and world.other.identity.value.type == "phone":
            return [who, f"Verify the {identity}."]
        if world.is_lookup:
            return [who, f"Verify the {identity} or the {world.other.identity.label}."]
    elif not world.story.verify:
        return []
    elif world.is_lookup:
        other = world.other.identity.label
        return [f"Verify the customer's name and {identity}, or the {other}."]
    else:
        who = f"Verify customer name {cast.user.name}."
    details = [(identity, world.identity.value), (world.other.identity.label, world.other.value)]
    return [who, *(f"{capital(label)} {value.written}." for label, value in details)]


def _doing(world: World) -> list[str]:
    """Say what the agent can do and, in a detailed prompt, what it asks and in which order."""
    return [*_tools(world), *(_procedure(world) if world.level == "detailed" else ())]


def _procedure(world: World) -> list[str]:
    """Say what to ask, by the first wording of each question, and what to do then."""
    asked = [step.say[0] for step in world.steps if step.do == "ask" and step.chance == 1]
    sentences = [
        f"Ask: {capital(line.format_map(world.written).removeprefix('And '))}" for line in asked[:3]
    ]
    used = dict.fromkeys(step.tool for step in world.steps if step.tool and step.chance == 1)
    tools = [world.pack.tools[name] for name in used]
    doing = [tool.does for tool in tools if tool.done or world.is_lookup]
    if world.story.verify and doing:
        doing.insert(0, "verify the caller")
    if len(doing) > 1:
        sentences.append(f"First {doing[0]}, then {', then '.join(doing[1:])}.")
    return sentences


def _tools(world: World) -> list[str]:
    """Say what the agent can do: with its tools, or by its role alone."""
    return [f"You can {tool.does}." for _, tool in world.tools if tool.done or world.is_lookup]


def _rules(world: World, cast: Cast) -> list[str]:
    rules = [UNKNOWN] if "Q5" in cast.probes else []
    is_open = world.is_lookup and world.level != "minimal"
    needs_rule = world.story.verify and (is_open or world.fails_identity)
    return [*rules, UNVERIFIED] if needs_rule else rules


def user_role_prompt(world: World, cast: Cast) -> str:
    """Return the caller's role, in the form of the agent's."""
    user, because = cast.user, world.story.because
    details = [world.identity, world.other] if world.story.verify else []
    known = " ".join(f"{capital(one.identity.label)} {one.value.written}." for one in details)
    call = f"calling because {because}"
    if cast.direction == "outbound":
        call = f"and you get a call back because you left a message that {because}"
    customer = world.pack.customer
    feeling = "calm" if user.emotion == "neutral" else user.emotion
    patience = ("You have no patience.", "", "You have time.")[user.patience]
    if feeling == "hurried" and user.patience == 2:
        patience = ""  # both would not be so
    parts = [f"You are {user.name}, {article(customer)} {customer} of {cast.company}, {call}."]
    parts += [f"Information: {known}"] if known else []
    return " ".join([*parts, f"You are {feeling}.", patience]).strip()


def world_items(world: World, gap: str) -> tuple[WorldItem, ...]:
    """Return all that is so, with who knows it; ``gap`` is a question that nobody can answer."""
    written, said = world.written, world.said
    lookers = {
        fact: f"tool:{step.tool}"
        for step in world.steps
        if step.do == "look"
        for fact in step.facts
    }
    items = []
    for names, is_record in ((world.terms, False), (world.records, True)):
        for name in names:
            looked = is_record and world.is_lookup
            items.append(
                _item(
                    id=name,
                    visibility=lookers.get(name, "prompt") if looked else "prompt",
                    text=said[name],
                )
            )
    items += [
        _item(id=name, visibility="user", text=written[name])
        for name in world.pack.caller
        if name in written
    ]
    if gap:
        items.append(_item(id="gap", visibility="nobody", text=gap))
    return tuple(items)
