"""How dates, years, decades and times of day are said.

"Sat., May 9, 2026, at 3 PM" -> "Saturday, May ninth, twenty twenty-six, at three p.m."
"""

from __future__ import annotations

from datagen.text import numbers
from datagen.text import tables as tables
from datagen.text.rule import LONE, NUMBER, Match, any_of, rule, words


def _date(match: Match) -> str:
    month, day, year = match["month"], int(match["day"]), match["year"]
    if year and len(year) == 2:
        year = f"20{year}" if int(year) < 50 else f"19{year}"
    number = int(month) if month.isdecimal() else numbers.MONTHS.index(month) + 1
    return numbers.date(number, day, int(year) if year else None)


def _days(match: Match) -> str:
    """Say "June 5-7"."""
    month = numbers.MONTHS.index(match["month"]) + 1
    return f"{numbers.date(month, int(match['first']))} to {numbers.ordinal(int(match['last']))}"


def _expiry(match: Match) -> str:
    """Say the "08/27" of a card."""
    return f"{_padded(match['month'])} {_padded(match['year'])}"


def _padded(two_digits: str) -> str:
    """Say "08" as "oh eight"."""
    said = numbers.cardinal(int(two_digits))
    return f"oh {said}" if two_digits[0] == "0" else said


def _years(match: Match) -> str:
    return f"{numbers.year(int(match[1]))} to {numbers.year(int(match[2]))}"


def _decade(match: Match) -> str:
    said = numbers.year(int(match[1]))
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def _proper_fraction(match: Match) -> str:
    """Say any fraction below one: "5/8" is "five eighths"."""
    top, bottom = int(match["top"]), int(match["bottom"])
    said = tables.FRACTIONS.get(f"{top}/{bottom}")
    return said or f"{numbers.cardinal(top)} {numbers.ordinal(bottom)}{'s' * (top > 1)}"


def _fraction(match: Match) -> str:
    """Say "1/2", "2 1/2" or "2½"."""
    said = tables.FRACTIONS[match["word"]]
    if not match["whole"]:
        return said
    return f"{numbers.cardinal(int(match['whole']))} and {said.replace('one ', 'a ')}"


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


def _hours_and_minutes(match: Match) -> str:
    """Say "2h 15m"."""
    parts = zip(match.groups(), ("hour", "minute"), strict=True)
    return " ".join(f"{numbers.cardinal(int(n))} {unit}{'s' * (n != '1')}" for n, unit in parts)


_MONTH = any_of(numbers.MONTHS)
_YEAR = r"(?:1[89]|20)\d\d"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
_WHOLE = r"of\b(?! (?:next|this|last) )|an? |inch|mile|cup|teaspoon|tablespoon|acre|pound|full\b"
"""What follows a fraction, and not a date."""

FULL_DATES = (
    words(r"\b", tables.MONTHS, r"\b\.?(?= \d)"),
    rule(
        r"\b(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])\b",
        _date,
        needs="-",
    ),
    rule(rf"(?<![\w-])({_YEAR})-((?:19|20)\d\d|[2-9]\d)(?![\w-])", _years, needs="-"),
)
"""Before long numbers with hyphens, which they look like."""

DATES = (
    rule(
        rf"\b(?P<month>{_MONTH}) (?P<first>{_DAY})-(?P<last>{_DAY})\b(?![/:]| ?[AaPp]\.?[Mm]\b)",
        _days,
        needs="-",
    ),
    rule(
        rf"\b(?P<month>{_MONTH}) (?P<day>{_DAY})(?:st|nd|rd|th)?\b"
        rf"(?:,? (?P<year>{_YEAR})\b)?(?!:\d)(?! ?[AaPp]\.?[Mm]\b)",
        _date,
    ),
    rule(
        r"(?P<keep>\b(?i:Q[1-4]|in|since|between|and|to|of|by|until|before|after|from|during|year|spring"
        rf"|summer|fall|winter|early|late|mid|{_MONTH}),? )({_YEAR})\b"
        r"(?![,.]\d)(?! [a-z]{4,}s\b)",
        lambda m: numbers.year(int(m[2])),
    ),
    rule(rf"{LONE}(19[5-9]\d|20[1-3]\d)\b(?![,.]\d)(?! [a-z])", lambda m: numbers.year(int(m[1]))),
    rule(r"(?<!\w)'(\d\d)\b(?!['\"s])", lambda m: _padded(m[1]), needs="'"),
    rule(
        r"(?P<keep>\b[Ee]xp(?:\.|ires|iring|iration(?: date)?(?: is)?) )"
        r"(?P<month>0[1-9]|1[0-2])/(?P<year>[2-9]\d)\b(?!/)",
        _expiry,
        needs="/",
    ),
    rule(
        rf"(?<![\w/])(?:(?P<whole>\d{{1,3}})(?:[ -](?=\d)|(?=[½-¾⅓⅔])))?"
        rf"(?P<word>{any_of(tables.FRACTIONS)})(?![\w/])",
        _fraction,
    ),
    rule(rf"(?P<keep>{LONE}{NUMBER})/(?=\d{{1,2}} stars?\b)", " out of ", needs="/"),
    rule(
        rf"(?<![\w/.,])(?P<top>\d{{1,2}})/(?P<bottom>[3-9]|1[0-26]|32)(?=[ -](?:{_WHOLE}))",
        _proper_fraction,
        needs="/",
    ),
    rule(
        rf"(?<![\w/.,])(?P<month>1[0-2]|0?[1-9])/(?P<day>{_DAY})"
        r"(?:/(?P<year>\d{4}|\d\d))?(?![\w/])",
        _date,
        needs="/",
    ),
    rule(rf"(?P<keep>{LONE}\d{{1,2}}\.\d)/(?=\d)", " out of ", needs="/"),
    rule(r"(?<!\w)'?((?:1[89]|20)?\d0)'?s\b", _decade, needs="s"),
)

TIMES = (
    rule(
        r"(?<![\w:$.])(?:(\d{1,2})(?::([0-5]\d))? ?- ?)?(\d{1,2})(?::([0-5]\d))? ?([AaPp])"
        r"\.?[Mm]\b\.?",
        _time,
    ),
    words(r"(?<=\.m\. )", tables.TIME_ZONES, r"\b", needs=".m."),
    rule(r"\b(\d{1,2})h (\d{1,2})m\b", _hours_and_minutes, needs="h "),
    rule(r"(?P<keep>(?<![\w:])\d{1,2}:\d\d) ?- ?(?=\d{1,2}:\d\d)", " to ", needs=":"),
    rule(r"(?<![\w:.])([01]?\d|2[0-3]):([0-5]\d)(?![\w:])", _clock, needs=":"),
    rule(r"(?P<keep>(?<![\w:.])\d{1,2}):(?=\d(?![\w:]))", " to ", needs=":"),
)
