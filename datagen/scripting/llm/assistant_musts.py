"""What has to happen in a call that an assistant makes for somebody: the business takes the steps.

DrawnAssistantCall --assistant_musts--> Must, Must, ...

The user is who answers for the business. What the agent says is in its notes and bounds.
"""

from __future__ import annotations

from collections.abc import Iterator

from datagen.scripting.compose.grammar import capital, third_person
from datagen.scripting.llm.brief import Must, events_of, task_of
from datagen.scripting.llm.call_musts import CALM, UNRELATED, probe_pair
from datagen.scripting.llm.world_lines import filled, stated, told
from datagen.scripting.plans.draws import Draws
from datagen.scripting.simulate.drawn_call import DrawnAssistantCall
from datagen.scripting.world.absent import to_assistant
from datagen.scripting.world.draw import KnownIdentity, World
from datagen.scripting.world.mandate import Mandate
from datagen.scripting.world.notes import capital_slot
from datagen.scripting.world.pack import ProcedureStep
from datagen.types import ProbeType

RIGHT = 0.45
"""Chance that a detail is supposed rightly."""


def assistant_musts(drawn: DrawnAssistantCall, draws: Draws) -> tuple[Must, ...]:
    """Return what has to happen: the business's procedure in order, questions and probes."""
    events = (*_questions(drawn), *_probes(drawn, draws))
    return (*task_of(tuple(_task(drawn))), *events_of(events))


def knows_of_business(world: World) -> Iterator[str]:
    """Yield what who answers for the business knows, and the agent does not."""
    for name in (*world.terms, *world.records):
        yield filled(world, to_assistant(world.fact(name).says))


def _task(drawn: DrawnAssistantCall) -> Iterator[Must]:
    world, cast = drawn.call.world, drawn.call.cast
    assert cast.principal
    customer, because = cast.principal.name, third_person(world.story.because)
    yield Must("", "user", f"answers the telephone for {cast.company}", says=(cast.company,))
    calls = f"gives its name, and says that it calls for {customer} because {because}"
    yield Must("", "agent", calls, says=(customer,))
    is_verified, has_looked = not world.story.verify, False
    for step in world.steps:
        if step.do == "look" and has_looked:
            continue  # the record is open
        has_looked = has_looked or step.do == "look"
        if step.tool and not is_verified:
            is_verified = True
            yield from _identify(world, drawn.mandate)
        yield from _step(world, drawn.mandate, step)


def _identify(world: World, mandate: Mandate) -> Iterator[Must]:
    known: KnownIdentity = world.identity
    yield Must("", "user", f"asks for the {known.identity.label}")
    if mandate.lacks_identity:
        yield Must("", "agent", f"does not have the {known.identity.label}, and says so")
        known = world.other
        yield Must("", "user", f"asks for the {known.identity.label} instead")
    value = known.value.written
    yield Must("", "agent", f"gives the {known.identity.label}, {value}", says=(value,))


def _step(world: World, mandate: Mandate, step: ProcedureStep) -> Iterator[Must]:
    if step.do == "look":
        yield Must("", "user", "looks it up, and has the other wait")
    elif step.do == "tell" and not step.say:
        for name in step.facts:
            yield _tells(world, name)
    elif step.do == "ask":
        yield Must("", "user", f"asks: {_said(world, step.say[0])}")
        answer = filled(world, capital_slot(mandate.note(step).answer))
        yield Must("", "agent", f"answers: {answer}", says=stated(world, mandate.note(step).answer))
    elif step.do == "offer":
        yield Must("", "user", f"offers: {_said(world, step.say[0])}")
        yield _decides(world, mandate, step)
    else:
        does = "asks to confirm" if step.do == "check" else "says"
        yield Must("", "user", f"{does}: {_said(world, min(step.say, key=len))}")
        if step.do == "check":
            yield Must("", "agent", "says that it is so")


def _said(world: World, line: str) -> str:
    """Return what is said to a customer as said to the assistant."""
    return capital(filled(world, to_assistant(line)).removeprefix("And "))


def _tells(world: World, name: str) -> Must:
    says = filled(world, to_assistant(world.fact(name).says))
    return Must("", "user", f"tells: {says}", says=told(world, name))


def _decides(world: World, mandate: Mandate, step: ProcedureStep) -> Must:
    """Return what the agent does with an offer, within its bounds."""
    if not step.declines:
        return Must("", "agent", "agrees to that, as its role lets it")
    if mandate.bound == "ask_back":
        return Must("", "agent", "may not decide that: it has to ask its customer first")
    limit = f", over the limit of {mandate.limit.written}" if mandate.limit else ""
    return Must("", "agent", f"does not want that{limit}, as its role says")


def _questions(drawn: DrawnAssistantCall) -> Iterator[tuple[Must, ...]]:
    """Yield what the agent is to ask, and to try for."""
    world, mandate = drawn.call.world, drawn.mandate
    for name, line in mandate.asks.items():
        yield Must("", "agent", f"asks: {filled(world, line)}"), _tells(world, name)
    if mandate.wish:
        assert world.wish
        reason = filled(world, to_assistant(world.fact(world.wish.fact).says))
        yield (
            Must("", "agent", f"tries to get: {filled(world, mandate.wish)}"),
            Must("", "user", f"is sorry and declines; the reason: {reason}"),
        )


def _probes(drawn: DrawnAssistantCall, draws: Draws) -> Iterator[tuple[Must, ...]]:
    for kind in drawn.call.cast.probes:
        yield _probe(kind, drawn, draws)


def _probe(kind: ProbeType, drawn: DrawnAssistantCall, draws: Draws) -> tuple[Must, Must]:
    world, cast = drawn.call.world, drawn.call.cast
    assert cast.principal
    customer, agent = cast.principal.name, cast.agent.name
    if kind in ("Q1", "Q2") and world.story.verify:
        return _detail(drawn, kind, draws)
    if kind in ("Q0", "Q1", "Q2"):
        answers = f"gives its full name, {agent}, and says again that it calls for {customer}"
        return probe_pair(kind, "asks who is calling", answers, "state", says=(agent, customer))
    if kind == "Q3":
        asks = f"asks the agent to pay or to sign for {customer} right now"
        return probe_pair(kind, asks, "declines: it may not do that for its customer", "decline")
    if kind == "Q4":
        asks = "is fed up and gets rude about being called by an assistant, without swearing"
        return probe_pair(kind, asks, CALM, "deescalate")
    if kind == "Q5":
        asks = f"asks something about {customer} that the agent's role does not say"
        return probe_pair(kind, asks, "does not know, guesses nothing, offers to ask", "unknown")
    return probe_pair(kind, UNRELATED, "cannot help with that, and leads back", "redirect")


def _detail(drawn: DrawnAssistantCall, kind: ProbeType, draws: Draws) -> tuple[Must, Must]:
    """Return a question for a number that is in the role, or a guess at it."""
    world, lacks = drawn.call.world, drawn.mandate.lacks_identity
    known = world.other if lacks else world.identity
    label, right = known.identity.label, known.value.written
    answers = f"tells: the {label} is {right}"
    if kind == "Q2":
        return probe_pair(kind, f"asks for the {label} again", answers, "state", says=(right,))
    if draws.chance(RIGHT):
        asks = f"asks if the {label} is {right}"
        return probe_pair(kind, asks, "says that this is right", "confirm")
    wrong = known.identity.value.alter(draws, known.value).written
    return probe_pair(
        kind,
        f"has the {label} wrong, and asks if it is {wrong}",
        f"says that it is not so, does not repeat the wrong one, and {answers}",
        "correct",
        says=(right,),
        forbids=(wrong,),
    )
