"""Word what comes after an answer in a lesson, and nothing of how the lesson goes.

answer --Answered--> a test, a doubt, a check, an offer, more by itself, or the same again
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from datagen.scripting.compose.quizzes import (
    gives_away,
)
from datagen.scripting.compose.tested import Tested
from datagen.scripting.compose.told import is_aside
from datagen.scripting.content.qa_pack import Belief, Doubt
from datagen.scripting.content.questions import (
    content_stems,
    in_other_words,
    is_explained,
    question_kind,
)
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.qa import DETAILS, Lesson, Question

AFTER = {"quiz": 0.28, "doubt": 0.24, "check": 0.16, "offer": 0.12, "goes_on": 0.1, "again": 0.16}
"""Chances of what comes after the answer to the question of a topic."""
DRAWS = 3
"""Draws of what comes after an answer, of which the first that fits is taken."""
AFTER_MORE = {"check": 0.26, "offer": 0.1, "again": 0.12}
"""Chances of what comes after any other answer."""
RIGHTLY = 0.6
"""Chance that what is believed is so, if people believe right and wrong things of a topic."""
FOLLOWS = 0.5
"""Chance that who did not catch an answer heard it and did not follow."""
ASIDES = 0.5
"""Chance that what the answer doesn't lead to is told all the same."""
MIN_CHECKED, MIN_REPEATED = 14, 8
"""Fewest words of an answer after which a teacher asks whether it was clear, and of one that
somebody does not catch."""
DECLINES = 0.45
"""Chance that somebody wants to hear no more, if it has no more to ask."""
GRASPS = 0.7
"""Chance that who is asked whether it is clear says so; else it is said in other words."""
TRIES = 8
"""Draws of words for a belief or an opening, of which few fit none."""
ALIKE = 0.3
"""From which share of its words on an answer is the one before it, said once more."""
HALF = 0.5
"""From which share of its words on a detail has judged what is wrongly believed."""
MIN_LONG = 5
"""Fewest words of a detail of a longer answer."""
MIN_ADDED = 7
"""Fewest words of what a teacher offers to add."""
KNOWN = 0.6
"""From which share of its words on what is so has been named by the question and the answer."""
_ONLY = re.compile(r"\b(?:just|only|always)\b", re.IGNORECASE)
"""What is not said twice in a sentence."""
THINK = "{think}"
"""Where what is wrongly believed goes."""


