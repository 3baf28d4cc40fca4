"""Read and check what two people may chat about. prompts/casual.yaml -> SmallTalk"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from datagen import assets
from datagen.config import read_yaml, validate
from datagen.scripting.compose.grammar import article_problems
from datagen.scripting.content.casual_pack import (
    TRAITS,
    Exit,
    Remark,
    Saying,
    SmallTalk,
    Theme,
    Thread,
    Trait,
    lines_of,
)
from datagen.scripting.content.questions import content_stems, question_kind, wording_problems
from datagen.text import spelling_problems
from datagen.types import UserError

_YES_OR_NO = re.compile(r"(?:Yes|No|Not (?:really|at all|often|today)|I do|I don't)\b")
"""Opens an answer to what may be answered with yes or no."""
_LEANS = re.compile(r"I (?:like|love|hate) (?:it|them)\b")
"""Opens an answer that names nothing of two things."""
_WHOLE = re.compile(r"(?:I|We|My|Our|There|It|They|Every(?:one|body)|Life)\b")
"""Opens a line that is a sentence without the question that it answers."""
_SPOUSE = re.compile(r"\b(?:my|our) (?:wife|husband)\b", re.IGNORECASE)
_LABEL = re.compile(r"\b(?:talk|ask|tell me|thinking|reading) (?:\w+ )?about\b")
"""Names what a talk is about."""
MIN_RECITED = 5
"""Fewest words of a description that nobody says all in a row; fewer have no other order."""


def default_path() -> Path:
    """Return the small talk that ships with datagen."""
    return assets.find("prompts", "casual")


def load_smalltalk(path: Path) -> SmallTalk:
    """Read and check small talk; what is wrong becomes one sentence."""
    smalltalk = validate(SmallTalk, read_yaml(path), f"the small talk {path}")
    if problems := lint(smalltalk):
        raise UserError(f"the small talk {path}: {problems[0]} ({len(problems)} problems)")
    return smalltalk


def lint(smalltalk: SmallTalk) -> list[str]:
    """Say what the model cannot: repetitions, articles, stops, what is not said as written."""
    problems, seen = [], set()
    for theme in smalltalk.topics:
        for line in chain([theme.id], *(_texts(thread) for thread in theme.threads)):
            if line in seen:
                problems.append(f"{theme.id}: {line!r} is there twice")
            seen.add(line)
        problems += [f"{theme.id}: {problem}" for problem in _lint_theme(theme)]
    problems += [f"no trait says {kind}" for kind in TRAITS if kind not in smalltalk.traits]
    known = {trait.what for traits in smalltalk.traits.values() for trait in traits}
    named = {*chain(*chain(*smalltalk.unlike)), *chain(*(one.without for one in smalltalk.topics))}
    problems += [f"no trait is {what!r}" for what in sorted(named - known)]
    for kind, traits in smalltalk.traits.items():
        problems += [
            f"traits.{kind}: {problem}" for trait in traits for problem in _lint_trait(trait)
        ]
    themes = {one.id for one in smalltalk.topics}
    answers = chain.from_iterable(hello.answers for hello in smalltalk.hellos)
    bounded: list[Remark | Exit] = [*answers, *smalltalk.remarks, *smalltalk.exits]
    for said in bounded:
        problems += [f"{said.say!r}: no theme is {one!r}" for one in {*said.not_in} - themes]
    ends = [*_ends(smalltalk)]
    unsaid = {*chain(*chain(*smalltalk.at_odds)), *smalltalk.late} - {*ends}
    problems += [f"no hello, remark or exit says {line!r}" for line in sorted(unsaid)]
    for line in ends:
        problems += [f"hellos, remarks, exits: {problem}" for problem in _lint_line(line)]
    return problems


def _ends(smalltalk: SmallTalk) -> Iterator[str]:
    """Yield what is said where people begin and end, but for the questions."""
    answers = chain.from_iterable(hello.answers for hello in smalltalk.hellos)
    for remark in (*answers, *smalltalk.remarks):
        yield from (remark.say, *remark.take)
    for leaving in smalltalk.exits:
        yield from (leaving.say, *leaving.reply)


def _lint_trait(trait: Trait) -> Iterator[str]:
    for problem in (*article_problems(trait.what), *spelling_problems(trait.what)):
        yield f"{problem} in {trait.what!r}"
    yield from (problem for line in (*trait.tells, trait.take) for problem in _lint_line(line))
    if len(trait.what.split()) >= MIN_RECITED:
        yield from (
            f"a person does not recite its description: {line!r}"
            for line in trait.tells
            if _recites(line, trait.what)
        )
    for more in trait.more:
        yield from (*_lint_line(more.ask, is_question=True), *_lint_line(more.tell))
        if _SPOUSE.search(more.tell):
            yield f"what is said on a theme may name another: {more.tell!r}"


def _recites(line: str, what: str) -> bool:
    """Tell whether a line has all the words of a description in a row, but for a first article."""
    return what.lower().removeprefix("a ").removeprefix("an ") in line.lower()


def _texts(thread: Thread) -> Iterator[str]:
    yield from thread.ask
    for said in thread.say:
        yield from (said.tell, said.take, said.more, said.own.tell, said.dug)
        yield from (other.tell for other in said.also)
        yield from filter(None, (said.mine, said.later))


def _lint_theme(theme: Theme) -> Iterator[str]:
    yield from _lint_opens(theme)
    for thread in theme.threads:
        yield from wording_problems(thread.ask, is_talk=True)
        yield from (problem for said in thread.say for problem in _lint_saying(said))
        for line in thread.ask:
            yield from _lint_line(line, is_question=True)
        yield from _unfit(thread)
    for goal in theme.goals:
        yield from _lint_line(goal.ask, is_question=True)
        yield from (problem for line in goal.reply for problem in _lint_line(line))
    yield from _lint_apart(theme)


def _lint_saying(said: Saying) -> Iterator[str]:
    yield from _lint_line(said.dig, is_question=True)
    told = (said.tell, said.mine, said.take, said.more, said.own.tell, said.dug, said.later)
    yield from (problem for line in filter(None, told) for problem in _lint_line(line))
    for other in said.also:
        yield from (*_lint_line(other.ask, is_question=True), *_lint_line(other.tell))
    if not (said.mine or said.is_answer or _WHOLE.match(said.tell)):
        yield f"{said.tell!r} is no sentence by itself: mine says how who asked says it"
    about = content_stems(f"{said.tell} {said.dig} {said.dug}")
    if said.later and not content_stems(said.later) & about:
        yield f"{said.later!r} comes back to nothing that was said"


def _unfit(thread: Thread) -> Iterator[str]:
    """Find lines that answer one wording of a question and not the other."""
    for ask in thread.ask:
        is_polar, is_choice = question_kind(ask) == "polar", " or " in ask
        for said in thread.say:
            if not is_polar and _YES_OR_NO.match(said.tell):
                yield f"{said.tell!r} answers yes or no to {ask!r}"
            if is_choice and _LEANS.match(said.tell):
                yield f"{said.tell!r} does not say which of {ask!r} it means"


def _lint_opens(theme: Theme) -> Iterator[str]:
    for line in theme.opens:
        yield from _lint_line(line)
        if theme.about in line.lower() or _LABEL.search(line):
            yield f"nobody says what the talk will be about: {line!r}"


def _lint_apart(theme: Theme) -> Iterator[str]:
    threads = [str(thread) for thread in range(1, 5)]
    lines = [*chain.from_iterable(map(lines_of, threads))]
    known = {*threads, *lines, *(f"own.{line}" for line in lines)}
    for place, goal in enumerate(theme.goals, 1):
        known |= {f"goal.{place}", *(f"goal.{place}.{at + 1}" for at in range(len(goal.reply)))}
    known |= {f"open.{place + 1}" for place in range(len(theme.opens))}
    named = {*chain(*theme.apart), *chain(*theme.across)}
    yield from (f"no line is {name!r}" for name in sorted(named - known))


def _lint_line(line: str, *, is_question: bool = False) -> Iterator[str]:
    if not line[0].isupper() or line[-1] != ("?" if is_question else "."):
        yield f"a question ends with a question mark and an answer with a stop: {line!r}"
    yield from (f"{problem} in {line!r}" for problem in article_problems(line))
    yield from (f"{problem} in {line!r}" for problem in spelling_problems(line))
