"""Word a dialogue with a teacher, and draw what happens around its questions.

    Lesson, Wording --compose_lesson--> PlannedLine, PlannedLine, ...

The teacher asks for a guess, offers more, checks with a question of its own, corrects what people
wrongly believe, repeats, and says what it does not know; the asker cuts in, doubts, asks again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from datagen.scripting.compose.answered import TRIES, Answered
from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.compose.tested import RIGHT_IF_TOLD
from datagen.scripting.content.qa_pack import Doubt, Quiz
from datagen.scripting.content.questions import (
    asks_for_reason,
    asks_who_it_was,
    can_be_guessed,
    is_explained,
    question_kind,
    tells_a_need,
)
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.interplay import cuts
from datagen.scripting.plans.qa import GOODBYES, GREETINGS, Lesson, Question

BEFORE = {"guess": 0.2, "scope": 0.1}
"""Chances of what comes between a question and its answer, in a lesson of middling pace."""
GUESSES = 0.3
"""Chance that who has heard nothing of what it asks is asked for a guess."""
MOST_DETAILS = 2
"""Most details that the teacher goes on with before it is cut off."""
BEYOND = 0.34
"""Chance that a topic's question which no teacher can answer is asked."""
LEADS, OPENERS = 0.6, 0.3
"""Chances that a question opens with how the last answer was taken, and an answer with a word."""
EXPLAINS = 0.6
"""Chance that a word before an explanation says that one comes."""
THANKS, WELCOMES = 0.85, 0.75
"""Chance that who does not say goodbye says thanks, and that the teacher then says "any time"."""
CALLS, GREETS_BACK = 0.16, 0.7
"""Chances that who opens first asks whether the teacher has time, and that a greeting that comes
with the question is returned."""
TAUGHT = frozenset(("answer", "answer.check", "detail", "repeat", "correct", "confirm"))
"""Acts of the teacher after which it may go back to what it told before."""
FEEDBACK = frozenset(("correct", "confirm", "tell", "repeat"))
"""Acts of the teacher that nobody marvels at."""
_GREETING = re.compile(r"(?:Hi|Hello|Hey|Oh, good)\b")
_THANKS = re.compile(r"\b(?:thank|thanks)\b", re.IGNORECASE)
_SHORT_ANSWERS = ("Yes", "No ", "No,", "Because", "Not ", "Only ")
"""What an answer that opens like this needs no words before."""
_TELL = re.compile(r"\b(?:tell me|explain|know)\b")
"""What is not said twice, by what opens and by the question."""
_OWN = re.compile(r"\b(?:I|I'm|I've|my|(?<!tell )(?<!to )me|mine)\b", re.IGNORECASE)
"""Tells that a question is the asker's own, which no child has come home with."""
_TAKEN = {"unsure": "fine", "right": "glad"}
"""How the asker takes an act of the teacher that tells nothing."""


def compose_lesson(lesson: Lesson, wording: Wording, draws: Draws) -> list[PlannedLine]:
    """Return the floor turns of a lesson, in order."""
    return _Lesson(lesson, wording, draws).lines()


