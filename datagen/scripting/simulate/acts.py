"""The bank of what is said in any call, by act and manner. prompts/acts/KIND.yaml -> Acts

An act has wordings for any manner and more for some; a wording is made of parts said in order, and
a part is a list of choices. An empty choice leaves the part out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self, TypeAlias

from pydantic import Field, model_validator

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.compose.grammar import article_problems, opened, spelled_out
from datagen.scripting.simulate.daytime import DAYPARTS, is_timely
from datagen.text import spelling_problems
from datagen.types import SPEAKERS, Speaker

Part: TypeAlias = Annotated[tuple[str, ...], Field(min_length=1)]
Parts: TypeAlias = tuple[Part, ...]
Manners: TypeAlias = dict[str, Parts]
"""By manner; ``any`` fits all."""


_OFFHAND = re.compile(r"(?:ha|hmm?|oh|yep|mm-hmm|hey|wait)\b", re.IGNORECASE)
"""How a choice begins that nobody makes who speaks formally."""


class Acts(Settings):
    """What both speakers say, and what a listener says without taking the floor."""

    instead: dict[str, str] = Field(default_factory=dict)
    """Manners that talk like another where an act has nothing of their own."""
    spelled_out: tuple[str, ...] = ()
    """Manners of the agent without short forms: what they have not of their own is "I am", and not
    "I'm"."""
    agent: dict[str, Manners]
    user: dict[str, Manners]
    listening: dict[str, Part]
    """Backchannels by function: continue, agree, surprise, sympathy."""
    starts: Part
    """Hesitations before a turn."""
    middles: Part
    """Hesitations after a comma."""

    @cached_property
    def lowered(self) -> frozenset[str]:
        """First words that lose their capital inside a sentence: those that do in the bank."""
        words = {
            word.strip(",.?!")
            for _, line in self.lines()
            for word in line.split()
            if word[0].islower()
        }
        return frozenset(word[0].upper() + word[1:] for word in words if len(word) > 1)

    @cached_property
    def untimely(self) -> dict[str, frozenset[str]]:
        """What nobody says, by the time of day at which nobody does."""
        lines = {line for _, line in self.lines()}
        return {
            daypart: frozenset(line for line in lines if not is_timely(line, daypart))
            for daypart in DAYPARTS
        }

    @cached_property
    def low(self) -> dict[Speaker, dict[str, str]]:
        """Acts that have another way for when there is nothing to be glad about, with that."""
        return {
            who: {name: f"{name}.low" for name in self.of(who) if f"{name}.low" in self.of(who)}
            for who in SPEAKERS
        }

    @model_validator(mode="after")
    def _begin(self) -> Self:
        """Begin sentences with capitals, be it a slot's; a later part may go on a sentence."""
        for acts in (self.agent, self.user):
            for manners in acts.values():
                for manner, parts in manners.items():
                    first, *rest = parts
                    later = (
                        tuple(opened(line) if line[:1].isupper() else line for line in part)
                        for part in rest
                    )
                    manners[manner] = (tuple(map(opened, first)), *later)
                for manner, other in self.instead.items():
                    if other in manners:
                        manners.setdefault(manner, manners[other])
        for manners in self.agent.values():
            for manner in self.spelled_out:
                manners.setdefault(manner, tuple(map(_spelled_out, manners["any"])))
        return self

    def of(self, speaker: Speaker) -> dict[str, Manners]:
        """Return the acts of a speaker."""
        return self.agent if speaker == "agent" else self.user

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield every choice with the place it stands."""
        for speaker, acts in (("agent", self.agent), ("user", self.user)):
            for act, manners in acts.items():
                for manner, parts in manners.items():
                    for part in parts:
                        yield from ((f"{speaker}.{act}.{manner}", line) for line in part if line)


def _spelled_out(part: Part) -> Part:
    kept = tuple(choice for choice in part if not _OFFHAND.match(choice)) or part
    spelled = tuple(map(spelled_out, kept))
    return tuple(line for at, line in enumerate(spelled) if not line or line not in spelled[:at])


def lint(acts: Acts) -> list[str]:
    """Say what is wrong: repetitions, articles, numbers that are no slots, what cannot be said."""
    return [
        f"{who}.{act}.{manner}: {problem}"
        for who in SPEAKERS
        for act, manners in acts.of(who).items()
        for manner, parts in manners.items()
        for part in parts
        for problem in _problems(part)
    ]


def _problems(part: Part) -> Iterator[str]:
    lines = [line for line in part if line]  # empty ones are as likely as they are many
    yield from (f"{line!r} is there twice" for line in sorted(set(lines)) if lines.count(line) > 1)
    for line in lines:
        if any(character.isdecimal() for character in line):
            yield f"a number must be a slot in {line!r}"
        bare = line.replace("{", "").replace("}", "")
        yield from (f"{problem} in {line!r}" for problem in article_problems(bare))
        yield from (f"{problem} in {line!r}" for problem in spelling_problems(line))


def default_path(kind: str = "service") -> Path:
    """Return the bank that ships with datagen."""
    return assets.find("prompts/acts", kind)


def load_acts(path: Path) -> Acts:
    """Read a bank."""
    return validate(Acts, read_yaml(path), f"the acts {path}")
