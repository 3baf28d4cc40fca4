"""The questions of a call, planned but not yet worded.

    Topics --Planner--> Exchange, Exchange, ...

An exchange is one question of the customer and its answer. A claim is as often right as wrong, so
that agreeing and correcting are both learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from datagen.scripting.content.packs import Pack
from datagen.scripting.content.values import Sampler, Slots, Value, draw_apart, money
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.facts import Priced, Told, Topics
from datagen.types import ProbeType

Ack: TypeAlias = Literal[
    "answer", "correct", "decline", "unknown", "redirect", "deescalate", "state"
]
_NO_SLOTS: Slots = MappingProxyType({})


class Exchange(NamedTuple):
    """A question and its answer."""

    answer: str
    """The agent's act."""
    ack: Ack
    """How the customer takes the answer."""
    ask: str = ""
    """The customer's act; empty if ``asks`` holds the questions."""
    asks: Sequence[str] = ()
    tells: Sequence[str] = ()
    """Fill {tell}; they have slots themselves."""
    slots: Slots = _NO_SLOTS
    probe: ProbeType | None = None
    act: str = ""
    """Of a probe: state, confirm, correct, decline, deescalate, unknown or redirect."""
    expects: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    interrupts: bool = False
    """The question comes as a barge-in."""

    @property
    def written(self) -> dict[str, str]:
        """What fills the slots in writing."""
        return {
            name: value if isinstance(value, str) else value.written
            for name, value in self.slots.items()
        }


