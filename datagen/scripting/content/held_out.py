"""Service roles kept for a benchmark, which no training dialogue may hold. prompts/held_out.yaml

Held out by construction: what could bring one of their companies, agents or scenarios into a
dialogue is refused when it is read, whoever then words the dialogues.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Annotated

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.compose.grammar import article
from datagen.types import ProbeType


class HeldOutRole(Settings):
    """A role, and a question of each kind to ask it."""

    domain: str
    """May be a pack's; its scenario may not."""
    scenario: str
    company: str
    kind: str
    """What the business is."""
    agent: str
    information: str
    questions: dict[ProbeType, str]

    @property
    def role_prompt(self) -> str:
        """The agent's role, in the form of the training data's."""
        return (
            f"You work for {self.company} which is {article(self.kind)} {self.kind} and your name"
            f" is {self.agent}. Information: {self.information}"
        )


class HeldOut(Settings):
    """The whole benchmark."""

    roles: Annotated[tuple[HeldOutRole, ...], Field(min_length=1)]


@cache
def held_out() -> HeldOut:
    """Return the roles that are held out."""
    path = assets.find("prompts", "held_out")
    return validate(HeldOut, read_yaml(path), f"the held-out roles {path}")


def scenario_problems(domain: str, scenarios: Iterable[str]) -> Iterator[str]:
    """Say which scenarios of a domain are held out."""
    taken = {role.scenario for role in held_out().roles if role.domain == domain}
    for scenario in taken.intersection(scenarios):
        yield f"scenario {scenario!r} is held out (prompts/held_out.yaml): give it another id"


def company_problems(patterns: Iterable[str]) -> Iterator[str]:
    """Say which patterns of company names could make a held-out one, whatever {stem} is."""
    names = "\n".join(role.company for role in held_out().roles)
    for pattern in patterns:
        form = re.escape(pattern).replace(re.escape("{stem}"), ".+")
        if found := re.search(f"^{form}$", names, re.IGNORECASE | re.MULTILINE):
            yield f"company {pattern!r} could be {found[0]!r}, which is held out: change it"


def name_problems(names: Iterable[str]) -> Iterator[str]:
    """Say which names of people or places are part of a held-out agent's or company's."""
    taken = _words(role.agent for role in held_out().roles)
    taken |= _words(role.company for role in held_out().roles)
    for name in names:
        if name in taken:
            yield f"{name!r} is part of a held-out name (prompts/held_out.yaml): take another"


def _words(names: Iterable[str]) -> set[str]:
    return set(chain.from_iterable(name.split() for name in names))