class _Lesson(Answered):
    """A lesson being worded."""

    def __init__(self, lesson: Lesson, wording: Wording, draws: Draws) -> None:
        super().__init__(lesson, wording, draws)
        self._wanted: int | None = None
        """How many details of the answer the asker wanted, if it was asked."""
        self._is_greeted = False
        """The asker has said hello, and the teacher has not."""

    def lines(self) -> list[PlannedLine]:
        """Word the lesson."""
        if self._draws.chance(GREETINGS):
            self._say("agent", "greet", self._act("agent", "greet"))
        questions = self._lesson.questions
        is_cut = False
        due: Quiz | None = None
        for place, question in enumerate(questions):
            due = self._recalled
            later = questions[place + 1 :]
            self._told.coming = tuple(takewhile(lambda one: one.is_follow_up, later))
            self._told.later = later
            begun = len(self._lines)
            self._ask(question, interrupts=is_cut, is_first=place == 0)
            opening = self._yielded(question) if is_cut else self._before(question)
            is_cut = self._answer(question, opening, next(iter(later), None))
            is_last = not is_cut and not self._told.coming
            is_last = is_last and self._reply != "enough"
            if is_last and self._may_ask_beyond(question, begun) and self._happens(BEYOND):
                assert question.beyond
                whose = ".own" if _OWN.search(question.beyond.ask) else ""
                asked = self._joined(self._lead(f"curious{whose}"), question.beyond.ask)
                self._say("user", "beyond", asked)
                known = question.beyond.tell
                self._say("agent", "unsure", f"{self._act('agent', f'unsure{whose}')} {known}")
        if due and self._may_recall(due, questions):
            self._recall(due)
        self._close()
        return self._lines

    def _may_ask_beyond(self, question: Question, since: int) -> bool:
        """Tell whether there is what no teacher can answer, and nothing said has asked it."""
        beyond = question.beyond
        if beyond is None or self._told.is_apart(beyond.ask, question):
            return False
        return not self._told.has_asked(beyond.ask, question, since)

    def _may_recall(self, quiz: Quiz, questions: Sequence[Question]) -> bool:
        """Tell whether the teacher may ask for what it told earlier: it has just taught something,
        and nothing that was said since has told it again."""
        asked = next(one for one in questions if one.quiz is quiz)
        is_free = self._lines[-1].act in TAUGHT and self._reply != "enough"
        return is_free and not self._told.is_apart(quiz.ask, asked)

    def _recall(self, quiz: Quiz) -> None:
        """Ask for what the teacher told before it answered something else."""
        reply, self._reply = self._reply, ""
        self._say("user", "ack", self._act("user", reply) if reply else self._acknowledged())
        self._say("agent", "quiz", f"{self._act('agent', 'quiz')} {quiz.ask}")
        self._tried(quiz, is_said=True, chances=(RIGHT_IF_TOLD, 0.0))

    def _close(self) -> None:
        """Say goodbye, or only thanks, or nothing at all."""
        is_unknown = self._lines[-1].act == "unsure"
        is_added = self._lines[-1].act == "detail"  # nobody hangs up on what was just added
        self._reply = "fine" if is_unknown else self._reply
        if self._draws.chance(GOODBYES):
            closes = "settled" if self._is_grave else "closes"
            first = self._act("user", self._reply or closes)
            done = self._act("user", "done.unknown" if is_unknown else self._soberly("done"))
            self._say("user", "close", f"{first} {done}")
            self._part("bye")
        elif (self._reply and not is_unknown) or is_added or self._draws.chance(THANKS):
            reply = f"{self._act('user', self._reply)} " if self._reply else ""
            thanks = "done.unknown" if is_unknown else self._soberly("done" if reply else "thanks")
            self._say("user", "thanks", f"{reply}{self._act('user', thanks)}")
            if self._draws.chance(WELCOMES):
                self._part("welcome")

    def _part(self, welcome: str) -> None:
        """Let the teacher say goodbye, with a word to thanks if it got any."""
        is_thanked = _THANKS.search(self._lines[-1].text)
        act = welcome if self._is_grave or is_thanked else "farewell"
        self._say("agent", "bye", self._act("agent", self._soberly(act)))

    def _taken(self) -> str:
        """Say, or do not say, how the last turn was taken; a question is always answered."""
        reply, self._reply = self._reply, ""
        if reply:
            return self._act("user", reply)
        return self._acknowledged() if self._draws.chance(LEADS) else ""

    def _acknowledged(self) -> str:
        """Say how the last turn was taken; what the teacher doesn't know makes nothing clear."""
        last = self._lines[-1].act
        act = _TAKEN.get(last, "settled" if last in FEEDBACK else "")
        return self._act("user", act) if act else self._seen("ack")

    def _lead(self, act: str) -> str:
        """Return what comes before a question."""
        return f"{self._taken()} {self._act('user', act)}".strip()

    def _ask(self, question: Question, *, interrupts: bool, is_first: bool) -> None:
        act = "ask.follow" if question.is_follow_up else "ask"
        if interrupts:
            lead = self._act("user", "interrupt")
        elif is_first:
            lead = self._opened(question)
        elif question.is_follow_up:
            lead = self._taken() if question.is_grave else self._lead("follow")
        else:
            lead = self._lead("near" if question.is_near else "switch") or self._acknowledged()
        is_plain = bool(lead) or not self._lines  # nobody begins a call with "well"
        asked = question.ask if is_plain else self._hesitant("user", question.ask)
        self._say("user", act, self._joined(lead, asked), interrupts=interrupts)
        self._is_reason = asks_for_reason(question.ask)

    def _opened(self, question: Question) -> str:
        """Return what comes before the first question; it may have been said, and be answered."""
        manner = self._manner(question)
        if self._lines:
            return self._unlike(f"hello{manner}", question.ask)
        if not question.is_grave and self._draws.chance(CALLS):
            self._say("user", "hail", self._act("user", "call"))
            self._say("agent", "greet", self._act("agent", "called"))
            return ""
        hail = self._unlike(f"hail{manner}", question.ask)
        greets = bool(_GREETING.match(hail)) and not question.is_grave
        self._is_greeted = greets and self._draws.chance(GREETS_BACK)
        return hail

    def _unlike(self, act: str, asked: str) -> str:
        """Word an act, drawn again while it and a question both say "can you tell me"."""
        said = self._act("user", act)
        for _ in range(TRIES if _TELL.search(asked) else 0):
            if not _TELL.search(said):
                break
            said = self._act("user", act)
        return said

    def _greeted(self) -> str:
        """Return the greeting that is still due."""
        is_due, self._is_greeted = self._is_greeted, False
        return self._act("agent", "hi") if is_due else ""

    def _manner(self, question: Question) -> str:
        """Tell how somebody opens: in need, for itself or for advice, or curious about a reason,
        about a fact, or about what something is."""
        if question.is_grave or tells_a_need(question.ask):
            return ".need"
        if _OWN.search(question.ask) or self._is_grave:
            return ".own"
        if asks_for_reason(question.ask):
            return ".why"
        if question_kind(question.ask) == "how":
            return ".own"
        is_plain = is_explained(question.ask) or asks_who_it_was(question.ask)
        return "" if is_plain else ".fact"

    def _before(self, question: Question) -> str:
        """Let the teacher ask back before it answers; return how the answer then opens."""
        self._told.judged = ""
        kind = question_kind(question.ask)
        what = self._drawn(BEFORE) if question.doubt and not question.is_grave else ""
        if any(line.act == what for line in self._lines):
            what = ""  # a teacher with a habit
        if what == "guess" and (guessed := self._guessed(question)):
            return guessed
        if what == "scope" and is_explained(question.ask) and self._has_more(question):
            return self._scoped()
        greeting = self._greeted()
        if question.answer.startswith(_SHORT_ANSWERS) or kind == "polar" or question.is_grave:
            return greeting
        if not self._draws.chance(OPENERS):
            return greeting
        explains = is_explained(question.ask) and self._draws.chance(EXPLAINS)
        return f"{greeting} {self._act('agent', 'explain' if explains else 'answer')}".strip()

    def _yielded(self, question: Question) -> str:
        """Give way to a question, with no word that could be taken for a yes."""
        is_polar = question_kind(question.ask) == "polar"
        return self._act("agent", "yield.open" if is_polar else "yield")

    def _guessed(self, question: Question) -> str:
        """Ask for what the asker has heard, or now and then for a guess, which it has none.

        What it believes may be no answer. Return nothing if nothing was asked.
        """
        if _OWN.search(question.ask):  # nobody has heard why somebody's own toilet keeps running
            return ""
        heard = (one for one in self._beliefs(question) if self._told.may_be_heard(one, question))
        belief = next(heard, None)
        if belief is None and not (can_be_guessed(question.ask) and self._draws.chance(GUESSES)):
            return ""
        greeting = self._greeted()
        if belief is None:
            self._passed = question
            self._say("agent", "guess", f"{greeting} {self._act('agent', 'guess')}")
            self._say("user", "guessed", self._act("user", "guessed"))
            return self._act("agent", "never_mind")
        act = "heard.need" if tells_a_need(question.ask) else "heard"
        self._say("agent", "guess", f"{greeting} {self._act('agent', act)}")
        how = "wrong" if isinstance(belief, Doubt) else "right"
        self._believe(f"guess.{how}", "believe", belief)
        self._told.judged = f"{belief.think}. {belief.tell}"
        return f"{self._judged(belief)} {self._act('agent', 'bridge')}"

    def _has_more(self, question: Question) -> bool:
        """Tell whether a longer answer is one: more than one detail goes on with it."""
        return len(self._long(question)) > 1

    def _scoped(self) -> str:
        self._say("agent", "scope", f"{self._greeted()} {self._act('agent', 'scope')}")
        wanted = "long" if self._draws.chance(0.5) else "short"
        self._wanted = 2 if wanted == "long" else 0
        self._say("user", f"scope.{wanted}", self._act("user", wanted))
        return ""

    def _answer(self, question: Question, opening: str, follower: Question | None) -> bool:
        """Answer; return whether the asker cuts into what comes after the answer itself."""
        said = f"{opening} {question.answer}".strip()
        wanted, self._wanted = self._wanted, None
        if follower and follower.interrupts and wanted is None and self._goes_on(question, said):
            return True
        self._go_on(question, said, wanted)
        return False

    def _goes_on(self, question: Question, answer: str) -> bool:
        """Go on with as many details as it takes to be cut into after the answer."""
        needed = self._num_words(answer)
        details = self._told.free(question)
        for num in range(1, min(MOST_DETAILS, self._told.num_close(details, question)) + 1):
            text = self._with(answer, details[:num], question)
            if cuts(self._num_words(text), needed):
                self._say("agent", "answer", text, needed=needed)
                return True
        return False
