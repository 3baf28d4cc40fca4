"""What a model is given to write a service call of its own: a world, people, tools and musts.

Job --CallBriefs--> Brief --brief_prompt--> request; reply --scene_script--> Script

Code decides what is so and what must happen; the model decides scene, order and words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from datagen.scripting.compose.grammar import capital, slots, third_person
from datagen.scripting.content.values import Value
from datagen.scripting.plans.draws import Draws
from datagen.scripting.simulate.maker import FIT, DrawnCall
from datagen.scripting.world.draw import Drawer, World
from datagen.scripting.world.pack import ProcedureStep
from datagen.types import Job, ProbeType, Speaker

Order: TypeAlias = Literal["facts_first", "paper"]
"""The role is given, or the model writes scenario and description first and the role last."""
FRAME_WORDS, MUST_WORDS = 25, 11
"""Words of greeting and goodbye, and of a must: fewer would be no talk."""
_ASKED = {"ask": "asks", "check": "asks to confirm", "offer": "offers", "instruct": "asks to do"}


@dataclass(frozen=True, slots=True)
class Must:
    """Something that has to happen, in one turn."""

    id: str
    """T1, T2 ... of the task, in order; P1, P2 ... anywhere."""
    speaker: Speaker
    what: str
    says: tuple[str, ...] = ()
    """Written values that the turn has to state."""
    tool: str = ""
    """The tool that this turn calls."""
    answers: str = ""
    """Id of the must that this one answers: it comes later."""
    probe: ProbeType | None = None
    act: str = ""
    forbids: tuple[str, ...] = ()
    """Written values that the turn may not state."""


@dataclass(frozen=True)
class Brief:
    """A call to be written."""

    job: Job
    drawn: DrawnCall
    musts: tuple[Must, ...]
    results: dict[str, str]
    """What each tool returns in this call; empty if all is in the role."""
    knows: tuple[str, ...]
    """What the customer knows and says when asked."""
    levers: dict[str, str]
    """Age, work, region, relation, opening and obstacle."""
    exemplar: str
    order: Order

    @property
    def words(self) -> float:
        """About how many words it should have: room for all that must happen, at least."""
        return max(self.drawn.words * FIT, FRAME_WORDS + MUST_WORDS * len(self.musts))

    @property
    def world(self) -> World:
        """The world of the call."""
        return self.drawn.world


def musts_of(drawn: DrawnCall, drawer: Drawer, draws: Draws) -> tuple[Must, ...]:
    """Return what has to happen: the task in order, and probes."""
    task = [
        Must(f"T{at}", speaker, what, says, tool)
        for at, (speaker, what, says, tool) in enumerate(_task(drawn), start=1)
    ]
    return (*task, *_probes(drawn, drawer, draws))


def _filled(world: World, line: str) -> str:
    written = {name: value.written for name, value in world.values.items()}
    opening = {capital(name): capital(text) for name, text in written.items()}
    return line.format_map(written | opening)


def _stated(world: World, line: str) -> tuple[str, ...]:
    """Return the values of a line that must be said as they are: numbers, times, codes."""
    names = sorted({name[0].lower() + name[1:] for name in slots(line)})
    values = [world.values[name] for name in names]
    return tuple(value.written for value in values if value.type != "text")


_Line: TypeAlias = tuple[Speaker, str, tuple[str, ...], str]


def _task(drawn: DrawnCall) -> Iterator[_Line]:
    world, user = drawn.world, drawn.cast.user
    because = third_person(world.story.because)
    yield "user", f"says why it calls: {because}", (), ""
    if world.story.verify and not world.fails_identity:
        label = world.identity.identity.label
        yield "agent", f"asks for the {label}", (), ""
        value = world.identity.value.written
        yield "user", f"gives the {label}, {value}; the name is {user.name}", (value,), ""
    for step in world.steps:
        yield from _step(world, step)


def _step(world: World, step: ProcedureStep) -> Iterator[_Line]:
    if step.do in ("look", "act"):
        if world.is_lookup:
            yield "agent", f"calls {step.tool} while it covers the wait", (), step.tool
        if step.do == "act":
            line = min(step.say, key=len)
            yield "agent", f"says that it is done: {_filled(world, line)}", (), ""
        return
    if step.do == "tell" and not step.say:
        for name in step.facts:
            says = world.fact(name).says
            yield "agent", f"tells: {_filled(world, says)}", _told(world, name), ""
        return
    line = step.say[0]
    yield "agent", f"{_ASKED.get(step.do, 'says')}: {_filled(world, line)}", (), ""
    if step.do in _ASKED:
        yield "user", _reply(world, step), (), ""


def _told(world: World, name: str) -> tuple[str, ...]:
    """Return the values that every way of telling a fact states."""
    tells = [set(_stated(world, line)) for line in world.fact(name).tell]
    return tuple(sorted(set.intersection(*tells)))


def _reply(world: World, step: ProcedureStep) -> str:
    if step.declines:
        return "does not want that, and says so"
    if step.do == "ask" and step.reply:
        return f"answers: {_filled(world, min(step.reply, key=len))}"
    return "agrees, or does it" if step.do != "check" else "says that it is so"


def _probes(drawn: DrawnCall, drawer: Drawer, draws: Draws) -> Iterator[Must]:
    at = 0
    for kind in drawn.cast.probes:
        pair = _probe(kind, drawn, drawer, draws)
        if pair is None:
            continue
        asks, answers, act, says, forbids = pair
        yield Must(f"P{at + 1}", "user", asks)
        yield Must(
            f"P{at + 2}",
            "agent",
            answers,
            says=says,
            answers=f"P{at + 1}",
            probe=kind,
            act=act,
            forbids=forbids,
        )
        at += 2


_Pair: TypeAlias = tuple[str, str, str, tuple[str, ...], tuple[str, ...]]


def _probe(kind: ProbeType, drawn: DrawnCall, drawer: Drawer, draws: Draws) -> _Pair | None:
    world, cast = drawn.world, drawn.cast
    if kind in ("Q1", "Q2"):
        return _supposed(world, drawer, draws, is_wrong=kind == "Q1")
    if kind == "Q3":
        wish = world.wish
        assert wish, "a call with Q3 has a wish"
        reason = _filled(world, world.fact(wish.fact).says)
        asks = f"wishes for what is not possible, in other words: {_filled(world, wish.ask[0])}"
        return asks, f"is sorry and declines; the reason: {reason}", "decline", (), ()
    if kind == "Q5":
        asks = f"asks what nobody knows, in other words: {_filled(world, world.gap)}"
        return asks, "does not know, guesses nothing, offers to find out", "unknown", (), ()
    name = cast.agent.name
    return {
        "Q0": ("asks who is speaking", f"gives its full name, {name}", "state", (name,), ()),
        "Q4": (
            f"loses its temper, for a reason: {_filled(world, world.story.grievance[0])}",
            "stays calm, is sorry or understands, promises nothing",
            "deescalate",
            (),
            (),
        ),
        "Q6": (
            "asks for something that has nothing to do with this",
            "cannot help with that, and leads back",
            "redirect",
            (),
            (),
        ),
    }[kind]


def _supposed(world: World, drawer: Drawer, draws: Draws, *, is_wrong: bool) -> _Pair | None:
    """Return a question about a term, or a belief about it that is wrong."""
    known = [name for name in world.asides if world.fact(name).claim and world.fact(name).ask]
    if not known:
        return None
    name = draws.pick(known)
    fact = world.fact(name)
    says = _filled(world, fact.says)
    slot = sorted(slots(fact.claim[0]))[0]
    slot = slot[0].lower() + slot[1:]
    right = world.values[slot]
    wrong: Value | None = drawer.wrong(slot, world.values) if is_wrong else None
    if wrong is None:
        asks = f"asks, in other words: {_filled(world, fact.ask[0])}"
        return asks, f"tells: {says}", "state", _told(world, name), ()
    believed = {one: value.written for one, value in world.values.items()}
    believed[slot] = wrong.written
    believed |= {capital(one): capital(text) for one, text in believed.items()}
    asks = f"believes this, wrongly, and asks if it is right: {fact.claim[0].format_map(believed)}"
    answers = f"says that it is not so, does not repeat the wrong value, and tells: {says}"
    return asks, answers, "correct", (right.written,), (wrong.written,)


def knows_of(world: World) -> Iterator[str]:
    """Yield what the customer knows by itself."""
    if world.story.verify:
        for one in (world.identity, world.other):
            yield f"{one.identity.label} {one.value.written}"
    for step in world.steps:
        if step.do == "ask" and step.reply:
            yield f"{_filled(world, step.say[0])} {_filled(world, min(step.reply, key=len))}"


def results_of(world: World, customer: str) -> dict[str, str]:
    """Return what tools return in this call."""
    if not world.is_lookup:
        return {}
    results: dict[str, str] = {}
    for step in world.steps:
        if not step.tool:
            continue
        tool = world.pack.tools[step.tool]
        parts = [results[step.tool]] if step.tool in results else []
        if "identity" in tool.args and not tool.done and not parts:
            numbers = [
                f"{o.identity.label} {o.value.written}" for o in (world.identity, world.other)
            ]
            parts.append(f"Customer {customer}, {', '.join(numbers)}.")
        parts += [
            _filled(world, world.fact(name).says) for name in step.facts if name in world.records
        ]
        if tool.done:
            parts.append(_filled(world, tool.done))
        results[step.tool] = " ".join(dict.fromkeys(parts))
    return results
