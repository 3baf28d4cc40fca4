"""What a call is about: the facts drawn from a pack, all of them in the role prompt.

Pack, Scenario, kinds of probe --draw_topics--> Topics
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from datagen.scripting.content.packs import Identity, Item, Pack, PackRequest, Policy, Scenario
from datagen.scripting.content.values import Value, draw_apart
from datagen.scripting.plans.draws import Draws, stratified
from datagen.types import Fact, ProbeType

PROBES: tuple[ProbeType, ...] = ("Q0", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6")
"""The kinds of question of Service-Duplex-Bench (PersonaPlex, table 3)."""
_PROBE_OFFSETS = ((0,), (0,), (0,), (0, 1), (0, 1, 3))
"""Turned through all seven probes, these make 35 sets, of 1.6 on average, that hold each probe
eight times; the sets of three pair every probe with every other once (a Fano plane)."""


class Known(NamedTuple):
    """A detail of the customer's record."""

    identity: Identity
    value: Value


class Priced(NamedTuple):
    """Something for sale."""

    item: Item
    value: Value


class Told(NamedTuple):
    """A policy with its value."""

    policy: Policy
    value: Value

    @property
    def statement(self) -> str:
        """The third-person sentence of the role prompt."""
        return self.fill(self.policy.prompt)

    def fill(self, line: str) -> str:
        """Put the value into a line of the policy."""
        return line.replace("{value}", self.value.written)


@dataclass(frozen=True)
class Topics:
    """All that a role prompt states."""

    identity: Known
    """What the customer is verified by."""
    detail: Known | None
    """A second detail, when the customer will ask about one."""
    resolution: Told
    """What answers the reason for the call."""
    refusal: tuple[PackRequest, Told] | None
    """What the customer will ask for in vain, and the policy that forbids it."""
    spare: Told
    """A policy that is neither of these."""
    items: tuple[Priced, ...]

    @cached_property
    def policies(self) -> tuple[Told, ...]:
        """Every policy of the prompt, once."""
        refused = self.refusal[1] if self.refusal else self.resolution
        both = (self.resolution,) if refused == self.resolution else (self.resolution, refused)
        return (*both, self.spare)

    @property
    def values(self) -> list[Value]:
        """The values of all topics."""
        topics: list[Known | Priced | Told] = [*self.known, *self.items, *self.policies]
        return [topic.value for topic in topics]

    @property
    def known(self) -> tuple[Known, ...]:
        """The details of the customer that the prompt gives."""
        return (self.identity, self.detail) if self.detail else (self.identity,)

    def facts(self) -> Iterator[Fact]:
        """Yield the values as facts."""
        yield _fact("identity", self.identity.value)
        if self.detail:
            yield _fact("detail", self.detail.value)
        for place, priced in enumerate(self.items):
            yield _fact(f"price.{place}", priced.value)
        for told in self.policies:
            yield _fact(f"policy.{told.policy.id}", told.value)


@lru_cache(maxsize=4096)
def _fact(name: str, value: Value) -> Fact:
    return Fact(id=name, type=value.type, written=value.written, spoken=value.spoken)


def deal_probes(run_seed: int, kind: str, index: int) -> tuple[ProbeType, ...]:
    """Return one to three kinds of probe; each run of 35 indices has every kind eight times."""
    count = len(_PROBE_OFFSETS) * len(PROBES)
    offsets, turn = divmod(stratified(run_seed, f"{kind}/probes", index, count), len(PROBES))
    return tuple(PROBES[(turn + offset) % len(PROBES)] for offset in _PROBE_OFFSETS[offsets])


class _Indistinct(Exception):
    """A value could not be told apart from the others."""


class _Drawer:
    """Draws values that a search in text tells apart."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._taken: list[Value] = []

    def value(self, source: Identity | Item | Policy) -> Value:
        sampler = source.price if isinstance(source, Item) else source.value
        value = draw_apart(sampler, self._draws, self._taken)
        if value is None:
            raise _Indistinct
        self._taken.append(value)
        return value


def draw_topics(
    pack: Pack, scenario: Scenario, probes: tuple[ProbeType, ...], draws: Draws
) -> Topics | None:
    """Draw what the prompt states; None if two values could not be told apart."""
    request = draws.pick(pack.requests) if "Q3" in probes else None
    busy = {scenario.policy, request.policy if request else scenario.policy}
    spare = draws.pick([policy for policy in pack.policies if policy.id not in busy])
    verified, other = draws.shuffled(pack.identities)[:2]
    num_items = draws.integer(2, 3) if len(busy) + ("Q1" in probes) < 2 else 2
    items = draws.shuffled(pack.items)[:num_items]
    drawer = _Drawer(draws)
    try:
        told = {
            policy.id: Told(policy, drawer.value(policy))
            for policy in (*map(pack.policy, sorted(busy)), spare)
        }
        return Topics(
            identity=Known(verified, drawer.value(verified)),
            detail=Known(other, drawer.value(other)) if "Q1" in probes else None,
            resolution=told[scenario.policy],
            refusal=(request, told[request.policy]) if request else None,
            spare=told[spare.id],
            items=tuple(Priced(item, drawer.value(item)) for item in items),
        )
    except _Indistinct:
        return None
