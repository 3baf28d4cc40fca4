"""A dialogue that code has decided and a language model is to word: steps, in order.

    Blueprint, Lesson or Chat --(calls, errands, lessons, chats)--> Task --messages--> a request

What never changes comes first in a request, so that a server's prefix cache holds most of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.content.templates import Wording
from datagen.scripting.llm.completion import Message
from datagen.scripting.llm.instructions import Common, Instructions
from datagen.scripting.plans.base import DialoguePlan
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.exchanges import Exchange
from datagen.seeds import rng_for
from datagen.types import Job, Script, Speaker

MAX_PROBLEMS = 4
"""How many of an attempt's problems the next one is told."""
MAX_EXCHANGES = 10
"""More than a call of the longest kind has, with one for what an errand ends with."""
NUMBERED = ("ask", "answer", "tell")
"""Steps that come with the number of their exchange."""


def numbered(*names: str) -> tuple[str, ...]:
    """Return the names of steps that there are, with ask1, answer1, tell1 and so on."""
    rounds = range(1, MAX_EXCHANGES + 1)
    return (*names, *(f"{part}{number}" for number in rounds for part in NUMBERED))


@dataclass(frozen=True, slots=True)
class TaskStep:
    """One turn that must be there."""

    name: str
    speaker: Speaker
    act: str
    """As in composed dialogues, e.g. greet, probe.Q2, answer.state."""
    instruction: str
    exchange: Exchange | None = None
    interrupts: bool = False
    """Cuts into the turn before."""
    says: tuple[str, ...] = ()
    """Spoken phrases that must be said."""
    tells: tuple[str, ...] = ()
    """Sentences whose content must be told, in any words."""


@dataclass(frozen=True)
class Task:
    """A dialogue to be worded, and how its wording is checked."""

    job: Job
    plan: DialoguePlan
    instructions: Instructions
    slots: Mapping[str, Any]
    """Of the instructions' ``call``, beside those that every kind has."""
    num_words: int
    """About how many words it should have."""
    steps: tuple[TaskStep, ...]
    wording: Wording
    """Has the listener's backchannels."""
    check: Callable[[Script, Sequence[PlannedLine]], list[str]]
    """Say everything that is wrong with a script of this task."""


class TaskPlanner(Protocol):
    """Decides dialogues of one kind."""

    steps: tuple[str, ...]
    """Every name that a step can have."""

    def task(self, job: Job) -> Task:
        """Return the dialogue of a job. Raises Rejected if there is none."""
        ...


def plan_draws(job: Job) -> Draws:
    """Return the choices that a task needs beside its blueprint's."""
    return Draws(rng_for(job.seed, job.dialog_id, "script", "plan"))


def interrupted(common: Common, following: bool) -> str:
    """Return what is added to a step if the following one cuts into it."""
    return common.interrupted if following else ""


def messages(task: Task, problems: Sequence[str] = ()) -> tuple[Message, ...]:
    """Return what a model is told; ``problems`` are those of the attempt before."""
    plan, common = task.plan, task.instructions.common
    call = task.instructions.call.format(
        role=plan.role_prompt,
        agent=plan.agent.name,
        agent_manner=common.manner.of(plan.agent),
        user=plan.user.name,
        user_manner=common.manner.of(plan.user),
        num_turns=len(task.steps),
        num_words=task.num_words,
        steps="\n".join(f"{step.name} ({step.speaker}): {step.instruction}" for step in task.steps),
        **task.slots,
    )
    if problems:
        found = "; ".join(problems[:MAX_PROBLEMS])
        call = f"{call}\n{common.retry.format(problems=found)}"
    return (
        {"role": "system", "content": task.instructions.system},
        {"role": "user", "content": call},
    )
