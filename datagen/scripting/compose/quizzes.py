"""Whether a teacher asks what it would ask after an answer, and how.

quiz, question, what was said --> at once, as a test or as a guess; later; not at all
"""

from __future__ import annotations

import re

from datagen.scripting.compose.grammar import number_words
from datagen.scripting.content.qa_pack import Quiz
from datagen.scripting.content.questions import asks_for_name, content_stems, is_told
from datagen.scripting.plans.qa import LEANS, Question

NEW_CASE = 2
"""Fewest new words of a question that tells a case, and half of its words at least."""
_CASE = re.compile(r", |\bif\b", re.IGNORECASE)
"""What a question that tells a case first holds."""
NEAR = 0.75
"""From which share of its words on a question asks for what was just said, be it in other words."""
_DENIES = frozenset(("no", "not"))


def follows(quiz: Quiz, question: Question, said: str) -> bool:
    """Tell whether who has heard an answer can work out what a quiz asks for, which else it may
    know or guess: a case, something with numbers, or something of which the answer speaks."""
    if quiz.sure or _CASE.search(quiz.ask) or number_words(quiz.ask):
        return True
    known = content_stems(said) - content_stems(question.ask)
    if asks_for_name(question.ask):  # what is asked of a thing just named follows from no name
        return not known.isdisjoint(content_stems(quiz.right) - content_stems(quiz.ask))
    return not known.isdisjoint(content_stems(f"{quiz.ask} {quiz.right} {quiz.tell}"))


def is_said(quiz: Quiz, question: Question, said: str) -> bool:
    """Tell whether an answer has said what a quiz asks for, which is what was asked or a part.

    A word of the answer may well be right for a new case: ten cars are fewer, and sugar is less.
    """
    asked, right = content_stems(quiz.ask), content_stems(quiz.right)
    head, *_ = quiz.tell.split(",")
    new = asked - content_stems(question.ask) - content_stems(said)
    if _CASE.search(quiz.ask) and len(new) >= NEW_CASE and 2 * len(new) >= len(asked):
        return False
    is_same = bool(asked) and asked <= content_stems(question.ask)
    known = content_stems(said), content_stems(question.ask)
    told = (part - _DENIES or part for part in (right, content_stems(head)))
    is_in = any(part <= one for part in told if part for one in known)
    return is_same or is_in or is_told(quiz.tell, said)


def tells_right(quiz: Quiz, answer: str) -> bool:
    """Tell whether an answer holds what is right, so that nobody asks for it after the quiz."""
    right = content_stems(quiz.right) - _DENIES
    return bool(right) and right <= content_stems(answer)


def asks_the_same(quiz: Quiz, later: Question, question: Question) -> bool:
    """Tell whether a later question asks what a quiz on a question does, in other words: a third
    of what is new in the shorter one is in both."""
    known = content_stems(question.ask)
    fresh = content_stems(quiz.ask) - known, content_stems(later.ask) - known
    return 3 * len(fresh[0] & fresh[1]) >= min(map(len, fresh)) > 0


def gives_away(question: Question, detail: str) -> bool:
    """Tell whether a detail tells what the quiz on a question asks for, if there is one."""
    quiz = question.quiz
    return quiz is not None and (
        quiz.is_given_away_by(detail) or question.is_apart(quiz.ask, detail)
    )


def is_near(quiz: Quiz, question: Question, said: str) -> bool:
    """Tell whether a quiz asks with hardly a word that has not just been said."""
    asked = content_stems(quiz.ask)
    known = content_stems(question.ask) | content_stems(said)
    return len(asked & known) > NEAR * len(asked)


def stands_alone(quiz: Quiz, question: Question) -> bool:
    """Tell whether what a quiz asks is clear although something else was talked of since."""
    is_named = content_stems(quiz.ask) & content_stems(question.ask)
    return bool(is_named) and not LEANS.search(quiz.ask)
