"""What two people may chat about, and who they may be. prompts/casual.yaml -> SmallTalk

A thread is something one of them asks, in two wordings of which either gets any answer, and what
people say to it. What is asked further belongs to the line that it is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, combinations, permutations
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field

from datagen.config import Settings
from datagen.scripting.content.lives import Life, is_one_life

TraitKind: TypeAlias = Literal["work", "place", "past", "likes", "owns", "dislikes"]
Tone: TypeAlias = Literal["plain", "joke", "warm"]
"""How an answer is taken: with a nod, with a laugh, or as something nice."""
_ANSWERS = re.compile(
    r"(?:Some|A few|A lot|All the time|Always|Any time|Not|Yes|No|If|Often|Less|Hardly|So)\b"
    r"|[^,]*, yes\b"
)
"""Opens a line that nobody says who was not asked."""
_PROPER = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
TRAITS: tuple[TraitKind, ...] = get_args(TraitKind)
"""What is said of somebody, in the order of a role prompt."""


class ListenerQuestion(Settings):
    """What people ask about something that was said, and the answer."""

    ask: str
    tell: str
    tone: Tone = "plain"


class Own(Settings):
    """What the other says of itself, or thinks, to something that was said."""

    tell: str
    is_funny: bool = False
    """It is taken with a laugh."""
    life: Life = ()
    """What it presumes of the life of who says it."""


class Saying(Settings):
    """What somebody says of itself, and what comes of it."""

    tell: str
    mine: str = ""
    """How it is said by who asked, once the other has answered, if it is no sentence by itself."""
    take: str
    """How the other takes it, in words that fit nothing else."""
    more: str
    """What is told next if the other asks nothing."""
    own: Own
    """What the other says to it instead of asking."""
    dig: str
    """What the other asks about it."""
    dug: str
    """The answer to that."""
    tone: Tone = "joke"
    """How that answer is taken."""
    later: str = ""
    """What the other may say when it comes back to that answer, if it would."""
    also: tuple[ListenerQuestion, ...] = ()
    """What the other may ask about it instead; people often answer without a joke."""
    low: bool = False
    """It is sad, or was: it is taken as such, and nothing of it with a laugh."""
    life: Life = ()
    """What it and all that is told of it presume of the life of who says it."""

    @cached_property
    def is_answer(self) -> bool:
        """Nobody says it who was not asked."""
        return _ANSWERS.match(self.tell) is not None

    @cached_property
    def questions(self) -> tuple[ListenerQuestion, ...]:
        """All that the other may ask about it."""
        return ListenerQuestion(ask=self.dig, tell=self.dug, tone=self.tone), *self.also


class Thread(Settings):
    """A question, and what people say to it about themselves."""

    ask: tuple[str, str]
    say: Annotated[tuple[Saying, ...], Field(min_length=4, max_length=4)]


class Goal(Settings):
    """What somebody wants from the talk."""

    want: str
    """As in "you want to ..."."""
    ask: str
    reply: Annotated[tuple[str, ...], Field(min_length=2)]
    view: bool = False
    """It asks what the other thinks or would do, so the answer is nothing to go and try."""
    life: Life = ()
    """What it presumes of the life of who wants it."""


class Theme(Settings):
    """Something to chat about; the domain of a dialogue."""

    id: str
    about: str
    """As in "a casual conversation about ..."."""
    short: str
    """The same as people say it: "enough about ..."."""
    opens: Annotated[tuple[str, ...], Field(min_length=4)]
    """What brings somebody to it who then asks any of its questions; it is true of anybody."""
    skips: tuple[TraitKind, ...] = ()
    """Kinds of traits that what is said on the theme could contradict."""
    without: tuple[str, ...] = ()
    """Traits that it could contradict, where most of their kind go with it."""
    apart: tuple[tuple[str, str], ...] = ()
    """Lines, as "thread.line" from 1.1, or "thread" for all of its lines, that one person does not
    both say; "own.1.1" is what the other says of its own to 1.1. A goal is "goal.1", a reply to it
    "goal.1.1" and an opening "open.1": none comes up where either of the two says the line."""
    across: tuple[tuple[str, str], ...] = ()
    """Lines, named as in ``apart``, of which nobody says one where the other says the other."""
    goals: Annotated[tuple[Goal, ...], Field(min_length=2)]
    threads: Annotated[tuple[Thread, ...], Field(min_length=4, max_length=4)]

    @cached_property
    def _lives(self) -> dict[str, Life]:
        """What lines presume, by their names in ``apart``."""
        found = {f"goal.{place}": goal.life for place, goal in enumerate(self.goals, 1)}
        for place, thread in enumerate(self.threads):
            for at, said in enumerate(thread.say):
                found[line_name(place, at)] = said.life
                found[f"own.{line_name(place, at)}"] = said.own.life
        return {name: life for name, life in found.items() if life}

    @cached_property
    def _kept_apart(self) -> dict[str, frozenset[str]]:
        pairs = [(lines_of(one), lines_of(other)) for one, other in self.apart]
        return _ruled_out([*pairs, *_two_lives(self._lives)])

    @cached_property
    def _kept_across(self) -> dict[str, frozenset[str]]:
        return _ruled_out((lines_of(one), lines_of(other)) for one, other in self.across)

    def goes_with(self, name: str, said: Iterable[str]) -> bool:
        """Tell whether who has said some lines may say another, by their names in ``apart``."""
        return self._kept_apart.get(name, frozenset()).isdisjoint(said)

    def answers(self, name: str, said: Iterable[str]) -> bool:
        """Tell whether one may say a line to somebody who has said some others."""
        return self._kept_across.get(name, frozenset()).isdisjoint(said)

    def suits(self, name: str, lives: Iterable[Life]) -> bool:
        """Tell whether somebody who is what some lives presume may say a line."""
        own = self._lives.get(name, ())
        return not own or all(is_one_life(own, life) for life in lives)


class Trait(Settings):
    """Something about somebody, for a description and for the talk."""

    what: str
    """As in "you are Ann, a baker", "you live ...", "you once ...", "you like to ..."."""
    tells: Annotated[tuple[str, ...], Field(min_length=2)]
    """How the person says it, which nobody does in the words of a description."""
    take: str
    """How the other takes it."""
    more: Annotated[tuple[ListenerQuestion, ...], Field(min_length=1)]
    low: bool = False
    """It is sad, or was."""
    life: Life = ()
    """What it says, or presumes, of somebody's life."""


