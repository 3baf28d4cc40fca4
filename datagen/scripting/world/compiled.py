"""A world pack with what its draws need, worked out once.

WorldPack --CompiledWorld--> needs, asides, gaps and wishes by story and case
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from datagen.scripting.compose.grammar import about, slots
from datagen.scripting.content.values import Choice
from datagen.scripting.world.pack import (
    Gap,
    ProcedureStep,
    Story,
    Sum,
    WorldFact,
    WorldPack,
)

_INSIDE = re.compile(r"(?<=[a-z,}] )[A-Z][a-z']+")
"""A word with a capital that does not begin a sentence."""
_CALENDAR = frozenset((
    "January", "February", "March", "April", "June", "July", "August", "September", "October",
    "November", "December", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    "Sunday",
))  # fmt: skip


class Needs(NamedTuple):
    """What a case of a story takes from its pack."""

    steps: tuple[ProcedureStep, ...]
    facts: tuple[str, ...]
    values: frozenset[str]


def happens(step: ProcedureStep, case: str) -> bool:
    """Tell whether a step belongs to a case."""
    return not step.when or case in step.when


def _told(steps: Iterable[ProcedureStep]) -> set[str]:
    """Return the facts that steps tell: one that only other cases tell is not so in this one."""
    return set(chain.from_iterable(step.facts for step in steps if step.do != "look"))


def _called(story: Story) -> Iterable[str]:
    return dict.fromkeys(step.tool for step in story.steps if step.tool)


def _said(pack: WorldPack) -> list[str]:
    """Return what is said in a domain: lines, and choices that fill their slots."""
    said: list[str] = [line for fact in pack.facts.values() for line in (fact.says, *fact.ask)]
    for story in pack.stories.values():
        said += (*story.opening, *story.more, *story.grievance)
        said += chain.from_iterable((*step.say, *step.reply) for step in story.steps)
    samplers = (pack.values | pack.caller).values()
    said += chain.from_iterable(one.choices for one in samplers if isinstance(one, Choice))
    return said


def _proper(pack: WorldPack) -> frozenset[str]:
    labels = [f"the {identity.label}" for identity in pack.identities]
    chosen = [
        f"the {choice}"
        for one in (pack.values | pack.caller).values()
        if isinstance(one, Choice)
        for choice in one.choices
    ]
    lines = (*_said(pack), *(line for fact in pack.facts.values() for line in fact.tell))
    found = chain.from_iterable(map(_INSIDE.findall, (*lines, *labels, *chosen)))
    return frozenset(found) | _CALENDAR


def _lowered(pack: WorldPack) -> frozenset[str]:
    said = _said(pack)
    words = {word.strip(",.?!") for line in said for word in line.split() if word[0].islower()}
    return frozenset(word[0].upper() + word[1:] for word in words if len(word) > 1)


def fits(stories: Sequence[str], story: str, case: str) -> bool:
    """Tell whether something fits a story that goes this way; without ``stories`` it fits any."""
    return not stories or story in stories or f"{story}.{case}" in stories


def _questions(gap: str | Gap, story: str, case: str) -> Sequence[str]:
    """Return the questions of a gap that fit a story that goes this way."""
    if isinstance(gap, str):
        return (gap,)
    return gap.ask if fits(gap.stories, story, case) else ()


def _subject(sentence: str) -> frozenset[str]:
    """Return what a sentence is about: its words of content, and its slots."""
    return about(sentence) | {f"{{{name}}}" for name in slots(sentence)}


class CompiledWorld:
    """A pack with what its draws need, worked out once."""

    def __init__(self, pack: WorldPack) -> None:
        self.pack = pack
        self.samplers = {**pack.values, **pack.caller}
        self.sums = {name: one for name, one in self.samplers.items() if isinstance(one, Sum)}
        """Values that are worked out from others."""
        self.types = frozenset((name, one.type) for name, one in self.samplers.items())
        """Of what type each value is."""
        self.subjects = {name: _subject(fact.says) for name, fact in pack.facts.items()}
        self.fact_values = {name: fact_slots(fact) for name, fact in pack.facts.items()}
        self.needs = {
            (name, case): self._needs(story, case)
            for name, story in pack.stories.items()
            for case in story.cases
        }
        self.tools = {
            name: tuple((tool, pack.tools[tool]) for tool in _called(story))
            for name, story in pack.stories.items()
        }
        """What the steps of a story call."""
        self.asides = {
            way: tuple(
                name
                for name, fact in pack.facts.items()
                if fact.source == "prompt" and fact.ask and fits(fact.stories, *way)
            )
            for way in self.needs
        }
        """What may come up by the way, by story and case; gaps and wishes are kept so, too."""
        self.lowered = _lowered(pack)
        """First words that lose their capital inside a sentence: those that do in its lines."""
        self.proper = _proper(pack)
        """First words that keep it: those that have one inside a sentence."""
        self.gaps = {
            way: tuple(chain.from_iterable(_questions(gap, *way) for gap in pack.gaps))
            for way in self.needs
        }
        self.wishes = {
            way: tuple(wish for wish in pack.wishes if fits(wish.stories, *way))
            for way in self.needs
        }

    def _needs(self, story: Story, case: str) -> Needs:
        steps = tuple(step for step in story.steps if happens(step, case))
        absent = _told(story.steps) - _told(steps)
        named = chain.from_iterable(step.facts for step in steps)
        facts = tuple(dict.fromkeys(name for name in named if name not in absent))
        lines = chain(
            story.opening,
            story.more,
            story.grievance,
            chain.from_iterable((*step.say, *step.reply) for step in steps),
        )
        used = set(chain.from_iterable(map(slots, lines)))
        for step in steps:
            if step.tool:
                tool = self.pack.tools[step.tool]
                used.update(tool.args, slots(tool.done), *map(slots, tool.hold))
        for fact in facts:
            used |= self.fact_values[fact]
        return Needs(steps, facts, frozenset(used & self.samplers.keys()))


@lru_cache(maxsize=4096)
def line_slots(lines: tuple[str, ...]) -> frozenset[str]:
    """Return the slots of some lines."""
    return frozenset(chain.from_iterable(map(slots, lines)))


@lru_cache(maxsize=4096)
def fact_slots(fact: WorldFact) -> frozenset[str]:
    """Return the slots of all lines of a fact."""
    return line_slots((fact.says, *fact.tell, *fact.ask, *fact.claim))
