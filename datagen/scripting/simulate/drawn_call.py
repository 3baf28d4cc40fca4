"""A call before anybody says a word, and its script once its turns are there.

DrawnCall, FinishedCall --script_of_call--> Script
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from datagen.scripting.plans.dealing import split_of
from datagen.scripting.plans.records import trusted
from datagen.scripting.simulate.finish import FinishedCall
from datagen.scripting.world.draw import World
from datagen.scripting.world.mandate import Mandate
from datagen.scripting.world.roles import Cast
from datagen.types import Fact, Job, ProbeType, Script, Tool, WorldItem

_fact, _made = trusted(Fact), trusted(Script)


class Roles(NamedTuple):
    """What both sides are told, and what is so."""

    agent: str
    user: str
    items: tuple[WorldItem, ...]


class DrawnCall(NamedTuple):
    """A call before anybody says a word."""

    world: World
    cast: Cast
    roles: Roles
    words: float
    """How many spoken words it should have."""


class DrawnAssistantCall(NamedTuple):
    """A call for a customer before anybody says a word."""

    call: DrawnCall
    mandate: Mandate


def situation_of(world: World, probes: tuple[ProbeType, ...]) -> str:
    """Return what meets in a call: it decides the split, and with it who may talk."""
    known = "+".join(sorted((*world.terms, *world.records)))
    return "/".join((world.story_id, world.case_id, known, "+".join(sorted(probes))))


def script_of_call(
    job: Job, drawn: DrawnCall, said: FinishedCall, writer: str, validation: float
) -> Script:
    """Return the script of a call whose turns are there."""
    world, cast, roles, _ = drawn
    situation = situation_of(world, cast.probes)
    return _made(
        dialog_id=job.dialog_id,
        kind=job.kind,
        split=split_of(f"{world.pack.id}/{situation}", validation),
        domain=world.pack.id,
        scenario=situation,
        call_direction=cast.direction,
        prompt_level=world.level,
        role_prompt=roles.agent,
        user_role_prompt=roles.user,
        agent=cast.agent,
        user=cast.user,
        facts=facts_of(world, cast),
        probes=said.probes,
        turns=said.turns,
        writer=writer,
        world=roles.items,
        tools=_tools(world) if world.is_lookup and cast.principal is None else (),
        actions=said.actions,
        outcome=world.case.outcome,
    )


def facts_of(world: World, cast: Cast) -> tuple[Fact, ...]:
    """Return all names and values that are spoken of."""
    customer = cast.principal or cast.user
    names = [("company", cast.company), ("agent", cast.agent.name), ("customer", customer.name)]
    if cast.principal:
        names.append(("rep", cast.user.name))
    return (
        *[_fact(id=role, type="name", written=text, spoken=text) for role, text in names],
        *[
            _fact(id=name, type=kind, written=written, spoken=spoken)
            for name, (kind, written, spoken, _) in world.values.items()
        ],
    )


def _tools(world: World) -> tuple[Tool, ...]:
    """Return the tools that the story's steps call."""
    return tuple(
        _tool(name, tool.does, tool.args, bool(tool.done), tool.latency)
        for name, tool in world.tools
    )


@lru_cache(maxsize=2048)
def _tool(
    name: str,
    description: str,
    arguments: tuple[str, ...],
    is_action: bool,
    latency: tuple[float, float],
) -> Tool:
    return Tool(
        name=name,
        description=description,
        arguments=arguments,
        is_action=is_action,
        latency=latency,
    )
