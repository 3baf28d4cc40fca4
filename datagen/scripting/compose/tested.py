"""Word a test in a lesson: what the teacher asks back, and how the asker does.

answer, Quiz --Tested--> a question, a try, and what the teacher says to it
"""

from __future__ import annotations

import re
from functools import lru_cache

from datagen.scripting.compose.quizzes import (
    asks_the_same,
    follows,
    is_near,
    is_said,
    stands_alone,
    tells_right,
)
from datagen.scripting.compose.realizer import Realizer, without_echo
from datagen.scripting.compose.told import Told
from datagen.scripting.content.qa_pack import Quiz
from datagen.scripting.content.questions import (
    asks_for_name,
    asks_who_it_was,
    content_stems,
    is_told,
    tell_the_same,
)
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.qa import Lesson, Question
from datagen.text import speak
from datagen.types import Persona, Speaker

PACES = (0.5, 0.8, 1.0, 1.2, 1.5, 2.0)
"""How much likelier than in a lesson of middling pace things happen in one."""
RIGHT, WRONG = 0.42, 0.4
"""Chances that the asker answers the teacher's question right, and wrong; else it is unsure."""
RIGHT_IF_TOLD = 0.85
"""Chance that the asker knows what the teacher has said, or what follows from it at once; nobody
says the contrary, so else it has forgotten."""
SEES = 0.3
"""Chance that who takes an explanation in says that it sees now."""
NEW_WORDS = 3
"""Fewest words by which a sentence says more than the answer that was just given."""
_SENTENCE = re.compile(r"(?<=[.?!]) ")