Traits: TypeAlias = Annotated[tuple[Trait, ...], Field(min_length=8)]


class Remark(Settings):
    """Something that is said at the beginning, and how the other takes it up."""

    say: str
    take: Annotated[tuple[str, ...], Field(min_length=2)]
    not_in: tuple[str, ...] = ()
    """Themes of which some line or opening could contradict it, or how it is taken."""


class Hello(Settings):
    """Ways to ask how somebody is, and what is said to any of them."""

    ask: Annotated[tuple[str, ...], Field(min_length=4)]
    answers: Annotated[tuple[Remark, ...], Field(min_length=4)]


class Exit(Settings):
    """Why somebody leaves, and what the other says to that."""

    say: str
    reply: Annotated[tuple[str, ...], Field(min_length=2)]
    hurried: bool = False
    """Nobody says much more who has said it."""
    not_in: tuple[str, ...] = ()
    """Themes of which some line could contradict it."""


class SmallTalk(Settings):
    """All themes and traits, and how people begin and end."""

    moods: Annotated[tuple[str, ...], Field(min_length=4)]
    """What kind of conversation the prompt asks for, e.g. casual."""
    nouns: Annotated[tuple[str, ...], Field(min_length=2)]
    hellos: Annotated[tuple[Hello, ...], Field(min_length=1)]
    remarks: Annotated[tuple[Remark, ...], Field(min_length=4)]
    exits: Annotated[tuple[Exit, ...], Field(min_length=8)]
    at_odds: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    """Lines of hellos, remarks and exits of which no chat has one of the first and one of the
    second."""
    late: tuple[str, ...] = ()
    """Those after which nobody wishes a nice day: it is nearly over."""
    names: tuple[str, ...] = ()
    """Names that a line opens with; those inside a line are found by their capital."""
    traits: dict[TraitKind, Traits]
    unlike: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    """Traits of which nobody has one of the first and one of the second."""
    topics: Annotated[tuple[Theme, ...], Field(min_length=4)]

    @cached_property
    def proper(self) -> frozenset[str]:
        """Words that have a capital inside a sentence: names, which keep it after "so,"."""
        lines = chain.from_iterable(
            (said.tell, said.more, said.own.tell, said.dug, *(other.tell for other in said.also))
            for theme in self.topics
            for thread in theme.threads
            for said in thread.say
        )
        answers = (more.tell for trait in chain(*self.traits.values()) for more in trait.more)
        found = (word for line in chain(lines, answers) for word in _PROPER.findall(line))
        return frozenset(word for word in found if word != "I") | set(self.names)

    @cached_property
    def _unlike(self) -> dict[str, frozenset[str]]:
        lives = {one.what: one.life for one in chain(*self.traits.values()) if one.life}
        return _ruled_out([*self.unlike, *_two_lives(lives)])

    @cached_property
    def _at_odds(self) -> dict[str, frozenset[str]]:
        return _ruled_out(self.at_odds)

    def agrees(self, line: str, others: Iterable[str]) -> bool:
        """Tell whether a chat that begins or ends with some lines may have another there."""
        return self._at_odds.get(line, frozenset()).isdisjoint(others)

    def goes_with(self, what: str, others: Iterable[str]) -> bool:
        """Tell whether who is some things may be another, too."""
        return self._unlike.get(what, frozenset()).isdisjoint(others)


def _ruled_out(
    pairs: Iterable[tuple[Iterable[str], Iterable[str]]],
) -> dict[str, frozenset[str]]:
    """Return what each name of some pairs of lists rules out: all that the other list has."""
    found: dict[str, set[str]] = {}
    for one, other in chain.from_iterable(map(permutations, pairs)):
        for name in one:
            found.setdefault(name, set()).update(other)
    return {name: frozenset(others) for name, others in found.items()}


def _two_lives(lives: dict[str, Life]) -> Iterator[tuple[tuple[str], tuple[str]]]:
    """Yield the pairs of what nobody both says, or is, because no one life has room for them."""
    for one, other in combinations(lives, 2):
        if not is_one_life(lives[one], lives[other]):
            yield (one,), (other,)


def line_name(thread: int, line: int) -> str:
    """Return how ``apart`` calls a line, both counted from 0."""
    return f"{thread + 1}.{line + 1}"


def lines_of(name: str) -> tuple[str, ...]:
    """Return the lines of a thread by its name, or the name of what is no thread."""
    return tuple(f"{name}.{line}" for line in range(1, 5)) if name.isdecimal() else (name,)