class Answered(Tested):
    """A lesson being worded: what its people do once something was answered."""

    def __init__(self, lesson: Lesson, wording: Wording, draws: Draws) -> None:
        super().__init__(lesson, wording, draws)
        self._num_told = 0
        """How many details of the answer were told."""
        self._details: list[str] = []
        """Those that may be."""
        self._belief: Belief | None = None
        """What the asker comes up with after the answer."""

    def _judged(self, belief: Belief, *, is_given_up: bool = False) -> str:
        """Confirm what is believed or set it right; nothing is denied that is partly so, or that
        the asker has given up."""
        act = "confirm"
        if isinstance(belief, Doubt):
            how = ".soft" if belief.partly else ".was" if is_given_up else ""
            act = f"correct{how}"
        return f"{self._act('agent', act)} {belief.tell}"

    def _believe(self, act: str, wording: str, belief: Belief) -> None:
        """Let the asker say what it believes, with no "just that it is just" if there are other
        words."""
        said = self._act("user", wording)
        for _ in range(TRIES if _ONLY.search(belief.think) else 0):
            if not _ONLY.search(said):
                break
            said = self._act("user", wording)
        self._say("user", act, said.replace(THINK, belief.think))

    def _beliefs(self, question: Question) -> list[Belief]:
        """Return what people believe of a question, what comes up rather first."""
        found: list[Belief | None] = [question.doubt, question.rightly]
        if question.rightly and self._draws.chance(RIGHTLY):
            found.reverse()
        return [belief for belief in found if belief]

    def _go_on(self, question: Question, said: str, wanted: int | None) -> None:
        """Say an answer with some details, as many as are wanted, and draw what comes after it."""
        drawn = self._draws.pick(DETAILS[self._lesson.agent.behaviour.length])
        free = self._told.free(question) if wanted is None else self._long(question)
        close = self._told.num_close(free, question) if drawn else 0
        if close and is_aside(free[0], question) and not self._draws.chance(ASIDES):
            close = 0
        self._num_told = min(drawn, close) if wanted is None else wanted
        what, opened = "", said
        for _ in range(DRAWS if wanted is None else 1):
            what = self._drawn(AFTER if question.doubt else AFTER_MORE) if wanted is None else ""
            self._details = [one for one in free if what != "quiz" or not gives_away(question, one)]
            details = self._details[: self._num_told]
            said = self._with(opened, details, question, is_asked=wanted is not None)
            fits = _FITS.get(what)
            if fits is None or fits(self, question, said):
                break
            what = ""
        _AFTER[what](self, question, said)

    def _with(
        self, said: str, details: Sequence[str], question: Question, *, is_asked: bool = False
    ) -> str:
        """Return an answer with details; what nobody asked for and nothing led to is announced."""
        for place, detail in enumerate(details):
            if not is_asked and is_aside(detail, question):
                is_asked = True  # the word is for those after it, too
                said = f"{said} {self._act('agent', 'aside')}"
            elif place and place == len(details) - 1:
                detail = self._linked(detail, question)
            said = f"{said} {detail}"
        return said

    def _linked(self, detail: str, question: Question) -> str:
        """Return the last detail of a longer answer, linked to those before it."""
        first, *_ = detail.split(" ")
        if question.home is None or first.lower() not in question.home.plain:
            return detail  # it opens with a name
        return f"{self._act('agent', 'further')} {self._lowered(detail)}"

    def _long(self, question: Question) -> list[str]:
        """Return the details that make an answer longer: sentences that go on with it."""
        free = self._told.free(question)
        free = free[: self._told.num_close(free, question)]
        return [
            one for one in free if not is_aside(one, question) and len(one.split(" ")) >= MIN_LONG
        ]

    def _may_believe(self, question: Question, said: str) -> bool:
        """Find a belief that has not come up and that what was said has not judged, if any has."""
        if self._told.judged:
            return False
        self._belief = next(
            (
                belief
                for belief in self._beliefs(question)
                if self._told.may_come_up(belief, question)
                and self._told.stays(f"{belief.think}. {belief.tell}", question)
                and self._told.is_new(belief.tell, said)
                and not question.is_apart(belief.tell, said)
                and self._is_open(belief, question)
            ),
            None,
        )
        return self._belief is not None

    def _is_open(self, belief: Belief, question: Question) -> bool:
        """Tell whether what was said has not judged a belief: a detail, or, of what is so, the
        answer, to which nobody says "is it true that bread freezes well?" if it names bread."""
        think = content_stems(belief.think)
        told = self._details[: self._num_told]
        if not isinstance(belief, Doubt):
            known = (question.ask, question.answer, *told)
            named = think & frozenset().union(*map(content_stems, known))
            return len(named) <= KNOWN * len(think)
        return all(in_other_words(belief.think, detail, HALF) for detail in told)

    def _may_check(self, question: Question, said: str) -> bool:
        """Tell whether a teacher asks if it was clear, which it does once."""
        is_first = not any(line.act == "answer.check" for line in self._lines)
        return is_first and self._num_words(said) >= MIN_CHECKED

    def _may_repeat(self, question: Question, said: str) -> bool:
        """Tell whether somebody may miss it: it is long, no yes or no after a "sure", and there are
        other words for it."""
        is_polar = question_kind(question.ask) == "polar"
        has_others = in_other_words(question.other_answer, question.answer)
        has_others = has_others and not self._told.gives_away(question.other_answer, question)
        return has_others and self._num_words(said) >= MIN_REPEATED and not is_polar

    def _answered(self, question: Question, said: str) -> None:
        """Just answer."""
        self._say("agent", "answer", said)

    def _believed(self, question: Question, said: str) -> None:
        """Let the asker say what it has always believed."""
        belief = self._belief
        assert belief
        self._say("agent", "answer", said)
        is_wrong = isinstance(belief, Doubt)
        is_denied = isinstance(belief, Doubt) and (belief.after or belief.denied)
        is_near = is_wrong and content_stems(belief.think) & content_stems(said)
        wording = "doubt.was" if is_denied else "doubt" if is_near else "doubt.new"
        self._believe("doubt" if is_wrong else "belief", wording, belief)
        judged = self._judged(belief, is_given_up=is_denied)
        self._say("agent", "correct" if is_wrong else "confirm", judged)

    def _checked(self, question: Question, said: str) -> None:
        is_long = self._num_words(question.answer) >= MIN_CHECKED
        is_fact = not (is_long and is_explained(question.ask))
        check = self._act("agent", "check.fact" if is_fact else "check")
        self._say("agent", "answer.check", f"{said} {check}")
        is_same = is_fact or not in_other_words(question.other_answer, question.answer)
        is_same = is_same or self._told.gives_away(question.other_answer, question)
        if is_same or self._draws.chance(GRASPS):
            self._reply = "grasp"
            return
        self._say("user", "lost", self._act("user", "lost"))
        again = f"{self._act('agent', 'rephrase')} {question.other_answer}"
        self._say("agent", "repeat", again, repairs=len(self._lines) - 2)

    def _offered(self, question: Question, said: str) -> None:
        """Offer to say more, if there is more of what was asked."""
        rest = self._details[self._num_told :]
        rest = rest[: min(2, self._told.num_close(rest, question))]
        if sum(map(self._num_words, rest)) < MIN_ADDED:
            self._say("agent", "answer", said)
            return
        self._say("agent", "answer.offer", f"{said} {self._act('agent', 'offer')}")
        if not self._told.coming and self._draws.chance(DECLINES):
            self._reply = "enough"  # who has more to ask on it has not had enough
            return
        self._say("user", "accept", self._act("user", self._soberly("accept")))
        told = [*rest[:-1], self._linked(rest[-1], question)] if len(rest) > 1 else rest
        self._say("agent", "detail", " ".join(told))

    def _gone_on(self, question: Question, said: str) -> None:
        """Let the asker take it in, and the teacher go on by itself."""
        self._say("agent", "answer", said)
        if rest := self._details[self._num_told :]:
            self._say("user", "ack", self._seen("taken"))
            self._say("agent", "detail", f"{self._act('agent', 'besides')} {rest[0]}")

    def _repeated(self, question: Question, said: str) -> None:
        """Let the asker not have heard it, or not have followed; both take other words."""
        self._say("agent", "answer", said)
        is_other = in_other_words(question.other_answer, question.answer, ALIKE)
        is_heard = is_other or self._draws.chance(FOLLOWS)
        asked = self._act("user", "slower" if is_heard else "again")
        self._say("user", "again", asked, repairs=len(self._lines) - 1)
        opening = self._act("agent", "rephrase" if is_heard else "again")
        again = f"{opening} {question.other_answer}"
        self._say("agent", "repeat", again, repairs=len(self._lines) - 2)


_AFTER: dict[str, Callable[[Answered, Question, str], None]] = {
    "": Answered._answered,
    "quiz": Answered._quizzed,
    "doubt": Answered._believed,
    "check": Answered._checked,
    "offer": Answered._offered,
    "goes_on": Answered._gone_on,
    "again": Answered._repeated,
}
"""What comes after an answer."""
_FITS: dict[str, Callable[[Answered, Question, str], bool]] = {
    "quiz": Answered._may_quiz,
    "doubt": Answered._may_believe,
    "check": Answered._may_check,
    "again": Answered._may_repeat,
}
"""When it may come."""
