"""What a faithful language model answers: each step in the words of a composed dialogue.

Calls are composed; what steps of lessons and chats must tell is said as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from unittest import mock

from datagen.scripting.compose.service import compose
from datagen.scripting.content import packs
from datagen.scripting.content.packs import load_packs
from datagen.scripting.llm.options import AuthorOptions
from datagen.scripting.llm.planners import PLANNERS
from datagen.scripting.llm.task import Planner, Step, Task
from datagen.scripting.plans.assistant import compose_errand
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.service import Blueprint
from datagen.seeds import rng_for
from datagen.types import Job

ON_AND_ON = (
    "And I could go on about this for quite a while, because it is one of those things that I never"
    " really get tired of."
)
SAID = {
    "greet": "Hello there, how are you doing today?",
    "hello": "Hey, not bad at all, thanks.",
    "ask.self": "Pretty good, so who am I talking to?",
    "meet": "Oh, it's lovely to meet you.",
    "close": "Okay, that was great, but I have to get going.",
    "bye": "Alright, take care.",
}
"""What is said in steps that tell nothing, by their acts."""


@lru_cache
def few_packs() -> tuple[packs.Pack, ...]:
    """Return some of the shipped packs: all of them take seconds to read."""
    wanted = ("airline", "bank", "dental", "hotel", "telecom")
    return load_packs([path for path in packs.default_paths() if path.stem in wanted])


@lru_cache
def planner(kind: str) -> Planner:
    """Return a planner as shipped, but with few packs."""
    with mock.patch.object(packs, "load_packs", return_value=few_packs()):
        return PLANNERS[kind](AuthorOptions())


def few(kind: str) -> Callable[[AuthorOptions], Planner]:
    """Return what stands in for a kind's planner where options do not matter."""
    return lambda options: planner(kind)


def job(index: int, seed: int = 0, kind: str = "service") -> Job:
    return Job(dialog_id=f"{kind}-{index:07d}", kind=kind, index=index, seed=seed)


@lru_cache
def task_of(job: Job) -> Task:
    return planner(job.kind).task(job)


def turns_of(task: Task) -> list[dict[str, str]]:
    """Return the turns of a good reply."""
    texts = _composed(task) if isinstance(task.plan, Blueprint) else map(_told, task.steps)
    return [
        {"step": step.name, "speaker": step.speaker, "text": text}
        for step, text in zip(task.steps, texts, strict=True)
    ]


def reply_of(task: Task) -> str:
    return json.dumps({"turns": turns_of(task)})


def _composed(task: Task) -> list[str]:
    blueprint = task.plan
    assert isinstance(blueprint, Blueprint)
    draws = Draws(rng_for(task.job.seed, task.job.dialog_id, "faithful"))
    is_errand = blueprint.call_direction == "assistant"
    word = compose_errand if is_errand else compose
    return [line.text for line in word(blueprint, task.wording, draws)]


def _told(step: Step) -> str:
    if step.act == "tell.self":
        name, likes, owns, dislikes = step.says
        return f"I'm {name}. I like to {likes}, I have {owns}, and I can't stand {dislikes}."
    if step.name.startswith("ask"):
        return step.instruction.partition("in other words: ")[2].partition(" Cuts in")[0]
    if not step.tells:
        return SAID[step.act]
    return " ".join((*step.tells, *([ON_AND_ON] if "cut in" in step.instruction else [])))
