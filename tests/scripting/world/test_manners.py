"""What would sound wrong between two people: told twice, too glad, a name nobody gave, capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, pairwise

import pytest

from datagen.scripting.content.values import Value
from datagen.scripting.plans.draws import Draws, draws_for
from datagen.scripting.simulate import steps, talk
from datagen.scripting.simulate.asides import is_ready
from datagen.scripting.simulate.talk import AgendaItem, Talk
from datagen.scripting.world.draw import World, draw_world
from datagen.scripting.world.pack import ProcedureStep
from datagen.types import Script, Turn
from tests.scripting.world.test_calls import DOMAINS, floor, lexicon, make, maker

CALLS = 40
_GLAD = re.compile(r"(?:Okay, (?:great|good)|Perfect|Lovely|Wonderful|Good|Great)[,.]")
_AFTER_FILLER = re.compile(r"^(?:Um|Uh|Well|Hmm|So|Let's see|Yeah, so),(?: so,)? ([A-Z][a-z]+)\b")
_RESTARTED = re.compile(r"^((?:[\w']+ ){2}[\w']+), \1\b", re.IGNORECASE)


@lru_cache
def scripts() -> tuple[Script, ...]:
    return tuple(make(domain, index) for domain in DOMAINS for index in range(CALLS))


def world_of(domain: str, story: str, case: str, *, is_lookup: bool) -> tuple[World, Draws]:
    for attempt in range(1000):
        draws = draws_for(0, domain, "manners", attempt)
        world = draw_world(maker().worlds[domain], story, (), draws)
        if world and world.case_id == case and world.is_lookup == is_lookup:
            return world, draws
    raise AssertionError(f"{domain}/{story}/{case} is never drawn")


def talk_of(domain: str, story: str, case: str) -> Talk:
    world, draws = world_of(domain, story, case, is_lookup=False)
    script = make(domain, 0)
    cast = maker()._cast(_job(), world, _Dealt(), (), draws)
    call = Talk(maker().worlds[domain], world, cast, maker().acts, draws, 178)
    call.is_verified = call.is_named = True
    call.steps = list(world.steps)
    assert script
    return call
