"""Make service calls of the domains that have a world.

Job, Deal --draw_world, simulate, finish--> Script
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from typing import Protocol

from datagen.scripting.compose.grammar import article_problems
from datagen.scripting.content.people import Names, agent_persona, customer_persona, employer
from datagen.scripting.plans.draws import Draws, draws_for, stratified
from datagen.scripting.plans.service import split_of
from datagen.scripting.simulate.acts import Acts
from datagen.scripting.simulate.call import simulate
from datagen.scripting.simulate.finish import Finished, finish
from datagen.scripting.simulate.talk import Talk, changed
from datagen.scripting.world.draw import CompiledWorld, World, draw_world
from datagen.scripting.world.roles import MANNERS, Cast, role_prompt, user_role_prompt, world_items
from datagen.types import Direction, Fact, Job, ProbeType, Rejected, Script

WRITER = "composer"
ATTEMPTS = 16
WORDS = (40, 460)
"""Fewest and most spoken words of a call; the most take some 170 seconds."""
PROMPT_CHARACTERS = 1000
"""Most characters of a role prompt: PersonaPlex's own page takes no more."""
SPREAD = 0.6
"""Standard deviation of the logarithm of the length that a call aims at."""
FIT = 1.4
"""The mean of the calls' lengths over what they aim at, fitted with the shipped worlds."""
_DAYPARTS = {"morning": 0, "afternoon": 13, "evening": 18}
"""Parts of the day, with the hour after which they have begun."""
_AGENT_EMOTIONS = {
    "friendly": "friendly",
    "brisk": "neutral",
    "formal": "neutral",
    "tired": "tired",
}
_DEBRIS = (*"{}[]<>*_#|(", "..", ",.", "?.", "  ", ",,")
"""What no sentence that is spoken holds."""


