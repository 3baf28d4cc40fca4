"""Decide dialogues for language models, one planner for each kind: the composer's blueprints.

Job --CallPlanner, LessonPlanner or ChatPlanner--> Task
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from datagen import assets
from datagen.scripting.checks import problems, shared_problems
from datagen.scripting.compose import makers
from datagen.scripting.compose.makers import CallMaker
from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.content import casual_pack, packs, people, qa_pack, templates
from datagen.scripting.llm import (
    assistant_steps,
    casual_steps,
    checks,
    instructions,
    qa_steps,
    service_steps,
)
from datagen.scripting.llm.assignment import Assignment, WordingAssignment
from datagen.scripting.llm.brief_planner import BriefPlanner
from datagen.scripting.llm.brief_prompt import EXEMPLARS
from datagen.scripting.llm.options import AuthorOptions
from datagen.scripting.llm.task import Task, TaskPlanner, TaskStep, numbered, plan_draws
from datagen.scripting.plans import casual, qa
from datagen.scripting.plans.service import Blueprint, Shares, deal
from datagen.types import Job, Script

CALL_WORDS, ERRAND_WORDS, LESSON_WORDS, CHAT_WORDS = (95, 23), (84, 22), (21, 25), (39, 38)
"""Words a dialogue is told to have, and for each exchange: a line fitted to composed dialogues."""


class AssignmentPlanner(TaskPlanner, Protocol):
    """Decides what models make of one kind."""

    def assignment(self, job: Job, schema: dict[str, Any]) -> Assignment:
        """Return what a model is to make of a job; ``schema`` is that of worded plans."""
        ...


class WordingPlanner(ABC):
    """Plans dialogues that a model words step by step."""

    @abstractmethod
    def task(self, job: Job) -> Task:
        """Return the dialogue of a job."""

    def assignment(self, job: Job, schema: dict[str, Any]) -> Assignment:
        """Return what a model is to make of a job."""
        return WordingAssignment(self.task(job), schema)


class CallPlanner(WordingPlanner):
    """Plans service calls of every direction."""

    steps = numbered(
        *("hail", "pick_up", "greet", "open", "verify", "give", "resolve", "ack", "close", "bye")
    )

    def __init__(self, options: AuthorOptions) -> None:
        self._maker = CallMaker(
            packs=packs.load_packs(packs.default_paths()),
            wording=templates.load_wording(templates.default_path()),
            errand_wording=templates.load_wording(templates.default_path("assistant"), "assistant"),
            names=people.load_names(people.default_path()),
            words=options.words,
            validation=options.validation,
            outbound=options.outbound,
            assistant=options.assistant,
        )
        self._calls = instructions.load_instructions("service", service_steps.ACTS)
        self._errands = instructions.load_instructions("assistant", assistant_steps.ACTS)
        self._shares = Shares(options.outbound, options.assistant)
        self._briefs = (
            BriefPlanner(options, self._maker.names, self._calls.common) if options.briefs else None
        )

    def assignment(self, job: Job, schema: dict[str, Any]) -> Assignment:
        """Return a call to be written where there is a world for it, else one to be worded."""
        if self._briefs is not None:
            dealt = deal(job, self._maker.packs, self._shares)
            if (writing := self._briefs.assignment(job, dealt)) is not None:
                return writing
        return super().assignment(job, schema)

    def task(self, job: Job) -> Task:
        """Return the call of a job."""
        blueprint, draws = self._maker.plan(job), plan_draws(job)
        is_errand = blueprint.call_direction == "assistant"
        told = self._errands if is_errand else self._calls
        plan = assistant_steps.plan_errand if is_errand else service_steps.plan_call
        steps = plan(blueprint, told, draws)
        frame, each = ERRAND_WORDS if is_errand else CALL_WORDS
        return Task(
            job=job,
            plan=blueprint,
            instructions=told,
            slots={"daypart": blueprint.daypart},
            num_words=frame + each * len(blueprint.exchanges),
            steps=tuple(steps),
            wording=self._maker.errand_wording if is_errand else self._maker.wording,
            check=_call_check(blueprint, steps),
        )


def _call_check(
    blueprint: Blueprint, steps: Sequence[TaskStep]
) -> Callable[[Script, Sequence[PlannedLine]], list[str]]:
    given = [step.instruction for step in steps]

    def check(script: Script, lines: Sequence[PlannedLine]) -> list[str]:
        found = checks.problems_of(checks.CALLS, script, given)
        return [*problems(script, blueprint), *found]

    return check


class LessonPlanner(WordingPlanner):
    """Plans questions and answers with a teacher."""

    steps = numbered("greet", "close", "bye")

    def __init__(self, options: AuthorOptions) -> None:
        self._options = options
        self._subjects = qa_pack.load_subjects(qa_pack.default_paths())
        self._names = people.load_names(people.default_path())
        self._wording = templates.load_wording(templates.default_path("qa"), "qa")
        self._told = instructions.load_instructions("qa", qa_steps.ACTS)

    def task(self, job: Job) -> Task:
        """Return the lesson of a job."""
        drawn = qa.draw_lesson(
            job,
            self._subjects,
            self._names,
            exchanges=self._options.exchanges,
            validation=self._options.validation,
        )
        given = qa_steps.given(drawn)

        def check(script: Script, lines: Sequence[PlannedLine]) -> list[str]:
            found = checks.problems_of(checks.LESSONS, script, given)
            return [*shared_problems(script, qa.WORDS), *found]

        frame, each = LESSON_WORDS
        return Task(
            job=job,
            plan=drawn,
            instructions=self._told,
            slots={"about": drawn.subject.about},
            num_words=frame + each * len(drawn.questions),
            steps=tuple(qa_steps.plan_lesson(drawn, self._told, plan_draws(job))),
            wording=self._wording,
            check=check,
        )


class ChatPlanner(WordingPlanner):
    """Plans small talk."""

    steps = numbered("greet", "open", "name", "meet", "close", "bye")

    def __init__(self, options: AuthorOptions) -> None:
        self._options = options
        self._smalltalk = casual_pack.load_smalltalk(casual_pack.default_path())
        self._names = people.load_names(people.default_path())
        self._wording = templates.load_wording(templates.default_path("casual"), "casual")
        self._told = instructions.load_instructions("casual", casual_steps.ACTS)

    def task(self, job: Job) -> Task:
        """Return the chat of a job."""
        drawn = casual.draw_chat(
            job, self._smalltalk, self._names, validation=self._options.validation
        )

        def check(script: Script, lines: Sequence[PlannedLine]) -> list[str]:
            return [
                *shared_problems(script, casual.WORDS),
                *casual.chat_problems(drawn, list(lines)),
                *checks.problems_of(checks.CHATS, script, ()),
            ]

        frame, each = CHAT_WORDS
        return Task(
            job=job,
            plan=drawn,
            instructions=self._told,
            slots={"about": drawn.theme.about},
            num_words=frame + each * len(drawn.parts),
            steps=tuple(casual_steps.plan_chat(drawn, self._told, plan_draws(job))),
            wording=self._wording,
            check=check,
        )


PLANNERS: Mapping[str, Callable[[AuthorOptions], AssignmentPlanner]] = {
    "service": CallPlanner,
    "qa": LessonPlanner,
    "casual": ChatPlanner,
}
"""What decides each kind of dialogue."""


def default_paths() -> list[Path]:
    """Return every shipped file that a dialogue of any kind is made from."""
    exemplars = [assets.find(EXEMPLARS, name) for name in assets.names(EXEMPLARS)]
    return [*makers.default_paths(), *instructions.default_paths(), *exemplars]
