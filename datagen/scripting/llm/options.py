"""What every author that asks language models can be told; what changes no byte is excluded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from datagen.scripting.llm.judge import BEST
from datagen.scripting.plans.base import PlanOptions
from datagen.types import UserError


class AuthorOptions(PlanOptions):
    """What is asked of the plans, how often a dialogue is tried, and when to stop."""

    briefs: bool = True
    """Have the models write calls of their own where a domain has a world; if not, all are worded
    from a plan."""
    order: Literal["facts_first", "paper"] = "facts_first"
    """Of what a model writes by itself: the turns alone, for a role that is given, or as in the
    paper: scenario, description, turns, and the role last."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """How often a dialogue is tried before it is rejected; of what a model writes by itself every
    second attempt shows it its faulty turns."""
    turn_characters: Annotated[int, Field(ge=20, le=1000)] = 400
    """Longest turn the schema allows."""
    judge_threshold: Annotated[int, Field(ge=1, le=BEST)] | None = None
    """Have another of the models score each script, and reject what it scores below this (1 rejects
    nothing and keeps the scores); None asks no judge."""
    reject_limit: Annotated[float, Field(gt=0, le=1, exclude=True)] = 0.5
    """Stop when more than this share of the last ``reject_window`` dialogues is rejected."""
    reject_window: Annotated[int, Field(ge=1, exclude=True)] = 64
    records: Annotated[str | None, Field(exclude=True)] = None
    """Folder for the books: tokens of each dialogue (calls-*.jsonl), and replies that could not be
    used (quarantine-*.jsonl)."""


def check_judge(options: AuthorOptions, num_models: int) -> None:
    """Raise UserError if there is no other model to judge."""
    if options.judge_threshold and num_models < 2:
        raise UserError(
            "script.options.judge_threshold: a judge is another model than the writer;"
            " list two in script.options.models, or leave it out"
        )
