"""What people ask a teacher, and the right answers. prompts/qa/SUBJECT.yaml -> Subject

A topic has a question and its answer, each in two wordings that go together any way, details that
may follow either, further questions with their answers, what people believe of it, wrongly and
rightly, a question that shows whether it was understood, and one that no teacher can answer.
Statements are common knowledge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, product
from pathlib import Path
from typing import Annotated

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.compose.grammar import article_problems
from datagen.scripting.content.questions import (
    content_stems,
    in_other_words,
    question_kind,
    share_number,
    tell_the_same,
    wording_problems,
)
from datagen.text import speak, unsayable
from datagen.types import UserError

Lines = Annotated[tuple[str, ...], Field(min_length=2)]
MAX_ANSWER = 40
"""Most spoken words of an answer's core: the teacher explains briefly."""
REPEATED, ANSWERED = 0.3, 0.5
"""From which share of their words in the answer on, nobody sets a belief right just before it: the
words that set it right, and those of the belief."""
_YES_OR_NO = re.compile(r"(?:yes|no|not really)\b", re.IGNORECASE)
_DENIES = re.compile(r"(?:No|Not|None|Nothing|Hardly|Never|Nobody)\b")
_LEANS = re.compile(
    r"(?:so (?:do|does|is|are|can|has)|that|this|those|these|others?|another|also|then|even so)\b",
    re.IGNORECASE,
)
"""Opens a line that says something of the line before it."""
_LIKE_IT = re.compile(
    r"\blike that\b|\b(?:the|a) (?:same|similar) (?:way|thing)\b|\bthe same with\b"
    r"|\b(?:do|does|did) (?:it|the same)\b",
    re.IGNORECASE,
)
"""Says of one thing what was said of another."""
_OPENS = {"It": re.compile(r"Its?\b"), "They": re.compile(r"(?:They|Their)\b")}
"""Opens a line that speaks of one thing, and of several."""
_POINTS = re.compile(
    r"\b(?:this|these|those) (?!is|are|year|week|month|morning|hour|town|test)\w"
    r"|\b(?:in|on|of|under|behind|by|at|is|was|were) that\b(?! [A-Za-z']+ (?:me|us)\b)|\bthat one\b"
)
"""Points at something; what was named is not pointed at."""
_NAMES = re.compile(
    r"\b(?:of|did|does|do|in|on|with|like|to) (?:that|those|these)\b|\b(?:elsewhere|such)\b",
    re.IGNORECASE,
)
"""What a question leans on without naming it, unless what follows does."""
_LEANS_ON_IT = re.compile(
    r"(?!If|When|As|Where)(?:Don't |Never |You can )?[A-Za-z]+ (?:it|them)\b(?! has)"
)
"""Opens a detail that asks to do something with what another line was about."""
_MINE = re.compile(r"\b(?:mine|this one|that one)\b", re.IGNORECASE)
"""Speaks of something that nobody has named."""
_TAKES_UP = re.compile(r"(?:That|That's|Then)\b")
"""Opens what sets a belief right with what "That one isn't true" has just opened with."""
_PART = re.compile(
    r"(?:(?P<topic>\w+)/)?(?P<part>core|details|more|doubt|rightly|quiz|beyond)"
    r"(?:\.(?P<place>\d))?"
)
"""Names a line: "more.1" of the same topic, "rice/doubt" of another."""
_WORD = re.compile(r"[A-Za-z']+")
_OF_ME = re.compile(r"\b(?:I|me|my|mine)\b")
_OF_IT = re.compile(r"\b(?:they|them|their|(?:do|does|did|can|will) it)\b")
"""Asks about what a detail of something else may come after."""


class FollowUp(Settings):
    """A further question on a topic, and its answer."""

    ask: str
    tell: str


class Belief(Settings):
    """What people believe, and rightly so."""

    think: str
    """A clause, to follow "I've heard that"."""
    tell: str
    """What is known of it besides."""
    after: bool = False
    """It only comes up after the answer, which has told that it is wrong, if it is."""

    def is_other_than(self, ask: str, answer: str) -> bool:
        """Tell whether the belief may be judged just before an answer, without saying it."""
        is_asked = content_stems(self.think) <= content_stems(ask)
        is_new = in_other_words(self.tell, answer, REPEATED) and not share_number(self.tell, answer)
        is_open = in_other_words(self.think, answer, ANSWERED)
        return is_new and is_open and not is_asked and not self.after


