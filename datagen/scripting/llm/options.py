"""What every author that asks language models can be told; what changes no byte is excluded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from datagen.scripting.llm.judge import BEST
from datagen.scripting.plans.base import PlanOptions
from datagen.types import UserError


class AuthorOptions(PlanOptions):
    """What is asked of the plans, how often a dialogue is tried, and when to stop."""

    order: Literal["facts_first", "paper"] = "facts_first"
    """What a model writes: the turns alone, for a role that is given, or as in the paper: scenario,
    description, turns, and of calls the role last."""
    topics: Annotated[int, Field(ge=500, le=100_000)] = 3600
    """Topics of lessons (kind qa) that the models list in all, an equal share for each area; a run
    lists no more than it needs."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """How often a dialogue is tried before it is rejected; every second attempt shows the model its
    faulty turns."""
    turn_characters: Annotated[int, Field(ge=20, le=1000)] = 400
    """Longest turn the schema allows."""
    judge_threshold: Annotated[int, Field(ge=1, le=BEST)] | None = None
    """Have another of the models score each script, and reject what it scores below this (1 rejects
    nothing and keeps the scores); None asks no judge."""
    judge_agreement: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of the judged scripts that the model which wrote them scores as well, so that a run can
    say how far two models agree; it decides nothing."""
    reject_limit: Annotated[float, Field(gt=0, le=1, exclude=True)] = 0.5
    """Stop when more than this share of the last ``reject_window`` dialogues is rejected."""
    reject_window: Annotated[int, Field(ge=1, exclude=True)] = 64
    records: Annotated[str | None, Field(exclude=True)] = None
    """Folder for the books: tokens of each dialogue (calls-*.jsonl), replies that could not be used
    (quarantine-*.jsonl), and topics that were listed (topics/). Workers that share it share topics;
    any other lists its own."""


def check_judge(options: AuthorOptions, num_models: int) -> None:
    """Raise UserError if there is no other model to judge."""
    if options.judge_threshold and num_models < 2:
        raise UserError(
            "script.options.judge_threshold: a judge is another model than the writer;"
            " list two in script.options.models, or leave it out"
        )
    if options.judge_agreement and not options.judge_threshold:
        raise UserError(
            "script.options.judge_agreement: nothing is judged without judge_threshold; 1 rejects"
            " nothing"
        )
