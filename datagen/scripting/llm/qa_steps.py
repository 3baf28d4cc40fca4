"""Plan the steps of a dialogue with a teacher: what is asked, and the right answers.

    Lesson --plan_lesson--> TaskStep, TaskStep, ...

A question comes as a barge-in only where the answer before it has details to go on about.
"""

from __future__ import annotations

from datagen.scripting.llm.instructions import Instructions
from datagen.scripting.llm.task import TaskStep
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.qa import DETAILS, GOODBYES, GREETINGS, Lesson, Question

ACTS = frozenset((
    "greet", "ask", "ask.first", "ask.follow", "answer", "details", "interrupted", "close", "bye",
))  # fmt: skip


def plan_lesson(lesson: Lesson, instructions: Instructions, draws: Draws) -> list[TaskStep]:
    """Return the steps of a lesson, in order."""
    told = instructions.steps
    is_greeted, is_closed = draws.chance(GREETINGS), draws.chance(GOODBYES)
    steps = [TaskStep("greet", "agent", "greet", told["greet"])] if is_greeted else []
    questions, cuts_in = lesson.questions, False
    for number, question in enumerate(questions, 1):
        steps.append(_question(number, question, instructions, cuts_in=cuts_in))
        after = questions[number] if number < len(questions) else None
        cuts_in = bool(after and after.interrupts and question.details)
        count = draws.pick(DETAILS[lesson.agent.behaviour.length])
        steps.append(_answer(number, question, told, count, is_cut=cuts_in))
    if is_closed:
        steps.append(TaskStep("close", "user", "close", told["close"]))
        steps.append(TaskStep("bye", "agent", "bye", told["bye"]))
    return steps


def given(lesson: Lesson) -> tuple[str, ...]:
    """Return all that a teacher may state."""
    return tuple(text for one in lesson.questions for text in (one.ask, one.answer, *one.details))


def _question(number: int, question: Question, told: Instructions, *, cuts_in: bool) -> TaskStep:
    variant = ".follow" if question.is_follow_up else ".first" if number == 1 else ""
    text = told.steps[f"ask{variant}"].format(question=question.ask)
    text += told.common.interrupts if cuts_in else ""
    act = "ask.follow" if question.is_follow_up else "ask"
    return TaskStep(f"ask{number}", "user", act, text, interrupts=cuts_in, tells=(question.ask,))


def _answer(
    number: int, question: Question, told: dict[str, str], count: int, *, is_cut: bool
) -> TaskStep:
    """Tell an answer, and go on about it if the next question cuts in."""
    text = told["answer"].format(tell=question.answer)
    if is_cut:
        text += told["interrupted"].format(details=" ".join(question.details))
    elif details := question.details[:count]:
        text += told["details"].format(details=" ".join(details))
    return TaskStep(f"answer{number}", "agent", "answer", text, tells=(question.answer,))
