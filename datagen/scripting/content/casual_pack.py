"""What two people may chat about, and who the model may be. prompts/casual.yaml -> SmallTalk

A thread is something one of them asks, in two questions of which the second helps the first, and
what people say to it. Both of the two may say one of its lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.compose.grammar import article_problems
from datagen.text import spelling_problems
from datagen.types import UserError


class Thread(Settings):
    """A question, and what people say to it about themselves."""

    ask: tuple[str, str]
    """Asked together, in any order."""
    say: Annotated[tuple[str, ...], Field(min_length=4, max_length=4)]


class Theme(Settings):
    """Something to chat about; the domain of a dialogue."""

    id: str
    about: str
    """As in "a casual conversation about ..."."""
    threads: Annotated[tuple[Thread, ...], Field(min_length=4, max_length=4)]


class Traits(Settings):
    """Pieces of a person's description, for the detailed prompts."""

    likes: Annotated[tuple[str, ...], Field(min_length=8)]
    """What somebody likes to do: a verb and the rest."""
    owns: Annotated[tuple[str, ...], Field(min_length=8)]
    dislikes: Annotated[tuple[str, ...], Field(min_length=8)]


class SmallTalk(Settings):
    """All themes and traits."""

    moods: Annotated[tuple[str, ...], Field(min_length=4)]
    """What kind of conversation the prompt asks for, e.g. casual."""
    nouns: Annotated[tuple[str, ...], Field(min_length=2)]
    traits: Traits
    topics: Annotated[tuple[Theme, ...], Field(min_length=4)]


def default_path() -> Path:
    """Return the small talk that ships with datagen."""
    return assets.find("prompts", "casual")


def load_smalltalk(path: Path) -> SmallTalk:
    """Read and check small talk; what is wrong becomes one sentence."""
    smalltalk = validate(SmallTalk, read_yaml(path), f"the small talk {path}")
    if problems := lint(smalltalk):
        raise UserError(f"the small talk {path}: {problems[0]} ({len(problems)} problems)")
    return smalltalk


def lint(smalltalk: SmallTalk) -> list[str]:
    """Say what the model cannot: repetitions, articles, stops, what is not said as written."""
    problems, seen = [], set()
    for theme in smalltalk.topics:
        for line in chain([theme.id], *(thread.ask + thread.say for thread in theme.threads)):
            if line in seen:
                problems.append(f"{theme.id}: {line!r} is there twice")
            seen.add(line)
        problems += [f"{theme.id}: {problem}" for problem in _lint_threads(theme)]
    for trait in chain(*smalltalk.traits.model_dump().values()):
        problems += article_problems(trait) + spelling_problems(trait)
    return problems


def _lint_threads(theme: Theme) -> Iterator[str]:
    for thread in theme.threads:
        for line in (*thread.ask, *thread.say):
            if not line[0].isupper() or line[-1] != ("?" if line in thread.ask else "."):
                yield f"a question ends with a question mark and an answer with a stop: {line!r}"
            for problem in (*article_problems(line), *spelling_problems(line)):
                yield f"{problem} in {line!r}"
