"""What has to happen in a call from or to a customer: the task in its order, and probes.

DrawnCall --call_musts--> Must, Must, ...
"""

from __future__ import annotations

from collections.abc import Iterator

from datagen.scripting.compose.grammar import slots, third_person
from datagen.scripting.content.values import Value
from datagen.scripting.llm.brief import Must, events_of, task_of
from datagen.scripting.llm.world_lines import filled, told, with_values
from datagen.scripting.plans.draws import Draws
from datagen.scripting.simulate.drawn_call import DrawnCall
from datagen.scripting.world.draw import Drawer, World
from datagen.scripting.world.pack import ProcedureStep
from datagen.types import ProbeType

_ASKED = {"ask": "asks", "check": "asks to confirm", "offer": "offers", "instruct": "asks to do"}


def call_musts(drawn: DrawnCall, drawer: Drawer, draws: Draws) -> tuple[Must, ...]:
    """Return what has to happen: the task in order, and probes."""
    return (*task_of(tuple(_task(drawn))), *events_of(tuple(_probes(drawn, drawer, draws))))


def knows_of(world: World) -> Iterator[str]:
    """Yield what the customer knows by itself."""
    if world.story.verify:
        for one in (world.identity, world.other):
            yield f"{one.identity.label} {one.value.written}"
    for step in world.steps:
        if step.do == "ask" and step.reply:
            yield f"{filled(world, step.say[0])} {filled(world, min(step.reply, key=len))}"


def _task(drawn: DrawnCall) -> Iterator[Must]:
    world, user = drawn.world, drawn.cast.user
    because = third_person(world.story.because)
    yield Must("", "user", f"says why it calls: {because}")
    if world.story.verify and not world.fails_identity:
        label, value = world.identity.identity.label, world.identity.value.written
        yield Must("", "agent", f"asks for the {label}")
        gives = f"gives the {label}, {value}; the name is {user.name}"
        yield Must("", "user", gives, says=(value,))
    is_agreed = False
    for step in world.steps:
        if step.do == "act" and not is_agreed:
            yield from _proposal(world, step)
        is_agreed = step.do == "offer" or (is_agreed and step.do != "act")
        yield from _step(world, step)


def _proposal(world: World, step: ProcedureStep) -> Iterator[Must]:
    """Let the agent ask before it does what no step offers."""
    if proposed := world.pack.tools[step.tool].proposed:
        yield Must("", "agent", f"asks whether to {filled(world, proposed)}")
        yield Must("", "user", "agrees")


def _step(world: World, step: ProcedureStep) -> Iterator[Must]:
    if step.do in ("look", "act"):
        if world.is_lookup:
            calls = f"calls {step.tool} while it covers the wait"
            yield Must("", "agent", calls, tool=step.tool)
        if step.do == "act":
            line = min(step.say, key=len)
            yield Must("", "agent", f"says that it is done: {filled(world, line)}")
        return
    if step.do == "tell" and not step.say:
        for name in step.facts:
            says = filled(world, world.fact(name).says)
            yield Must("", "agent", f"tells: {says}", says=told(world, name))
        return
    line = step.say[0]
    yield Must("", "agent", f"{_ASKED.get(step.do, 'says')}: {filled(world, line)}")
    if step.do in _ASKED:
        yield Must("", "user", _reply(world, step))


def _reply(world: World, step: ProcedureStep) -> str:
    if step.declines:
        return "does not want that, and says so"
    if step.do == "ask" and step.reply:
        return f"answers: {filled(world, min(step.reply, key=len))}"
    return "agrees, or does it" if step.do != "check" else "says that it is so"


def _probes(drawn: DrawnCall, drawer: Drawer, draws: Draws) -> Iterator[tuple[Must, ...]]:
    for kind in drawn.cast.probes:
        pair = _probe(kind, drawn, drawer, draws)
        if pair is not None:
            yield pair


def probe_pair(
    kind: ProbeType,
    asks: str,
    answers: str,
    act: str,
    *,
    says: tuple[str, ...] = (),
    forbids: tuple[str, ...] = (),
) -> tuple[Must, Must]:
    """Return the two musts of a probe; the answer says and forbids values."""
    answer = Must("", "agent", answers, says=says, probe=kind, act=act, forbids=forbids)
    return Must("", "user", asks), answer


def _probe(
    kind: ProbeType, drawn: DrawnCall, drawer: Drawer, draws: Draws
) -> tuple[Must, Must] | None:
    world, cast = drawn.world, drawn.cast
    if kind in ("Q1", "Q2"):
        return _supposed(world, drawer, draws, is_wrong=kind == "Q1")
    if kind == "Q3":
        wish = world.wish
        assert wish, "a call with Q3 has a wish"
        reason = filled(world, world.fact(wish.fact).says)
        asks = f"wishes for what is not possible, in other words: {filled(world, wish.ask[0])}"
        return probe_pair(kind, asks, f"is sorry and declines; the reason: {reason}", "decline")
    if kind == "Q5":
        asks = f"asks what nobody knows, in other words: {filled(world, world.gap)}"
        return probe_pair(
            kind, asks, "does not know, guesses nothing, offers to find out", "unknown"
        )
    if kind == "Q0":
        name = cast.agent.name
        answers = f"gives its full name, {name}"
        return probe_pair(kind, "asks who is speaking", answers, "state", says=(name,))
    if kind == "Q4":
        asks = f"loses its temper, for a reason: {filled(world, world.story.grievance[0])}"
        return probe_pair(kind, asks, CALM, "deescalate")
    return probe_pair(kind, UNRELATED, "cannot help with that, and leads back", "redirect")


CALM = "stays calm, is sorry or understands, promises nothing"
UNRELATED = "asks for something that has nothing to do with this"


def _supposed(
    world: World, drawer: Drawer, draws: Draws, *, is_wrong: bool
) -> tuple[Must, Must] | None:
    """Return a question about a term, or a belief about it that is wrong."""
    known = [name for name in world.asides if world.fact(name).claim and world.fact(name).ask]
    if not known:
        return None
    name = draws.pick(known)
    fact = world.fact(name)
    says = filled(world, fact.says)
    slot = sorted(slots(fact.claim[0]))[0]
    slot = slot[0].lower() + slot[1:]
    right = world.values[slot]
    wrong: Value | None = drawer.wrong(slot, world.values) if is_wrong else None
    if wrong is None:
        asks = f"asks, in other words: {filled(world, fact.ask[0])}"
        return probe_pair(
            "Q1" if is_wrong else "Q2", asks, f"tells: {says}", "state", says=told(world, name)
        )
    believed = {one: value.written for one, value in world.values.items()}
    claim = with_values(believed | {slot: wrong.written}, fact.claim[0])
    return probe_pair(
        "Q1",
        f"believes this, wrongly, and asks if it is right: {claim}",
        f"says that it is not so, does not repeat the wrong value, and tells: {says}",
        "correct",
        says=(right.written,),
        forbids=(wrong.written,),
    )
