"""Say numbers, money, times, dates and codes in US English words.

    450 * 100 cents -> "four hundred fifty dollars",  (16, 30) -> "four thirty p.m."

Words that belong together are joined by a hyphen or blank, groups of digits by a comma, which is
also the pause a person makes there. A.M. and P.M. stay "a.m." and "p.m.": synthesizers read that
as letters, but "A M" as "uh em" and "AM" as "am" (heard from espeak-ng 1.52's phonemes).
"""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_letters

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen",
)  # fmt: skip
_TENS = (
    "zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
_SCALES = (
    (10**18, "quintillion"),
    (10**15, "quadrillion"),
    (10**12, "trillion"),
    (10**9, "billion"),
    (10**6, "million"),
    (10**3, "thousand"),
)
_CODE = re.compile(r"[A-Za-z0-9]+")
_SPELLED = {letter: letter.upper() for letter in ascii_letters} | dict(
    zip("0123456789", _ONES[:10], strict=True)
)
"""How each character of a code is said."""
MAX_DIGITS = 21
"""A longer number has no name here and is read digit by digit."""
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


@lru_cache(maxsize=4096)
def cardinal(number: int) -> str:
    """Say a whole number: 1450 is "one thousand four hundred fifty"."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        return _head_and_rest(number, 100, "hundred")
    for size, name in _SCALES:
        if number >= size:
            return _head_and_rest(number, size, name)
    raise AssertionError(number)


def _head_and_rest(number: int, size: int, name: str) -> str:
    head, rest = divmod(number, size)
    return f"{cardinal(head)} {name}" + (f" {cardinal(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """Say a rank: 12 is "twelfth", 23 is "twenty-third"."""
    said = cardinal(number)
    cut = max(said.rfind(" "), said.rfind("-")) + 1
    stem, last = said[:cut], said[cut:]
    if last in _ORDINALS:
        return stem + _ORDINALS[last]
    return f"{stem}{last[:-1]}ieth" if last.endswith("y") else f"{stem}{last}th"


def decimal(number: str) -> str:
    """Say digits with an optional fraction: "1,200" or "4.05" ("four point zero five")."""
    whole, _, fraction = number.replace(",", "").partition(".")
    said = cardinal(int(whole or "0")) if len(whole) <= MAX_DIGITS else digits(whole)
    return f"{said} point {digits(fraction)}" if fraction else said


def digits(text: str) -> str:
    """Say digits one by one: "0542" is "zero five four two"; other characters are skipped."""
    return " ".join(_ONES[int(character)] for character in text if character.isdecimal())


def grouped_digits(text: str) -> str:
    """Say groups of digits with a pause between: "12-34" is "one two, three four"."""
    return ", ".join(digits(group) for group in re.findall(r"\d+", text))


def phone(text: str) -> str:
    """Say a phone number in its written groups; 800 is "eight hundred" as people say it."""
    groups = re.findall(r"\d+", text)
    return ", ".join("eight hundred" if group == "800" else digits(group) for group in groups)


def letters_and_digits(text: str) -> str:
    """Spell a code: "QX71B" is "Q X seven one B"; what is not alphanumeric is a pause."""
    return ", ".join([" ".join(map(_SPELLED.__getitem__, group)) for group in _CODE.findall(text)])


def pairs(number: int) -> str:
    """Say a house or flight number by twos: 1742 is "seventeen forty-two", 405 "four oh five"."""
    if number < 100 or number > 9999 or number % 1000 == 0:
        return digits(str(number)) if number > 9999 else cardinal(number)
    head, rest = divmod(number, 100)
    if rest == 0:
        return f"{cardinal(head)} hundred"
    return f"{cardinal(head)} {f'oh {_ONES[rest]}' if rest < 10 else cardinal(rest)}"


def year(number: int) -> str:
    """Say a year: 1999 is "nineteen ninety-nine", 2005 "two thousand five"."""
    return cardinal(number) if 2000 <= number < 2010 else pairs(number)


def money(cents: int) -> str:
    """Say US cents: 45000 is "four hundred fifty dollars", 950 "nine dollars and fifty cents"."""
    dollars, rest = divmod(cents, 100)
    said = [_count(dollars, "dollar")] if dollars or not rest else []
    return " and ".join([*said, _count(rest, "cent")] if rest else said)


def _count(number: int, noun: str) -> str:
    return f"{cardinal(number)} {noun}{'' if number == 1 else 's'}"


def percent(number: float) -> str:
    """Say a percentage: 4.5 is "four point five percent"."""
    return f"{decimal(str(number))} percent"


def time_of_day(hour: int, minute: int = 0) -> str:
    """Say a time from 0:00 to 23:59: (16, 0) is "four p.m.", (9, 5) "nine oh five a.m."."""
    assert 0 <= hour < 24, hour
    assert 0 <= minute < 60, minute
    half = "a.m." if hour < 12 else "p.m."
    return f"{clock((hour - 1) % 12 + 1, minute)} {half}"


def clock(hour: int, minute: int = 0) -> str:
    """Say the digits of a clock: (9, 5) is "nine oh five", (10, 0) is "ten"."""
    said = cardinal(hour)
    if minute == 0:
        return said
    return f"{said} {f'oh {_ONES[minute]}' if minute < 10 else cardinal(minute)}"


def date(month: int, day: int, in_year: int | None = None) -> str:
    """Say a date: (4, 12) is "April twelfth", with a year "April twelfth, twenty twenty-six"."""
    assert 1 <= month <= 12, month
    assert 1 <= day <= 31, day
    said = f"{MONTHS[month - 1]} {ordinal(day)}"
    return said if in_year is None else f"{said}, {year(in_year)}"
