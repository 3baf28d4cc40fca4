"""Plan the steps of a service call, from a customer or back to one.

    Blueprint --plan_call--> TaskStep, TaskStep, ...

The blueprint is the composer's: the same facts, probes and barge-ins, whoever finds the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from datagen.scripting.checks import MARKERS
from datagen.scripting.compose.grammar import third_person
from datagen.scripting.llm.instructions import Common, Instructions
from datagen.scripting.llm.task import TaskStep, interrupted
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.exchanges import Exchange
from datagen.scripting.plans.service import Blueprint
from datagen.types import Fact, Speaker

QUESTIONS = frozenset((
    "ask", "ask.price", "ask.compare", "claim.price", "claim.detail", "ask.agent", "ask.company",
    "ask.both", "ask.unrelated", "rude",
))  # fmt: skip
ANSWERS = frozenset((
    "answer", "answer.price", "answer.compare", "confirm", "confirm.price", "confirm.detail",
    "correct", "correct.price", "correct.detail", "decline", "unknown", "redirect", "deescalate",
    "state.agent", "state.company", "state.both",
))  # fmt: skip
OPENINGS = frozenset((
    "hail", "greet", "greet.hailed", "greet.outbound", "pick_up", "open", "open.nameless",
    "open.outbound", "verify", "verify.name", "verify.outbound", "give", "give.name", "resolve",
    "close", "bye",
))  # fmt: skip
ACTS = QUESTIONS | ANSWERS | OPENINGS
"""The steps that the instructions must have."""


def plan_call(blueprint: Blueprint, instructions: Instructions, draws: Draws) -> list[TaskStep]:
    """Return the steps of a call, from greeting to goodbye."""
    return _CallSteps(blueprint, instructions, draws).steps()


def values_in(text: str, facts: Iterable[Fact], names: Iterable[str] = ()) -> tuple[str, ...]:
    """Return what a turn must say of an instruction: its values, and those of some names."""
    values = [fact.spoken for fact in facts if fact.type != "name" and fact.written in text]
    return (*values, *(name for name in names if name in text))


def answer_act(exchange: Exchange) -> str:
    """Return what an answer is called in the script."""
    return f"{'probe' if exchange.probe else 'answer'}.{exchange.act or 'state'}"


def marked(common: Common, exchange: Exchange) -> str:
    """Return what is added to an answer that has to show what it does."""
    if not (markers := MARKERS.get(exchange.act)):
        return ""
    return common.markers.format(markers=", ".join(markers).replace(" i ", " I "))


class _CallSteps:
    """Words the instructions of one call."""

    def __init__(self, blueprint: Blueprint, instructions: Instructions, draws: Draws) -> None:
        self._blueprint, self._told, self._draws = blueprint, instructions, draws
        topics, scenario = blueprint.topics, blueprint.scenario
        self._slots: Mapping[str, str] = {
            "company": blueprint.company,
            "agent": blueprint.agent.name,
            "agent_first": blueprint.agent.name.split()[0],
            "customer": blueprint.user.name,
            "identity": topics.identity.identity.label,
            "identity_value": topics.identity.value.written,
            "because": third_person(scenario.because),
            "reason": draws.pick(scenario.reasons),
            "resolve": draws.pick(scenario.resolve),
            "tell": topics.resolution.fill(draws.pick(topics.resolution.policy.tell)),
        }

    def steps(self) -> list[TaskStep]:
        """Return all steps, from greeting to goodbye."""
        exchanges = self._blueprint.exchanges
        middle = []
        for place, exchange in enumerate(exchanges):
            after = exchanges[place + 1] if place + 1 < len(exchanges) else None
            middle += [
                self._question(place + 1, exchange),
                self._answer(place + 1, exchange, after),
            ]
        return [*self._opening(), *middle, self._step("close", "user"), self._step("bye", "agent")]

    def _opening(self) -> list[TaskStep]:
        first = next(iter(self._blueprint.exchanges), None)
        if self._blueprint.call_direction == "outbound":
            opening = [
                self._step("pick_up", "user"),
                self._step("greet", "agent", ".outbound", names=("company", "agent_first")),
                self._step("open", "user", ".outbound"),
                self._step("verify", "agent", ".outbound"),
                self._step("give", "user"),
            ]
        else:
            opening = self._inbound()
        return [*opening, self._step("resolve", "agent", before=first)]

    def _inbound(self) -> list[TaskStep]:
        is_hailed, gives_name = self._blueprint.user_first, self._blueprint.gives_name
        hail = [self._step("hail", "user")] if is_hailed else []
        variant = ".hailed" if is_hailed else ""
        name = "" if gives_name else ".name"
        return [
            *hail,
            self._step("greet", "agent", variant, names=("company", "agent_first")),
            self._step("open", "user", "" if gives_name else ".nameless", names=("customer",)),
            self._step("verify", "agent", name),
            self._step("give", "user", name, names=("customer",)),
        ]

    def _step(
        self,
        name: str,
        speaker: Speaker,
        variant: str = "",
        *,
        names: Sequence[str] = (),
        before: Exchange | None = None,
    ) -> TaskStep:
        text = self._told.steps[name + variant].format_map(self._slots)
        says = values_in(text, self._blueprint.facts, [self._slots[one] for one in names])
        text += interrupted(self._told.common, before is not None and before.interrupts)
        return TaskStep(name, speaker, name, text, says=says)

    def _question(self, number: int, exchange: Exchange) -> TaskStep:
        slots = {**self._slots, **exchange.written}
        if exchange.asks:
            slots["question"] = self._draws.pick(exchange.asks).format_map(slots)
        text = self._told.steps[exchange.ask or "ask"].format_map(slots)
        if exchange.interrupts:
            text += self._told.common.interrupts
        act = f"probe.{exchange.probe}" if exchange.probe else "ask"
        return TaskStep(f"ask{number}", "user", act, text, exchange, exchange.interrupts)

    def _answer(self, number: int, exchange: Exchange, after: Exchange | None) -> TaskStep:
        slots = {**self._slots, **exchange.written}
        if exchange.tells:
            slots["tell"] = self._draws.pick(exchange.tells).format_map(slots)
        text = self._told.steps[exchange.answer].format_map(slots)
        says = values_in(text, self._blueprint.facts)
        text += marked(self._told.common, exchange)
        text += interrupted(self._told.common, after is not None and after.interrupts)
        return TaskStep(f"answer{number}", "agent", answer_act(exchange), text, exchange, says=says)