PROBES: tuple[ProbeType, ...] = ("Q0", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6")
_OFFSETS: tuple[tuple[int, ...], ...] = ((), (0,), (0,), (0,), (0, 1), (0, 3), (0, 1, 3))
"""Which kinds of probe meet in a call, counted from its first: a seventh of calls has none."""


def deal_probes(run_seed: int, kind: str, index: int) -> tuple[ProbeType, ...]:
    """Return none to three kinds of probe; each run of 49 indices has every kind ten times."""
    count = len(_OFFSETS) * len(PROBES)
    offsets, turn = divmod(stratified(run_seed, f"{kind}/events", index, count), len(PROBES))
    return tuple(PROBES[(turn + offset) % len(PROBES)] for offset in _OFFSETS[offsets])


class Dealt(Protocol):
    """What a dialogue's index alone decides."""

    @property
    def visit(self) -> int:
        """How many dialogues of this domain have a smaller index, give or take one."""

    @property
    def direction(self) -> Direction:
        """Who calls."""


@dataclass(frozen=True)
class WorldMaker:
    """Makes the calls of domains that have a world."""

    worlds: Mapping[str, CompiledWorld]
    """By the id of their domain."""
    acts: Acts
    names: Names
    words: float
    """Mean number of spoken words of a call."""
    validation: float

    def make(self, job: Job, domain: str, dealt: Dealt) -> Script:
        """Return a call. Raises Rejected if it is not good enough."""
        compiled = self.worlds[domain]
        probes = deal_probes(job.seed, job.kind, job.index)
        story = self._story(job, compiled, dealt.visit)
        found: list[str] = []
        for attempt in range(ATTEMPTS):
            draws = draws_for(job.seed, job.dialog_id, "script", "world", attempt)
            world = draw_world(compiled, story, probes, draws)
            if world is None:
                continue
            cast = self._cast(job, world, dealt, probes, draws)
            role = role_prompt(world, cast, draws)
            if len(role) > PROMPT_CHARACTERS:
                continue
            talk = simulate(compiled, world, cast, self.acts, draws, self._aim(draws))
            script = self._script(job, talk, role, finish(talk, self.acts, draws))
            found = list(_problems(script))
            if not found:
                return script
        reason = "the call is not fit to be spoken" if found else "no role prompt fits"
        raise Rejected(reason, "; ".join([f"{domain}/{story}", *found]))

    def _story(self, job: Job, compiled: CompiledWorld, visit: int) -> str:
        stories = list(compiled.pack.stories)
        name = f"{job.kind}/{compiled.pack.id}/story"
        return stories[stratified(job.seed, name, visit, len(stories))]

    def _aim(self, draws: Draws) -> float:
        """Draw how many words a call should have: a long tail to the right, as people's have."""
        normal = 2 * (draws.uniform() + draws.uniform() + draws.uniform() - 1.5)
        return self.words / FIT * exp(SPREAD * normal - SPREAD**2 / 2)

    def _cast(
        self,
        job: Job,
        world: World,
        dealt: Dealt,
        probes: tuple[ProbeType, ...],
        draws: Draws,
    ) -> Cast:
        pack = world.pack
        company, name, gender = employer(self.names, pack.companies, job.seed, pack.id, dealt.visit)
        manner = draws.pick(MANNERS)
        agent = agent_persona(name, gender, draws)
        agent = changed(agent, emotion=_AGENT_EMOTIONS[manner])
        is_rude = "Q4" in probes
        return Cast(
            company=company,
            kind=draws.pick(pack.kinds),
            agent=agent,
            manner=manner,
            user=customer_persona(self.names, name, world.story.mood, is_rude, draws),
            daypart=_daypart(world, draws),
            direction=dealt.direction,
            probes=probes,
        )

    def _script(self, job: Job, talk: Talk, role: str, finished: Finished) -> Script:
        world, cast = talk.world, talk.cast
        tools = self.worlds[world.pack.id].tools
        names = dict.fromkeys(step.tool for step in world.story.steps if step.tool)
        situation = "/".join(
            (
                world.story_id,
                world.case_id,
                "+".join(sorted((*world.terms, *world.records))),
                "+".join(sorted(cast.probes)),
            )
        )
        return Script(
            dialog_id=job.dialog_id,
            kind=job.kind,
            split=split_of(f"{world.pack.id}/{situation}", self.validation),
            domain=world.pack.id,
            scenario=situation,
            call_direction=cast.direction,
            prompt_level="service",
            role_prompt=role,
            user_role_prompt=user_role_prompt(world, cast),
            agent=cast.agent,
            user=cast.user,
            facts=_facts(talk),
            probes=finished.probes,
            turns=finished.turns,
            writer=WRITER,
            world=world_items(world, talk.gap),
            tools=tuple(tools[name] for name in names) if world.is_lookup else (),
            actions=finished.actions,
            outcome=talk.outcome,
        )


def _daypart(world: World, draws: Draws) -> str:
    """Draw when the call is: before every time of day that is spoken of."""
    times = [value.written for value in world.values.values() if value.type == "time"]
    earliest = min(map(_hour, times), default=24)
    return draws.pick([name for name, hour in _DAYPARTS.items() if hour <= max(0, earliest - 1)])


def _hour(written: str) -> int:
    """Return the hour of a time as a call writes it: 16 of 4:30 PM."""
    clock, half = written.split(" ")
    return int(clock.partition(":")[0]) % 12 + (12 if half == "PM" else 0)


def _facts(talk: Talk) -> tuple[Fact, ...]:
    """Return all names and values that are spoken of."""
    cast = talk.cast
    names = (("company", cast.company), ("agent", cast.agent.name), ("customer", cast.user.name))
    return (
        *(_fact(role, "name", text, text) for role, text in names),
        *(
            _fact(name, value.type, value.written, value.spoken)
            for name, value in talk.world.values.items()
        ),
    )


@lru_cache(maxsize=16384)
def _fact(name: str, kind: str, written: str, spoken: str) -> Fact:
    return Fact(id=name, type=kind, written=written, spoken=spoken)


def _problems(script: Script) -> Iterator[str]:
    """Say what keeps a call from being spoken."""
    whole = "\n".join(turn.text for turn in script.turns)
    for mark in _DEBRIS:
        if mark in whole:
            yield f"a turn holds {mark!r}"
    yield from article_problems(whole)
    num_words = sum(turn.spoken.count(" ") + 1 for turn in script.turns)
    if not WORDS[0] <= num_words <= WORDS[1]:
        yield f"the call has {num_words} words, not {WORDS[0]} to {WORDS[1]}"
