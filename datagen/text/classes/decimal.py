"""Decimal numbers and what numbers point by point: "3.14", ".5", "version 1.2.3"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import END, Form, FormMaker, Match, Sure, cue, is_near
from datagen.text.locales import Locale
from datagen.text.quantity import INT

TOLD = "A point with digits behind it; two points number a version, three an address (electronic)."
EXAMPLES = (
    ("Pi is 3.14.", "Pi is three point one four."),
    ("A dose of .5 is fine.", "A dose of point five is fine."),
    ("It runs version 1.2.3 now.", "It runs version one point two point three now."),
    ("Version v1.2 is out.", "Version v one point two is out."),
    ("Open v2, then v3.", "Open v two, then v three."),
    ("About 4.5 billion years.", "About four point five billion years."),
)
_VERSION = cue(
    r"version|versions|ver\.?|v|release|firmware|build|update|patch|to|iOS|Android|Chrome|Firefox|Edge|Safari|app|section|sec\.?|§"
)

_NAMES = (
    r"Python|Node|Java|PHP|Ruby|Go|Rust|Ubuntu|Debian|Fedora|Windows|macOS|iOS|Android|Chrome|Firefox|Safari"
    r"|Edge|Kotlin|Swift|Postgres|MySQL|Kubernetes|Docker|Linux|kernel|firmware|versions?|release"
)
_PROGRAM = cue(_NAMES, " v?")
_PROGRAMS = re.compile(rf"\b(?:{_NAMES})\b")
_PLAYED = re.compile(
    r"\b(?:bat\w*|hits?|hitting|slugging|OBP|ball|teams?|season|league|hitters?|record|homers?|HRs?)\b"
)


def _version(match: Match) -> str:
    """Say numbers with "point" between; one that begins with zero is read by digit."""
    return " point ".join(
        numbers.digits(part) if part[0] == "0" or len(part) > 3 else numbers.decimal(part)
        for part in match["number"].split(".")
    )


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a decimal number."""
    make = FormMaker("decimal")
    return (
        make(rf"{INT}\.\d+{END}", lambda m: quantity.number(m[0]), Sure.USUAL),
        make(
            r"(?P<number>\d*\.\d*?(?P<part>\d{1,3}?)(?P=part){2,})\.\.\.(?!\w)",
            lambda m: f"{quantity.number(m['number'])} repeating",
        ),
        make(rf"(?<![.])\.\d+{END}", lambda m: quantity.number(m[0]), Sure.USUAL),
        make(
            rf"\.(?P<number>\d\d\d?){END}(?=[ -](?:caliber|cal\b|LR\b|WMR\b|Mag\b|Win\b|ACP"
            r"|rifle|pistol|revolver|handgun"
            r"|rounds?|ammo|ammunition|Magnum|Winchester|Remington|shells?|bullets?))",
            lambda m: numbers.pairs(int(m["number"])),
            Sure.CUE,
        ),
        make(rf"(?P<number>\d+\.[1-9]\d){END}", _version, Sure.CUE, before=_PROGRAM),
        make(
            rf"\d+\.(?:[1-9]\d|0[1-9]){END}",
            lambda m: "it may be a decimal or a version" if is_near(m, _PROGRAMS) else None,
            Sure.DOUBT,
        ),
        make(
            rf"\.(?P<number>[1-9]\d\d){END}",
            lambda m: numbers.pairs(int(m["number"])) if is_near(m, _PLAYED) else None,
            Sure.CUE,
        ),
        make(
            rf"\.(?P<number>[1-5]\d\d){END}",
            lambda m: numbers.pairs(int(m["number"])),
            Sure.CUE,
            before=cue(r"(?:bat|bats|batting|batted|hits?|hitting|average(?: is| of)?|avg)", " "),
        ),
        make(rf"(?P<number>\d+(?:\.\d+){{2}}){END}", _version, Sure.USUAL),
        make(rf"(?P<number>\d+(?:\.\d+){{2,}}){END}", _version, Sure.CUE, before=_VERSION),
        make(
            rf"(?:v\.?|V(?=\d+\.\d))(?P<number>\d+(?:\.\d+)*){END}",
            lambda m: f"v {_version(m)}",
        ),
        make(
            r"(?P<number>\d+(?:\.\d+)+)(?P<letter>[a-d])\b(?![.\d-])",
            lambda m: f"{_version(m)} {m['letter'].upper()}",
            before=_VERSION,
        ),
        make(
            r"(?P<letter>[A-Z])(?P<whole>\d\d)\.(?P<part>\d{1,3})(?P<end>[A-Z]?)(?![\w-]|\.\w)",
            _diagnosis,
            before=cue(r"ICD(?:-10)?(?:-CM)?(?: codes?)?|codes?|diagnosis(?: code)?(?: is)?", " "),
        ),
        make(
            r"(?P<letter>[A-TV-Z])(?P<whole>\d\d)\.(?P<part>\d{1,3})(?P<end>[A-Z]?)(?![\w-]|\.\w)",
            lambda m: _diagnosis(m) if is_near(m, _BILLED) else None,
        ),
        make(r"(?P<number>\d+\.\d+)(?P<letter>[A-Z])\b(?![.\d-])", _lettered, Sure.GUESS),
    )


_BILLED = re.compile(
    r"\b(?:diagnos\w+|bill(?:ed|ing|s)?|coded|coding|claims?|ICD|CPT|superbill|denied|denial)\b"
)


def _diagnosis(match: Match) -> str:
    """Say "M54.5" and "J45.909"."""
    whole = numbers.decimal(match["whole"]) if match["whole"][0] != "0" else match["whole"]
    said = f"{match['letter']} {whole} point {numbers.digits(match['part'])} {match['end']}"
    return said.rstrip().replace(match["whole"], numbers.digits(match["whole"]))


_ENGINE = re.compile(
    r"\b(?:engines?|turbo\w*|motors?|cars?|sedan|SUV|hatchback|trim|Civic|Accord|mpg|MPG|hp)\b"
)


def _lettered(match: Match) -> str | None:
    """Say "a 1.5T engine"; "1.2B" may be a number."""
    if not is_near(match, _ENGINE):
        return None
    return f"{quantity.number(match['number'])} {match['letter']}"
