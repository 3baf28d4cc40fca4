"""One rule of the spoken form, and the patterns that the rules share.

A rule is a pattern and what it says; ``keep``, a named group at the start of a pattern, is context
that stays as it is. ``needs``, a character that whatever matches holds, saves most searches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Match = re.Match[str]

BLANK = "\ue000"
"""A blank of what is said, while the rules run: what is said stays one piece."""
JOIN = "\ue001"
"""Stands, in what is said, for a blank of what was written."""
FACT = "[\ue100-\uf8ff]"
"""What stands for a fact while the rules run."""

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
"""1200, 1,200 or 4.25."""
LONE = r"(?<![\w.,$/:-])"
"""Before a number: nothing that would make it part of something longer."""
DOT = r"(?:\.(?!\W*$| (?!Apt|Ste|Suite|Unit)[\"'(]?[A-Z]))?"
"""The dot of an abbreviation; it is left where it ends the sentence too."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of written thing."""

    pattern: re.Pattern[str]
    say: Callable[[Match], str]
    needs: str = ""
    has_keep: bool = False
    digitless: bool = False
    """It may match what holds no digit."""

    def apply(self, text: str) -> str:
        """Replace what matches; one JOIN for every written blank taken in."""
        return self.pattern.sub(self._replace, text) if self.needs in text else text

    def _replace(self, match: Match) -> str:
        keep = (match["keep"] or "") if self.has_keep else ""
        written = match[0][len(keep) :]
        said = self.say(match).replace(JOIN, "").replace(" ", BLANK)
        return keep + JOIN * (written.count(" ") + written.count(JOIN)) + said


def rule(
    pattern: str,
    say: Callable[[Match], str] | str,
    needs: str = "",
    *,
    digitless: bool = False,
) -> Rule:
    """Return a rule that says a word, or what a function makes of the match."""
    compiled = re.compile(pattern)
    function = say if callable(say) else lambda match: say
    return Rule(compiled, function, needs, "keep" in compiled.groupindex, digitless)


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def words(before: str, table: dict[str, str], after: str, needs: str = "") -> Rule:
    """Return a rule for a table of words, between the patterns ``before`` and ``after``."""
    pattern = f"{before}(?P<word>{any_of(table)}){after}"
    return rule(pattern, lambda match: table[match["word"]], needs, digitless=True)
