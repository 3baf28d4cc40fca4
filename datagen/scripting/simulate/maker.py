"""Make service calls of the domains that have a world.

Job, Deal --draw_world, simulate, finish--> Script
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import exp
from typing import Protocol

from datagen.scripting.compose.grammar import article_problems
from datagen.scripting.content.people import (
    Names,
    agent_persona,
    customer_persona,
    different_name,
    employer,
)
from datagen.scripting.plans.dealing import split_of
from datagen.scripting.plans.draws import Draws, draws_for, stratified
from datagen.scripting.plans.records import changed
from datagen.scripting.simulate.acts import Acts
from datagen.scripting.simulate.assistant import simulate_assistant
from datagen.scripting.simulate.call import simulate
from datagen.scripting.simulate.daytime import is_timely
from datagen.scripting.simulate.drawn_call import (
    DrawnAssistantCall,
    DrawnCall,
    Roles,
    script_of_call,
    situation_of,
)
from datagen.scripting.simulate.finish import FinishedCall, finish
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.assistant_roles import assistant_items, assistant_role, business_role
from datagen.scripting.world.compiled import CompiledWorld
from datagen.scripting.world.draw import PromptLevel, World, draw_world
from datagen.scripting.world.mandate import Mandate, draw_mandate, for_assistants, turned
from datagen.scripting.world.roles import MANNERS, Cast, role_prompt, user_role_prompt, world_items
from datagen.types import Direction, Job, ProbeType, Rejected, Script, Split

WRITER = "composer"
ATTEMPTS = 16
WORDS = (40, 460)
"""Fewest and most spoken words of a call; the most take some 170 seconds."""
PROMPT_CHARACTERS = 1000
"""Most characters of a role prompt: PersonaPlex's own page takes no more."""
SPREAD = 0.6
"""Standard deviation of the logarithm of the length that a call aims at."""
FIT = 5.0
"""How many times shorter the aim is than the mean that is asked for, fitted with the shipped
worlds: a call whose aim is short still has its whole task."""
FITTED, STRETCH = 162, 0.14
"""The mean at which FIT was fitted, and how much longer calls aim for each word more, as a share:
most of a call is its task, which no aim changes."""
TAIL, LONGEST = 0.03, (1.6, 2.6)
"""Share of calls that aim at far more, and the fewest and most that is, of the mean."""
LONG, EXTRA = 220, 4
"""Words from which a call has more to talk about, and how many facts more."""
_DAYPARTS = {"morning": 0, "afternoon": 13, "evening": 18}
"""Parts of the day, with the hour after which they have begun."""
_EVENING = re.compile(r"\b(?:(?:this|all) evening|since dinner|since sunset)\b")
"""What is only said when it is evening."""
_TONIGHT = "tonight"
"""What is said of an evening that has not come yet."""
_AGENT_EMOTIONS = {
    "friendly": "friendly",
    "brisk": "neutral",
    "formal": "neutral",
    "tired": "tired",
}
_REP_EMOTIONS = ("friendly", "neutral", "neutral", "tired")
_DEBRIS = (*"{}[]<>*_#|(", "..", ",.", "?.", "  ", ",,")
"""What no sentence that is spoken holds."""


