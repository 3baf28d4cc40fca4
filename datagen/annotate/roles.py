"""What the model is told of each side of a call: drawn, written or made by rules, kept beside it.

    AnnotatedCall --RoleMaker--> CallRoles, once a call: all its pieces have the same

The transcript is the pieces' own, so that what was bleeped or left out is nowhere in a role.
"""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import Field

from datagen.annotate.call import CorpusCall, CorpusSpeaker, Supervision
from datagen.annotate.calls import AnnotatedCall
from datagen.annotate.prompts import (
    LEVELS,
    SHARES,
    Level,
    PromptOrder,
    PromptWriter,
    RolePrompt,
    by_rules,
    direction,
    draw_level,
)
from datagen.backends.registry import WRITERS
from datagen.config import BackendSpec
from datagen.scripting.llm.completion import Completer
from datagen.types import SAMPLE_RATE, SPEAKERS, Direction, Record, Speaker, UserError

RULES = "rules"
"""Name of the writer that is no model."""
Share = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RoleSpec(BackendSpec):
    """Who writes roles, and how often each level is drawn."""

    use: str = RULES
    shares: dict[Level, Share] = Field(default_factory=lambda: dict(SHARES))

    def check(self) -> None:
        """Raise UserError if roles cannot be written here."""
        if sum(self.shares.get(level, 0.0) for level in LEVELS) <= 0:
            raise UserError("roles.shares: one of minimal, topic and detailed must be over 0")
        if self.use == RULES:
            if self.options:
                raise UserError("roles.options are a model's, and rules ask none; give roles.use")
            return
        if not hasattr(WRITERS.resolve(self._backend), "complete"):
            raise UserError(f"roles.use: {self.use} answers no requests; use openai")
        WRITERS.check(self._backend)

    def identity(self) -> dict[str, Any]:
        """Return what decides the roles."""
        backend = {"use": RULES} if self.use == RULES else WRITERS.identity(self._backend)
        return {"backend": backend, "shares": self.shares}

    def load(self) -> PromptWriter | None:
        """Return the model that writes, None for rules."""
        if self.use == RULES:
            return None
        backend = WRITERS.load(self._backend)
        models = WRITERS.options(self._backend).models
        return PromptWriter(cast("Completer", backend), models[0].name)

    @property
    def _backend(self) -> BackendSpec:
        return BackendSpec(use=self.use, options=self.options)


class SideRole(Record):
    """One side's role."""

    text: str
    level: Level
    source: str
    """Name of the model that wrote it, ``rules``, or ``corpus`` for the corpus' own."""
    problem: str
    """Why its level is not the one that was drawn, if it is not."""


class CallRoles(Record):
    """Both sides' roles."""

    sides: dict[Speaker, SideRole]
    direction: Direction
    """Who placed the call, seen from the agent's side."""


class RoleMaker:
    """Writes roles; ``may_name`` says whether the corpus' terms let people be named."""

    def __init__(self, spec: RoleSpec, seed: int, *, may_name: bool) -> None:
        self._writer = spec.load()
        self._shares, self._seed, self._may_name = spec.shares, seed, may_name

    def roles(self, call: AnnotatedCall) -> CallRoles:
        """Return the roles of a call."""
        told = transcript_of(call)
        level = draw_level(told, self._seed, self._shares)
        orders = [
            PromptOrder(told, call.people[speaker].side, level, self._may_name)
            for speaker in SPEAKERS
        ]
        if self._writer is not None:
            made = self._writer.write(orders, self._seed)
        else:
            made = [by_rules(order) for order in orders]
        return CallRoles(
            sides={who: _role(one) for who, one in zip(SPEAKERS, made, strict=True)},
            direction=direction(told, call.people["agent"].side),
        )


def _role(made: RolePrompt) -> SideRole:
    return SideRole(text=made.text, level=made.level, source=made.source, problem=made.problem)


def transcript_of(call: AnnotatedCall) -> CorpusCall:
    """Return a call as those who write roles see it: what is said in its pieces, and no sound."""
    turns = [
        Supervision(
            side=call.people[turn.speaker].side,
            start=(piece.start + turn.start) / SAMPLE_RATE,
            end=(piece.start + turn.end) / SAMPLE_RATE,
            text=turn.text,
        )
        for piece in call.pieces
        for turn in piece.turns
    ]
    people = {
        one.side: CorpusSpeaker(one.id, one.gender, one.age, one.region, one.scenario)
        for one in call.people.values()
    }
    return CorpusCall(
        id=call.id,
        corpus=call.corpus,
        sound={},
        people=people,
        supervisions=tuple(turns),
        topic=call.topic,
        notes=call.notes,
    )
