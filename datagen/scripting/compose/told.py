"""What a lesson has told and what it will tell: nothing of it is told again.

details, beliefs --Told--> those that say something new
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.content.qa_pack import Belief
from datagen.scripting.content.questions import (
    asks_for_told,
    asks_what_to_do,
    content_stems,
    has_part_told,
    is_explained,
    is_told,
    question_kind,
    tell_the_same,
    tells_a_need,
)
from datagen.scripting.plans.qa import LEANS, Question

_SENTENCE = re.compile(r"(?<=[.?!]) ")
_PRONOUN = re.compile(r"(?:It|They|Its|Their)\b")
"""Opens a sentence on what was named before it."""
_DONE = re.compile(r"\b(?:[Ss]hould|[Dd]o|[Cc]an|[Cc]ould) I\b|\bbetter to\b|\bshould a\b")
"""Tells that a question asks for what to do or to leave."""
_WHOLE = re.compile(
    r"(?:what|who)(?:'s| is| are| was| were)\b|can you|how do(?:es)? .* work\b", re.I
)
"""Asks about a whole thing, of which whoever has heard anything has heard of what was asked."""
_OF_IT = re.compile(r"(?:it|they|he|she)\b|.*\b(?:it|them|for that)$")
"""Opens or ends a belief about what was asked."""


_TESTS = frozenset((
    "answer.quiz", "quiz", "try.right", "try.wrong", "tell", "correct", "confirm", "guess.wrong",
    "guess.right", "doubt", "belief",
))  # fmt: skip
"""Acts that put something to the test, and what comes of it."""


class Told:
    """What has been said in a lesson, and what is coming."""

    def __init__(self, lines: Sequence[PlannedLine]) -> None:
        """Take the turns of the lesson, which grow as it is worded."""
        self._lines = lines
        self.coming: tuple[Question, ...] = ()
        """What will be asked on the same topic."""
        self.later: tuple[Question, ...] = ()
        """What will be asked on any."""
        self.judged = ""
        """What is believed of the question and what is so, if that has come up."""

    def free(self, question: Question) -> list[str]:
        """Return the details that tell nothing that was said, and nothing of what will be asked.

        One that opens with "it" or "they" comes first: what it speaks of was named last then. What
        goes on with the answer comes before asides, and what speaks of nothing that was asked or
        answered comes last.
        """
        free = [
            one
            for one in question.details
            if self.is_new(one, question.answer)
            and not self.is_apart(one, question)
            and not any(_is_asked(later, one, question) for later in self.coming)
            and not any(asks_for_told(later.ask, later.answer, one) for later in self.later)
        ]
        free = [
            one
            for place, one in enumerate(free)
            if not any(question.is_apart(one, other) for other in free[:place])
        ]
        return sorted(
            free,
            key=lambda one: (
                _is_loose(one, question),
                not _PRONOUN.match(one),
                is_aside(one, question),
            ),
        )

    def num_close(self, details: Sequence[str], question: Question) -> int:
        """Count the details that speak of what was asked or answered; they come first."""
        return sum(not _is_loose(one, question) for one in details)

    def is_new(self, text: str, answer: str) -> bool:
        """Tell whether a text repeats neither what the teacher has said nor what it will say."""
        said = [line.text for line in self._lines if line.speaker == "agent"]
        known = [answer, self.judged, *(one.answer for one in self._ahead()), *said]
        sentences = (sentence for one in known for sentence in _sentences(one))
        return not any(
            tell_the_same(text, sentence) or has_part_told(text, sentence) for sentence in sentences
        )

    def is_apart(self, text: str, question: Question) -> bool:
        """Tell whether a line is kept apart from one that was said or that will answer."""
        if not question.kept_from(text):
            return False
        known = (*(line.text for line in self._lines), question.answer, self.judged)
        ahead = (one.answer for one in self._ahead())
        return any(question.is_apart(text, said) for said in (*known, *ahead))

    def gives_away(self, text: str, question: Question) -> bool:
        """Tell whether a text tells what will be asked on the topic."""
        return any(
            tell_the_same(text, one.answer) or question.is_apart(one.answer, text)
            for one in self.coming
        )

    def has_asked(self, ask: str, question: Question, since: int) -> bool:
        """Tell whether the turns from one on have named half of what a question is about besides
        its topic: who said that it needs glasses and was told no does not ask if it will."""
        said = " ".join(line.text for line in self._lines[since:] if line.act in _TESTS)
        fresh = content_stems(ask) - content_stems(question.ask)
        return 2 * len(fresh & content_stems(said)) >= len(fresh) > 0

    def _ahead(self) -> tuple[Question, ...]:
        """Return what will be asked."""
        return self.later or self.coming

    def stays(self, text: str, question: Question) -> bool:
        """Tell whether what comes next on a question may still say "it" after a text on it."""
        if not self.coming or not LEANS.search(self.coming[0].ask):
            return True
        return bool(_OF_IT.match(text) or content_stems(text) & content_stems(question.ask))

    def may_come_up(self, belief: Belief, question: Question) -> bool:
        """Tell whether what is said to a belief is not what the question's answer says.

        Nor will anybody ask for what it says, or believe what it has just asked for a yes or a no.
        """
        asked = f"{question.ask} {question.answer}"
        said = f"{belief.think}. {belief.tell}"
        is_asked = any(
            asks_for_told(one.ask, one.answer, said) or is_told(one.ask, belief.think)
            for one in self.coming
        )
        is_new = not is_told(belief.tell, asked) and self.is_new(belief.tell, question.answer)
        is_new = is_new and not self.is_apart(belief.tell, question)
        is_open = not is_told(belief.think, question.ask) or question_kind(question.ask) != "polar"
        return is_new and is_open and not is_asked

    def may_be_heard(self, belief: Belief, question: Question) -> bool:
        """Tell whether a belief may come up before the answer, which then says something else.

        Who is asked what it has heard speaks of what it has asked; of who, when or how many it was
        it has only a guess.
        """
        is_new = belief.is_other_than(question.ask, question.answer)
        is_of_it = is_explained(question.ask) and _speaks_of(belief, question)
        return is_new and is_of_it and self.may_come_up(belief, question)


def _is_asked(later: Question, detail: str, question: Question) -> bool:
    """Tell whether a detail names half of what a later question asks besides its topic."""
    told, fresh = content_stems(detail), content_stems(later.ask) - content_stems(question.ask)
    return is_told(later.ask, detail) or 2 * len(fresh & told) >= len(fresh) > 0


def is_aside(detail: str, question: Question) -> bool:
    """Tell whether a detail goes on with nothing that the answer says, and is no further advice: it
    is of the same thing, and a teacher says that it comes by the way."""
    said = content_stems(question.answer) - content_stems(question.ask)
    return not _is_advised(question.ask) and said.isdisjoint(content_stems(detail))


def _is_loose(detail: str, question: Question) -> bool:
    """Tell whether a detail names nothing of a question and its answer, and is no further advice:
    who asked for the largest country did not ask for the smallest."""
    stems = content_stems(detail)
    return (
        stems.isdisjoint(content_stems(question.ask))
        and stems.isdisjoint(content_stems(question.answer))
        and not _PRONOUN.match(detail)
        and not _is_advised(question.ask)
    )


@lru_cache(maxsize=2048)
def _is_advised(ask: str) -> bool:
    is_done = _DONE.search(ask) and question_kind(ask) != "why"
    return bool(is_done) or asks_what_to_do(ask) or tells_a_need(ask)


def _speaks_of(belief: Belief, question: Question) -> bool:
    """Tell whether a belief names what a question names, or leaves that to "it": then it is of what
    was asked of it, and not of how elephants drink if it was asked why they have big ears."""
    asked = content_stems(question.ask)
    if content_stems(belief.think) & asked:
        return True
    if not _OF_IT.match(belief.think):
        return False
    known = asked | content_stems(question.answer)
    return bool(
        _WHOLE.match(question.ask) or content_stems(f"{belief.think} {belief.tell}") & known
    )


@lru_cache(maxsize=1024)
def _sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text; each is looked at for every detail and belief."""
    return tuple(_SENTENCE.split(text))
