"""The rules of the spoken form: what is written -> what is said, tried in order over a whole text.

A rule is a pattern and what it says; ``keep``, a named group at the start of a pattern, is context
that stays as it is. What one rule has put into words no later rule takes for digits, so the order
is: what looks like several things first (e-mail, phones, dates), plain numbers last.
tests/golden/spoken.tsv shows the rules at work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from datagen.scripting import numbers
from datagen.scripting import spoken_tables as tables

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


def _rule(pattern: str, say: Callable[[Match], str] | str) -> Rule:
    return Rule(re.compile(pattern), say if callable(say) else lambda match: say)


def _any(words: Iterable[str]) -> str:
    """Return a pattern of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _words(before: str, words: dict[str, str], after: str) -> Rule:
    """Return a rule for a table of words, between the patterns ``before`` and ``after``."""
    return _rule(f"{before}(?P<word>{_any(words)}){after}", lambda match: words[match["word"]])


def _address(match: Match) -> str:
    """Say an e-mail or web address."""
    text = re.sub(r"^www\.", "w w w.", match[0].rstrip("/"))
    text = re.sub(r"\d+", lambda digits: f" {numbers.digits(digits[0])} ", text)
    for symbol, word in tables.ADDRESS_SYMBOLS.items():
        text = text.replace(symbol, f" {word} ")
    return " ".join(text.split())


def _date(match: Match) -> str:
    month, day, year = match["month"], int(match["day"]), match["year"]
    if year and len(year) == 2:
        year = f"20{year}" if int(year) < 50 else f"19{year}"
    number = int(month) if month.isdecimal() else numbers.MONTHS.index(month) + 1
    return numbers.date(number, day, int(year) if year else None)


def _decade(match: Match) -> str:
    said = numbers.year(int(match[1]))
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def _time(match: Match) -> str:
    """Say "4:30 p.m." or "9-5 PM"."""
    first, first_minute, hour, minute, half = match.groups()
    start = f"{numbers.clock(int(first), int(first_minute or 0))} to " if first else ""
    return f"{start}{numbers.clock(int(hour), int(minute or 0))} {half.lower()}.m."


def _clock(match: Match) -> str:
    """Say "10:00" or "18:30"."""
    hour, minute = int(match[1]), int(match[2])
    if minute:
        return numbers.clock(hour, minute)
    return numbers.cardinal(hour) + (" hundred" if hour > 12 else " o'clock")


def _money(match: Match) -> str:
    """Say "$9.50", "$1.5 million" or, after an article and before a noun, "a $5 fee"."""
    amount = match["amount"].replace(",", "")
    whole, _, fraction = amount.partition(".")
    scale = match["scale"]
    if scale:
        said = f"{numbers.decimal(amount)} {tables.SCALES.get(scale, scale)} dollars"
    elif len(fraction) in (0, 2) and len(whole) <= numbers.MAX_DIGITS:
        said = numbers.money(int(whole) * 100 + int(fraction or 0))
    else:
        said = f"{numbers.decimal(amount)} dollars"
    return said.removesuffix("s") if match["keep"] else said


def _money_range(match: Match) -> str:
    """Say the start of "$20-30" (the unit is said once) or of "$9.50-$12"."""
    low = match["low"]
    return f"{f'${low}' if '.' in match[0] else numbers.decimal(low)} to ${match['high']}"


def _per(match: Match) -> str:
    return f" per {tables.UNITS.get(match['unit'], match['unit'])}"


def _count(number: str, unit: str) -> str:
    """Say a number of units: ("5", "pound") is "five pounds"."""
    if number != "1":
        unit = tables.PLURALS.get(unit) or re.sub(r"(?= per |$)", "s", unit, count=1)
    return f"{numbers.decimal(number)} {unit}"


def _measure(match: Match) -> str:
    """Say "5 lbs", or the adjectives in "a 20 GB plan" and "24-hr service"."""
    number, joint, unit = match["number"], match["joint"], tables.UNITS[match["unit"]]
    if joint == "-":
        return f"{numbers.decimal(number)}-{unit}"
    return f"{numbers.decimal(number)} {unit}" if match["keep"] else _count(number, unit)


def _temperature(match: Match) -> str:
    scale = {"F": " Fahrenheit", "C": " Celsius", None: ""}[match["scale"]]
    return _count(match["number"], "degree") + scale