class Tested(Realizer):
    """A lesson being worded: its people, and how the teacher tests what was learned."""

    def __init__(self, lesson: Lesson, wording: Wording, draws: Draws) -> None:
        people: dict[Speaker, Persona] = {"agent": lesson.agent, "user": lesson.user}
        super().__init__(wording, people, {}, draws)
        self._lesson = lesson
        self._pace = draws.pick(PACES)
        self._reply = ""
        """The act with which the asker takes up what the teacher has just asked, if it has."""
        self._told = Told(self._lines)
        self._recalled: Quiz | None = None
        """What the teacher would ask for that it has told, once something else was answered."""
        self._passed: Question | None = None
        """The last question at whose answer the asker would not even guess."""
        self._is_reason = False
        """The last question asked for a reason, so its answer is something to see."""
        self._is_grave = any(question.is_grave for question in lesson.questions)
        """Nobody jokes, guesses or marvels."""

    def _filled(self, template: str) -> tuple[str, str]:
        """Return a text and what it says: lessons have numbers and abbreviations."""
        written = without_echo(template)
        return written, " ".join(map(_spoken, _SENTENCE.split(written)))

    def _soberly(self, act: str) -> str:
        """Return the act as it is worded by who is in need or in grief, if that is so."""
        return f"{act}.grave" if self._is_grave else act

    def _happens(self, chance: float) -> bool:
        return self._draws.chance(chance * self._pace)

    def _drawn(self, chances: dict[str, float]) -> str:
        """Draw at most one of what may happen."""
        at = self._draws.uniform()
        for name, chance in chances.items():
            at -= chance * self._pace
            if at < 0:
                return name
        return ""

    def _seen(self, act: str) -> str:
        """Say how an answer was taken in; only a reason makes somebody see."""
        if self._is_grave:
            return self._act("user", "settled")
        is_seen = self._is_reason and self._lines[-1].act.startswith("answer")
        return self._act("user", "see" if is_seen and self._draws.chance(SEES) else act)

    def _may_quiz(self, question: Question, said: str) -> bool:
        """Tell whether what the teacher would ask is neither what it has just said, which it may
        ask for later, nor what the asker will."""
        quiz = question.quiz
        if quiz is None or question.is_grave:
            return False
        if any(
            tell_the_same(quiz.tell, one.answer)
            or tell_the_same(quiz.ask, one.ask)
            or tells_right(quiz, one.answer)
            or asks_the_same(quiz, one, question)
            for one in self._told.later or self._told.coming
        ):
            return False
        if self._told.is_apart(quiz.ask, question) or question.is_apart(quiz.ask, said):
            return False
        if not self._told.stays(f"{quiz.ask} {quiz.tell}", question):
            return False
        if is_said(quiz, question, said):
            self._recalled = quiz if stands_alone(quiz, question) else None
            return False
        is_judged = is_told(quiz.tell, self._told.judged)
        return not is_judged and not is_near(quiz, question, said)

    def _quizzed(self, question: Question, said: str) -> None:
        """Ask something that follows from the answer, at once or after that was taken in."""
        quiz = question.quiz
        assert quiz
        is_open = follows(quiz, question, said)
        lead = self._act("agent", "quiz.new" if is_open else "quiz.guess")
        is_taken = self._draws.chance(0.5)
        if not is_taken:
            self._say("agent", "answer.quiz", f"{said} {lead} {quiz.ask}")
        else:
            self._say("agent", "answer", said)
            self._say("user", "ack", self._seen("taken"))
            self._say("agent", "quiz", f"{lead} {quiz.ask}")
        is_named = bool(content_stems(quiz.wrong)) and is_told(quiz.wrong, said)
        chances = self._chances(errs=not is_named, knows=self._may_know(question, is_open))
        if quiz.sure:
            chances = 1.0, 0.0
        elif is_taken and is_open:  # who has just seen it has something to say
            chances = chances[0], 1 - chances[0]
            chances = chances if not is_named else (1.0, 0.0)
        self._tried(quiz, is_said=False, chances=chances)

    def _may_know(self, question: Question, is_open: bool) -> bool:
        """Tell whether the asker may know what a quiz asks for: nothing of whom it asked who that
        was, and only what follows of what it asked for the name of, or would not guess at."""
        is_new = asks_for_name(question.ask) or question is self._passed
        return not asks_who_it_was(question.ask) and (is_open or not is_new)

    def _chances(self, *, errs: bool, knows: bool) -> tuple[float, float]:
        """Return the chances of a right and of a wrong answer.

        Nobody errs with what the teacher has said that it is not, or guesses what it said; who has
        asked who somebody was knows nothing else of them.
        """
        right, wrong = (RIGHT, WRONG) if errs else (RIGHT_IF_TOLD, 0.0)
        return (right if knows else 0.0), wrong

    def _tried(self, quiz: Quiz, *, is_said: bool, chances: tuple[float, float]) -> None:
        """Let the asker answer, and the teacher say what it thinks of that."""
        at = self._draws.uniform()
        right, wrong = (1.0, 0.0) if quiz.sure else chances
        if at < right:
            opening = self._act("user", "recall" if is_said else "try")
            self._say("user", "try.right", f"{opening} {quiz.right}")
            says_more = quiz.tell.count(" ") >= quiz.right.count(" ") + NEW_WORDS
            if says_more and self._draws.chance(0.4):
                self._say("agent", "right", f"{self._act('agent', quiz.praise)} {quiz.tell}")
            else:
                listened = is_said and quiz.praise == "praise"
                praise = self._act("agent", "right" if listened else quiz.praise)
                self._say("agent", "right", praise)
        elif at < right + wrong:
            self._say("user", "try.wrong", f"{self._act('user', 'try')} {quiz.wrong}")
            self._say("agent", "correct", f"{self._act('agent', quiz.refusal)} {quiz.tell}")
        else:
            self._say("user", "try.none", self._act("user", "forgot" if is_said else "blank"))
            self._say("agent", "tell", f"{self._act('agent', 'never_mind')} {quiz.tell}")


@lru_cache(maxsize=32768)
def _spoken(sentence: str) -> str:
    """Return what a sentence says; turns differ, the sentences that they are made of come again."""
    return speak(sentence)
