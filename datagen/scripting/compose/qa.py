"""Word a dialogue with a teacher, and draw what happens around its questions.

    Lesson, Wording --compose_lesson--> PlannedLine, PlannedLine, ...

The teacher asks for a guess, offers more, checks with a question of its own, corrects what people
wrongly believe, repeats, and says what it does not know; the asker cuts in, doubts, asks again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import takewhile

from datagen.scripting.compose.realizer import PlannedLine, Realizer, without_echo
from datagen.scripting.compose.told import Told
from datagen.scripting.content.qa_pack import Doubt, Quiz
from datagen.scripting.content.questions import (
    asks_for_reason,
    asks_what_to_do,
    content_stems,
    in_other_words,
    is_explained,
    is_told,
    question_kind,
    tell_the_same,
    tells_a_need,
)
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.interplay import cuts
from datagen.scripting.plans.qa import DETAILS, GOODBYES, GREETINGS, Lesson, Question
from datagen.text import speak
from datagen.types import Persona, Speaker

BEFORE = {"guess": 0.15, "scope": 0.07}
"""Chances of what comes between a question and its answer, in a lesson of middling pace."""
AFTER = {"quiz": 0.26, "doubt": 0.24, "check": 0.16, "offer": 0.11, "goes_on": 0.12, "again": 0.06}
"""Chances of what comes after the answer to the question of a topic."""
AFTER_MORE = {"check": 0.22, "again": 0.1}
"""Chances of what comes after any other answer."""
BEYOND = 0.4
"""Chance that a topic's question which no teacher can answer is asked."""
PACES = (0.5, 0.8, 1.0, 1.2, 1.5, 2.0)
"""How much likelier than in a lesson of middling pace things happen in one."""
LEADS, OPENERS = 0.6, 0.3
"""Chances that a question opens with how the last answer was taken, and an answer with a word."""
THANKS = 0.3
"""Chance that who does not say goodbye says thanks."""
FEEDBACK = frozenset(("correct", "tell", "repeat"))
"""Acts of the teacher that nobody marvels at."""
RIGHT, WRONG = 0.55, 0.25
"""Chances that the asker answers the teacher's question right, and wrong; else it is unsure."""
RIGHT_IF_TOLD = 0.93
"""Chance that the asker knows what the teacher has just said; else it gets it wrong."""
EXPLAINS, SEES = 0.6, 0.3
"""Chances that a word before an explanation says that one comes, and that who takes one in says
that it sees now."""
MIN_CHECKED, MIN_REPEATED = 14, 8
"""Fewest words of an answer after which a teacher asks whether it was clear, and of one that
somebody does not catch."""
DECLINES = 0.45
"""Chance that somebody wants to hear no more, if it has no more to ask."""
GRASPS = 0.7
"""Chance that who is asked whether it is clear says so; else it is said in other words."""
_THANKS = re.compile(r"\b(?:thank|thanks)\b", re.IGNORECASE)
_SHORT_ANSWERS = ("Yes", "No ", "No,", "Because", "Not ", "Only ")
"""What an answer that opens like this needs no words before."""
_OWN = re.compile(r"\b(?:I|I'm|I've|my|me|mine)\b", re.IGNORECASE)
"""Tells that a question is the asker's own, which no child has come home with."""
NEW_WORDS = 3
"""Fewest words by which a sentence says more than the answer that was just given."""
_TAKEN = {"unsure": "fine", "right": "glad"}
"""How the asker takes an act of the teacher that tells nothing."""
THINK = "{think}"
"""Where what is wrongly believed goes."""


def compose_lesson(lesson: Lesson, wording: Wording, draws: Draws) -> list[PlannedLine]:
    """Return the floor turns of a lesson, in order."""
    return _Lesson(lesson, wording, draws).lines()