def _fraction(match: Match) -> str:
    """Say "1/2", "2 1/2" or "2½"."""
    said = tables.FRACTIONS[match["word"]]
    if not match["whole"]:
        return said
    return f"{numbers.cardinal(int(match['whole']))} and {said.replace('one ', 'a ')}"


def _code(match: Match) -> str:
    """Spell a code, but say the number of a gate, seat or road: "B12", "12A", "I-95"."""
    short = re.fullmatch(r"(\d{1,2})([A-Z])|([A-Z])-?([1-9]\d?)", match[0])
    if not short:
        return numbers.letters_and_digits(match[0])
    parts = (part for part in short.groups() if part)
    return " ".join(numbers.decimal(part) if part.isdecimal() else part for part in parts)


def _flight(match: Match) -> str:
    return f"{numbers.letters_and_digits(match['code'])} {numbers.pairs(int(match['number']))}"


def _number(match: Match) -> str:
    """Say what is only a number; a long one or one with a leading zero is read digit by digit."""
    text = match[0]
    if text.isdecimal() and (len(text) > 4 or (text[0] == "0" and len(text) > 1)):
        return numbers.digits(text)
    return numbers.decimal(text)


def _next_to_digit(word: str) -> Callable[[Match], str]:
    """Return what says ``word`` and, where the number follows without one, a blank."""
    return lambda match: word if match.string[match.end() :][:1] == " " else f"{word} "


def _stuck(match: Match) -> str:
    """Say digits that are stuck to letters, so that none is ever left."""
    left, right = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return f"{' ' if left.isalnum() else ''}{_number(match)}{' ' if right.isalnum() else ''}"


def _dash(match: Match) -> str:
    return "" if match["keep"] in ",.?!;:" else ","


_DAY = _any({*tables.DAYS.values()})
_MONTH = _any(numbers.MONTHS)
_UNIT = _any(tables.UNITS)
_STREET_NAME = r"(?:(?:[NSEW]\.?|[A-Z][a-z]+|\d+(?:st|nd|rd|th)) ){1,3}?"

ADDRESSES = (
    _rule(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}", _address),
    _rule(r"https?://", ""),
    _rule(
        r"(?<![\w@.])(?:[\w-]+\.)+(?:com|net|org|gov|edu|io|us|biz|info)\b(?:/[\w/-]*)?", _address
    ),
)
"""E-mail and web addresses: first, on every text."""

