"""Plan the steps of a call that the agent makes for a customer, to a business that picks up.

    Blueprint --plan_errand--> TaskStep, TaskStep, ...

As in composed errands, what the business has still to say comes with what it asks next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from datagen.scripting.compose.grammar import third_person
from datagen.scripting.llm.instructions import Instructions
from datagen.scripting.llm.service_steps import answer_act, marked, values_in
from datagen.scripting.llm.task import TaskStep
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.exchanges import Exchange
from datagen.scripting.plans.service import Blueprint
from datagen.types import Speaker

ACTS = frozenset((
    "greet", "open", "verify", "give", "resolve", "answer", "answer.price", "noted", "test", "ask",
    "ack", "ask.name", "ask.detail", "claim.detail", "ask.favor", "ask.unknown", "ask.unrelated",
    "rude", "state.name", "state.detail", "confirm.detail", "correct.detail", "decline", "unknown",
    "redirect", "deescalate", "close", "bye",
))  # fmt: skip


def plan_errand(blueprint: Blueprint, instructions: Instructions, draws: Draws) -> list[TaskStep]:
    """Return the steps of an errand, from greeting to goodbye."""
    return _ErrandSteps(blueprint, instructions, draws).steps()


class _ErrandSteps:
    """Words the instructions of one errand; what the business has to say waits in ``_pending``."""

    def __init__(self, blueprint: Blueprint, instructions: Instructions, draws: Draws) -> None:
        self._blueprint, self._told, self._draws = blueprint, instructions, draws
        topics, known = blueprint.topics, {fact.id: fact.written for fact in blueprint.facts}
        self._slots = {
            **{name: known[name] for name in ("company", "agent", "customer")},
            "rep_first": known["rep"].split()[0],
            "customer_first": known["customer"].split()[0],
            "identity": topics.identity.identity.label,
            "identity_value": topics.identity.value.written,
            "because": third_person(blueprint.scenario.because),
            "resolve": draws.pick(blueprint.scenario.resolve),
            "tell": topics.resolution.fill(draws.pick(topics.resolution.policy.tell)),
        }
        self._steps: list[TaskStep] = []
        self._pending = ""

    def steps(self) -> list[TaskStep]:
        """Return all steps."""
        self._say("greet", "user", "greet", self._text("greet"), names=("company",))
        self._say("open", "agent", "open", self._text("open"), names=("customer",))
        self._say("verify", "user", "verify", self._text("verify"))
        self._say("give", "agent", "give", self._text("give"))
        self._pending = self._text("resolve")
        number = 0
        for number, exchange in enumerate(self._blueprint.exchanges, 1):
            if exchange.probe:
                self._tested(number, exchange)
            else:
                self._ask(number, exchange)
        self._say(f"tell{number + 1}", "user", "answer", self._pending)
        self._say("close", "agent", "close", self._text("close"))
        self._say("bye", "user", "bye", self._text("bye"))
        return self._steps

    def _ask(self, number: int, exchange: Exchange) -> None:
        """Let the agent ask what its customer wants to know."""
        self._say(f"tell{number}", "user", "answer", self._pending)
        self._say(f"ask{number}", "agent", "ask", self._text("ask", {"question": exchange.asks[0]}))
        slots = exchange.written
        if exchange.tells:
            slots["tell"] = self._draws.pick(exchange.tells).format_map(slots)
        self._pending = self._text(exchange.answer, slots)

    def _tested(self, number: int, exchange: Exchange) -> None:
        """Let the business ask."""
        if exchange.probe == "Q4":  # nobody is rude in the same breath
            self._say(f"tell{number}", "user", "answer", self._pending)
            self._say("ack", "agent", "ack", self._text("ack"))
            self._pending = ""
        text = test = self._text(exchange.ask, exchange.written)
        if self._pending:
            text = self._pending + self._text("test", {"test": test})
        self._say(f"ask{number}", "user", f"probe.{exchange.probe}", text, exchange)
        answer = self._text(exchange.answer, exchange.written)
        answer += marked(self._told.common, exchange)
        self._say(f"answer{number}", "agent", answer_act(exchange), answer, exchange)
        self._pending = self._text("noted")

    def _text(self, act: str, slots: Mapping[str, str] | None = None) -> str:
        return self._told.steps[act].format_map({**self._slots, **(slots or {})})

    def _say(
        self,
        name: str,
        speaker: Speaker,
        act: str,
        text: str,
        exchange: Exchange | None = None,
        *,
        names: Sequence[str] = (),
    ) -> None:
        says = values_in(text, self._blueprint.facts, [self._slots[one] for one in names])
        self._steps.append(TaskStep(name, speaker, act, text, exchange, says=says))