class _Lesson(Realizer):
    """A lesson being worded."""

    def __init__(self, lesson: Lesson, wording: Wording, draws: Draws) -> None:
        people: dict[Speaker, Persona] = {"agent": lesson.agent, "user": lesson.user}
        super().__init__(wording, people, {}, draws)
        self._lesson = lesson
        self._pace = draws.pick(PACES)
        self._reply = ""
        """The act with which the asker takes up what the teacher has just asked, if it has."""
        self._num_told = 0
        """How many details of the answer were told."""
        self._details: list[str] = []
        """Those that may be."""
        self._wanted: int | None = None
        """How many of them the asker wanted, if it was asked."""
        self._told = Told(self._lines)
        self._is_reason = False
        """The last question asked for a reason, so its answer is something to see."""
        self._is_grave = any(question.is_grave for question in lesson.questions)
        """Nobody jokes, guesses or marvels."""

    def _filled(self, template: str) -> tuple[str, str]:
        """Return a text and what it says: lessons have numbers and abbreviations."""
        written = without_echo(template)
        return written, speak(written)

    def lines(self) -> list[PlannedLine]:
        """Word the lesson."""
        if self._draws.chance(GREETINGS):
            self._say("agent", "greet", self._act("agent", "greet"))
        questions = self._lesson.questions
        is_cut = False
        for place, question in enumerate(questions):
            later = questions[place + 1 :]
            self._told.coming = tuple(takewhile(lambda one: one.is_follow_up, later))
            self._ask(question, interrupts=is_cut, is_first=place == 0)
            opening = self._yielded(question) if is_cut else self._before(question)
            is_cut = self._answer(question, opening, next(iter(later), None))
            is_last = not is_cut and not self._told.coming
            if question.beyond and is_last and self._happens(BEYOND):
                self._say("user", "beyond", self._joined(self._lead("curious"), question.beyond))
                self._say("agent", "unsure", self._act("agent", "unsure"))
        self._close()
        return self._lines

    def _close(self) -> None:
        """Say goodbye, or only thanks, or nothing at all."""
        is_unknown = self._lines[-1].act == "unsure"
        self._reply = "fine" if is_unknown else self._reply
        if self._draws.chance(GOODBYES):
            closes = "settled" if self._is_grave else "closes"
            first = self._act("user", self._reply or closes)
            done = self._act("user", "done.unknown" if is_unknown else self._soberly("done"))
            self._say("user", "close", f"{first} {done}")
            is_thanked = _THANKS.search(self._lines[-1].text)
            parting = "bye" if self._is_grave or is_thanked else "farewell"
            self._say("agent", "bye", self._act("agent", self._soberly(parting)))
        elif (self._reply and not is_unknown) or self._draws.chance(THANKS):
            reply = f"{self._act('user', self._reply)} " if self._reply else ""
            thanks = self._act("user", "done.unknown" if is_unknown else self._soberly("thanks"))
            self._say("user", "thanks", f"{reply}{thanks}")

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

    def _taken(self) -> str:
        """Say, or do not say, how the last turn was taken; a question is always answered."""
        reply, self._reply = self._reply, ""
        if reply:
            return self._act("user", reply)
        last = self._lines[-1].act
        if not self._draws.chance(LEADS):
            return ""
        act = _TAKEN.get(last, "settled" if last in FEEDBACK else "")
        return self._act("user", act) if act else self._seen("ack")

    def _seen(self, act: str) -> str:
        """Say how an answer was taken in; only a reason makes somebody see."""
        if self._is_grave:
            return self._act("user", "settled")
        is_seen = self._is_reason and self._lines[-1].act.startswith("answer")
        return self._act("user", "see" if is_seen and self._draws.chance(SEES) else act)

    def _lead(self, act: str) -> str:
        """Return what comes before a question."""
        return f"{self._taken()} {self._act('user', act)}".strip()

    def _ask(self, question: Question, *, interrupts: bool, is_first: bool) -> None:
        act = "ask.follow" if question.is_follow_up else "ask"
        if interrupts:
            lead = self._act("user", "interrupt")
        elif is_first:
            lead = self._act("user", ("hello" if self._lines else "hail") + self._manner(question))
        elif question.is_grave:
            lead = self._lead("serious")
        elif question.is_follow_up:
            lead = self._lead("follow")
        else:
            lead = (question.is_near and self._lead("near")) or self._lead("switch")
        asked = question.ask if lead else self._hesitant("user", question.ask)
        self._say("user", act, self._joined(lead, asked), interrupts=interrupts)
        self._is_reason = asks_for_reason(question.ask)

    def _manner(self, question: Question) -> str:
        """Tell how somebody opens who is in need, who asks for itself, and who is only curious."""
        if question.is_grave or tells_a_need(question.ask):
            return ".need"
        return ".own" if _OWN.search(question.ask) or self._is_grave else ""

    def _before(self, question: Question) -> str:
        """Let the teacher ask back before it answers; return how the answer then opens."""
        self._told.set_right = ""
        kind = question_kind(question.ask)
        what = self._drawn(BEFORE) if question.doubt and not question.is_grave else ""
        if what == "guess" and question.doubt:
            return self._guessed(question, question.doubt)
        if what == "scope" and is_explained(question.ask) and len(self._told.free(question)) > 1:
            return self._scoped()
        if question.answer.startswith(_SHORT_ANSWERS) or kind == "polar" or question.is_grave:
            return ""
        if not self._draws.chance(OPENERS):
            return ""
        explains = is_explained(question.ask) and self._draws.chance(EXPLAINS)
        return self._act("agent", "explain" if explains else "answer")

    def _yielded(self, question: Question) -> str:
        """Give way to a question, with no word that could be taken for a yes."""
        is_polar = question_kind(question.ask) == "polar"
        return self._act("agent", "yield.open" if is_polar else "yield")

    def _guessed(self, question: Question, doubt: Doubt) -> str:
        """Ask for a guess, or for what the asker has heard: what it believes may be no answer."""
        if self._draws.chance(0.4) or not self._told.may_be_heard(doubt, question):
            act = "idea" if asks_what_to_do(question.ask) else "guess"
            self._say("agent", "guess", self._act("agent", act))
            self._say("user", "guessed", self._act("user", "guessed"))
            return self._act("agent", "never_mind")
        heard = "heard.need" if tells_a_need(question.ask) else "heard"
        self._say("agent", "guess", self._act("agent", heard))
        self._believe("guess.wrong", "believe", doubt)
        self._told.set_right = f"{doubt.think}. {doubt.tell}"
        return f"{self._corrected(doubt)} {self._act('agent', 'bridge')}"

    def _corrected(self, doubt: Doubt) -> str:
        """Set right what is believed; nothing is denied that is partly so."""
        act = "correct.soft" if doubt.partly else "correct"
        return f"{self._act('agent', act)} {doubt.tell}"

    def _believe(self, act: str, wording: str, doubt: Doubt) -> None:
        """Let the asker say what it wrongly believes."""
        self._say("user", act, self._act("user", wording).replace(THINK, doubt.think))

    def _scoped(self) -> str:
        self._say("agent", "scope", self._act("agent", "scope"))
        wanted = "long" if self._draws.chance(0.5) else "short"
        self._wanted = 2 if wanted == "long" else 0
        self._say("user", f"scope.{wanted}", self._act("user", wanted))
        return ""

    def _answer(self, question: Question, opening: str, follower: Question | None) -> bool:
        """Answer; return whether the asker cuts into what comes after the answer itself."""
        said = f"{opening} {question.answer}".strip()
        wanted, self._wanted = self._wanted, None
        may_go_on = wanted is None or wanted > 0
        if follower and follower.interrupts and may_go_on and self._goes_on(question, said):
            return True
        drawn = self._draws.pick(DETAILS[self._lesson.agent.behaviour.length])
        self._num_told = drawn if wanted is None else wanted
        what = self._drawn(AFTER if question.doubt else AFTER_MORE) if wanted is None else ""
        self._details = [
            one
            for one in self._told.free(question)
            if what != "quiz" or not question.quiz or not question.quiz.is_given_away_by(one)
        ]
        said = " ".join((said, *self._details[: self._num_told]))
        fits = _FITS.get(what)
        _AFTER[what if fits is None or fits(self, question, said) else ""](self, question, said)
        return False

    def _may_quiz(self, question: Question, said: str) -> bool:
        """Tell whether what the teacher would ask is not what the asker will."""
        quiz = question.quiz
        return (
            quiz is not None
            and not question.is_grave
            and not any(
                tell_the_same(quiz.tell, one.answer) or tell_the_same(quiz.ask, one.ask)
                for one in self._told.coming
            )
        )

    def _may_doubt(self, question: Question, said: str) -> bool:
        """Tell whether a belief has not come up, and what was said has not set it right."""
        doubt = question.doubt
        if not doubt or self._told.set_right:
            return False
        return self._told.may_come_up(doubt, question) and self._told.is_new(doubt.tell, said)

    def _may_check(self, question: Question, said: str) -> bool:
        return self._num_words(said) >= MIN_CHECKED

    def _may_repeat(self, question: Question, said: str) -> bool:
        """Tell whether somebody may miss it: it is long, and no yes or no after a "sure"."""
        is_polar = question_kind(question.ask) == "polar"
        return self._num_words(said) >= MIN_REPEATED and not is_polar

    def _answered(self, question: Question, said: str) -> None:
        """Just answer."""
        self._say("agent", "answer", said)

    def _goes_on(self, question: Question, answer: str) -> bool:
        """Say all details, if that is enough to be cut into after the answer."""
        needed = self._num_words(answer)
        details = self._told.free(question)
        text = " ".join((answer, *details))
        if not details or not cuts(self._num_words(text), needed):
            return False
        self._say("agent", "answer", text, needed=needed)
        return True

    def _quizzed(self, question: Question, said: str) -> None:
        """Ask something to see whether it was understood, at once or after it was taken in."""
        quiz = question.quiz
        assert quiz
        is_said = content_stems(quiz.right) <= content_stems(said) or is_told(quiz.tell, said)
        lead = self._act("agent", "quiz" if is_said else "quiz.new")
        if self._draws.chance(0.5):
            self._say("agent", "answer.quiz", f"{said} {lead} {quiz.ask}")
        else:
            self._say("agent", "answer", said)
            self._say("user", "ack", self._seen("taken"))
            self._say("agent", "quiz", f"{lead} {quiz.ask}")
        is_named = bool(content_stems(quiz.wrong)) and is_told(quiz.wrong, said)
        self._tried(quiz, is_said=is_said, errs=not is_named)

    def _tried(self, quiz: Quiz, *, is_said: bool, errs: bool) -> None:
        """Let the asker answer, and the teacher say what it thinks of that.

        Nobody errs with what the teacher has just said that it is not.
        """
        at = self._draws.uniform()
        right, wrong = (RIGHT_IF_TOLD, 1 - RIGHT_IF_TOLD) if is_said else (RIGHT, WRONG)
        if at < right or (at < right + wrong and not errs):
            self._say("user", "try.right", f"{self._act('user', 'try')} {quiz.right}")
            says_more = quiz.tell.count(" ") >= quiz.right.count(" ") + NEW_WORDS
            if says_more and self._draws.chance(0.4):
                self._say("agent", "right", f"{self._act('agent', 'praise')} {quiz.tell}")
            else:
                praise = self._act("agent", "right" if is_said else "praise")
                self._say("agent", "right", praise)
        elif at < right + wrong:
            self._say("user", "try.wrong", f"{self._act('user', 'try')} {quiz.wrong}")
            self._say("agent", "correct", f"{self._act('agent', 'wrong')} {quiz.tell}")
        else:
            self._say("user", "try.none", self._act("user", "blank"))
            self._say("agent", "tell", f"{self._act('agent', 'never_mind')} {quiz.tell}")

    def _doubted(self, question: Question, said: str) -> None:
        """Let the asker say what it has always believed."""
        assert question.doubt
        self._say("agent", "answer", said)
        is_near = content_stems(question.doubt.think) & content_stems(said)
        self._believe("doubt", "doubt" if is_near else "doubt.new", question.doubt)
        self._say("agent", "correct", self._corrected(question.doubt))

    def _checked(self, question: Question, said: str) -> None:
        is_fact = not is_explained(question.ask)
        check = self._act("agent", "check.fact" if is_fact else "check")
        self._say("agent", "answer.check", f"{said} {check}")
        is_same = is_fact or not in_other_words(question.other_answer, question.answer)
        if is_same or self._draws.chance(GRASPS):
            self._reply = "grasp"
            return
        self._say("user", "lost", self._act("user", "lost"))
        again = f"{self._act('agent', 'rephrase')} {question.other_answer}"
        self._say("agent", "repeat", again, repairs=len(self._lines) - 2)

    def _offered(self, question: Question, said: str) -> None:
        """Offer to say more, if there is more."""
        rest = self._details[self._num_told :]
        if not rest:
            self._say("agent", "answer", said)
            return
        self._say("agent", "answer.offer", f"{said} {self._act('agent', 'offer')}")
        if not self._told.coming and self._draws.chance(DECLINES):
            self._reply = "enough"  # who has more to ask on it has not had enough
            return
        self._say("user", "accept", self._act("user", self._soberly("accept")))
        self._say("agent", "detail", " ".join(rest[:2]))

    def _gone_on(self, question: Question, said: str) -> None:
        """Let the asker take it in, and the teacher go on by itself."""
        self._say("agent", "answer", said)
        if rest := self._details[self._num_told :]:
            self._say("user", "ack", self._seen("taken"))
            self._say("agent", "detail", f"{self._act('agent', 'besides')} {rest[0]}")

    def _repeated(self, question: Question, said: str) -> None:
        """Let the asker not have heard it."""
        self._say("agent", "answer", said)
        self._say("user", "again", self._act("user", "again"), repairs=len(self._lines) - 1)
        repeated = f"{self._act('agent', 'again')} {question.answer}"
        self._say("agent", "repeat", repeated, repairs=len(self._lines) - 2)


_AFTER: dict[str, Callable[[_Lesson, Question, str], None]] = {
    "": _Lesson._answered,
    "quiz": _Lesson._quizzed,
    "doubt": _Lesson._doubted,
    "check": _Lesson._checked,
    "offer": _Lesson._offered,
    "goes_on": _Lesson._gone_on,
    "again": _Lesson._repeated,
}
"""What comes after an answer."""
_FITS: dict[str, Callable[[_Lesson, Question, str], bool]] = {
    "quiz": _Lesson._may_quiz,
    "doubt": _Lesson._may_doubt,
    "check": _Lesson._may_check,
    "again": _Lesson._may_repeat,
}
"""When it may come."""