DIGITS = (
    _words(LONE, tables.SET_NUMBERS, r"(?![\w/-]|[.,]\d)"),
    # Long numbers, read digit by digit in their groups.
    _rule(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", lambda m: numbers.grouped_digits(m[0])),
    _rule(
        r"(?<![\w$-])(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])",
        lambda m: numbers.phone(m[0]),
    ),
    _rule(r"(?<![\w$-])\d{3}-\d{4}(?![\w-])", lambda m: numbers.phone(m[0])),
    _rule(
        r"(?<![\w-])((?:19|20)\d\d)-((?:19|20)\d\d)(?![\w-])",
        lambda m: f"{numbers.year(int(m[1]))} to {numbers.year(int(m[2]))}",
    ),
    _rule(r"(?<![\w$-])\d{4,}(?:-\d{3,})+(?![\w-])", lambda m: numbers.grouped_digits(m[0])),
    _rule(
        r"(?P<keep>\b(?:ending in|ends in|last four(?: digits)?(?: are| is)?|[Oo]rder|[Tt]icket"
        r"|[Cc]ase|[Aa]ccount|[Cc]onfirmation|[Rr]eference|[Ii]nvoice|[Cc]laim|[Mm]ember|[Pp]olicy"
        r"|[Cc]ode|PIN|ID)(?: number| code| ID)?(?: is|:)? #?)(\d{4,})\b(?! [a-z]{4,}s\b)",
        lambda m: numbers.digits(m[2]),
    ),
    _rule(
        r"(?:\bx(?=\d{3})|\b(?:[Ee]xtension|[Ee]xt\.?) ?)(\d{1,5})\b",
        lambda m: f"extension {numbers.digits(m[1])}",
    ),
    # Dates.
    _words(r"\b", tables.MONTHS, r"\b\.?(?= \d)"),
    _rule(r"\b(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])\b", _date),
    _rule(
        rf"\b(?P<month>{_MONTH}) (?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b"
        r"(?:,? (?P<year>(?:1[89]|20)\d\d)\b)?(?!:\d)(?! ?[AaPp]\.?[Mm]\b)",
        _date,
    ),
    _rule(
        r"(?P<keep>\b(?i:Q[1-4]|in|since|between|and|to|of|by|until|before|after|from|during|year|spring"
        rf"|summer|fall|winter|early|late|mid|{_MONTH}),? )((?:1[89]|20)\d\d)\b"
        r"(?![,.]\d)(?! [a-z]{4,}s\b)",
        lambda m: numbers.year(int(m[2])),
    ),
    _rule(rf"{LONE}(19[5-9]\d|20[1-3]\d)\b(?![,.]\d)(?! [a-z])", lambda m: numbers.year(int(m[1]))),
    _rule(
        rf"(?<![\w/])(?:(?P<whole>\d{{1,3}})(?:[ -](?=\d)|(?=[½-¾⅓⅔])))?"
        rf"(?P<word>{_any(tables.FRACTIONS)})(?![\w/])",
        _fraction,
    ),
    _rule(
        r"(?<![\w/.,])(?P<month>1[0-2]|0?[1-9])/(?P<day>[12]\d|3[01]|0?[1-9])"
        r"(?:/(?P<year>\d{4}|\d\d))?(?![\w/])",
        _date,
    ),
    _rule(rf"(?P<keep>{LONE}\d{{1,2}}\.\d)/(?=\d)", " out of "),
    _rule(r"(?<!\w)'?((?:1[89]|20)?\d0)'?s\b", _decade),
    # Times.
    _rule(
        r"(?<![\w:$.])(?:(\d{1,2})(?::([0-5]\d))? ?- ?)?(\d{1,2})(?::([0-5]\d))? ?([AaPp])"
        r"\.?[Mm]\b\.?",
        _time,
    ),
    _rule(r"(?P<keep>(?<![\w:])\d{1,2}:\d\d) ?- ?(?=\d{1,2}:\d\d)", " to "),
    _rule(r"(?<![\w:.])([01]?\d|2[0-3]):([0-5]\d)(?![\w:])", _clock),
    # Money, rates and what stands before a number.
    _rule(rf"(?P<keep>[$€£]{NUMBER}[KMB]?|{LONE}{NUMBER}|{FACT})/(?P<unit>[A-Za-z]+)\b(?!/)", _per),
    _rule(r"(?<!\S)-(?=[$€£]?\d)", "minus "),
    _rule(r"~ ?(?=[$€£]?\d)", "about "),
    _rule(rf"\$(?P<low>{NUMBER}) ?- ?\$?(?P<high>{NUMBER})", _money_range),
    _rule(
        rf"(?P<keep>\b[Aa]n? (?=\S+ [a-z]))?\$ ?(?P<amount>{NUMBER})"
        r"(?: ?(?P<scale>[KkMB]\b|thousand|million|billion))?",
        _money,
    ),
    _rule(rf"€({NUMBER})", lambda m: _count(m[1], "euro")),
    _rule(rf"£({NUMBER})", lambda m: _count(m[1], "pound")),
    _rule(r"(?<![\w.])(\d{1,2})¢", lambda m: numbers.money(int(m[1]))),
    # Places, flights and codes.
    _rule(
        rf"(?P<keep>\b\d{{1,5}} {_STREET_NAME})(?P<type>{_any(tables.STREETS)})\b{DOT}",
        lambda m: tables.STREETS[m["type"]],
    ),
    _words(r"(?P<keep>\b\d{1,5} )", tables.COMPASS, r"\b\.?(?= [A-Z\d])"),
    _rule(
        rf"\b\d{{1,5}}(?= {_STREET_NAME}(?:{_any(tables.STREET_WORDS)})\b)",
        lambda m: numbers.pairs(int(m[0])),
    ),
    _words(r"\b", {"Apt": "Apartment", "Ste": "Suite"}, r"\b\.?(?= #?\w?\d)"),
    _rule(
        r"(?P<keep>\b(?:[Ss]uite|[Aa]partment|[Rr]oom|[Uu]nit|Route|Highway|Interstate|[Ff]light"
        r"|[Ff]orm|[Gg]ate|[Ee]xit|Channel) )(\d{3,4})\b",
        lambda m: numbers.pairs(int(m[2])),
    ),
    _rule(rf"\b(?P<code>{_any(tables.AIRLINES)}) (?P<number>[1-9]\d{{0,3}})\b", _flight),
    _rule(r"(?P<keep>\b[Ff]light )(?P<code>[A-Z]{2}|[A-Z]\d) ?(?P<number>\d{1,4})\b", _flight),
    _rule(r"\b[Nn]o\.(?= ?\d)", _next_to_digit("number")),
    _rule(rf"#(?=\w|{FACT})", "number "),
    # Measures.
    _rule(
        rf"(?P<keep>(?<![\w-])\d[\d:,.]*%?) ?- ?(?=\d[\d:,.]*(?:(?![\w-])|(?:{_UNIT})\b))",
        " to ",
    ),
    _rule(
        rf"(?P<keep>\b[Aa]n? (?=[\d,.]+[ -]?[A-Za-z]+ [a-z]))?{LONE}(?P<number>{NUMBER})"
        rf"(?P<joint>[ -]?)(?P<unit>{_UNIT})\b{DOT}",
        _measure,
    ),
    _rule(rf"{LONE}({NUMBER}) in\.(?= [a-z])", lambda m: _count(m[1], "inch")),
    _rule(
        r"\b(\d)'(\d{1,2})\b\"?", lambda m: f"{numbers.decimal(m[1])} foot {numbers.decimal(m[2])}"
    ),
    _rule(rf"(?P<number>{NUMBER}) ?°(?: ?(?P<scale>[FC])\b)?", _temperature),
    _rule(r"(?<![\w-])(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*(?![\w-])", _code),
    _rule(r"(?P<keep>(?<!\w)\d+) ?x ?(?=\d)", " by "),
    _rule(r"\bx(\d{1,2})\b", lambda m: f"times {numbers.decimal(m[1])}"),
    _rule(rf"{LONE}({NUMBER})x\b", lambda m: _count(m[1], "time")),
    # Plain numbers.
    _rule(rf"({NUMBER}) ?%", lambda m: f"{numbers.decimal(m[1])} percent"),
    _rule(r"(?<![\w.,])(\d{1,9})(?:st|nd|rd|th)\b", lambda m: numbers.ordinal(int(m[1]))),
    _rule(r"(?<![\w.,])(\d{1,3})-(?=[a-z])", lambda m: f"{numbers.decimal(m[1])}-"),
    _rule(
        r"(?<![\w.,])\d+(?:\.\d+){2,}(?!\w)",
        lambda m: " point ".join(map(numbers.decimal, m[0].split("."))),
    ),
    _rule(rf"(?<![\w.,]){NUMBER}(?!\w)", _number),
    _rule(r"(?<![\w.])\.(\d+)", lambda m: f"point {numbers.digits(m[1])}"),
    _rule(r"\d+", _stuck),
)
"""Only on a text that has a digit."""

WORDS = (
    _words(r"(?<!\w)", tables.PHRASES, r"(?!\w)"),
    _rule(r"\bw/(?=\w)", "with "),
    _rule(r"\bw/(?= )", "with"),
    _words(r"\b", tables.FORMS, r"\b\.?"),
    _words(r"\b", tables.TITLES, r"\b\.?(?= [A-Z])"),
    _rule(
        r"(?P<keep>\b(?:[A-Z][a-z]+|[a-z-]+(?:st|nd|rd|th)) )"
        rf"(?P<type>{_any(tables.STREETS)})\b{DOT}",
        lambda m: tables.STREETS[m["type"]],
    ),
    _words(r"\b", tables.ABBREVIATIONS, rf"\b{DOT}"),
    _words(r"\b", tables.DOTTED, rf"(?=\.){DOT}"),
    _words(r"(?:\b(?!S)|\b(?=S\w+[.-])|(?<=-)(?=S))", tables.DAYS, rf"\b{DOT}"),
    _rule(rf"(?P<keep>\b(?:{_DAY}|{_MONTH}|[ap]\.m\.)) ?- ?(?={JOIN}*[A-Za-z])", " to "),
    _rule(r"(?<=\w)&(?=\w)", " and "),
    _rule(r"(?P<keep>[A-Za-z])/(?=[A-Za-z])", " or "),
    _rule(r"(?<=\w)\+(?!\w)", " plus"),
    _words(r"(?<!\S)", tables.SYMBOLS, r"(?!\S)"),
    _rule(r"(?P<keep>\S) (?:[-—]|--)(?= )", _dash),
    _rule(r"(?P<keep>\w)(?:—|--)(?=\w)", ", "),
    _rule(r"(?P<keep>\S)(?:—|--)(?!\S)", _dash),
)
"""On every text, last."""