RARER: dict[ProbeType, tuple[int, int]] = {"Q3": (1, 2), "Q4": (1, 2), "Q6": (1, 3)}
"""How many of so many are left in the calls of assistants: few businesses ask for a signature, are
rude or talk of something else."""
PROBES: tuple[ProbeType, ...] = ("Q0", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6")
LEVELS: tuple[PromptLevel, ...] = ("brief", "service", "service", "detailed")
"""How much role prompts say if nothing is asked for, in rounds."""
_OFFSETS: tuple[tuple[int, ...], ...] = (
    (), (), (0,), (0,), (0,), (0, 1), (0, 3), (0, 1, 3),
)  # fmt: skip
"""Which kinds of probe meet in a call, counted from its first: a quarter of calls has none."""


def deal_probes(run_seed: int, kind: str, index: int) -> tuple[ProbeType, ...]:
    """Return none to three kinds of probe; each run of 56 indices has every kind ten times."""
    count = len(_OFFSETS) * len(PROBES)
    offsets, turn = divmod(stratified(run_seed, f"{kind}/events", index, count), len(PROBES))
    return tuple(PROBES[(turn + offset) % len(PROBES)] for offset in _OFFSETS[offsets])


def deal_assistant_probes(run_seed: int, kind: str, index: int) -> tuple[ProbeType, ...]:
    """Return the same for a call that an assistant makes, with fewer of some kinds."""

    def is_kept(probe: ProbeType) -> bool:
        count, rounds = RARER.get(probe, (1, 1))
        return stratified(run_seed, f"{kind}/{probe}", index, rounds) < count

    return tuple(filter(is_kept, deal_probes(run_seed, kind, index)))


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
    assistant_acts: Acts
    names: Names
    words: float
    """Mean number of spoken words of a call."""
    validation: float
    level: PromptLevel | None = None
    """How much role prompts say; None for each level in its turn."""

    def make(self, job: Job, domain: str, dealt: Dealt) -> Script:
        """Return a call. Raises Rejected if it is not good enough."""
        compiled = self.worlds[domain]
        play = self._assistant if dealt.direction == "assistant" else self._service
        found: list[str] = []
        for world, cast, draws, aim in self._attempts(job, compiled, dealt):
            script = play(job, compiled, world, cast, draws, aim)
            if script is None:
                continue
            found = list(_problems(script))
            if not found:
                return script
        reason = "the call is not fit to be spoken" if found else "no role prompt fits"
        raise Rejected(reason, "; ".join([domain, *found]))

    def draw(self, job: Job, domain: str, dealt: Dealt) -> DrawnCall:
        """Return a call from or to a customer that somebody else words. Raises Rejected."""
        for world, cast, draws, aim in self._attempts(job, self.worlds[domain], dealt):
            role = role_prompt(world, cast, draws)
            if len(role) <= PROMPT_CHARACTERS:
                gap = world.gap if "Q5" in cast.probes else ""
                roles = Roles(role, user_role_prompt(world, cast), world_items(world, gap))
                return DrawnCall(world, cast, roles, _num_words(aim))
        raise Rejected("no role prompt fits", domain)

    def draw_assistant(self, job: Job, domain: str, dealt: Dealt) -> DrawnAssistantCall:
        """Return a call for a customer that somebody else words. Raises Rejected."""
        for drawn, cast, draws, aim in self._attempts(job, self.worlds[domain], dealt):
            world, cast = turned(drawn, cast.probes), self._turned(job, drawn, cast, draws)
            mandate = _mandate(world, cast, draws)
            role = assistant_role(world, cast, mandate, draws)
            if len(role) <= PROMPT_CHARACTERS:
                items = assistant_items(world, mandate, "")
                roles = Roles(role, business_role(world, cast, draws), items)
                call = DrawnCall(world, cast, roles, _num_words(aim))
                return DrawnAssistantCall(call, mandate)
        raise Rejected("no role prompt fits", domain)

    def _attempts(
        self, job: Job, compiled: CompiledWorld, dealt: Dealt
    ) -> Iterator[tuple[World, Cast, Draws, float]]:
        """Yield draws of a world, its people and how many words they aim at, until one will do."""
        probes = deal_probes(job.seed, job.kind, job.index)
        story = self._story(job, compiled, dealt)
        turn = stratified(job.seed, f"{job.kind}/level", job.index, len(LEVELS))
        level = self.level or LEVELS[turn]
        cases: tuple[str, ...] = ()
        if dealt.direction == "assistant":
            probes = deal_assistant_probes(job.seed, job.kind, job.index)
            cases = for_assistants(compiled)[story]
        for attempt in range(ATTEMPTS):
            draws = draws_for(job.seed, job.dialog_id, "script", "world", attempt)
            if attempt == ATTEMPTS // 2 and level == "detailed":
                level = "service"  # all that it should say takes too much room
            aim = self._aim(draws)
            extra = EXTRA if aim > LONG else 0
            world = draw_world(
                compiled,
                story,
                probes,
                draws,
                level,
                cases=cases,
                extra=extra,
                is_called=dealt.direction == "outbound",
            )
            if world is not None:
                yield world, self._cast(job, world, dealt, probes, draws), draws, aim

    def _service(
        self,
        job: Job,
        compiled: CompiledWorld,
        world: World,
        cast: Cast,
        draws: Draws,
        aim: float,
    ) -> Script | None:
        """Return a call between a customer and an agent; None if the role is too long."""
        role = role_prompt(world, cast, draws)
        if len(role) > PROMPT_CHARACTERS:
            return None
        talk = simulate(compiled, world, cast, self.acts, draws, self._stretched(aim))
        roles = Roles(role, user_role_prompt(world, cast), world_items(world, talk.gap))
        return _script(job, talk, roles, finish(talk, self.acts, draws), self.validation)

    def _assistant(
        self,
        job: Job,
        compiled: CompiledWorld,
        world: World,
        cast: Cast,
        draws: Draws,
        aim: float,
    ) -> Script | None:
        """Return a call for a customer; None if the role is too long."""
        world, cast = turned(world, cast.probes), self._turned(job, world, cast, draws)
        mandate = _mandate(world, cast, draws)
        role = assistant_role(world, cast, mandate, draws)
        if len(role) > PROMPT_CHARACTERS:
            return None
        acts = self.assistant_acts
        stretched = self._stretched(aim)
        talk = simulate_assistant(compiled, world, cast, mandate, acts, draws, stretched)
        roles = Roles(
            role, business_role(world, cast, draws), assistant_items(world, mandate, talk.gap)
        )
        return _script(job, talk, roles, finish(talk, acts, draws), self.validation)

    def _split(self, world: World, probes: tuple[ProbeType, ...]) -> Split:
        return split_of(f"{world.pack.id}/{situation_of(world, probes)}", self.validation)

    def _turned(self, job: Job, world: World, cast: Cast, draws: Draws) -> Cast:
        """Return the cast of a call for its user: somebody new answers for the business."""
        name, gender = different_name(
            self.names.of(self._split(world, cast.probes)),
            (cast.agent.name, cast.user.name),
            job,
            "rep",
            draws,
        )
        rep = agent_persona(name, gender, draws)
        feeling = "annoyed" if "Q4" in cast.probes else draws.pick(_REP_EMOTIONS)
        behaviour = changed(rep.behaviour, interruptions=draws.level())
        user = changed(rep, emotion=feeling, patience=1, behaviour=behaviour)
        return replace(cast, user=user, principal=cast.user)

    def _story(self, job: Job, compiled: CompiledWorld, dealt: Dealt) -> str:
        """Return why somebody calls: every story in turn, of those that fit who calls."""
        name, fitting = f"{job.kind}/{compiled.pack.id}/story", list(compiled.pack.stories)
        if dealt.direction == "assistant":
            fitting = list(for_assistants(compiled))
        elif dealt.direction == "outbound":
            fitting = [one for one, story in compiled.pack.stories.items() if not story.now]
        return fitting[stratified(job.seed, name, dealt.visit, len(fitting))]

    def _aim(self, draws: Draws) -> float:
        """Draw how many words a call should have: a long tail to the right, as people's have."""
        normal = 2 * (draws.uniform() + draws.uniform() + draws.uniform() - 1.5)
        aim = self.words / FIT * exp(SPREAD * normal - SPREAD**2 / 2)
        if draws.chance(TAIL):
            aim = self.words * (LONGEST[0] + (LONGEST[1] - LONGEST[0]) * draws.uniform())
        return aim

    def _stretched(self, aim: float) -> float:
        """Return how many words a composed call aims at so that the mean is what is asked for."""
        if aim > LONG:
            return aim
        return aim * FITTED / self.words * max(0.0, 1 + STRETCH * (self.words - FITTED))

    def _cast(
        self,
        job: Job,
        world: World,
        dealt: Dealt,
        probes: tuple[ProbeType, ...],
        draws: Draws,
    ) -> Cast:
        pack = world.pack
        names = self.names.of(self._split(world, probes))
        company, name, gender = employer(names, pack.companies, job, pack.id, dealt.visit)
        manner = draws.pick(MANNERS)
        agent = agent_persona(name, gender, draws)
        agent = changed(agent, emotion=_AGENT_EMOTIONS[manner])
        is_rude = "Q4" in probes
        return Cast(
            company=company,
            kind=draws.pick(pack.kinds),
            agent=agent,
            manner=manner,
            user=customer_persona(names, name, world.story.mood, is_rude, job, draws),
            daypart=_daypart(world, draws),
            direction=dealt.direction,
            probes=probes,
        )


def _mandate(world: World, cast: Cast, draws: Draws) -> Mandate:
    is_formal = cast.manner == "formal"
    fits = partial(is_timely, daypart=cast.daypart)
    return draw_mandate(world, cast.probes, draws, is_timely=fits, is_formal=is_formal)


def _num_words(aim: float) -> float:
    """Return how many words a call comes to that aims at so many."""
    return aim if aim > LONG else aim * FIT


def _script(
    job: Job, talk: Talk, roles: Roles, finished: FinishedCall, validation: float
) -> Script:
    script = script_of_call(
        job, DrawnCall(talk.world, talk.cast, roles, 0), finished, WRITER, validation
    )
    return changed(script, outcome=talk.outcome)


def _daypart(world: World, draws: Draws) -> str:
    """Draw when the call is: before every time of day that is spoken of, in the evening that a
    caller speaks of, or when the story happens."""
    if world.story.daypart:
        return world.story.daypart
    caller = world.pack.caller.keys() & world.values.keys()
    if any(_EVENING.search(world.values[name].written) for name in caller):
        return "evening"
    times = [value.written for value in world.values.values() if value.type == "time"]
    earliest = min(map(_hour, times), default=24)
    told = (*(value.written for value in world.values.values()), *world.said.values())
    if _TONIGHT in "\n".join(told):
        earliest = min(earliest, _DAYPARTS["evening"])
    return draws.pick([name for name, hour in _DAYPARTS.items() if hour <= max(0, earliest - 1)])


def _hour(written: str) -> int:
    """Return the hour of a time as a call writes it: 16 of 4:30 PM."""
    clock, half = written.split(" ")
    return int(clock.partition(":")[0]) % 12 + (12 if half == "PM" else 0)


def _problems(script: Script) -> Iterator[str]:
    """Say what keeps a call from being spoken."""
    whole = "\n".join(turn.text for turn in script.turns)
    for mark in _DEBRIS:
        if mark in whole:
            yield f"a turn holds {mark!r}"
    yield from article_problems(whole)
    num_words = " ".join([turn.spoken for turn in script.turns]).count(" ") + 1
    if not WORDS[0] <= num_words <= WORDS[1]:
        yield f"the call has {num_words} words, not {WORDS[0]} to {WORDS[1]}"
