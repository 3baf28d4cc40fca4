"""Plan a dialogue with a teacher: what is asked, and where one question leads.

    Job, Subject, ... --draw_lesson--> Lesson   (worded by `compose.qa`)

A question is followed by one on its answer, by a topic that it leads to, or, seldom, by another.
The first topic of a dialogue is dealt, so that each comes up equally often; those that follow it
are a permutation of all that may, so that no two meet twice before all have met.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from datagen.scripting.content.people import (
    Names,
    agent_persona,
    different_name,
    listener_persona,
)
from datagen.scripting.content.qa_pack import Belief, Doubt, FollowUp, Quiz, Subject, Topic
from datagen.scripting.content.questions import content_stems, is_told, tell_the_same
from datagen.scripting.plans.dealing import split_of
from datagen.scripting.plans.draws import Draws, draws_for, scattered, stratified
from datagen.types import Direction, Fact, Job, Persona, Split

ROLE = (
    "You are a wise and friendly teacher. Answer questions or provide advice in a clear and"
    " engaging way."
)
"""The one role prompt of the question-answering set (personaplex README)."""
STAYS = 0.4
"""Chance that a question is about the answer before it and not on a topic of its own."""
FOLLOW_UPS = 0.3
"""Chance that a question on a topic has a follow-up besides."""
FAR = 4
"""One in so many topics is followed by one that it does not lead to, and by all others in turn."""
DETAILS = ((0, 0, 1), (0, 0, 1), (0, 1, 1))
"""How many details an answer gives, by the teacher's level of length."""
INTERRUPTIONS = (0.0, 0.3, 0.6)
"""Chance that a question on the answer before it comes as a barge-in, by the asker's level of
interruptions; nobody cuts in for another topic."""
MIN_STEMS = 2
"""Fewest words of content of an answer that may have been told before its question."""
GREETINGS, GOODBYES = 0.25, 0.68
"""Chances that the teacher speaks first, and that both say goodbye."""
LEANS = re.compile(r"\b(?:its?|they|them|their|there|that|those|these|ones?)\b", re.IGNORECASE)
"""What a question holds that speaks of its topic and does not name it."""
_SENTENCE = re.compile(r"(?<=[.?!]) ")
WORDS = (20, 400)
"""Fewest and most spoken words of a dialogue."""


@dataclass(frozen=True)
class Question:
    """A question and its answer, chosen but not yet said."""

    ask: str
    answer: str
    other_answer: str = ""
    """The same in other words, if there are any."""
    details: tuple[str, ...] = ()
    """What the answer may go on with."""
    is_follow_up: bool = False
    interrupts: bool = False
    is_near: bool = False
    """The topic before leads to it."""
    doubt: Doubt | None = None
    rightly: Belief | None = None
    quiz: Quiz | None = None
    beyond: FollowUp | None = None
    """A question that the teacher can't answer, and what it can say to that."""
    is_grave: bool = False
    """It is nothing to joke about or to guess at."""
    home: Subject | None = field(default=None, compare=False, repr=False)
    """The subject that it is from."""

    def kept_from(self, text: str) -> frozenset[str]:
        """Return the lines that the subject keeps a line of it apart from."""
        return self.home.apart.get(text, frozenset()) if self.home else frozenset()

    def is_apart(self, text: str, said: str) -> bool:
        """Tell whether a line is kept apart from one that is in what was said, be it behind a link
        that has put its first letter in lower case."""
        return any(line[1:] in said for line in self.kept_from(text))


@dataclass(frozen=True)
class Lesson:
    """A dialogue before it is worded."""

    subject: Subject
    situation: str
    """Its topics and the questions that stay with one, joined by plus signs; decides the split."""
    split: Split
    agent: Persona
    user: Persona
    questions: tuple[Question, ...]
    user_role_prompt: str
    facts: tuple[Fact, ...] = ()

    @property
    def domain(self) -> str:
        """The subject's id."""
        return self.subject.id

    @property
    def call_direction(self) -> Direction:
        """Who asks calls."""
        return "inbound"

    @property
    def prompt_level(self) -> str:
        """All lessons have the same."""
        return "teacher"

    @property
    def role_prompt(self) -> str:
        """All lessons have the same."""
        return ROLE


