"""Word the blueprint of a call from templates.

    Blueprint, Wording --compose--> [PlannedLine]   (floor turns only; see `interplay`)

A question may open with how the customer took the last answer, or with a barge-in; a barge-in
comes while the agent goes on about something that nobody needs later.
"""

from __future__ import annotations

from datagen.scripting.compose.realizer import PlannedLine, Realizer
from datagen.scripting.content.templates import Wording
from datagen.scripting.content.values import Slots
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.exchanges import Exchange
from datagen.scripting.plans.service import Blueprint
from datagen.types import Persona, Speaker

ACKS, LINKS = 0.5, 0.15
"""Chances that a question opens with how the last answer was taken, and with a link to the next."""
OFFERS, LAST_OFFERS = 0.1, 0.45
"""Chance that an answer closes with "anything else?", and that the last one does."""


def compose(blueprint: Blueprint, wording: Wording, draws: Draws) -> list[PlannedLine]:
    """Return the floor turns of a call, in order."""
    kind = _OutboundCall if blueprint.call_direction == "outbound" else _Call
    return kind(blueprint, wording, draws).lines()


class _Call(Realizer):
    """A call from a customer."""

    def __init__(self, blueprint: Blueprint, wording: Wording, draws: Draws) -> None:
        topics = blueprint.topics
        slots: Slots = {
            "company": blueprint.company,
            "agent": blueprint.agent.name,
            "agent_first": blueprint.agent.name.split()[0],
            "customer": blueprint.user.name,
            "customer_first": blueprint.user.name.split()[0],
            "daypart": blueprint.daypart,
            "identity": topics.identity.identity.label,
            "identity_value": topics.identity.value,
            "because": blueprint.scenario.because,
            "value": topics.resolution.value,
        }
        people: dict[Speaker, Persona] = {"agent": blueprint.agent, "user": blueprint.user}
        super().__init__(wording, people, slots, draws)
        self._blueprint = blueprint

    def lines(self) -> list[PlannedLine]:
        """Word the call from greeting to goodbye."""
        self._open()
        exchanges = self._blueprint.exchanges
        ack = "resolve"
        for place, exchange in enumerate(exchanges):
            self._ask(exchange, ack)
            follower = exchanges[place + 1] if place + 1 < len(exchanges) else None
            self._answer(exchange, follower)
            ack = exchange.ack
        self._close(ack)
        return self._lines

    def _open(self) -> None:
        """Greet, say why, verify, and answer the reason for the call."""
        scenario, gives_name = self._blueprint.scenario, self._blueprint.gives_name
        if self._blueprint.user_first:
            self._say("user", "hail", self._act("user", "hail"))
            self._say("agent", "greet", self._act("agent", "greet.hailed"))
        else:
            self._say("agent", "greet", self._act("agent", "greet"))
        hello = self._act("user", "hello" if gives_name else "hello.nameless")
        self._say("user", "open", f"{hello} {self._pick(scenario.reasons)}")
        react = self._act("agent", f"react.{scenario.mood}")
        self._verify(react, "" if gives_name else ".name")
        self._resolve()

    def _verify(self, lead: str, name: str) -> None:
        """Ask for what the customer is verified by, and be given it."""
        self._say("agent", "verify", f"{lead} {self._act('agent', f'verify{name}')}")
        self._say("user", "give", self._hesitant("user", self._act("user", f"give{name}")))

    def _resolve(self) -> None:
        """Say what was done about the reason for the call."""
        verified = self._act("agent", "verified")
        tell = self._pick(self._blueprint.topics.resolution.policy.tell)
        resolved = f"{verified} {self._pick(self._blueprint.scenario.resolve)} {tell}"
        self._agent_turn("resolve", resolved, None, next(iter(self._blueprint.exchanges), None))

    def _ask(self, exchange: Exchange, ack: str) -> None:
        self._about(exchange.slots)
        if exchange.asks:
            question = self._pick(exchange.asks)
        else:
            question = self._act("user", self._variant("user", exchange.ask))
        if exchange.interrupts:
            lead = self._act("user", "interrupt.rude" if exchange.probe == "Q4" else "interrupt")
        elif exchange.probe == "Q4":
            lead = ""
        elif self._offered:
            lead = self._act("user", "link.offered")
        else:
            link = self._act("user", "link") if self._draws.chance(LINKS) else ""
            lead = f"{self._reaction(ack)} {link}".strip()
        if not lead and exchange.probe != "Q4":
            question = self._hesitant("user", question)
        act = f"probe.{exchange.probe}" if exchange.probe else "ask"
        text = f"{lead} {question}"
        self._say("user", act, text, exchange=exchange, interrupts=exchange.interrupts)

    def _reaction(self, ack: str) -> str:
        """Say, or do not say, how the last answer was taken."""
        return self._act("user", f"ack.{ack}") if self._draws.chance(ACKS) else ""

    def _answer(self, exchange: Exchange, follower: Exchange | None) -> None:
        """Answer; one who was interrupted lets it pass in a word and comes to the point."""
        terse = exchange.interrupts
        text = self._act("agent", exchange.answer, exchange.tells, is_terse=terse)
        if terse and exchange.probe != "Q4":
            text = f"{self._act('agent', 'yield')} {text}"
        act = f"{'probe' if exchange.probe else 'answer'}.{exchange.act or 'state'}"
        self._agent_turn(act, text, exchange, follower)

    def _agent_turn(
        self, act: str, text: str, exchange: Exchange | None, follower: Exchange | None
    ) -> None:
        """Say an answer; go on for too long if the customer is about to cut in."""
        if follower and follower.interrupts:
            needed = self._num_words(text)
            text = f"{text} {self._act('agent', 'elaborate')}"
            self._say("agent", act, text, exchange=exchange, needed=needed)
        elif self._draws.chance(OFFERS if follower else LAST_OFFERS):
            text = f"{text} {self._act('agent', 'offer')}"
            self._say("agent", f"{act}+offer", text, exchange=exchange)
        else:
            self._say("agent", act, text, exchange=exchange)

    def _close(self, ack: str) -> None:
        if self._offered:
            done = self._act("user", "done.offered")
        else:
            done = f"{self._reaction(ack)} {self._act('user', 'done')}"
        self._say("user", "close", done)
        self._say("agent", "bye", self._act("agent", self._variant("agent", "bye")))

    @property
    def _offered(self) -> bool:
        """Whether the agent has just asked if there is anything else."""
        return self._lines[-1].act.endswith("+offer")

    def _variant(self, speaker: Speaker, act: str) -> str:
        """Return the act as it is said in this direction of call, where that differs."""
        variant = f"{act}.{self._blueprint.call_direction}"
        acts = self._wording.agent if speaker == "agent" else self._wording.user
        return variant if variant in acts else act


class _OutboundCall(_Call):
    """A call back to a customer, who picks up."""

    def _open(self) -> None:
        self._say("user", "pick_up", self._act("user", "pick_up"))
        self._say("agent", "greet", self._act("agent", "call"))
        self._say("user", "open", self._act("user", "is_me"))
        self._verify(self._act("agent", "purpose"), "")
        self._resolve()
