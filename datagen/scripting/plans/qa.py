"""Plan and word a dialogue with a teacher: questions, answers, follow-ups, interruptions.

    Job, Subject, ... --draw_lesson--> Lesson --compose_lesson--> PlannedLine, PlannedLine, ...

Two topics meet in a dialogue, and a run visits each pair once before any comes again: topic i is
followed by topic i + offset, and the offsets of its visits are a permutation of less than half of
all topics, so that a pair does not come back in the other order either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from datagen.scripting.compose.realizer import PlannedLine, Realizer
from datagen.scripting.content.people import Names, agent_persona, listener_persona
from datagen.scripting.content.qa_pack import Subject, Topic
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.draws import Draws, draws_for, scattered, stratified
from datagen.scripting.plans.interplay import cuts
from datagen.scripting.plans.service import split_of
from datagen.text import speak
from datagen.types import Direction, Fact, Job, Persona, Speaker, Split

ROLE = (
    "You are a wise and friendly teacher. Answer questions or provide advice in a clear and"
    " engaging way."
)
"""The one role prompt of the question-answering set (personaplex README)."""
FOLLOW_UPS = 0.75
"""Chance that a question has a follow-up; 2 questions then make 112 words on average, or 37.5 s."""
DETAILS = ((0, 0, 1), (0, 1, 1), (1, 1, 2))
"""How many details an answer gives, by the teacher's level of length."""
CHECKS, GUESSES, BEYOND = 0.2, 0.07, 0.06
"""Chances that the teacher checks whether it was understood, asks for a guess first, and is asked
at last what it does not know."""
INTERRUPTIONS = (0.0, 0.2, 0.4)
"""Chance that a question comes as a barge-in, by the asker's level of interruptions."""
GREETINGS, GOODBYES = 0.25, 0.4
"""Chances that the teacher speaks first, and that both say goodbye."""
REACTIONS = 0.5
"""Chance that a question opens with how the last answer was taken."""
WORDS = (30, 400)
"""Fewest and most spoken words of a dialogue."""
_SHORT_ANSWERS = ("Yes", "No ", "No,", "Because", "Not ", "Only ")
"""What an answer that opens like this needs no words before."""


@dataclass(frozen=True)
class Question:
    """A question and its answer, chosen but not yet said."""

    ask: str
    answer: str
    details: tuple[str, ...] = ()
    """What the answer may go on with."""
    is_follow_up: bool = False
    interrupts: bool = False


@dataclass(frozen=True)
class Lesson:
    """A dialogue before it is worded."""

    subject: Subject
    situation: str
    """The topics, joined by a plus sign; decides the split."""
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
    dealt = stratified(job.seed, f"{job.kind}/domain", job.index, len(subjects))
    subject, topics = subjects[dealt], _topics(job, subjects, dealt, exchanges)
    situation = "+".join(topic.id for topic in topics)
    split = split_of(f"{subject.id}/{situation}", validation)
    names = names.of(split)
    teacher = names.person(draws.integer(0, names.num_people - 1))
    agent = agent_persona(*teacher, draws)
    user = listener_persona(names, agent.name, draws)
    interruptions = INTERRUPTIONS[user.behaviour.interruptions]
    questions = [
        replace(question, interrupts=draws.chance(interruptions))
        for topic in topics
        for question in _questions(topic, agent, draws)
    ]
    questions[0] = replace(questions[0], interrupts=False)
    return Lesson(
        subject=subject,
        situation=situation,
        split=split,
        agent=agent,
        user=user,
        questions=tuple(questions),
        user_role_prompt=(
            f"You are {user.name}, and you are curious about {subject.about}. Ask a teacher:"
            f" {' '.join(question.ask for question in questions)}"
        ),
    )


