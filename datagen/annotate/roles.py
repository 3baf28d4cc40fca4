"""What the model is told of each side of a call, by a language model or by rules.

    [AnnotatedCall] --Roles--> RoleText each

All that is known of a call here is what its rows will say: what is bleeped is not in a role either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from pydantic import Field

from datagen.annotate.call import CorpusCall, CorpusSpeaker, Side, Supervision
from datagen.annotate.calls import AnnotatedCall
from datagen.annotate.prompts import (
    ATTEMPTS,
    LEVELS,
    RULES,
    SHARES,
    VERSION,
    Level,
    PromptOrder,
    PromptWriter,
    RolePrompt,
    by_rules,
    draw_level,
)
from datagen.annotate.role_texts import digest_of_role_texts
from datagen.annotate.rows import RoleText
from datagen.backends.registry import WRITERS
from datagen.config import BackendSpec, Settings
from datagen.scripting.llm.completion import Completer
from datagen.types import SAMPLE_RATE, SPEAKERS, UserError


class RoleSettings(Settings):
    """Who writes the roles of an annotated run, and how much they say."""

    shares: dict[Level, float] = Field(default_factory=lambda: dict(SHARES))
    """How often a call's roles are of each level, relative to the others."""
    writer: BackendSpec | None = None
    """A script writer that asks a language model (`openai`, `vllm`); None: rules, which write no
    detailed role."""
    attempts: int = Field(default=ATTEMPTS, ge=1, le=20)
    """How often a role is asked for until rules make it."""

    def identity(self) -> dict[str, Any]:
        """Return what decides the roles; where a model is served is left out."""
        writer = None if self.writer is None else WRITERS.identity(self.writer)
        shown = {"version": VERSION, "texts": digest_of_role_texts(), "writer": writer}
        return shown | self.model_dump(mode="json", exclude={"writer"})

    def stand_ins(self) -> list[str]:
        """Return that rules take a model's place, if they do."""
        asks = any(self.shares.get(level) for level in LEVELS[1:])
        return [f"roles={RULES}"] if self.writer is None and asks else []

    def check(self) -> None:
        """Raise UserError if the shares or the writer cannot be used."""
        if min(self.shares.values(), default=0.0) < 0 or not sum(self.shares.values()):
            raise UserError("roles.shares must not be negative, and one must be over 0")
        if self.writer is not None:
            if not hasattr(WRITERS.resolve(self.writer), "complete"):
                raise UserError(
                    f"roles.writer.use={self.writer.use} asks no language model; give openai or"
                    " vllm"
                )
            WRITERS.check(self.writer)


class Roles:
    """Writes the roles of calls; those of one call are written once for all its pieces."""

    def __init__(self, settings: RoleSettings, seed: int, *, may_name: bool) -> None:
        self._settings, self._seed, self._may_name = settings, seed, may_name

    @cached_property
    def _writer(self) -> PromptWriter | None:
        spec = self._settings.writer
        if spec is None:
            return None
        models = spec.options.get("models") or [{}]
        name = str(spec.options.get("model") or models[0].get("name") or spec.use)
        return PromptWriter(
            cast("Completer", WRITERS.load(spec)), name, attempts=self._settings.attempts
        )

    def of(self, calls: Mapping[int, AnnotatedCall]) -> dict[int, RoleText]:
        """Return the roles of calls by their numbers; a model is asked for all at once."""
        orders = [order for call in calls.values() for order in self._orders(call)]
        written = (
            [by_rules(order) for order in orders]
            if self._writer is None
            else self._writer.write(orders, self._seed)
        )
        return {number: _role_text(written[2 * at : 2 * at + 2]) for at, number in enumerate(calls)}

    def _orders(self, call: AnnotatedCall) -> list[PromptOrder]:
        """Return the orders for the agent's role and the user's."""
        said = as_said(call)
        level = draw_level(said, self._seed, self._settings.shares)
        return [
            PromptOrder(said, call.people[speaker].side, level, self._may_name)
            for speaker in SPEAKERS
        ]


def as_said(call: AnnotatedCall) -> CorpusCall:
    """Return a call's turns as its rows will have them."""
    people: dict[Side, CorpusSpeaker] = {
        one.side: CorpusSpeaker(one.id, one.gender, one.age, one.region, one.scenario)
        for one in call.people.values()
    }
    turns = [
        Supervision(
            call.people[turn.speaker].side,
            (piece.start + turn.start) / SAMPLE_RATE,
            (piece.start + turn.end) / SAMPLE_RATE,
            turn.text,
        )
        for piece in call.pieces
        for turn in piece.turns
    ]
    return CorpusCall(
        call.id, call.corpus, {}, people, tuple(turns), topic=call.topic, notes=call.notes
    )


def _role_text(written: Sequence[RolePrompt]) -> RoleText:
    """Return a call's roles as one; of two levels the agent's counts, since it is trained on."""
    agent, user = written
    is_by_model = agent.source not in (RULES, "corpus")
    return RoleText(
        level=agent.level,
        agent=agent.text,
        user=user.text,
        writer="transcript",
        model=agent.source if is_by_model else "",
    )
