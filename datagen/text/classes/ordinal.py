"""Ranks: "1st", "1,000th", "112th Street", "2nd-3rd"."""

from __future__ import annotations

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match
from datagen.text.locales import Locale
from datagen.text.quantity import INT

TOLD = "The letters that end its word: st, nd, rd, th; wrong ones are refused."
EXAMPLES = (
    ("You're our 1,000th caller.", "You're our one thousandth caller."),
    ("The train on the 22nd is late.", "The train on the twenty-second is late."),
)


def suffix(number: int) -> str:
    """Return the letters after a rank in figures: "st" of 21."""
    if number // 10 % 10 == 1:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _ordinal(match: Match) -> str | None:
    number = int(match["number"].replace(",", ""))
    if match["suffix"].lower() != suffix(number) or number >= 10**numbers.MAX_DIGITS:
        return None
    return numbers.ordinal(number) + match["many"]


def _range(match: Match) -> str | None:
    """Say "2nd-3rd" or "5th-7th"."""
    low, high = int(match["low"]), int(match["high"])
    return f"{numbers.ordinal(low)} to {numbers.ordinal(high)}" if low < high else None


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a rank."""
    make = FormMaker("ordinal")
    return (
        make(rf"(?P<number>{INT})(?P<suffix>st|nd|rd|th|ST|ND|RD|TH)(?P<many>s?)\b", _ordinal),
        make(r"(?P<low>\d+)(?:st|nd|rd|th)? ?- ?(?P<high>\d+)(?:st|nd|rd|th)\b", _range),
    )
