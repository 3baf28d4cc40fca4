"""One dialogue that a model is to write: what it is asked, and how its answer is read.

Brief --Assignment--> messages and a schema; a reply --> Script, BadReply or BadScript
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datagen.scripting.llm.brief import Brief
from datagen.scripting.llm.brief_prompt import brief_messages
from datagen.scripting.llm.brief_texts import BriefTexts
from datagen.scripting.llm.completion import Message
from datagen.scripting.llm.scene import parse_scene
from datagen.scripting.llm.scene_script import script_of_scene
from datagen.scripting.plans.draws import Draws
from datagen.types import Job, Script


@dataclass(frozen=True)
class Assignment:
    """A dialogue that a model writes."""

    brief: Brief
    schema: dict[str, Any]
    """JSON Schema of the answer."""
    texts: BriefTexts

    @property
    def job(self) -> Job:
        """The job."""
        return self.brief.job

    def messages(self, problems: Sequence[str] = (), previous: str = "") -> tuple[Message, ...]:
        """Return the brief; with a faulty answer, that answer and its faults."""
        return brief_messages(self.brief, self.texts, problems, previous)

    def script(self, reply: str, draws: Draws, *, writer: str, model: str) -> Script:
        """Return the script of a reply. Raises BadReply or BadScript."""
        stock = self.texts.shared.stock
        scene = parse_scene(reply)
        script = script_of_scene(self.brief, scene, draws, writer=writer, stock=stock)
        return script.model_copy(update={"model": model})
