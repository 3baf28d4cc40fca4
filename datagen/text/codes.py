"""How addresses, phones, identifiers, flights and codes are said: by character, group or pair.

"Flight UA 1742", "512-30-9981", "QX71B" -> "... seventeen forty-two", "five one two, ..." ...
"""

from __future__ import annotations

import re
from collections.abc import Callable

from datagen.text import numbers
from datagen.text import tables as tables
from datagen.text.rule import DOT, FACT, LONE, Match, any_of, rule, words


def _address(match: Match) -> str:
    """Say an e-mail or web address."""
    text = re.sub(r"^www\.", "w w w.", match[0].rstrip("/"))
    text = re.sub(r"\d+", lambda digits: f" {numbers.digits(digits[0])} ", text)
    for symbol, word in tables.ADDRESS_SYMBOLS.items():
        text = text.replace(symbol, f" {word} ")
    return " ".join(text.split())


def _tax_form(match: Match) -> str:
    return numbers.pairs(int(match[1])) + (f" {match[2]}" if match[2] else "")


def _next_to_digit(word: str) -> Callable[[Match], str]:
    """Return what says ``word`` and, where the number follows without one, a blank."""
    return lambda match: word if match.string[match.end() :][:1] == " " else f"{word} "


def _flight(match: Match) -> str:
    return f"{numbers.letters_and_digits(match['code'])} {numbers.pairs(int(match['number']))}"


def _code(match: Match) -> str:
    """Spell a code, but say the number of a gate, seat or road: "B12", "12A", "I-95"."""
    short = re.fullmatch(r"(\d{1,2})([A-Z])|([A-Z])-?([1-9]\d?)", match[0])
    if not short:
        return numbers.letters_and_digits(match[0])
    parts = (part for part in short.groups() if part)
    return " ".join(numbers.decimal(part) if part.isdecimal() else part for part in parts)


_STREET_NAME = r"(?:(?:[NSEW]\.?|St\.|[A-Z][a-z]+|\d+(?:st|nd|rd|th)) ){1,3}?"
_AIRLINE = any_of(tables.AIRLINES)

ADDRESSES = (
    rule(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}", _address, needs="@"),
    rule(r"https?://", "", needs="://"),
    rule(
        r"(?<![\w@.])(?:[\w-]+\.)+(?:com|net|org|gov|edu|io|us|biz|info|co)\b(?:/[\w/-]*)?",
        _address,
        needs=".",
    ),
    rule(r"(?<!\w)@(?=\w)", "at ", needs="@"),
)
"""E-mail and web addresses, and names of accounts: first, on every text."""

