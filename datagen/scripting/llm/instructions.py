"""What language models are told, from prompts/llm: rules for all, and the steps of each kind.

    common.yaml + KIND.yaml --load_instructions--> Instructions

Each step's wording is found by the act it performs; a kind says which acts it needs.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.types import Persona, UserError

COMMON = "common"
FOLDER = "prompts/llm"
_RULES = "{rules}"


class WritingManner(Settings):
    """How a person's levels 0, 1 and 2 are described."""

    fillers: tuple[str, str, str]
    length: tuple[str, str, str]
    patience: tuple[str, str, str]

    def of(self, person: Persona) -> str:
        """Describe how somebody talks."""
        behaviour = person.behaviour
        return ", ".join(
            (
                person.emotion,
                self.patience[person.patience],
                self.length[behaviour.length],
                self.fillers[behaviour.fillers],
            )
        )


class Common(Settings):
    """What holds for every kind."""

    rules: str
    retry: str
    """Said with the problems of the attempt before."""
    markers: str
    """Added to a step that has to show what it does."""
    interrupted: str
    """Added to a step that the next one cuts into."""
    interrupts: str
    """Added to a step that cuts in."""
    manner: WritingManner


class Instructions(Settings):
    """What a model is told of one kind of dialogue."""

    common: Common = Field(exclude=True)
    system: str
    """The same for all dialogues of a kind, and first, for prefix caches."""
    call: str
    """What differs from dialogue to dialogue."""
    steps: dict[str, str]


def default_path(name: str) -> Path:
    """Return a file of instructions that ships with datagen."""
    return assets.find(FOLDER, name)


def default_paths() -> list[Path]:
    """Return all files that ship with datagen."""
    return [default_path(name) for name in assets.names(FOLDER)]


def load_instructions(name: str, needed: Collection[str]) -> Instructions:
    """Read the shipped instructions of a kind and see that it has the steps that are needed."""
    common = validate(Common, read_yaml(default_path(COMMON)), f"the instructions {COMMON}")
    path = default_path(name)
    data = read_yaml(path)
    system = str(data.get("system", "")).replace(_RULES, common.rules)
    found = validate(
        Instructions, {**data, "system": system, "common": common}, f"the instructions {path}"
    )
    if wrong := sorted(found.steps.keys() ^ set(needed)):
        what = "lack" if wrong[0] in needed else "have the unknown"
        raise UserError(f"the instructions {path} {what} step {wrong[0]!r}; mend its steps")
    return found