class Doubt(Belief):
    """What people wrongly believe, and what is right; ``after``: the answer says it is wrong."""

    denied: bool = False
    """The answer says that it is wrong, or leaves no room for it, but it may come up before it."""

    partly: bool = False
    """There is something to it, so nobody denies it."""


class Quiz(Settings):
    """What a teacher asks to see whether it was understood."""

    ask: str
    right: str
    wrong: str
    tell: str
    """The right answer in a sentence."""
    sure: bool = False
    """Who has heard the answer to the main question knows it."""

    @property
    def praise(self) -> str:
        """The act that praises the right answer: no "yes" to a no."""
        return "praise.no" if _DENIES.match(self.right) else "praise"

    @property
    def refusal(self) -> str:
        """The act that turns the wrong answer down: another no would agree with a no."""
        if not _DENIES.match(self.wrong):
            return "wrong"
        return "wrong.yes" if self.right.startswith("Yes") else "wrong.no"

    def is_given_away_by(self, detail: str) -> bool:
        """Tell whether nobody asks that right after a detail, which speaks of the same."""
        asked, told = content_stems(self.ask), content_stems(detail)
        is_of_it = 2 * len(asked & told) >= len(asked) > 0
        return is_of_it or content_stems(self.right) <= told or tell_the_same(detail, self.tell)


class Topic(Settings):
    """Something people ask a teacher."""

    id: str
    ask: Annotated[tuple[str, ...], Field(min_length=1)]
    """The question, in several wordings: what is another question belongs to ``more``."""
    core: Annotated[tuple[str, ...], Field(min_length=1)]
    """The answer, in several wordings; each answers each wording of the question."""
    details: Lines
    """What may follow any ``core``, in any order and without the others."""
    more: Annotated[tuple[FollowUp, ...], Field(min_length=2)]
    doubt: Doubt
    rightly: Belief | None = None
    """What people believe of it that is so."""
    quiz: Quiz
    beyond: FollowUp | None = None
    """A question on it that somebody might ask and that the teacher can't know the answer to, and
    what is known of that, or who knows it."""
    grave: bool = False
    """It is asked in need or in grief: nobody jokes, guesses, or is put to a test."""
    apart: tuple[tuple[str, str], ...] = ()
    """Pairs of lines of which one tells the other, as "more.1" or, of another topic, "rice/more.1":
    no lesson has both."""

    def line(self, part: str, place: int) -> str | None:
        """Return what a line of a part tells, or asks if it is a test or what nobody knows."""
        several = {"core": self.core, "details": self.details}
        several["more"] = tuple(one.tell for one in self.more)
        if part in several:
            return several[part][place - 1] if 0 < place <= len(several[part]) else None
        asked = {"quiz": self.quiz, "beyond": self.beyond}.get(part)
        told = {"doubt": self.doubt, "rightly": self.rightly}.get(part)
        return asked.ask if asked else told.tell if told else None


class Subject(Settings):
    """A field of knowledge; the domain of a dialogue."""

    id: str
    about: str
    """As in "you are curious about ..."."""
    paths: tuple[tuple[str, ...], ...]
    """Topics that lead to one another, by their ids; each is in one of them at least."""
    topics: Annotated[tuple[Topic, ...], Field(min_length=4)]

    @cached_property
    def light(self) -> dict[str, Topic]:
        """The topics that somebody may come to by the way, by their ids."""
        return {topic.id: topic for topic in self.topics if not topic.grave}

    @cached_property
    def apart(self) -> Mapping[str, frozenset[str]]:
        """The lines that a lesson does not have besides a line."""
        found: dict[str, frozenset[str]] = {}
        for topic in self.topics:
            for pair in topic.apart:
                one, other = (self.line(topic, name) for name in pair)
                if one and other:
                    found[one] = found.get(one, frozenset()) | {other}
                    found[other] = found.get(other, frozenset()) | {one}
        return found

    @cached_property
    def plain(self) -> frozenset[str]:
        """The words that are no names: some line has them in small letters."""
        lines = (line for topic in self.topics for _, line in _lines(topic))
        return frozenset(word for line in lines for word in _WORD.findall(line) if word.islower())

    def line(self, topic: Topic, name: str) -> str | None:
        """Return the line that a name in a topic stands for, if there is one."""
        if not (named := _PART.fullmatch(name)):
            return None
        home = named["topic"] or topic.id
        found = next((one for one in self.topics if one.id == home), None)
        return found.line(named["part"], int(named["place"] or 0)) if found else None

    @cached_property
    def near(self) -> dict[str, tuple[Topic, ...]]:
        """The topics that each topic leads to; nobody comes to what is grave by the way."""
        return {
            name: tuple(one for other, one in self.light.items() if other in found - {name})
            for name in (topic.id for topic in self.topics)
            for found in [set(chain.from_iterable(path for path in self.paths if name in path))]
        }


