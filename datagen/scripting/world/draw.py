"""Draw the world of one call: a story and one way that it goes, values, and who knows what.

WorldPack, story, probes --draw_world--> World

All that a call says of one thing comes from one value, so nothing can contradict it. In a world of
lookups the records come from tools; in the others all that the agent knows is in its role prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from datagen.scripting.compose.grammar import capital
from datagen.scripting.content.values import Code, Value, draw_apart, money
from datagen.scripting.plans.draws import Draws
from datagen.scripting.world.compiled import CompiledWorld, line_slots
from datagen.scripting.world.pack import (
    Case,
    Identity,
    ProcedureStep,
    Story,
    Sum,
    Wish,
    WorldFact,
    WorldPack,
    WorldTool,
)
from datagen.types import ProbeType

PromptLevel: TypeAlias = Literal["minimal", "brief", "service", "detailed"]
"""How much a role prompt says: what is needed, a little more, some more, or most terms and the
procedure."""
SIDE_FACTS: dict[PromptLevel, tuple[int, int]] = {
    "minimal": (0, 0),
    "brief": (1, 2),
    "service": (2, 5),
    "detailed": (5, 8),
}
"""Fewest and most facts in a role prompt that may come up by the way."""
FAILS_IDENTITY = 0.03
"""Share of calls with a number to verify whose callers cannot."""
AT_HAND = frozenset(("phone", "plate", "zip"))
"""Ids of numbers that nobody has left at home or gets wrong twice: they are known by heart, or on
the car."""


class KnownIdentity(NamedTuple):
    """A number that tells who the caller is, in this call."""

    identity: Identity
    value: Value


@dataclass(frozen=True)
class World:
    """What is so in one call."""

    pack: WorldPack
    level: PromptLevel
    """How much the role prompt says."""
    story_id: str
    story: Story
    case_id: str
    case: Case
    is_lookup: bool
    """Records come from tools."""
    steps: tuple[ProcedureStep, ...]
    """The agent's procedure in this case."""
    tools: tuple[tuple[str, WorldTool], ...]
    """What the story's steps call, by name."""
    identity: KnownIdentity
    other: KnownIdentity
    """Another detail on file, asked for if the first is not at hand."""
    values: dict[str, Value]
    """Of the business and of the caller, by name."""
    terms: tuple[str, ...]
    """Facts that are in the role prompt whatever happens."""
    records: tuple[str, ...]
    """Facts of the customer's record: in the prompt, or what tools return."""
    asides: tuple[str, ...]
    """Those of the terms that the procedure doesn't tell: the caller may ask about them."""
    wish: Wish | None
    gap: str
    """A question that nobody can answer."""
    fails_identity: bool
    """The caller cannot say who it is."""

    def fact(self, name: str) -> WorldFact:
        """Return a fact of the pack."""
        return self.pack.facts[name]

    @cached_property
    def written(self) -> dict[str, str]:
        """The values as they are written."""
        return {name: value.written for name, value in self.values.items()}

    @cached_property
    def said(self) -> dict[str, str]:
        """What is so, as sentences of a role prompt or a tool's result."""
        facts = self.pack.facts
        return {
            name: capital(facts[name].says.format_map(self.written))
            for name in (*self.terms, *self.records)
        }


