"""What a faithful language model answers: the words of a composed call, as steps."""

from __future__ import annotations

import json
from functools import lru_cache

from datagen.scripting import packs, people, wording
from datagen.scripting.blueprint import Blueprint, draw_blueprint
from datagen.scripting.compose import compose
from datagen.scripting.draws import Draws
from datagen.scripting.llm import prompt
from datagen.scripting.llm.prompt import Step, plan_steps
from datagen.scripting.packs import load_packs
from datagen.scripting.wording import Wording
from datagen.seeds import rng_for
from datagen.types import Job


@lru_cache
def few_packs() -> tuple[packs.Pack, ...]:
    """Return some of the shipped packs: all of them take a second to read."""
    wanted = ("airline", "bank", "dental", "hotel", "telecom")
    return load_packs([path for path in packs.default_paths() if path.stem in wanted])


@lru_cache
def names() -> people.Names:
    return people.load_names(people.default_path())


@lru_cache
def shipped_wording() -> Wording:
    return wording.load_wording(wording.default_path())


@lru_cache
def instructions() -> prompt.Instructions:
    return prompt.load_instructions(prompt.default_path())


def job(index: int, seed: int = 0, kind: str = "service") -> Job:
    return Job(dialog_id=f"{kind}-{index:07d}", kind=kind, index=index, seed=seed)


def blueprint_of(job: Job) -> Blueprint:
    return draw_blueprint(job, few_packs(), names(), words=150, validation=0.02)


def steps_of(blueprint: Blueprint) -> list[Step]:
    draws = Draws(rng_for(blueprint.job.seed, blueprint.job.dialog_id, "script", "plan"))
    return plan_steps(blueprint, instructions(), draws)


def turns_of(blueprint: Blueprint) -> list[dict[str, str]]:
    """Return the composed turns of a call, each with the step it does."""
    draws = Draws(rng_for(blueprint.job.seed, blueprint.job.dialog_id, "faithful"))
    lines = compose(blueprint, shipped_wording(), draws)
    return [
        {"step": step.name, "speaker": line.speaker, "text": line.text}
        for step, line in zip(steps_of(blueprint), lines, strict=True)
    ]


def reply_of(blueprint: Blueprint) -> str:
    return json.dumps({"turns": turns_of(blueprint)})