def default_paths() -> list[Path]:
    """Return the subjects that ship with datagen, in order of their names."""
    return [assets.find("prompts/qa", name) for name in assets.names("prompts/qa")]


def load_subjects(paths: Sequence[Path]) -> tuple[Subject, ...]:
    """Read and check subjects; what is wrong becomes one sentence."""
    subjects = tuple(validate(Subject, read_yaml(path), f"the subject {path}") for path in paths)
    if problems := lint(subjects):
        raise UserError(f"the subjects cannot be used: {problems[0]} ({len(problems)} problems)")
    return subjects


def lint(subjects: Sequence[Subject]) -> list[str]:
    """Say what the model of a subject cannot: every line is "TOPIC: what"."""
    problems = []
    seen: set[str] = set()
    for topic in chain.from_iterable(subject.topics for subject in subjects):
        for name in (topic.id, *topic.ask, *topic.core, *(follow.tell for follow in topic.more)):
            if name in seen:
                problems.append(f"{topic.id}: {name!r} is there twice")
            seen.add(name)
        problems += [f"{topic.id}: {problem}" for problem in _lint_topic(topic)]
    for subject in subjects:
        problems += _lint_paths(subject)
    sizes = {len(subject.topics) for subject in subjects}
    if len(sizes) > 1:
        problems.append(f"subjects of {min(sizes)} and {max(sizes)} topics cannot be balanced")
    return problems


def _lint_paths(subject: Subject) -> Iterator[str]:
    """Say which topics the paths miss, and what they name that is none."""
    known = {topic.id for topic in subject.topics}
    named = set(chain.from_iterable(subject.paths))
    for name in sorted(named - known):
        yield f"{name}: a path leads to {name!r}, but that is no topic"
    for topic in subject.topics:
        named_lines = chain.from_iterable(topic.apart)
        lost = (name for name in named_lines if subject.line(topic, name) is None)
        yield from (f"{topic.id}: {name!r} is kept apart, but is no line" for name in lost)
    lonely = [name for name in known & named if not subject.near[name]]
    yield from (f"{name}: no path leads on from it" for name in sorted((known - named) | {*lonely}))


def _lint_topic(topic: Topic) -> Iterator[str]:
    yield from _lint_sense(topic)
    for part, line in _lines(topic):
        if part == "think":
            if line[-1] in ".?!":
                yield f"what people think ends without a stop, unlike {line!r}"
        elif not re.match(r"[A-Z].*[.?!]$", line):
            yield f"a line begins with a capital and ends with a stop, unlike {line!r}"
        if (part == "ask") != line.endswith("?"):
            yield f"{part} {line!r}: questions, and only they, end with a question mark"
        yield from (f"{problem} in {line!r}" for problem in article_problems(line))
    refused = [
        f"{problem} in {line!r}" for _, line in _lines(topic) if (problem := unsayable(line))
    ]
    yield from refused
    if refused:
        return
    long = [core for core in topic.core if len(speak(core).split()) > MAX_ANSWER]
    yield from (f"more than {MAX_ANSWER} words are no short answer: {core!r}" for core in long)