class Planner:
    """Plans the exchanges of one call; no topic is asked about twice."""

    def __init__(self, pack: Pack, topics: Topics, company: str, agent: str, draws: Draws) -> None:
        self._pack, self._topics, self._draws = pack, topics, draws
        self._company, self._agent = company, agent
        self._per = f" {pack.per}" if pack.per else ""
        self._spare: list[Told] = [topics.spare]
        self._items = list(topics.items)

    def probe(self, kind: ProbeType) -> Exchange:
        """Plan a probe."""
        plans = {
            "Q0": self._names,
            "Q1": self._detail,
            "Q2": self._terms,
            "Q3": self._refusal,
            "Q4": self._rudeness,
            "Q5": self._unspecified,
            "Q6": self._unrelated,
        }
        return plans[kind]()

    def extras(self) -> list[list[Exchange]]:
        """Plan plain questions about what is left, in blocks that stay together."""
        blocks = [[self._policy(told, probe=None)] for told in self._spare]
        if self._items:
            first, *rest = self._items
            comparison = [self._comparison(first, other) for other in rest[:1]]
            blocks.append([self._price(first, probe=None), *comparison])
            blocks += [[self._price(other, probe=None)] for other in rest[1:]]
        return self._draws.shuffled(blocks)

    def _names(self) -> Exchange:
        what = self._draws.pick(("agent", "company", "both"))
        names = {"agent": (self._agent,), "company": (self._company,)}
        return Exchange(
            ask=f"ask.{what}",
            answer=f"state.{what}",
            ack="state",
            probe="Q0",
            act="state",
            expects=names.get(what, (self._agent, self._company)),
        )

    def _detail(self) -> Exchange:
        detail = self._topics.detail
        assert detail, "a call with Q1 has a second detail"
        claimed = detail.value
        if self._draws.chance(0.5):
            claimed = detail.identity.value.alter(self._draws, detail.value)
        slots: Slots = {"detail": detail.identity.label, "detail_value": detail.value}
        return _claim("Q1", ".detail", detail.value, claimed, ask="claim.detail", slots=slots)

    def _terms(self) -> Exchange:
        """Ask about a price or a policy, or suppose it, rightly or wrongly."""
        how = self._draws.pick(("state", "confirm", "correct"))
        if self._draws.chance(0.5):
            priced = self._items.pop()
            if how == "state":
                return self._price(priced, probe="Q2")
            claimed = self._claimed(how, priced.item.price, priced.value)
            slots = self._price_slots(priced)
            return _claim("Q2", ".price", priced.value, claimed, ask="claim.price", slots=slots)
        told = self._spare.pop()
        if how == "state":
            return self._policy(told, probe="Q2")
        claimed = self._claimed(how, told.policy.value, told.value)
        asks = [line.replace("{value}", "{claimed}") for line in told.policy.claim]
        slots = {"value": told.value}
        tells = told.policy.tell
        return _claim("Q2", "", told.value, claimed, asks=asks, tells=tells, slots=slots)

    def _claimed(self, how: str, sampler: Sampler, value: Value) -> Value:
        """Return a wrong value if one is wanted, and can be told from all that is right."""
        if how == "confirm":
            return value
        return draw_apart(sampler, self._draws, self._topics.values) or value

    def _refusal(self) -> Exchange:
        assert self._topics.refusal, "a call with Q3 has a request"
        request, told = self._topics.refusal
        return Exchange(
            asks=request.ask,
            answer="decline",
            ack="decline",
            tells=told.policy.tell,
            slots={"value": told.value},
            probe="Q3",
            act="decline",
            expects=(told.value.spoken,),
        )

    def _rudeness(self) -> Exchange:
        told = self._topics.resolution
        return Exchange(
            ask="rude",
            answer="deescalate",
            ack="deescalate",
            tells=told.policy.tell,
            slots={"value": told.value},
            probe="Q4",
            act="deescalate",
            expects=(told.value.spoken,),
        )

    def _unspecified(self) -> Exchange:
        return Exchange(
            asks=self._pack.unspecified, answer="unknown", ack="unknown", probe="Q5", act="unknown"
        )

    def _unrelated(self) -> Exchange:
        return Exchange(
            ask="ask.unrelated", answer="redirect", ack="redirect", probe="Q6", act="redirect"
        )

    def _policy(self, told: Told, probe: ProbeType | None) -> Exchange:
        return Exchange(
            asks=told.policy.ask,
            answer="answer",
            ack="answer",
            tells=told.policy.tell,
            slots={"value": told.value},
            probe=probe,
            act="state" if probe else "",
            expects=(told.value.spoken,),
        )

    def _price(self, priced: Priced, probe: ProbeType | None) -> Exchange:
        return Exchange(
            ask="ask.price",
            answer="answer.price",
            ack="answer",
            slots=self._price_slots(priced),
            probe=probe,
            act="state" if probe else "",
            expects=(priced.value.spoken,),
        )

    def _comparison(self, first: Priced, other: Priced) -> Exchange:
        cheaper = min((first, other), key=lambda priced: priced.value.cents)
        return Exchange(
            ask="ask.compare",
            answer="answer.compare",
            ack="answer",
            slots={
                "other": other.item.name,
                "other_price": other.value,
                "per": self._per,
                "cheaper": cheaper.item.name,
                "difference": money(abs(first.value.cents - other.value.cents)),
            },
            expects=(other.value.spoken,),
        )

    def _price_slots(self, priced: Priced) -> Slots:
        return {"item": priced.item.name, "price": priced.value, "per": self._per}


def _claim(
    probe: ProbeType,
    topic: str,
    value: Value,
    claimed: Value,
    *,
    ask: str = "",
    asks: Sequence[str] = (),
    tells: Sequence[str] = (),
    slots: Slots = _NO_SLOTS,
) -> Exchange:
    """Return an exchange in which the customer supposes ``claimed``, which may be right."""
    is_right = claimed == value
    act = "confirm" if is_right else "correct"
    return Exchange(
        ask=ask,
        asks=asks,
        answer=act + topic,
        ack="answer" if is_right else "correct",
        tells=tells,
        slots={**slots, "claimed": claimed},
        probe=probe,
        act=act,
        expects=(value.spoken,),
        forbids=() if is_right else (claimed.spoken,),
    )
