"""What every kind of dialogue decides before anybody words it, and the script that comes of it.

Lesson or Chat; Turn, Turn, ... --script_of--> Script
"""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from pydantic import Field

from datagen.scripting.plans.records import trusted
from datagen.types import Direction, Fact, Job, Persona, Probe, Record, Script, Split, Turn

_made = trusted(Script)


class PlanOptions(Record):
    """What may be asked of the plans, whoever words them."""

    words: Annotated[float, Field(ge=140, le=200)] = 162
    """Mean number of spoken words of a service call, backchannels included; 162 give 62.8 s, waits
    for tools included. A composed call has its whole task, so its mean is never under some 160."""
    prompt_level: Literal["mixed", "minimal", "brief", "service", "detailed"] = "mixed"
    """How much role prompts of service calls say: what the call needs; one or two terms more; two
    to five; five to eight and the procedure; or (mixed) a quarter brief, half service, a quarter
    detailed. A detailed one that would be longer than 1,000 characters says as much as service."""
    exchanges: Annotated[int, Field(ge=1, le=4)] = 2
    """Questions of a lesson (kind qa), follow-ups not counted."""
    outbound: Annotated[float, Field(ge=0, le=0.5)] = 0.15
    """Share of service calls that the agent makes, in twentieths."""
    assistant: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    """Share of service calls that the agent makes for a customer, in twentieths."""
    validation: Annotated[float, Field(ge=0, lt=1)] = 0.02
    """Share of situations (domain and scenario) whose dialogues are the validation split."""


class DialoguePlan(Protocol):
    """A dialogue before it is worded."""

    @property
    def split(self) -> Split:
        """Decided by the situation, so that none is on both sides."""

    @property
    def domain(self) -> str:
        """The pack, subject or theme it is from."""

    @property
    def situation(self) -> str:
        """What meets in it; the script calls it scenario."""

    @property
    def call_direction(self) -> Direction:
        """Who called."""

    @property
    def prompt_level(self) -> str:
        """How much the role prompt says."""

    @property
    def role_prompt(self) -> str:
        """The agent's role, without tags."""

    @property
    def user_role_prompt(self) -> str:
        """The user's role, for a model that plays the user."""

    @property
    def agent(self) -> Persona:
        """Who speaks for the model."""

    @property
    def user(self) -> Persona:
        """Who speaks to it."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What the role states."""


def script_of(
    job: Job,
    plan: DialoguePlan,
    turns: tuple[Turn, ...],
    probes: tuple[Probe, ...] = (),
    *,
    writer: str,
    model: str = "",
) -> Script:
    """Return the script of a plan whose turns are worded."""
    return _made(
        dialog_id=job.dialog_id,
        kind=job.kind,
        split=plan.split,
        domain=plan.domain,
        scenario=plan.situation,
        call_direction=plan.call_direction,
        prompt_level=plan.prompt_level,
        role_prompt=plan.role_prompt,
        user_role_prompt=plan.user_role_prompt,
        agent=plan.agent,
        user=plan.user,
        facts=plan.facts,
        probes=probes,
        turns=turns,
        writer=writer,
        model=model,
    )