def draw_world(
    compiled: CompiledWorld,
    story_id: str,
    probes: Sequence[ProbeType],
    draws: Draws,
    level: PromptLevel = "service",
    *,
    cases: Sequence[str] = (),
    extra: int = 0,
    is_called: bool = False,
) -> World | None:
    """Draw a world; None if two values could not be told apart.

    ``cases`` are those that may be; a customer who ``is_called`` is not asked for its telephone
    number, if there is another; ``extra`` facts more than usual may come up by the way. A
    minimal role has none but one that the caller may suppose, if it is to suppose something.
    """
    pack, story = compiled.pack, compiled.pack.stories[story_id]
    case_id = draw_case(story, draws, cases)
    way = story_id, case_id
    needs = compiled.needs[way]
    wish = draws.pick(compiled.wishes[way]) if "Q3" in probes else None
    wished = (wish.fact, wish.instead) if wish and wish.instead else (wish.fact,) if wish else ()
    told = frozenset((*needs.facts, *wished))
    asides = [name for name in compiled.asides[way] if name not in told]
    asides = draws.shuffled(asides)
    if level == "minimal":
        extra = 0
    if "Q1" in probes or "Q2" in probes:
        asides.sort(key=lambda name: _rank(pack.facts[name]))
    supposed = level == "minimal" and ("Q1" in probes or "Q2" in probes)
    asides = asides[: supposed + extra + draws.integer(*SIDE_FACTS[level])]
    facts = dict.fromkeys((*needs.facts, *wished, *asides))
    asked = line_slots(wish.ask) if wish else ()
    wanted = needs.values.union(asked, *(compiled.fact_values[name] for name in facts))
    identities = draws.shuffled(pack.identities)
    if is_called:  # by telephone
        identities.sort(key=lambda one: one.value.type == "phone")
    fails_identity = story.verify and "Q1" not in probes and draws.chance(FAILS_IDENTITY)
    if fails_identity:
        identities[:2] = sorted(identities[:2], key=lambda one: one.id in AT_HAND)
    known, other = identities[:2]
    is_withheld = other.id == "phone" and is_called  # nobody asks for the number it has called
    fails_identity = fails_identity and known.id not in AT_HAND and not is_withheld
    drawer = Drawer(compiled, draws)
    values = drawer.all(wanted, (known, other))
    if values is None:
        return None
    return World(
        pack=pack,
        level=level,
        story_id=story_id,
        story=story,
        case_id=case_id,
        case=story.cases[case_id],
        is_lookup=draws.chance(pack.lookups),
        steps=needs.steps,
        tools=compiled.tools[story_id],
        identity=KnownIdentity(known, values["identity_value"]),
        other=KnownIdentity(other, values["other_value"]),
        values=values,
        terms=tuple(name for name in facts if pack.facts[name].source == "prompt"),
        records=tuple(name for name in facts if pack.facts[name].source == "record"),
        asides=tuple(asides),
        wish=wish,
        gap=draws.pick(compiled.gaps[way]),
        fails_identity=fails_identity,
    )


def _rank(fact: WorldFact) -> tuple[bool, bool]:
    """Return how well a fact is supposed, less first: one with words for that, of the story."""
    return not fact.claim, not fact.stories


def draw_case(story: Story, draws: Draws, among: Sequence[str] = ()) -> str:
    """Draw one way that a story goes, by weight: any, or one among some."""
    cases = {name: case for name, case in story.cases.items() if not among or name in among}
    place = draws.uniform() * sum(case.weight for case in cases.values())
    for name, case in cases.items():
        place -= case.weight
        if place < 0:
            return name
    return next(reversed(cases))


class Drawer:
    """Draws values that a search in text tells apart."""

    def __init__(self, compiled: CompiledWorld, draws: Draws) -> None:
        self._samplers, self._sums, self._draws = compiled.samplers, compiled.sums, draws

    def all(self, names: Iterable[str], identities: Sequence[Identity]) -> dict[str, Value] | None:
        """Return the values with these names and of both identities; None if two are alike."""
        values: dict[str, Value] = {}
        taken: list[Value] = []
        closed = sorted(self._closed(names))
        for name in closed:
            sampler = self._samplers[name]
            if isinstance(sampler, Sum):
                continue
            value = draw_apart(sampler, self._draws, taken)
            if value is None:
                return None
            values[name] = value
            taken.append(value)
        for name in closed:
            if (total := self._sums.get(name)) is not None:
                values[name] = _total(total, values)
        for name, identity in zip(("identity_value", "other_value"), identities, strict=True):
            value = draw_apart(identity.value, self._draws, taken)
            if value is None:
                return None
            values[name] = value
            taken.append(value)
        return values

    def _closed(self, names: Iterable[str]) -> set[str]:
        """Return the names and those that they are worked out from."""
        closed = set(names)
        for name in self._sums.keys() & closed:
            total = self._sums[name]
            closed |= self._closed((*total.plus, *total.minus))
        return closed

    def wrong(self, name: str, values: dict[str, Value]) -> Value | None:
        """Return a value that somebody could mistake for one; None if there is none."""
        right = values[name]
        sampler = self._samplers.get(name)
        if isinstance(sampler, Code):
            return sampler.alter(self._draws, right)
        if sampler is None or isinstance(sampler, Sum):
            return money(right.cents + 100 * self._draws.integer(3, 30)) if right.cents else None
        return draw_apart(sampler, self._draws, list(values.values()))


def _total(total: Sum, values: dict[str, Value]) -> Value:
    cents = sum(values[name].cents for name in total.plus)
    return money(cents - sum(values[name].cents for name in total.minus))