LONG_NUMBERS = (
    rule(r"(?<=\d)#(?!\w)", " pound", needs="#"),
    words(LONE, tables.SET_NUMBERS, r"(?![\w/-]|[.,]\d)"),
    rule(
        r"(?P<keep>\b(?:[Dd]ial|[Cc]all) |(?<=11 or ))([2-8]11|988)\b(?! [a-z]{4,}s\b| people)",
        lambda m: numbers.digits(m[2]),
    ),
    rule(
        r"(?P<keep>\b(?:[Dd]ial|[Pp]ress) )\*(\d\d)\b",
        lambda m: f"star {numbers.digits(m[2])}",
        needs="*",
    ),
    rule(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", lambda m: numbers.grouped_digits(m[0]), "-"),
    rule(
        r"(?<![\w$-])(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])",
        lambda m: numbers.phone(m[0]),
    ),
    rule(
        r"(?<![\w$.-])(?:\d{3}|\d\d?(?=-\d{4}))-\d{4,}(?![\w%-]|[.,]\d)",
        lambda m: numbers.grouped_digits(m[0]),
        needs="-",
    ),
)
"""Before dates, which some would look like."""

GROUPS = (
    rule(
        r"(?<![\w$-])\d{4,}(?:-\d{2,})+(?![\w-])", lambda m: numbers.grouped_digits(m[0]), needs="-"
    ),
    rule(
        r"(?P<keep>\b(?:ending(?: in)?|ends in"
        r"|last four(?: digits)?(?: of (?:my|your|the) [A-Za-z]+(?: [a-z]+){0,2}?)?(?: are| is)?"
        r"|[Oo]rder|[Tt]icket|[Cc]ase|[Aa]ccount|[Cc]onfirmation|[Rr]eference|[Ii]nvoice|[Cc]laim"
        r"|[Mm]ember|[Pp]olicy|[Cc]ode|PIN|ID)(?: number| code| ID)?(?: is|:)? #?)(\d{4,})\b"
        r"(?! [a-z]{4,}s\b)",
        lambda m: numbers.digits(m[2]),
    ),
    rule(
        r"(?:\bx(?=\d{3})|\b(?:(?P<large>E)xt|ext)(?:ension|\.)? ?)(\d{1,5})\b",
        lambda m: f"{'E' if m['large'] else 'e'}xtension {numbers.digits(m[2])}",
        needs="x",
    ),
)
"""After the dates that are written alike, and before years."""

PLACES = (
    words(r"\b", tables.CORNERS, r"\b(?= (?:[A-Z][a-z]|\d+(?:st|nd|rd|th)\b))"),
    rule(
        rf"(?P<keep>\b\d{{1,5}} {_STREET_NAME})(?P<type>{any_of(tables.STREETS)})\b{DOT}",
        lambda m: tables.STREETS[m["type"]],
    ),
    words(r"(?P<keep>\b\d{1,5} )", tables.COMPASS, r"\b\.?(?= [A-Z\d])"),
    rule(
        rf"\b\d{{1,5}}(?= {_STREET_NAME}(?:{any_of(tables.STREET_WORDS)})\b)",
        lambda m: numbers.pairs(int(m[0])),
    ),
    words(
        r"\b",
        {"Apt": "Apartment", "Ste": "Suite", "Rte": "Route"},
        r"\b\.?(?= #?\w?\d)",
    ),
    rule(
        r"(?P<keep>\b(?:[Ss]uite|[Aa]partment|[Rr]oom|[Uu]nit|Route|Highway|Interstate|[Ff]light"
        r"|[Ff]orm|[Gg]ate|[Ee]xit|Channel|[Ll]ocker|[Mm]ile marker|Box|Boeing"
        r"|(?:Train|Bus|(?:[Tt]ake|on|[Cc]atch|[Tt]he|your|my) (?:train|bus))) )"
        r"(\d{3,4})\b(?![.,:]\d| (?:feet|people|miles|minutes|hours|dollars)\b)",
        lambda m: numbers.pairs(int(m[2])),
    ),
    rule(rf"\b(?P<code>{_AIRLINE}) (?P<number>[1-9]\d{{0,3}})\b", _flight),
    rule(rf"(?P<keep>\b(?:on|aboard|board) )(?P<code>{_AIRLINE})(?P<number>\d{{3,4}})\b", _flight),
    rule(r"(?P<keep>\b[Ff]light )(?P<code>[A-Z]{2}|[A-Z]\d) ?(?P<number>\d{1,4})\b", _flight),
    rule(r"\b(1099|1098|1095|1040)(?:-([A-Z]+))?\b(?![,.]\d| [a-z]+s\b)", _tax_form),
    rule(r"\b529(?= (?:plan|college|account))", "five twenty-nine", needs="529"),
    rule(
        r"(?P<keep>\b(?:[Pp]romo|[Cc]oupon|[Dd]iscount|[Vv]oucher)(?: code)?(?: is|:)? )"
        r"(?=[A-Z]*[AEIOU])([A-Z]{4,})(\d{1,2})\b",
        lambda m: f"{m[2]} {numbers.decimal(m[3])}",
    ),
    rule(r"\b[Nn]o\.(?= ?\d)", _next_to_digit("number"), needs="o."),
    rule(r"\bp\.(?= ?\d)", _next_to_digit("page"), needs="p."),
    rule(rf"#(?=\w|{FACT})", "number ", needs="#", digitless=True),
)

CODES = (
    rule(r"(?<![\w-])(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*(?![\w-])", _code),
)