def draw_lesson(
    job: Job,
    subjects: Sequence[Subject],
    names: Names,
    *,
    exchanges: int,
    validation: float,
) -> Lesson:
    """Draw the lesson of a job; ``exchanges`` counts its questions without follow-ups."""
    draws = draws_for(job.seed, job.dialog_id, "script")
    path = _Path(job, subjects, draws)
    for _ in range(exchanges - 1):
        path.go_on()
    split = split_of(f"{path.subject.id}/{path.situation}", validation)
    names = names.of(split)
    agent = agent_persona(*different_name(names, (), job, "agent", draws), draws)
    user = listener_persona(names, agent.name, job, draws, "user")
    questions = path.questions(INTERRUPTIONS[user.behaviour.interruptions])
    asked = " ".join(question.ask for question in questions)
    about = path.subject.about
    return Lesson(
        subject=path.subject,
        situation=path.situation,
        split=split,
        agent=agent,
        user=user,
        questions=questions,
        user_role_prompt=f"You are {user.name}, and you are curious about {about}. Ask a teacher:"
        f" {asked}",
    )


class _Path:
    """The questions of a lesson while they are drawn."""

    def __init__(self, job: Job, subjects: Sequence[Subject], draws: Draws) -> None:
        self._job, self._subjects, self._draws = job, subjects, draws
        dealt = stratified(job.seed, f"{job.kind}/domain", job.index, len(subjects))
        self.subject = subjects[dealt]
        visit, size = job.index // len(subjects), len(self.subject.topics)
        turn = stratified(job.seed, f"{job.kind}/{self.subject.id}", visit, size)
        self._visit = visit // size
        self._steps: list[tuple[Topic, int, bool]] = []
        """Of each question: topic, which of its follow-ups (-1: the topic itself), is it near."""
        self._steps.append((self.subject.topics[turn], -1, False))

    @property
    def situation(self) -> str:
        """The questions by their names."""
        return "+".join(
            topic.id if more < 0 else f"{topic.id}.{more + 1}" for topic, more, _ in self._steps
        )

    def go_on(self) -> None:
        """Draw the next question: on the same topic, or on the next.

        Who asks in need goes on with that, if there is more to ask on it.
        """
        topic = self._steps[-1][0]
        asked = [more for one, more, _ in self._steps if one is topic and more >= 0]
        left = [more for more in self._not_told(topic, topic.core) if more not in asked]
        left = [more for more in left if not self._is_apart(topic, more, asked)]
        left = [more for more in left if not (asked and LEANS.search(topic.more[more].ask))]
        if left and (topic.grave or self._draws.chance(STAYS)):
            self._steps.append((topic, self._draws.pick(left), True))
        else:
            self._steps.append(self._next(topic))

    def _not_told(self, topic: Topic, answers: Sequence[str]) -> list[int]:
        """Return the further questions that one of some answers neither gives nor is kept from."""
        kept = self._home(topic).apart
        return [
            more
            for more in not_told(topic, answers)
            if not all(answer in kept.get(topic.more[more].tell, ()) for answer in answers)
        ]

    def _is_apart(self, topic: Topic, more: int, asked: Sequence[int]) -> bool:
        """Tell whether a further question is kept apart from one that was asked."""
        kept = self._home(topic).apart.get(topic.more[more].tell, frozenset())
        return any(topic.more[one].tell in kept for one in asked)

    def _home(self, topic: Topic) -> Subject:
        """Return the subject of a topic."""
        return next(one for one in self._subjects if topic.id in one.near)

    def _next(self, topic: Topic) -> tuple[Topic, int, bool]:
        """Return the topic after a topic, and whether it leads there."""
        seen = {one.id for one, _, _ in self._steps}
        near = [one for one in self._home(topic).near[topic.id] if one.id not in seen]
        far = max(1, len(near) // FAR)
        name = f"{self._job.kind}/{topic.id}"
        cycle = self._visit // (len(near) + far)
        place = stratified(self._job.seed, name, self._visit, len(near) + far)
        if place < len(near):
            return near[place], -1, True
        seen |= {one.id for one in near}
        light = (found for each in self._subjects for found in each.light.items())
        others = [one for name, one in light if name not in seen]
        at = scattered(self._job.seed, f"{name}/far", cycle * far + place - len(near), len(others))
        return others[at], -1, False

    def questions(self, interruptions: float) -> tuple[Question, ...]:
        """Return the questions; one on the answer before it may come as a barge-in."""
        found: list[Question] = []
        asked = {(topic.id, more) for topic, more, _ in self._steps}
        for place, (topic, more, is_near) in enumerate(self._steps):
            cuts_in = more >= 0 and self._draws.chance(interruptions)
            question = self._question(topic, more, is_near=is_near, interrupts=cuts_in)
            if is_told_before(question, found):
                continue
            found.append(question)
            if self._leans(place + 1, topic):
                continue
            told = (found[-1].answer,)
            left = [one for one in self._not_told(topic, told) if (topic.id, one) not in asked]
            left = [one for one in left if not _is_kept(self._question(topic, one), found)]
            if more < 0 and left and self._draws.chance(FOLLOW_UPS):
                cuts_in = self._draws.chance(interruptions)
                which = self._draws.pick(left)
                found.append(self._question(topic, which, is_near=True, interrupts=cuts_in))
        return tuple(found)

    def _leans(self, place: int, topic: Topic) -> bool:
        """Tell whether a question leans on what was said just before it on its topic."""
        steps = self._steps[place : place + 1]
        return any(one is topic and LEANS.search(one.more[more].ask) for one, more, _ in steps)

    def _question(
        self, topic: Topic, more: int, *, is_near: bool = True, interrupts: bool = False
    ) -> Question:
        if more >= 0:
            asked = topic.more[more]
            return Question(
                asked.ask,
                asked.tell,
                is_follow_up=True,
                interrupts=interrupts,
                is_grave=topic.grave,
                home=self._home(topic),
            )
        others = self._draws.shuffled(topic.core)
        steps = [step for one, step, _ in self._steps if one is topic and step >= 0]
        fits = (one for one in others if {*steps} <= {*self._not_told(topic, (one,))})
        core = next(fits, others[0])
        others.remove(core)
        return Question(
            self._draws.pick(topic.ask),
            core,
            others[0] if others else "",
            tuple(self._draws.shuffled(topic.details)),
            interrupts=interrupts,
            is_near=is_near,
            doubt=topic.doubt,
            rightly=topic.rightly,
            quiz=topic.quiz,
            beyond=topic.beyond,
            is_grave=topic.grave,
            home=self._home(topic),
        )


def not_told(topic: Topic, answers: Sequence[str]) -> list[int]:
    """Return the further questions whose answer one of some answers of the topic does not give."""
    return [
        place
        for place, more in enumerate(topic.more)
        if not all(
            tell_the_same(more.tell, answer) or _is_half_told(more.tell, answer, topic.doubt.tell)
            for answer in answers
        )
    ]


def is_told_before(question: Question, before: Sequence[Question]) -> bool:
    """Tell whether an answer to a question on the same thing has told what a question asks for."""
    if _is_kept(question, before):
        return True
    if len(content_stems(question.answer)) < MIN_STEMS:
        return False
    asked = content_stems(question.ask)
    near = (one for one in before if asked & content_stems(f"{one.ask} {one.answer}"))
    sentences = (said for one in near for said in _SENTENCE.split(one.answer))
    return any(is_told(question.answer, said) for said in sentences)


def _is_kept(question: Question, before: Sequence[Question]) -> bool:
    """Tell whether the answer to a question is kept apart from one that was given."""
    return any(question.is_apart(question.answer, one.answer) for one in before)


def _is_half_told(text: str, *said: str) -> bool:
    """Tell whether half of what a text says was said, or may come up, so nobody asks for it."""
    stems = content_stems(text)
    return 2 * len(stems & content_stems(" ".join(said))) >= len(stems) > 0
