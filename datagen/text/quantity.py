"""Numbers as they are written with units and amounts: "1,200", ".5", "2 1/2", "3½", "10-20".

The patterns are parts of the classes' patterns; `say` says what one of them matched.
"""

from __future__ import annotations

import re
from math import gcd

from datagen.text import numbers
from datagen.text.form import Unsayable

INT = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
DEC = rf"(?:{INT}(?:\.\d+)?|\.\d+)"
VULGAR = "½⅓⅔¼¾⅛⅜⅝⅞⅕⅖⅗⅘⅙⅚"
_OVER = r"\d{1,3}/\d{1,3}(?![\d/])"
QTY = (
    rf"(?:\d{{1,4}}(?:[ -]{_OVER}|[ -]?[{VULGAR}])|[{VULGAR}]|{_OVER}"
    rf"|{DEC})"
)
"""A mixed number, a fraction, or a whole or decimal number."""
SPAN = rf"(?:(?!\d{{1,4}}-\d{{1,2}}/\d)(?P<low>{QTY}) ?- ?)?(?P<number>{QTY})"
"""A quantity, or a range of two."""
_VULGARS = dict(
    zip(
        VULGAR,
        ("1/2", "1/3", "2/3", "1/4", "3/4", "1/8", "3/8", "5/8", "7/8", "1/5", "2/5", "3/5",
         "4/5", "1/6", "5/6"),
        strict=True,
    )
)  # fmt: skip
_MEASURES = (*range(2, 13), 16, 20, 24, 32, 64, 100)
_HALVES = {2: "half", 4: "quarter"}
_MIXED = re.compile(
    rf"(?:(?P<whole>\d+)(?:[ -](?=\d)|[ -]?(?=[{VULGAR}])))?"
    rf"(?:(?P<top>\d+)/(?P<bottom>\d+)|(?P<sign>[{VULGAR}]))"
)
NOTES = re.compile(
    r"(?:[$€£]\d[\d,.]*|\b(?:cash|change|bills|it all|some)) (?:all )?in (?:\d+s(?:,| and| or) )?\Z"
)
"""What stands before bank notes: "$40 in 20s"."""
SCALES = {
    "thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion",
    "K": "thousand", "k": "thousand", "M": "million", "MM": "million", "mm": "million",
    "mn": "million", "mil": "million", "B": "billion", "bn": "billion", "T": "trillion",
    "tn": "trillion", "mio": "million", "bln": "billion", "mln": "million", "m": "million",
    "b": "billion", "bil": "billion",
}  # fmt: skip
"""How large numbers are shortened, in amounts of money."""


def fraction(top: int, bottom: int) -> str:
    """Say a fraction: (3, 4) is "three quarters", (1, 64) "one sixty-fourth"."""
    if bottom == 1:
        return f"{numbers.cardinal(top)} over one"
    name = _HALVES.get(bottom) or numbers.ordinal(bottom).removeprefix("one ")
    if top > 1:
        name = "halves" if name == "half" else f"{name}s"
    return f"{numbers.cardinal(top)} {name}"


def adjective(said: str) -> str:
    """Return how a fraction is said before a noun: "a three quarter ton truck"."""
    return re.sub(r"\bthree quarters$", "three quarter", said)


def is_fraction(top: int, bottom: int) -> bool:
    """Tell whether something is measured by such a fraction: 15/16, and not 24/31 or 10/20."""
    return top < bottom and bottom in _MEASURES and gcd(top, bottom) == 1


def say(written: str) -> str:
    """Say a quantity as it is written."""
    mixed = None if "/" not in written and written.isascii() else _MIXED.match(written)
    if mixed is None:
        return number(written)
    top, _, bottom = (
        _VULGARS[mixed["sign"]] if mixed["sign"] else f"{mixed['top']}/{mixed['bottom']}"
    ).partition("/")
    if not is_fraction(int(top), int(bottom)):
        raise Unsayable(written, "it is no fraction that is measured by")
    said = fraction(int(top), int(bottom))
    if not mixed["whole"]:
        return said
    return (
        f"{numbers.cardinal(int(mixed['whole']))} and {re.sub('^one (?=half|third)', 'a ', said)}"
    )


def number(written: str) -> str:
    """Say a whole or decimal number; a decimal point that begins it is said."""
    if written.startswith("."):
        return f"point {numbers.digits(written)}"
    return numbers.decimal(written)


def several(said: str) -> str:
    """Return the name of several of a figure: "sixes", "twenties", "hundreds"."""
    said = said.removeprefix("one ")
    if said.endswith("y"):
        return f"{said[:-1]}ies"
    return f"{said}es" if said.endswith("x") else f"{said}s"


def is_one(written: str) -> bool:
    """Tell whether the thing counted stays singular: "1 lb", "1/2 lb", "½ lb"."""
    if written == "1":
        return True
    mixed = _MIXED.fullmatch(written)
    return bool(mixed and not mixed["whole"])


def value(written: str) -> float:
    """Return how much a quantity is, to compare the two ends of a range."""
    mixed = None if "/" not in written and written.isascii() else _MIXED.match(written)
    if mixed is None:
        return float(written.replace(",", ""))
    top, _, bottom = (
        _VULGARS[mixed["sign"]] if mixed["sign"] else f"{mixed['top']}/{mixed['bottom']}"
    ).partition("/")
    return int(mixed["whole"] or 0) + int(top) / (int(bottom) or 1)
