"""Make a checked script of a job, one maker for each kind of dialogue.

Job --draw, compose, place--> Script; raises Rejected if it is not good enough
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from datagen.scripting.checks import shared_problems
from datagen.scripting.compose.casual import compose_chat
from datagen.scripting.compose.qa import compose_lesson
from datagen.scripting.content import casual_load, people, qa_pack, templates
from datagen.scripting.content.casual_pack import SmallTalk
from datagen.scripting.content.people import Names
from datagen.scripting.content.qa_pack import Subject
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans import casual, qa
from datagen.scripting.plans.base import script_of
from datagen.scripting.plans.dealing import deal_call, deal_domain
from datagen.scripting.plans.draws import Draws, draws_for
from datagen.scripting.plans.interplay import place
from datagen.scripting.simulate import acts
from datagen.scripting.simulate.maker import WorldMaker
from datagen.scripting.world import pack as world_pack
from datagen.types import Job, Rejected, Script

WRITER = "composer"


class Maker(Protocol):
    """Makes one kind of dialogue."""

    def make(self, job: Job) -> Script:
        """Return the script of a job. Raises Rejected if it is not good enough."""
        ...

    def pack_of(self, job: Job) -> str:
        """Return which of its packs a job draws on: those of one are best made together."""
        ...


@dataclass(frozen=True)
class CallMaker:
    """Makes service calls."""

    worlds: WorldMaker
    outbound: float
    assistant: float

    def make(self, job: Job) -> Script:
        """Return a call."""
        dealt = deal_call(job, self._domains, outbound=self.outbound, assistant=self.assistant)
        return self.worlds.make(job, dealt.domain, dealt)

    def pack_of(self, job: Job) -> str:
        """Return the domain."""
        return deal_domain(job, self._domains)

    @cached_property
    def _domains(self) -> tuple[str, ...]:
        return tuple(self.worlds.worlds)


@dataclass(frozen=True)
class LessonMaker:
    """Makes talks with a teacher."""

    subjects: tuple[Subject, ...]
    wording: Wording
    names: Names
    exchanges: int
    """Questions of a lesson, follow-ups not counted."""
    validation: float

    def make(self, job: Job) -> Script:
        """Return a lesson."""
        drawn = qa.draw_lesson(
            job, self.subjects, self.names, exchanges=self.exchanges, validation=self.validation
        )
        draws = _draws(job, "wording")
        lines = compose_lesson(drawn, self.wording, draws)
        turns = place(drawn, self.wording, lines, draws)
        script = script_of(job, drawn, turns, writer=WRITER)
        _refuse(shared_problems(script, qa.WORDS))
        return script

    def pack_of(self, job: Job) -> str:
        """Return nothing: a lesson comes of any of them."""
        return ""


@dataclass(frozen=True)
class ChatMaker:
    """Makes small talk."""

    smalltalk: SmallTalk
    wording: Wording
    names: Names
    validation: float

    def make(self, job: Job) -> Script:
        """Return a chat."""
        drawn = casual.draw_chat(job, self.smalltalk, self.names, validation=self.validation)
        draws = _draws(job, "wording")
        lines = compose_chat(drawn, self.wording, draws)
        turns = place(drawn, self.wording, lines, draws)
        script = script_of(job, drawn, turns, writer=WRITER)
        _refuse([*shared_problems(script, casual.WORDS), *casual.unsaid(drawn, lines)])
        return script

    def pack_of(self, job: Job) -> str:
        """Return nothing: there is one pack."""
        return ""


def _draws(job: Job, what: str) -> Draws:
    return draws_for(job.seed, job.dialog_id, "script", what)


def _refuse(found: list[str]) -> None:
    """Raise Rejected with all that is wrong with a script, if anything is."""
    if found:
        raise Rejected("the script does not keep to its plan", "; ".join(found))


def default_paths() -> list[Path]:
    """Return every shipped file that a plan or a wording of any kind is made from."""
    return [
        *qa_pack.default_paths(),
        casual_load.default_path(),
        *(templates.default_path(kind) for kind in templates.ACTS),
        people.default_path(),
        *world_pack.default_paths(),
        acts.default_path(),
        acts.default_path("assistant"),
    ]
