"""A written form: a pattern, what it says, and how sure one may be of it.

    "$9.50" --Form.read--> Reading(kind="money", end=5, said="nine dollars and fifty cents", ...)

A class of written things (money, date, ...) is a module of `datagen.text.classes` with its forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

Match = re.Match[str]

REACH = 64
"""How many characters before a form may tell what it is."""
_MANY = 64
"""Words from which a pattern of them is sorted by their first characters."""
LONE = r"(?<![\w.,$/:-])"
"""A pattern before a number: it is not the end of something longer."""
END = r"(?![\w%°¢$€£¥@^]|[.,:/'][\d.]*\d|-\d)"
"""A pattern after a number: it is not the beginning of something longer."""
DOT = (
    r"(?:\.(?=[?!])|\.(?!\W*$| (?!Apt|Ste|Suite|Unit|[NS][EW]\b|[NSEW]\.? of\b|[NSEW]\.?(?:$|,))"
    r"[\"'(]?[A-Z]))?"
)
"""The dot of an abbreviation; it is left where it ends the sentence too."""


class Unsayable(ValueError):
    """A written form that no rule reads, or that two rules read in two ways.

    Attributes:
        word: the word between blanks that holds it, as it is written.
        why: what is wrong with it, in words.
    """

    def __init__(self, word: str, why: str) -> None:
        super().__init__(f"{word!r} cannot be said: {why}")
        self.word = word
        self.why = why

    def __reduce__(self) -> tuple[type[Unsayable], tuple[str, str]]:
        """Return what makes an equal one, so that it crosses processes."""
        return Unsayable, (self.word, self.why)


class Sure(IntEnum):
    """How sure a reading is; among readings of equal length the surest is said, or refused."""

    GUESS = 0
    """The shape allows it, as it allows others."""
    USUAL = 1
    """What the shape means where nothing speaks against it."""
    DOUBT = 2
    """The shape has two meanings: it is refused unless a word beside it says which."""
    CUE = 3
    """A word beside it says so."""
    CERTAIN = 4
    """Nothing else is written like this."""
    REFUSED = 5
    """The form knows that it cannot be said; only what is longer is."""


class Reading(NamedTuple):
    """One way to say a stretch of text that begins at a known place."""

    kind: str
    end: int
    said: str
    sure: Sure
    problem: Unsayable | None = None
    """Why it cannot be said, if it is refused."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a thing of a class."""

    kind: str
    pattern: re.Pattern[str]
    say: Callable[[Match], str | None]
    """Returns what is said, or None if it is no thing of this class after all."""
    sure: Sure
    before: re.Pattern[str] | None
    """What has to stand before it."""

    def read(self, match: Match) -> Reading | None:
        """Read what its pattern has matched, if it is written there."""
        if self.before is not None and not is_before(match, self.before):
            return None
        try:
            said = self.say(match)
        except Unsayable as problem:
            return Reading(self.kind, match.end(), problem.why, Sure.REFUSED, problem)
        return None if said is None else Reading(self.kind, match.end(), said, self.sure)


class FormMaker:
    """Makes the forms of one class."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(
        self,
        pattern: str,
        say: Callable[[Match], str | None] | str,
        sure: Sure = Sure.CERTAIN,
        *,
        before: re.Pattern[str] | None = None,
    ) -> Form:
        """Return a form that says a word, or what a function makes of the match."""
        function = say if callable(say) else lambda match: say
        return Form(self.kind, re.compile(pattern), function, sure, before)

    def words(
        self, table: Mapping[str, str], after: str, sure: Sure = Sure.CERTAIN, before: str = ""
    ) -> Form:
        """Return a form for a table of words, with patterns of what stands beside."""
        pattern = f"{before}(?P<word>{any_of(table)}){after}"
        return self(pattern, lambda match: table[match["word"]], sure)


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of the words, the longest first; those of many are found by their first."""
    longest = sorted(words, key=len, reverse=True)
    if len(longest) < _MANY:
        return "|".join(map(re.escape, longest))
    rests: dict[str, list[str]] = {}
    for word in longest:
        rests.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in rests.items())


def cue(words: str, between: str = r"[:,]? ?[#(\"']?") -> re.Pattern[str]:
    """Return a pattern that finds one of the words right before a place, in any case."""
    return re.compile(rf"(?<![\w-])(?:{words}){between}\Z", re.IGNORECASE)


def is_before(match: Match, pattern: re.Pattern[str]) -> bool:
    """Tell whether a cue stands before a match."""
    start = match.start()
    return pattern.search(match.string, max(0, start - REACH), start) is not None


def is_after(match: Match, pattern: re.Pattern[str]) -> bool:
    """Tell whether a pattern matches right after a match."""
    return pattern.match(match.string, match.end()) is not None


def is_near(match: Match, pattern: re.Pattern[str], left: int = 48, right: int = 32) -> bool:
    """Tell whether a pattern is found around a match, within so many characters."""
    start, end = max(0, match.start() - left), match.end() + right
    return pattern.search(match.string, start, end) is not None