def _lint_sense(topic: Topic) -> Iterator[str]:
    """Say what does not go together: wordings, their answers, and what depends on other lines."""
    yield from wording_problems(topic.ask)
    if {question_kind(ask) for ask in topic.ask} != {"polar"}:
        yes_or_no = (core for core in topic.core if _YES_OR_NO.match(core))
        yield from (f"{core!r} answers yes or no, which is not asked" for core in yes_or_no)
    leaning = (line for line in topic.details if _LEANS.match(line) or _LIKE_IT.search(line))
    yield from (f"{line!r} leans on another line, but comes in any order" for line in leaning)
    doing = (line for line in topic.details if _LEANS_ON_IT.match(line))
    yield from (f"{line!r} comes after any line, so name what to do it with" for line in doing)
    if all(any(form.match(line) for line in topic.details) for form in _OPENS.values()):
        yield f"{' '.join(topic.details)!r}: one is of it and one of them, so name what they are of"
    for asked in (topic.quiz.ask, *(follow.ask for follow in topic.more)):
        if _leans(asked, topic):
            yield f"{asked!r} leans on words that not each wording has: name what it is about"
    yield from _lint_asides(topic)


def _lint_asides(topic: Topic) -> Iterator[str]:
    """Say what doesn't go with what is said around a belief, a test and what nobody knows."""
    yield from _lint_beliefs(topic)
    if topic.beyond:
        yield from _lint_beyond(topic, topic.beyond)
    if (found := _OF_IT.search(topic.quiz.ask)) and not content_stems(
        topic.quiz.ask[: found.start()]
    ):
        yield f"{topic.quiz.ask!r} comes after any detail, so name what it is about"
    if _YES_OR_NO.match(topic.quiz.tell):
        yield f"{topic.quiz.tell!r} comes after a yes or a no of its own, so it opens with neither"
    ask = {topic.quiz.right.lower(), topic.quiz.wrong.lower()}
    if len(ask) < 2:
        yield f"the right answer is the wrong one, {topic.quiz.right!r}"


def _lint_beliefs(topic: Topic) -> Iterator[str]:
    """Say what doesn't go with who says a belief, and with the word before what is said to it."""
    for belief in filter(None, (topic.doubt, topic.rightly)):
        if _OF_ME.search(belief.think):
            yield f"{belief.think!r}: who says so is not only the asker, so there is no I in it"
        if _TAKES_UP.match(belief.tell):
            yield f"{belief.tell!r} takes up a word that was said before it, so name the thing"
    if topic.rightly and _DENIES.match(topic.rightly.tell):
        yield f"{topic.rightly.tell!r} comes after a yes, so it doesn't open with a no"


def _lint_beyond(topic: Topic, beyond: FollowUp) -> Iterator[str]:
    """Say what is wrong with what nobody knows: it speaks of nothing unsaid, and has no answer."""
    if _POINTS.search(beyond.ask):
        yield f"{beyond.ask!r} points at something that nobody sees"
    if _MINE.search(beyond.ask):
        yield f"{beyond.ask!r} speaks of what nobody has named"
    if _YES_OR_NO.match(beyond.tell):
        yield f'{beyond.tell!r} comes after an "I don\'t know", so it answers nothing'
    if topic.grave:
        yield f"{beyond.ask!r}: in need or in grief nobody is left without an answer"


def _leans(ask: str, topic: Topic) -> bool:
    """Tell whether a question points at what a wording of the main one and its answer leave out."""
    found = _NAMES.search(ask)
    if found is None or "," in ask[: found.start()]:  # it points at its own first clause
        return False
    named = content_stems(ask[found.end() :])
    pairs = product(topic.ask, topic.core)
    return any(named.isdisjoint(content_stems(" ".join(pair))) for pair in pairs)


def _lines(topic: Topic) -> Iterator[tuple[str, str]]:
    """Yield every line with what it is."""
    for part in ("ask", "core", "details"):
        yield from ((part, line) for line in getattr(topic, part))
    for follow in topic.more:
        yield "ask", follow.ask
        yield "tell", follow.tell
    for belief in filter(None, (topic.doubt, topic.rightly)):
        yield "think", belief.think
        yield "tell", belief.tell
    yield "ask", topic.quiz.ask
    yield from (("tell", line) for line in (topic.quiz.right, topic.quiz.wrong, topic.quiz.tell))
    if topic.beyond:
        yield "ask", topic.beyond.ask
        yield "tell", topic.beyond.tell
