"""A domain as its author writes it: what can be so, what can be done, why people call.

prompts/worlds/DOMAIN.yaml -> WorldPack      (docs/authoring.md says how to write one)
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.compose.grammar import opened
from datagen.scripting.content.labels import Label, Labelled, LabelledLines, Lines
from datagen.scripting.content.values import Amount, Choice, Code, Date, Money, Percent, Time

Weight: TypeAlias = Annotated[float, Field(gt=0)]
Outcome: TypeAlias = Literal["solved", "partly", "refused", "handed_on", "failed"]
Mood: TypeAlias = Literal["problem", "request", "question"]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Identity(Settings):
    """A detail of the customer's record, to verify or to ask about."""

    id: str
    label: str
    """As said by both sides, e.g. account number."""
    value: Code


class Sum(Settings):
    """Money worked out from other values: the first plus or minus the others."""

    type: Literal["sum"]
    plus: Annotated[tuple[str, ...], Field(min_length=1)]
    minus: tuple[str, ...] = ()


AnyValue: TypeAlias = Annotated[
    Money | Time | Date | Amount | Percent | Choice | Code | Sum, Field(discriminator="type")
]


class WorldFact(Settings):
    """One thing that is so, as a sentence with slots for values."""

    says: str
    """Third person: what the role prompt or a tool's result says."""
    tell: Annotated[Lines, Field(min_length=3)]
    """Second person: what the agent says; each line stands alone."""
    source: Literal["prompt", "record"] = "prompt"
    """A term of the business (always in the role prompt), or a record (prompt or tool)."""
    ask: Lines = ()
    """The caller's questions that ``tell`` answers; with these the fact may come up by the way."""
    claim: Lines = ()
    """The caller's yes-or-no questions that suppose it, with one slot that may be wrong."""
    stories: tuple[str, ...] = ()
    """The only stories, or ways that one goes ("cancel.refunded"), in which it may come up by the
    way; empty: any, once the caller's own matter is settled."""
    spare: bool = True
    """It may stand in a role prompt although nobody needs it."""


class WorldTool(Settings):
    """What the agent may call."""

    does: str
    """A verb phrase that follows "You can": look up a booking."""
    proposed: str = ""
    """A verb phrase that follows "Should I": block the card. What no step offers is proposed so."""
    args: tuple[str, ...] = ()
    """Values, caller's values, or ``identity``."""
    done: str = ""
    """Third person, what is so afterwards; empty: the tool only reads."""
    latency: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(le=15)]] = (1.0, 6.0)
    """Fewest and most seconds."""
    hold: Lines = ()
    """What the agent says while it waits."""


class ProcedureStep(Labelled):
    """One step of the agent's procedure."""

    LABELLED = ("reply",)
    do: Literal["ask", "check", "instruct", "look", "tell", "offer", "act", "promise", "handoff"]
    say: Lines = ()
    """What the agent says; tell without it takes its facts' lines."""
    reply: LabelledLines = ()
    """What the caller answers; without it, a general answer to such an act."""
    facts: tuple[str, ...] = ()
    """What ``say`` rests on; of a look, what the tool returns."""
    tool: str = ""
    when: tuple[str, ...] = ()
    """The only cases in which it happens; empty: all."""
    chance: Annotated[float, Field(gt=0, le=1)] = 1.0
    declines: bool = False
    """``reply`` turns an offer down."""
    fixed: bool = False
    """An ask that may not change places with the ask beside it."""


class Case(Settings):
    """One way that a story goes."""

    weight: Weight = 1.0
    outcome: Outcome


class Story(Labelled):
    """Why somebody calls, and what comes of it."""

    LABELLED = ("opening", "more")
    mood: Mood
    because: str
    """Second person, after "you call because": your flight is late."""
    opening: Annotated[LabelledLines, Field(min_length=6)]
    """How the caller says it first, from a few words to a few sentences."""
    more: LabelledLines = ()
    """What a talkative caller adds, each a sentence that always holds."""
    grievance: Annotated[Lines, Field(min_length=3)]
    """Rude lines that have their cause in this story."""
    verify: bool = True
    """The agent has to know who calls."""
    daypart: Literal["", "morning", "afternoon", "evening"] = ""
    """When it happens, if it does at one time of day only."""
    now: bool = False
    """It happens as the caller speaks, who is not called back about it later."""
    cases: Annotated[dict[Name, Case], Field(min_length=1)]
    steps: Annotated[tuple[ProcedureStep, ...], Field(min_length=3)]


class Wish(Settings):
    """Something that a policy forbids (Q3)."""

    ask: Annotated[Lines, Field(min_length=3)]
    fact: str
    """The fact that forbids it."""
    instead: str = ""
    """A fact that offers another way."""
    stories: tuple[str, ...] = ()
    """As those of a fact."""


class Gap(Settings):
    """Something that nobody knows, where it may be asked."""

    ask: Annotated[Lines, Field(min_length=1)]
    stories: Annotated[tuple[str, ...], Field(min_length=1)]
    """As those of a fact."""


class WorldPack(Settings):
    """One service domain."""

    id: Name
    kinds: Annotated[Lines, Field(min_length=2)]
    companies: Annotated[Lines, Field(min_length=4)]
    """Names, with {stem} for an invented place."""
    customer: str
    """What a customer is called, e.g. member."""
    identities: Annotated[tuple[Identity, ...], Field(min_length=2)]
    lookups: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of calls whose records come from tools; in the others all is in the role prompt."""
    values: dict[Name, AnyValue] = Field(default_factory=dict)
    """What is drawn for a call and known to the business."""
    caller: dict[Name, AnyValue] = Field(default_factory=dict)
    """What is drawn for a call and known to the caller alone, until said."""
    facts: Annotated[dict[Name, WorldFact], Field(min_length=8)]
    tools: dict[Name, WorldTool] = Field(default_factory=dict)
    stories: Annotated[dict[Name, Story], Field(min_length=3)]
    wishes: Annotated[tuple[Wish, ...], Field(min_length=2)]
    gaps: Annotated[tuple[str | Gap, ...], Field(min_length=3)]
    """Plausible questions of the domain that no fact answers (Q5): in any story, or in some."""
    same: tuple[tuple[str, ...], ...] = ()
    """Groups of words that mean the same here, for whoever checks claims."""

    @cached_property
    def labels(self) -> dict[str, Label]:
        """The labels of what callers say, by line as it begins a sentence."""
        labelled = (one for story in self.stories.values() for one in (story, *story.steps))
        return {opened(line): label for one in labelled for line, label in one.labels.items()}

    @cached_property
    def labelled_values(self) -> dict[str, dict[str, Label]]:
        """The labels of what a value may be, by its name."""
        found = (self.values | self.caller).items()
        return {name: one.labels for name, one in found if isinstance(one, Choice) and one.labels}


def default_paths() -> list[Path]:
    """Return the worlds that ship with datagen, in order of their names."""
    return [assets.find("prompts/worlds", name) for name in assets.names("prompts/worlds")]


def read_pack(path: Path) -> WorldPack:
    """Read a pack; what its model refuses becomes one sentence."""
    return validate(WorldPack, read_yaml(path), f"the world {path}")
