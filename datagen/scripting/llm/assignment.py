"""One dialogue that a model is to make, whether it words a plan or writes a call of its own.

Task or Brief --Assignment--> messages and a schema; a reply --> Script, BadReply or BadScript
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from datagen.scripting.claims import Lexicon
from datagen.scripting.llm.assemble import assemble
from datagen.scripting.llm.brief import Brief
from datagen.scripting.llm.brief_prompt import BriefTexts, brief_messages
from datagen.scripting.llm.completion import Message
from datagen.scripting.llm.instructions import Common
from datagen.scripting.llm.reply import parse
from datagen.scripting.llm.scene import parse_scene
from datagen.scripting.llm.scene_script import script_of_scene
from datagen.scripting.llm.task import Task, messages
from datagen.scripting.plans.draws import Draws
from datagen.types import Job, Script


class Assignment(Protocol):
    """A dialogue to be made."""

    @property
    def job(self) -> Job:
        """The job."""

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of the answer."""

    def messages(self, problems: Sequence[str], previous: str) -> tuple[Message, ...]:
        """Return what a model is told; ``problems`` are those of its answer ``previous``."""

    def script(self, reply: str, draws: Draws, *, writer: str, model: str) -> Script:
        """Return the script of a reply. Raises BadReply or BadScript."""


@dataclass(frozen=True)
class WordingAssignment:
    """A plan whose turns a model words."""

    task: Task
    schema: dict[str, Any]

    @property
    def job(self) -> Job:
        """The job."""
        return self.task.job

    def messages(self, problems: Sequence[str], previous: str) -> tuple[Message, ...]:
        """Return the plan, and what was wrong with an answer."""
        return messages(self.task, problems)

    def script(self, reply: str, draws: Draws, *, writer: str, model: str) -> Script:
        """Return the script of a reply."""
        return assemble(self.task, parse(reply), draws, writer=writer, model=model)


@dataclass(frozen=True)
class BriefAssignment:
    """A world whose call a model writes."""

    brief: Brief
    schema: dict[str, Any]
    texts: BriefTexts
    common: Common
    lexicon: Lexicon
    validation: float

    @property
    def job(self) -> Job:
        """The job."""
        return self.brief.job

    def messages(self, problems: Sequence[str], previous: str) -> tuple[Message, ...]:
        """Return the brief; with a faulty answer, that answer and its faults."""
        return brief_messages(self.brief, self.texts, self.common, problems, previous)

    def script(self, reply: str, draws: Draws, *, writer: str, model: str) -> Script:
        """Return the script of a reply."""
        script = script_of_scene(
            self.brief,
            parse_scene(reply),
            draws,
            writer=writer,
            validation=self.validation,
            lexicon=self.lexicon,
            stock=self.texts.stock,
        )
        return script.model_copy(update={"model": model})
