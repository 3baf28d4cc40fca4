"""The record that a locale fills in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Currency(NamedTuple):
    """The words of a currency: a unit and its hundredth, for one and for several."""

    one: str
    many: str
    minor: str = ""
    """Its hundredth; empty where there is none in use."""
    minors: str = ""
    is_short: bool = False
    """Whether its hundredths go unnamed after it: "three pounds fifty"."""


_SMALL = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty)(?:st|nd)?"
)
_AFTER_HUNDRED = re.compile(rf"\bhundred (?=(?:{_SMALL}|\w+(?:th|first|second|third))\b)")
_AFTER_THOUSAND = re.compile(
    rf"\b(thousand|million|billion) (?={_SMALL}(?:-\w+)?\b(?! hundred| thousand| million))"
)


@dataclass(frozen=True, slots=True)
class Locale:
    """How a country writes and says dates, money and numbers."""

    name: str
    is_day_first: bool
    """Whether 3/4 is the third of April."""
    date: str
    """How a day is said, with {month} and {day}."""
    says_minor: bool
    """Whether "nine dollars and fifty cents" is said in full, or is "nine dollars fifty"."""
    says_and: bool
    """Whether "one hundred and five" has an "and"."""
    currencies: Mapping[str, Currency]
    """The currencies by symbol and by ISO code."""
    twofold: frozenset[str]
    """Those of the codes that are money only where the amount or a word before it says so."""
    minor_signs: Mapping[str, str]
    """What hundredths are written with, and the symbol of their currency."""
    zones: Mapping[str, str]
    """Short names of time zones, and what is said."""

    def finish(self, said: str) -> str:
        """Return what is said with the "and" of this locale, if it has one."""
        if not self.says_and:
            return said
        return _AFTER_THOUSAND.sub(r"\1 and ", _AFTER_HUNDRED.sub("hundred and ", said))
