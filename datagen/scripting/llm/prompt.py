"""Say to a language model what a blueprint has decided: steps to word, in order.

    Blueprint --plan_steps--> Step, Step, ... --messages--> static system message, then this call

What never changes comes first, so that a server's prefix cache holds most of every prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.blueprint import Blueprint
from datagen.scripting.checks import MARKERS
from datagen.scripting.draws import Draws
from datagen.scripting.exchanges import Exchange
from datagen.scripting.llm.completion import Message
from datagen.scripting.llm.reply import MAX_EXCHANGES
from datagen.types import Persona, Speaker

FRAME_WORDS, EXCHANGE_WORDS = 91, 25
"""Words a call is told to have without its exchanges, and for each (composed calls have them)."""
MAX_PROBLEMS = 4
"""How many of an attempt's problems the next one is told."""


class Manner(Settings):
    """How a person's levels 0, 1 and 2 are described."""

    fillers: tuple[str, str, str]
    length: tuple[str, str, str]
    patience: tuple[str, str, str]


class Additions(Settings):
    """What is added to a step that must be worded in a certain way."""

    markers: str
    interrupted: str
    interrupts: str


class Instructions(Settings):
    """What a model is told; each step's wording is found by the act it performs."""

    system: str
    call: str
    retry: str
    opening: dict[str, str]
    questions: dict[str, str]
    answers: dict[str, str]
    additions: Additions
    manner: Manner


@dataclass(frozen=True, slots=True)
class Step:
    """One turn that must be there."""

    name: str
    speaker: Speaker
    act: str
    """As in composed calls, e.g. greet, probe.Q2, answer.state."""
    instruction: str
    exchange: Exchange | None = None


def default_path() -> Path:
    """Return the instructions that ship with datagen."""
    return assets.find("prompts", "service_writer")


def load_instructions(path: Path) -> Instructions:
    """Read the instructions of one kind of dialogue."""
    return validate(Instructions, read_yaml(path), f"the instructions {path}")


def plan_steps(blueprint: Blueprint, instructions: Instructions, draws: Draws) -> list[Step]:
    """Return the steps of a call, from greeting to goodbye."""
    assert len(blueprint.exchanges) <= MAX_EXCHANGES, len(blueprint.exchanges)
    return _Planner(blueprint, instructions, draws).steps()


class _Planner:
    """Words the instructions of one call."""

    def __init__(self, blueprint: Blueprint, instructions: Instructions, draws: Draws) -> None:
        self._blueprint, self._instructions, self._draws = blueprint, instructions, draws
        topics, scenario = blueprint.topics, blueprint.scenario
        self._slots: Mapping[str, str] = {
            "company": blueprint.company,
            "agent": blueprint.agent.name,
            "agent_first": blueprint.agent.name.split()[0],
            "customer": blueprint.user.name,
            "customer_first": blueprint.user.name.split()[0],
            "identity": topics.identity.identity.label,
            "identity_value": topics.identity.value.written,
            "reason": draws.pick(scenario.reasons),
            "resolve": draws.pick(scenario.resolve),
            "tell": draws.pick(topics.resolution.tells),
        }

    def steps(self) -> list[Step]:
        """Return all steps."""
        gives_name = self._blueprint.gives_name
        name = "" if gives_name else ".name"
        exchanges = self._blueprint.exchanges
        opening = [
            self._opening("greet", "agent"),
            self._opening("open", "user", "" if gives_name else ".nameless"),
            self._opening("verify", "agent", name),
            self._opening("give", "user", name),
            self._opening("resolve", "agent", before=exchanges[0] if exchanges else None),
        ]
        middle = []
        for place, exchange in enumerate(exchanges):
            after = exchanges[place + 1] if place + 1 < len(exchanges) else None
            middle += [
                self._question(place + 1, exchange),
                self._answer(place + 1, exchange, after),
            ]
        return [*opening, *middle, self._opening("close", "user"), self._opening("bye", "agent")]

    def _opening(
        self, name: str, speaker: Speaker, variant: str = "", before: Exchange | None = None
    ) -> Step:
        text = self._instructions.opening[name + variant].format_map(self._slots)
        return Step(name, speaker, name, text + self._interrupted(before))

    def _question(self, number: int, exchange: Exchange) -> Step:
        slots = {**self._slots, **exchange.slots}
        if exchange.asks:
            slots["question"] = self._draws.pick(exchange.asks)
        text = self._instructions.questions[exchange.ask or "asks"].format_map(slots)
        if exchange.interrupts:
            text += self._instructions.additions.interrupts
        act = f"probe.{exchange.probe}" if exchange.probe else "ask"
        return Step(f"ask{number}", "user", act, text, exchange)

    def _answer(self, number: int, exchange: Exchange, after: Exchange | None) -> Step:
        slots = {**self._slots, **exchange.slots}
        if exchange.tells:
            slots["tell"] = self._draws.pick(exchange.tells)
        text = self._instructions.answers[exchange.answer].format_map(slots)
        if markers := MARKERS.get(exchange.act):
            listed = ", ".join(markers).replace(" i ", " I ")
            text += self._instructions.additions.markers.format(markers=listed)
        act = f"{'probe' if exchange.probe else 'answer'}.{exchange.act or 'state'}"
        text += self._interrupted(after)
        return Step(f"answer{number}", "agent", act, text, exchange)

    def _interrupted(self, after: Exchange | None) -> str:
        is_cut = after is not None and after.interrupts
        return self._instructions.additions.interrupted if is_cut else ""


def messages(
    blueprint: Blueprint,
    instructions: Instructions,
    steps: Sequence[Step],
    problems: Sequence[str] = (),
) -> tuple[Message, ...]:
    """Return what a model is told; ``problems`` are those of the attempt before."""
    call = instructions.call.format(
        role=blueprint.role_prompt,
        agent=blueprint.agent.name,
        agent_manner=_manner(blueprint.agent, instructions.manner),
        customer=blueprint.user.name,
        customer_manner=_manner(blueprint.user, instructions.manner),
        num_turns=len(steps),
        num_words=FRAME_WORDS + EXCHANGE_WORDS * len(blueprint.exchanges),
        daypart=blueprint.daypart,
        steps="\n".join(f"{step.name} ({step.speaker}): {step.instruction}" for step in steps),
    )
    if problems:
        found = "; ".join(problems[:MAX_PROBLEMS])
        call = f"{call}\n{instructions.retry.format(problems=found)}"
    return (
        {"role": "system", "content": instructions.system},
        {"role": "user", "content": call},
    )


def _manner(person: Persona, manner: Manner) -> str:
    behaviour = person.behaviour
    return ", ".join(
        (
            person.emotion,
            manner.patience[person.patience],
            manner.length[behaviour.length],
            manner.fillers[behaviour.fillers],
        )
    )
