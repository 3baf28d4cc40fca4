"""The words in which models are briefed: what is shared by all kinds, and what each kind adds.

prompts/llm/brief.yaml, prompts/llm/KIND.yaml, prompts/exemplars/KIND.yaml -> BriefTexts
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.plans.draws import Draws
from datagen.types import Persona

EXEMPLARS, FOLDER = "prompts/exemplars", "prompts/llm"
CALL_KINDS = ("service", "assistant")
KINDS = (*CALL_KINDS, "qa", "casual")
"""What is briefed: calls from and to customers, calls for customers, and the other kinds."""


STUDENTS, WORKERS, RETIRED = 40, 74, 58
"""The oldest who study, the oldest who work, and the youngest who are retired."""


class Manner(Settings):
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


class SharedTexts(Settings):
    """What models of every kind are told."""

    talk: str
    """How people talk."""
    answer: str
    """The form of an answer."""
    tools_in_answer: str
    """Added to it where the agent has tools."""
    repair: str
    """Said with the faults of an answer that the model is shown."""
    retry: str
    """Said with what was wrong where there is no answer to show."""
    stock: tuple[str, ...]
    """Phrases that no person says; a dialogue that has one is refused."""
    manner: Manner
    ages: tuple[int, ...]
    works: tuple[str, ...]
    regions: tuple[str, ...]
    openings: tuple[str, ...]
    obstacles: tuple[str, ...]


class KindTexts(Settings):
    """What models are told of one kind."""

    system: str
    call: str
    paper: str
    """Added in the paper's order."""
    tools: str = ""
    no_tools: str = ""
    relations: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()
    """How it may open, instead of the shared ways."""
    obstacles: tuple[str, ...] = ()


class CasualTheme(Settings):
    """What a conversation may be about."""

    id: str
    about: str
    aims: Annotated[tuple[str, ...], Field(min_length=3)]
    """What somebody may want of such a talk, each after "wants"."""


class CasualTexts(KindTexts):
    """Instructions of small talk, and what is drawn for it."""

    moods: tuple[str, ...]
    nouns: tuple[str, ...]
    ages: tuple[int, ...]
    works: tuple[str, ...]
    """Verb phrases in the third person, as the pasts are."""
    places: tuple[str, ...]
    pasts: tuple[str, ...]
    themes: tuple[CasualTheme, ...]


class Exemplar(Settings):
    """A dialogue to read for its manner."""

    shows: str
    text: str


class Exemplars(Settings):
    """All of a kind."""

    exemplars: tuple[Exemplar, ...]


class BriefTexts:
    """All that a kind is briefed with, as shipped."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.shared = validate(SharedTexts, *_read(FOLDER, "brief"))
        model = CasualTexts if kind == "casual" else KindTexts
        self.own: KindTexts = validate(model, *_read(FOLDER, kind))
        self.exemplars = validate(Exemplars, *_read(EXEMPLARS, kind)).exemplars

    @property
    def casual(self) -> CasualTexts:
        """What is drawn for small talk."""
        assert isinstance(self.own, CasualTexts)
        return self.own

    @property
    def has_tools(self) -> bool:
        """Whether agents of this kind may have tools."""
        return bool(self.own.tools)

    @property
    def writes_role(self) -> bool:
        """Whether a model may write the role in the paper's order: that of a call."""
        return self.kind in CALL_KINDS

    def levers(self, draws: Draws) -> dict[str, str]:
        """Draw what makes a dialogue unlike others, beside what is so in it."""
        shared, own = self.shared, self.own
        age = draws.pick(shared.ages)
        return {
            "age": str(age),
            "work": draws.pick(works_at(shared.works, age)),
            "region": draws.pick(shared.regions),
            "relation": draws.pick(own.relations) if own.relations else "",
            "opening": draws.pick(own.openings or shared.openings),
            "obstacle": draws.pick(own.obstacles or shared.obstacles),
        }


def works_at(works: Sequence[str], age: int) -> list[str]:
    """Return what somebody of an age may do for a living."""
    return [work for work in works if _fits(work, age)] or list(works)


def _fits(work: str, age: int) -> bool:
    if "retired" in work:
        return age >= RETIRED
    return age <= (STUDENTS if work.startswith("studies") else WORKERS)


def _read(folder: str, name: str) -> tuple[dict[str, object], str]:
    path = assets.find(folder, name)
    return read_yaml(path), f"the instructions {path}"


def default_paths() -> list[Path]:
    """Return every shipped file that models are briefed with."""
    return [assets.find(one, name) for one in (FOLDER, EXEMPLARS) for name in assets.names(one)]
