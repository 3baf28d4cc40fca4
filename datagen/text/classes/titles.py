"""Titles before a name: "Dr. Jones", "Gov Scott", "Sen Warren". They are abbreviations."""

from __future__ import annotations

import re

from datagen.text.form import Form, FormMaker, Match, Sure, Unsayable, any_of, is_before
from datagen.text.lexicon import BARE_TITLES, NAMED_TITLES, NOT_TITLED, TITLES

_STREET = re.compile(
    r"(?:\d(?:st|nd|rd|th)?|\b(?:on|at|down|along|across"
    r"|off)) (?:[NSEW]\.? )?(?:[A-Z][a-z']+ ){1,2}\Z"
)
OPENS = re.compile(r"(?:^|[.?!:] )[\"'(]?\Z")
"""What stands before the first word of a sentence."""
_BESIDE_NAME = re.compile(
    r"\b(?:[Nn]ext|[Nn]ew|[Ff]irst|[Ss]econd|[Tt]hird|[Ll]ast|[Ss]ales|[Cc]ustomer|[Ss]ervice"
    r"|[Aa]ccount|[Ss]upport|[Pp]harma|\d(?:st|nd|rd|th)) \Z"
    rf"|[a-z,] (?!The\b|(?:{any_of(TITLES)})\b)[A-Z][a-z']+ \Z"
)
"""What stands before "Gen", "Rep" or "Sen" that is no title: "next Gen", "by Amartya Sen"."""
_AT_FIRST = frozenset(("Fr", "Ofc"))
"""Titles that may be "for real" and "of course" where a sentence begins."""


def _title(match: Match) -> str | None:
    """Say a title before a name; after the name of a street it is none."""
    return None if is_before(match, _STREET) else TITLES[match["word"]]


def _named_title(match: Match) -> str | None:
    """Say a title without its dot before a name: "Sen Warren", "Gen Lee"."""
    word = match["word"]
    others = NOT_TITLED.get(word)
    if others and re.compile(rf" (?:{others})\b").match(match.string, match.end()):
        return None
    if is_before(match, _BESIDE_NAME):
        return None
    if word in _AT_FIRST and is_before(match, OPENS):
        raise Unsayable(match[0], "it may be a title, or for real or of course")
    return TITLES[word]


def titled(make: FormMaker) -> tuple[Form, ...]:
    """Return the titles, with their dot or without."""
    bare = {short: name for short, name in TITLES.items() if short in BARE_TITLES}
    named = r"(?= (?:[A-Z][a-z]{1,4}\.? )?[A-Z](?:'[A-Z])?[a-z']*[a-z])(?! [IVX]+\b)"
    dotted = {short: name for short, name in TITLES.items() if short not in BARE_TITLES}
    return (
        make(rf"(?P<word>{any_of(bare)})\b\.?(?= [A-Z])(?! [A-Z]{{2,}}\b)", _title, Sure.USUAL),
        make(rf"(?P<word>{any_of(NAMED_TITLES)})\b{named}", _named_title, Sure.USUAL),
        make.words(dotted, r"\.(?= [A-Z](?!\b))", Sure.CUE),
    )
