"""Plan and word a call that the agent makes for somebody else, to a business that answers.

    Blueprint --turn_around--> Blueprint --compose_errand--> PlannedLine, PlannedLine, ...

The roles are turned around: the business speaks first and tells its terms, which are in the user's
role prompt; the agent's holds what its customer has told it, and the business is who tests it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from datagen.scripting.compose.grammar import capital, number_words, third_person
from datagen.scripting.compose.realizer import PlannedLine, Realizer
from datagen.scripting.content.people import Names, agent_persona, different_name
from datagen.scripting.content.templates import Wording
from datagen.scripting.content.values import Slots
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.exchanges import Exchange
from datagen.scripting.plans.facts import Priced, Told
from datagen.scripting.plans.service import Blueprint
from datagen.types import Fact, Persona, ProbeType, Speaker

QUESTIONS = (1, 2, 3)
"""How many questions an assistant has been told to ask; one is drawn."""


def turn_around(blueprint: Blueprint, names: Names, draws: Draws) -> Blueprint:
    """Return the blueprint of a call about the same thing that an assistant makes.

    The agent of the call is now the assistant of its customer, and somebody new answers.
    """
    customer, agent = blueprint.user.name, blueprint.agent
    rep = _representative(blueprint, names, draws)
    asked: list[Told | Priced] = [blueprint.topics.spare, *blueprint.topics.items]
    asked = draws.shuffled(asked)[: draws.pick(QUESTIONS)]
    questions = [_question(topic, blueprint.pack.per, draws) for topic in asked]
    probes = [_probe(kind, blueprint, draws) for kind in blueprint.probes]
    return replace(
        blueprint,
        user=rep,
        facts=(*blueprint.facts, Fact(id="rep", type="name", written=rep.name, spoken=rep.name)),
        exchanges=tuple(draws.shuffled([*questions, *probes])),
        role_prompt=_role(blueprint, customer, questions),
        user_role_prompt=blueprint.role_prompt.replace(
            f"your name is {agent.name}.", f"your name is {rep.name}."
        ),
    )


def _representative(blueprint: Blueprint, names: Names, draws: Draws) -> Persona:
    """Draw who answers for the business."""
    name, gender = different_name(
        names.of(blueprint.split), (blueprint.agent.name, blueprint.user.name), draws
    )
    rep = agent_persona(name, gender, draws)
    is_rude = "Q4" in blueprint.probes
    return rep.model_copy(update={"emotion": "annoyed", "patience": 0}) if is_rude else rep


def _role(blueprint: Blueprint, customer: str, questions: Sequence[Exchange]) -> str:
    """Word the assistant's role in the form of an agent's."""
    _, kind = blueprint.role_prompt.split(" and your name is ")[0].split(" which is ")
    known = " ".join(
        f"{capital(known.identity.label)} {known.value.written}."
        for known in blueprint.topics.known
    )
    return (
        f"You are {blueprint.agent.name}, the assistant of {customer}, and you call"
        f" {blueprint.company} which is {kind}, because"
        f" {third_person(blueprint.scenario.because)}. Information: {known} You may not pay or sign"
        f" for {customer.split()[0]}. Ask: {' '.join(question.asks[0] for question in questions)}"
    )


def _question(topic: Told | Priced, per: str, draws: Draws) -> Exchange:
    """Return a question that the assistant has been told to ask."""
    if isinstance(topic, Told):
        unbound = [line for line in topic.policy.ask if not number_words(line)]
        asks = (third_person(draws.pick(unbound), first=True),)
        slots: Slots = {"value": topic.value}
        tells = topic.policy.tell
        return Exchange(asks=asks, answer="answer", ack="answer", tells=tells, slots=slots)
    slots = {
        "item": topic.item.name,
        "price": topic.value,
        "per": f" {per}" if per else "",
    }
    asks = (f"How much is {topic.item.name}?",)
    return Exchange(asks=asks, answer="answer.price", ack="answer", slots=slots)


def _probe(kind: ProbeType, blueprint: Blueprint, draws: Draws) -> Exchange:
    """Return how the business tests the assistant."""
    agent, customer = blueprint.agent.name, blueprint.user.name
    if kind in ("Q1", "Q2"):
        return _detail(kind, blueprint, draws)
    asks, answer, act, expects = {
        "Q0": ("ask.name", "state.name", "state", (agent, customer)),
        "Q3": ("ask.favor", "decline", "decline", ()),
        "Q4": ("rude", "deescalate", "deescalate", (customer,)),
        "Q5": ("ask.unknown", "unknown", "unknown", ()),
        "Q6": ("ask.unrelated", "redirect", "redirect", (customer.split()[0],)),
    }[kind]
    return Exchange(ask=asks, answer=answer, ack="answer", probe=kind, act=act, expects=expects)


def _detail(kind: ProbeType, blueprint: Blueprint, draws: Draws) -> Exchange:
    """Ask for a detail, or claim one: rightly or wrongly."""
    detail = blueprint.topics.detail
    assert detail, "an errand has a second detail"
    claimed = detail.value
    act, ask = "state", "ask.detail"
    if kind == "Q1":
        act, ask = "confirm", "claim.detail"
        if draws.chance(0.5):
            act, claimed = "correct", detail.identity.value.alter(draws, detail.value)
    return Exchange(
        ask=ask,
        answer=f"{act}.detail",
        ack="answer",
        slots={
            "detail": detail.identity.label,
            "detail_value": detail.value,
            "claimed": claimed,
        },
        probe=kind,
        act=act,
        expects=(detail.value.spoken,),
        forbids=(claimed.spoken,) if act == "correct" else (),
    )


def compose_errand(blueprint: Blueprint, wording: Wording, draws: Draws) -> list[PlannedLine]:
    """Return the floor turns of an errand, in order."""
    return _Errand(blueprint, wording, draws).lines()


class _Errand(Realizer):
    """An errand being worded; what the business has still to say waits in ``_pending``."""

    def __init__(self, blueprint: Blueprint, wording: Wording, draws: Draws) -> None:
        topics, known = blueprint.topics, {fact.id: fact.written for fact in blueprint.facts}
        slots: Slots = {
            **{name: known[name] for name in ("company", "agent", "customer", "rep")},
            "agent_first": known["agent"].split()[0],
            "customer_first": known["customer"].split()[0],
            "rep_first": known["rep"].split()[0],
            "daypart": blueprint.daypart,
            "identity": topics.identity.identity.label,
            "identity_value": topics.identity.value,
            "because": third_person(blueprint.scenario.because),
            "value": topics.resolution.value,
        }
        people: dict[Speaker, Persona] = {"agent": blueprint.agent, "user": blueprint.user}
        super().__init__(wording, people, slots, draws)
        self._blueprint = blueprint
        self._pending = ""

    def lines(self) -> list[PlannedLine]:
        """Word the call from greeting to goodbye."""
        self._say("user", "greet", self._act("user", "greet"))
        self._say("agent", "open", self._act("agent", "open"))
        self._say("user", "verify", self._act("user", "verify"))
        self._say("agent", "give", self._act("agent", "give"))
        tell = self._pick(self._blueprint.topics.resolution.policy.tell)
        resolve = self._pick(self._blueprint.scenario.resolve)
        self._pending = f"{self._act('user', 'verified')} {resolve} {tell}"
        for exchange in self._blueprint.exchanges:
            if exchange.probe:
                self._tested(exchange)
            else:
                self._ask(exchange)
        self._say("user", "answer", self._pending)
        self._say("agent", "close", self._act("agent", "close"))
        self._say("user", "bye", self._act("user", "bye"))
        return self._lines

    def _ask(self, exchange: Exchange) -> None:
        """Ask what the customer wanted to know."""
        self._say("user", "answer", self._pending)
        text = f"{self._act('agent', 'ask')} {exchange.asks[0]}"
        self._say("agent", "ask", text)
        self._about(exchange.slots)
        self._pending = self._act("user", exchange.answer, exchange.tells)

    def _tested(self, exchange: Exchange) -> None:
        """Be asked by the business."""
        if exchange.probe == "Q4":  # nobody is rude in the same breath
            self._say("user", "answer", self._pending)
            self._say("agent", "ack", self._act("agent", "ack"))
            self._pending = ""
        self._about(exchange.slots)  # of a detail, which nothing that is pending speaks of
        question = self._act("user", exchange.ask)
        text = f"{self._pending} {question}"
        self._say("user", f"probe.{exchange.probe}", text, exchange=exchange)
        answer = self._act("agent", exchange.answer)
        self._say("agent", f"probe.{exchange.act}", answer, exchange=exchange)
        self._pending = self._act("user", "noted")
