"""What a model is given to write a dialogue of its own: people, what is so, and musts.

Job --(call_brief, assistant_brief, qa_brief, casual_brief)--> Brief --brief_prompt--> request

Code decides what is so and what must happen; the model decides scene, order and words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from datagen.scripting.claims import Lexicon
from datagen.scripting.simulate.finish import FinishedCall
from datagen.types import Fact, Job, Persona, ProbeType, Script, Speaker, WorldItem

Order: TypeAlias = Literal["facts_first", "paper"]
"""The role is given, or the model writes scenario and description first and the role last."""
FRAME_WORDS, MUST_WORDS = 25, 11
"""Words of greeting and goodbye, and of a must: fewer would be no talk."""


@dataclass(frozen=True, slots=True)
class Must:
    """Something that has to happen, in one turn."""

    id: str
    """T1, T2 ... of the task, in order; P1, P2 ... anywhere."""
    speaker: Speaker
    what: str
    says: tuple[str, ...] = ()
    """Written values that the turn has to state."""
    tells: str = ""
    """A sentence whose content the turn has to tell, in any words."""
    tool: str = ""
    """The tool that this turn calls."""
    answers: str = ""
    """Id of the must that this one answers: it comes later."""
    probe: ProbeType | None = None
    act: str = ""
    """What the turn has to do, as `scripting.checks.MARKERS` calls it."""
    forbids: tuple[str, ...] = ()
    """Written values that the turn may not state."""
    asks: bool = False
    """The turn is a question."""


@dataclass(frozen=True)
class ToolResult:
    """A tool in this dialogue: what it is called with, and what comes back."""

    does: str
    arguments: Mapping[str, str]
    result: str
    latency: tuple[float, float]
    """Fewest and most seconds."""


@dataclass(frozen=True)
class Ground:
    """What is so in a dialogue, whoever words it, and how its script is made."""

    role: str
    """The agent's role prompt."""
    agent: Persona
    user: Persona
    facts: tuple[Fact, ...]
    """Names and values that are spoken of."""
    script: Callable[[FinishedCall, str, str], Script]
    """Makes the script of turns, a role prompt and a writer's name."""
    items: tuple[WorldItem, ...] = ()
    tools: Mapping[str, ToolResult] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    """What may be stated beside the role: cards, and what people know of themselves."""
    named: Mapping[str, str] = field(default_factory=dict)
    """Names that a role has to have, by what they are of."""
    lexicon: Lexicon | None = None
    """The meanings of words by which claims of the agent are checked; None: nothing is claimed."""


@dataclass(frozen=True)
class Brief:
    """A dialogue to be written."""

    job: Job
    ground: Ground
    musts: tuple[Must, ...]
    slots: Mapping[str, str]
    """Of the kind's instructions, beside those that every kind has."""
    exemplar: str
    order: Order
    aim: float
    """How many spoken words it should have, if all that must happen has room in them."""

    @property
    def words(self) -> float:
        """About how many words it should have: room for all that must happen, at least."""
        return max(self.aim, FRAME_WORDS + MUST_WORDS * len(self.musts))

    @property
    def results(self) -> dict[str, str]:
        """What each tool returns; empty if all is in the role."""
        return {name: tool.result for name, tool in self.ground.tools.items()}


def task_of(lines: tuple[Must, ...]) -> tuple[Must, ...]:
    """Return musts as a task, T1 and so on, in their order."""
    return tuple(_numbered(must, f"T{at}") for at, must in enumerate(lines, start=1))


def events_of(pairs: tuple[tuple[Must, ...], ...]) -> tuple[Must, ...]:
    """Return musts that fit anywhere, P1 and so on; of each group every one answers the last."""
    found: list[Must] = []
    for group in pairs:
        before = ""
        for must in group:
            name = f"P{len(found) + 1}"
            found.append(_numbered(must, name, before))
            before = name
    return tuple(found)


def _numbered(must: Must, name: str, answers: str = "") -> Must:
    return replace(must, id=name, answers=answers)
