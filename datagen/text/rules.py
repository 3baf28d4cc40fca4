"""The rules of the spoken form: what is written -> what is said, tried in order over a whole text.

What one rule has put into words no later rule takes for digits, so the order is: what looks like
several things first (e-mail, phones, dates), plain numbers last. tests/golden/spoken.tsv shows the
rules at work.
"""

from __future__ import annotations

from itertools import chain

from datagen.text import numbers
from datagen.text import tables as tables
from datagen.text.amounts import MEASURES, MONEY, PLAIN
from datagen.text.calendar import DATES, FULL_DATES, TIMES
from datagen.text.codes import ADDRESSES, CODES, GROUPS, LONG_NUMBERS, PLACES
from datagen.text.rule import BLANK, DOT, JOIN, Match, any_of, rule, words

__all__ = ["ADDRESSES", "DIGITS", "SHORT_BEFORE_NUMBERS", "SHORT_FORMS", "WORDS"]


def _dash(match: Match) -> str:
    return "" if match["keep"] in ",.?!;:" else ","


_DAY = any_of({*tables.DAYS.values()})
_MONTH = any_of(numbers.MONTHS)
_ROMAN = any_of(tables.ROMANS)
_CITY = r"(?P<keep>\b[A-Z][a-z]+, )"

DIGITS = (
    *LONG_NUMBERS,
    *FULL_DATES,
    *GROUPS,
    *DATES,
    *TIMES,
    *MONEY,
    *PLACES,
    *MEASURES,
    *CODES,
    *PLAIN,
)
"""Only on a text that has a digit."""

_ROMANS = (
    rule(
        rf"(?P<keep>\b(?:{any_of(tables.MONARCHS)}) )({_ROMAN})\b",
        lambda m: f"the {numbers.ordinal(tables.ROMANS[m[2]])}",
    ),
    rule(
        rf"(?P<keep>\b(?:{any_of(tables.NUMBERED)}) )({_ROMAN})\b(?!['-])",
        lambda m: numbers.cardinal(tables.ROMANS[m[2]]),
    ),
    rule(r"(?<=\bWorld War )I\b", "one", needs="War I"),
    rule(
        r"(?P<keep>\b[A-Z][a-z]+ [A-Z][a-z]+ )(II|III|IV)\b",
        lambda m: f"the {numbers.ordinal(tables.ROMANS[m[2]])}",
        needs="I",
    ),
)

WORDS = (
    words(r"(?<!\w)", tables.PHRASES, r"(?!\w)"),
    rule(r"\bw/(?=\w)", "with ", needs="w/"),
    rule(r"\bw/(?= )", "with", needs="w/"),
    words(r"\b", tables.FORMS, r"\b\.?", needs="M"),
    words(r"\b", tables.TITLES, r"\b\.?(?= [A-Z])"),
    rule(
        r"(?P<keep>\b(?:[A-Z][a-z]+|[a-z-]+(?:st|nd|rd|th)) )"
        rf"(?P<type>{any_of(tables.STREETS)})\b{DOT}",
        lambda m: tables.STREETS[m["type"]],
    ),
    words(_CITY, tables.STATES, r"\b(?= [a-z]|[.,?!;]|$)", needs=", "),
    words(_CITY, tables.STATES_OR_WORDS, rf"\b(?= [a-z]+{BLANK})", needs=", "),
    words(r"\b", tables.ABBREVIATIONS, rf"\b{DOT}"),
    words(r"\b", tables.DOTTED, rf"(?=\.){DOT}", needs="."),
    words(r"\b", tables.MONTHS, rf"(?=\.){DOT}", needs="."),
    words(r"(?:\b(?=[A-Z]\w+\.?-)|(?<=-))", tables.MONTHS, r"\b(?=[ .,?!;-]|$)", needs="-"),
    words(r"(?:\b(?!S)|\b(?=S\w+[.-])|(?<=-)(?=S))", tables.DAYS, rf"\b{DOT}"),
    rule(rf"(?P<keep>\b(?:{_DAY}|{_MONTH}|[ap]\.m\.)) ?- ?(?={JOIN}*[A-Za-z])", " to ", needs="-"),
    *_ROMANS,
    words(r"\b", tables.BATTERIES, r"(?= batter)", needs="AA"),
    rule(r"(?P<keep>\b[A-Z]{2,})-(?=[A-Z]\b)", " ", needs="-"),
    rule(r"#(?= (?:key|sign)\b)|(?<=[Pp]ress )#", "pound", needs="#"),
    rule(r"(?<=[Pp]ress )\*(?!\S)|(?<!\S)\*(?= (?:key|sign)\b)", "star", needs="*"),
    rule(r"(?<=\w)_(?=\w)", " underscore ", needs="_"),
    rule(r"(?<=\w)&(?=\w)", " and ", needs="&"),
    rule(r"(?P<keep>[A-Za-z])/(?=[A-Za-z])", " or ", needs="/"),
    rule(r"(?<=\w)\+(?!\w)", " plus", needs="+"),
    words(r"(?<!\S)", tables.SYMBOLS, r"(?!\S)"),
    rule(r"(?P<keep>\S) (?:[-—]|--)(?= )", _dash),
    rule(r"(?P<keep>\w)(?:—|--)(?=\w)", ", "),
    rule(r"(?P<keep>\S)(?:—|--)(?!\S)", _dash),
)
"""On every text, last."""

SHORT_FORMS = frozenset(
    chain(
        tables.FORMS, tables.TITLES, tables.STREETS, tables.ABBREVIATIONS, tables.DOTTED,
        tables.DAYS, tables.MONTHS, tables.STATES, tables.ROMANS, tables.BATTERIES,
        ("War",),
    )
)  # fmt: skip
"""What a rule may change in a text of nothing but letters, single blanks and marks."""

SHORT_BEFORE_NUMBERS = frozenset(tables.STATES_OR_WORDS)
"""What a rule may change besides, where a number has been put into words: "OH four"."""
