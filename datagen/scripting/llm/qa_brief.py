"""Brief a model to write a lesson about one topic card: what is asked, believed, checked, unknown.

Job, TopicCard --qa_brief--> Brief

The teacher may state what the card says and nothing else with a number or a name in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from datagen.scripting.content.people import (
    Names,
    agent_persona,
    different_name,
    listener_persona,
)
from datagen.scripting.llm.brief import Brief, Ground, Must, Order, events_of, task_of
from datagen.scripting.llm.lengths import aim
from datagen.scripting.llm.topic_cards import TopicCard
from datagen.scripting.llm.topic_lists import Area
from datagen.scripting.plans.dealing import split_of
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.qa import ROLE
from datagen.scripting.simulate.finish import FinishedCall
from datagen.types import Job, Script, WorldItem

ASKS_BACK, GOES_ON, PREMISE, CHECKS, BEYOND = 0.5, 0.6, 0.45, 0.45, 0.2
"""Chances: the teacher asks what is known or guessed first; a question follows from the answer; a
wrong belief comes up; the teacher has it said back; something is asked that no teacher knows."""
WORDS = 56
"""Mean number of spoken words for each of the questions that a lesson is asked to have."""


def qa_ground(
    job: Job, area: Area, card: TopicCard, names: Names, draws: Draws, validation: float
) -> Ground:
    """Return who talks, and what is so of the topic."""
    situation = f"{area.id}/{card.topic}"
    split = split_of(situation, validation)
    pool = names.of(split)
    agent = agent_persona(*different_name(pool, (), job, "agent", draws), draws)
    user = listener_persona(pool, agent.name, job, draws, "user")
    items = (*card.facts, card.right, card.then)
    wants = f"You are {user.name}, and you ask a teacher: {card.question} {card.next}"
    world = tuple(
        WorldItem(id=f"fact-{at}", visibility="agent", text=text)
        for at, text in enumerate(items, start=1)
    )

    def script(said: FinishedCall, role: str, writer: str) -> Script:
        return Script(
            dialog_id=job.dialog_id,
            kind=job.kind,
            split=split,
            domain=area.id,
            scenario=card.topic,
            prompt_level="teacher",
            role_prompt=role,
            user_role_prompt=wants,
            agent=agent,
            user=user,
            probes=said.probes,
            turns=said.turns,
            writer=writer,
            world=world,
        )

    return Ground(ROLE, agent, user, (), script, items=world, given=card.sentences)


def qa_brief(
    job: Job,
    ground: Ground,
    card: TopicCard,
    slots: dict[str, str],
    exemplar: str,
    order: Order,
    exchanges: int,
    draws: Draws,
) -> Brief:
    """Return the brief of a lesson; ``exchanges`` is how many questions it should have."""
    return Brief(
        job=job,
        ground=ground,
        musts=lesson_musts(card, draws),
        slots={
            **slots,
            "topic": card.topic,
            "facts": "\n".join(f"- {fact}" for fact in (*card.facts, card.right, card.then)),
        },
        exemplar=exemplar,
        order=order,
        aim=aim(WORDS * exchanges, draws),
    )


def lesson_musts(card: TopicCard, draws: Draws) -> tuple[Must, ...]:
    """Return what has to happen in a lesson."""
    task = task_of(tuple(_task(card, draws)))
    return (*task, *events_of(tuple(_events(card, draws))))


def _task(card: TopicCard, draws: Draws) -> Iterator[Must]:
    yield Must("", "user", f"asks, in other words: {card.question}", asks=True)
    if draws.chance(ASKS_BACK):
        what = draws.pick(("asks what the user would guess", "asks what the user knows of it"))
        yield Must("", "agent", f"{what}, before it explains anything", asks=True)
        yield Must("", "user", "guesses, or says what it knows")
    yield Must("", "agent", f"explains, in a sentence or two: {card.facts[0]}", tells=card.facts[0])
    if draws.chance(GOES_ON):
        yield Must("", "user", f"asks on, in other words: {card.next}", asks=True)
        yield Must("", "agent", f"tells: {card.then}", tells=card.then)
    if draws.chance(CHECKS):
        yield Must(
            "", "agent", "asks the user to say it back, or what follows for a case", asks=True
        )
        yield Must("", "user", "says it in its own words, right or not quite")


def _events(card: TopicCard, draws: Draws) -> Iterator[tuple[Must, ...]]:
    if draws.chance(PREMISE):
        yield (
            Must("", "user", f"takes this for true, in other words: {card.wrong}"),
            Must(
                "",
                "agent",
                f"says that it is not so, without repeating it, and tells: {card.right}",
                tells=card.right,
                act="correct",
            ),
        )
    if draws.chance(BEYOND):
        yield (
            Must("", "user", "asks about a case of its own that no teacher could know", asks=True),
            Must("", "agent", "doesn't know that, says so, and guesses nothing", act="unknown"),
        )
