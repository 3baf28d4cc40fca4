"""Brief a model to write small talk of two people with a life each, and an aim of one of them.

Job, CasualLevers --casual_brief--> Brief

Prompts come in the three levels of the released model: a good conversation, one about a theme, and
one about a theme by somebody with work, a place, a past and an aim.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from datagen.scripting.content.people import Names, listener_persona
from datagen.scripting.llm.brief import Brief, Ground, Must, Order, events_of, task_of
from datagen.scripting.llm.brief_texts import CasualTexts, CasualTheme, works_at
from datagen.scripting.llm.lengths import aim
from datagen.scripting.plans.casual import ENJOY, LEVELS
from datagen.scripting.plans.dealing import split_of
from datagen.scripting.plans.draws import Draws, stratified
from datagen.scripting.simulate.finish import FinishedCall
from datagen.types import Job, Persona, Script, Speaker, WorldItem

WORDS = 170
"""Mean number of spoken words."""
ANOTHER, DIFFERS = 0.6, 0.5
"""Chances: a second follow-up, and that they do not see it alike."""


@dataclass(frozen=True)
class ChatPerson:
    """Somebody who talks."""

    persona: Persona
    age: int
    work: str
    place: str
    past: str
    """What has happened to them, in the third person: "once drove a cab"."""

    @property
    def told(self) -> str:
        """Who they are, for a brief."""
        return f"{self.age} years old, {self.work}, from {self.place}, {self.past}"


@dataclass(frozen=True)
class DrawnChat:
    """A conversation before anybody says a word."""

    theme: CasualTheme
    aim: str
    """What one of them wants of the talk, in the third person."""
    whose: Speaker
    agent: ChatPerson
    user: ChatPerson
    level: str
    role: str


def draw_casual(
    job: Job, texts: CasualTexts, names: Names, draws: Draws, validation: float
) -> DrawnChat:
    """Draw who talks about what, and what for."""
    themes = texts.themes
    theme = themes[stratified(job.seed, f"{job.kind}/domain", job.index, len(themes))]
    level = LEVELS[stratified(job.seed, f"{job.kind}/level", job.index, len(LEVELS))]
    goal = draws.pick(theme.aims)
    pool = names.of(split_of(f"{theme.id}/{goal}", validation))
    user = _person(texts, listener_persona(pool, "", job, draws, "user"), draws)
    agent = _person(texts, listener_persona(pool, user.persona.name, job, draws, "agent"), draws)
    whose: Speaker = draws.pick(("user", "user", "agent"))
    about = f"Have a {draws.pick(texts.moods)} {draws.pick(texts.nouns)} about {theme.about}."
    role = {"minimal": ENJOY, "topic": f"{ENJOY} {about}"}.get(level) or (
        f"{ENJOY} {about} {_described(agent)}" + (f" You want {goal}." if whose == "agent" else "")
    )
    return DrawnChat(theme, goal, whose, agent, user, level, role)


def _person(texts: CasualTexts, persona: Persona, draws: Draws) -> ChatPerson:
    age = draws.pick(texts.ages)
    return ChatPerson(
        persona,
        age,
        draws.pick(works_at(texts.works, age)),
        draws.pick(texts.places),
        draws.pick(texts.pasts),
    )


def _described(person: ChatPerson) -> str:
    """Describe the agent to itself."""
    work, past = second_person(person.work), second_person(person.past)
    return (
        f"You are {person.persona.name}, {person.age} years old, from {person.place}."
        f" You {work}. You {past}."
    )


_IRREGULAR = {"is": "are", "has": "have", "goes": "go", "does": "do"}


def second_person(phrase: str) -> str:
    """Return a verb phrase of the third person in the second: drives a cab, drive a cab."""
    verb, _, rest = phrase.partition(" ")
    if verb in _IRREGULAR:
        verb = _IRREGULAR[verb]
    elif verb.endswith("ies"):
        verb = f"{verb[:-3]}y"
    elif verb.endswith(("ches", "shes", "sses", "xes")):
        verb = verb[:-2]
    elif verb.endswith("s"):
        verb = verb[:-1]
    return f"{verb} {rest}".strip()


def casual_ground(job: Job, drawn: DrawnChat, validation: float) -> Ground:
    """Return who talks, and what they may say of themselves."""
    situation = drawn.aim
    items = tuple(
        WorldItem(id=f"{who}-{what}", visibility=visibility, text=text)
        for who, visibility, person in (
            ("agent", "prompt" if drawn.level == "detailed" else "agent", drawn.agent),
            ("user", "user", drawn.user),
        )
        for what, text in (("work", person.work), ("place", person.place), ("past", person.past))
    )
    agent, user = drawn.agent.persona, drawn.user.persona

    def script(said: FinishedCall, role: str, writer: str) -> Script:
        return Script(
            dialog_id=job.dialog_id,
            kind=job.kind,
            split=split_of(f"{drawn.theme.id}/{situation}", validation),
            domain=drawn.theme.id,
            scenario=situation,
            prompt_level=drawn.level,
            role_prompt=role,
            user_role_prompt=f"{ENJOY} You are {user.name}, {drawn.user.told}.",
            agent=agent,
            user=user,
            probes=said.probes,
            turns=said.turns,
            writer=writer,
            world=items,
        )

    given = (drawn.agent.told, drawn.user.told, drawn.theme.about, drawn.aim)
    return Ground(drawn.role, agent, user, (), script, items=items, given=given)


def casual_brief(
    job: Job,
    drawn: DrawnChat,
    ground: Ground,
    slots: dict[str, str],
    exemplar: str,
    order: Order,
    draws: Draws,
) -> Brief:
    """Return the brief of a conversation."""
    return Brief(
        job=job,
        ground=ground,
        musts=chat_musts(drawn, draws),
        slots={
            **slots,
            "about": drawn.theme.about,
            "agent_life": drawn.agent.told,
            "user_life": drawn.user.told,
        },
        exemplar=exemplar,
        order=order,
        aim=aim(WORDS, draws),
    )


def chat_musts(drawn: DrawnChat, draws: Draws) -> tuple[Must, ...]:
    """Return what has to happen in a conversation."""
    one, other = drawn.whose, _other(drawn.whose)
    task = (
        Must("", one, f"brings up what it wants of the talk: {drawn.aim}"),
        Must("", other, FOLLOWS, act=FOLLOW_UP, asks=True),
        Must("", one, "answers that, with something that has happened"),
    )
    return (*task_of(task), *events_of(tuple(_events(drawn, draws))))


FOLLOWS = "asks one thing that follows from what was just said, with a word of it"
FOLLOW_UP = "follow_up"
"""Act of a turn that takes up a word of the other's."""


def _events(drawn: DrawnChat, draws: Draws) -> Iterator[tuple[Must, ...]]:
    teller: Speaker = draws.pick(("agent", "user"))
    person = drawn.agent if teller == "agent" else drawn.user
    life = draws.pick((person.work, person.past))
    yield (
        Must("", teller, f"tells something of its own life that fits: {life}", tells=life),
        Must("", _other(teller), "takes that up before it goes on"),
    )
    if draws.chance(ANOTHER):
        asker: Speaker = draws.pick(("agent", "user"))
        yield (
            Must("", asker, FOLLOWS, act=FOLLOW_UP, asks=True),
            Must("", _other(asker), "answers, and does not ask back"),
        )
    if draws.chance(DIFFERS):
        doubter: Speaker = draws.pick(("agent", "user"))
        yield (
            Must("", doubter, "does not see it that way, and says why"),
            Must("", _other(doubter), "gives in a little, or holds on with a reason"),
        )


def _other(speaker: Speaker) -> Speaker:
    return "agent" if speaker == "user" else "user"