def _topics(job: Job, subjects: Sequence[Subject], dealt: int, count: int) -> list[Topic]:
    """Return the topics of a job; the first is dealt, so that each comes up equally often."""
    subject, visit = subjects[dealt], job.index // len(subjects)
    turn = stratified(job.seed, f"{job.kind}/{subject.id}", visit, len(subject.topics))
    topics = [topic for each in subjects for topic in each.topics]
    first = sum(len(each.topics) for each in subjects[:dealt]) + turn
    reach = (len(topics) - 1) // 2
    name = f"{job.kind}/{subject.topics[turn].id}"
    offset = 1 + scattered(job.seed, name, visit // len(subject.topics), reach)
    return [topics[(first + place * offset) % len(topics)] for place in range(count)]


def _questions(topic: Topic, agent: Persona, draws: Draws) -> list[Question]:
    """Return the question of a topic, and perhaps a follow-up."""
    details = tuple(draws.shuffled(topic.details))
    ask, core = draws.pick(list(zip(topic.ask, topic.core, strict=True)))
    asked = [Question(ask, core, details)]
    if draws.chance(FOLLOW_UPS):
        more = draws.pick(topic.more)
        asked.append(Question(more.ask, more.tell, is_follow_up=True))
    return asked


def compose_lesson(lesson: Lesson, wording: Wording, draws: Draws) -> list[PlannedLine]:
    """Return the floor turns of a lesson, in order."""
    return _Lesson(lesson, wording, draws).lines()


class _Lesson(Realizer):
    """A lesson being worded."""

    def __init__(self, lesson: Lesson, wording: Wording, draws: Draws) -> None:
        people: dict[Speaker, Persona] = {"agent": lesson.agent, "user": lesson.user}
        super().__init__(wording, people, {}, draws)
        self._lesson = lesson

    def _filled(self, template: str) -> tuple[str, str]:
        """Return a text and what it says: lessons have numbers and abbreviations."""
        return template, speak(template)

    def lines(self) -> list[PlannedLine]:
        """Word the lesson."""
        if self._draws.chance(GREETINGS):
            self._say("agent", "greet", self._act("agent", "greet"))
        questions = self._lesson.questions
        interrupts = False
        for place, question in enumerate(questions):
            self._ask(question, interrupts=interrupts, is_first=place == 0)
            follower = questions[place + 1] if place + 1 < len(questions) else None
            if not interrupts and place and self._draws.chance(GUESSES):
                self._say("agent", "guess", self._act("agent", "guess"))
                self._say("user", "guessed", self._act("user", "guessed"))
            interrupts = self._answer(question, follower, is_terse=interrupts)
        if self._draws.chance(BEYOND):
            self._say("user", "beyond", self._act("user", "beyond"))
            self._say("agent", "unsure", self._act("agent", "unsure"))
        if self._draws.chance(GOODBYES):
            self._say("user", "close", self._act("user", "done"))
            self._say("agent", "bye", self._act("agent", "bye"))
        return self._lines

    def _ask(self, question: Question, *, interrupts: bool, is_first: bool) -> None:
        if interrupts:
            leads = [self._act("user", "interrupt")]
        elif is_first:
            leads = [self._act("user", "hello")]
        elif self._lines[-1].act == "answer.check":
            leads = [self._act("user", "grasp")]
            leads.append(self._act("user", "follow" if question.is_follow_up else "switch"))
        else:
            leads = [self._act("user", "ack")] if self._draws.chance(REACTIONS) else []
            leads.append(self._act("user", "follow" if question.is_follow_up else "switch"))
        lead = " ".join(filter(None, leads))
        asked = question.ask if lead else self._hesitant("user", question.ask)
        act = "ask.follow" if question.is_follow_up else "ask"
        self._say("user", act, f"{lead} {asked}", interrupts=interrupts)

    def _answer(self, question: Question, follower: Question | None, *, is_terse: bool) -> bool:
        """Answer; return whether the asker cuts into what comes after the answer itself."""
        answer = question.answer
        if is_terse:
            answer = f"{self._act('agent', 'yield')} {answer}"
        elif not answer.startswith(_SHORT_ANSWERS):
            answer = f"{self._act('agent', 'answer')} {answer}".strip()
        if follower and follower.interrupts and self._goes_on(question, answer):
            return True
        count = self._draws.pick(DETAILS[self._lesson.agent.behaviour.length])
        said = " ".join((answer, *question.details[:count]))
        if follower and self._draws.chance(CHECKS):
            self._say("agent", "answer.check", f"{said} {self._act('agent', 'check')}")
        else:
            self._say("agent", "answer", said)
        return False

    def _goes_on(self, question: Question, answer: str) -> bool:
        """Say all details, if that is enough to be cut into after the answer."""
        needed = self._num_words(answer)
        text = " ".join((answer, *question.details))
        if not question.details or not cuts(self._num_words(text), needed):
            return False
        self._say("agent", "answer", text, needed=needed)
        return True
