"""Parts of a text or a form, by figure and letter: "4(b)", "Ex. 4b", "2a-2d", "(a) ... (b)"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, any_of, cue, is_near
from datagen.text.locales import Locale

TOLD = (
    "A small letter in brackets after a number where nothing is reckoned; a number and a small"
    " letter after what is numbered so; a capital and numbers about points after such a word;"
    " letters or figures in order, in brackets before what they number."
)
EXAMPLES = (
    ("Initial next to 4(b).", "Initial next to four b."),
    ("Do exercise 4b and skip 2a-2d.", "Do exercise four B and skip two A to two D."),
    ("It's in Appendix B.4.", "It's in Appendix B point four."),
    ("Bring (a) a pen and (b) paper.", "Bring A, a pen and B, paper."),
)
_RECKONED = re.compile(r"[=+<>]|\b(?:solve|simplify|evaluate|expand|factor|equation)\b", re.I)
_NUMBERED = (
    "box|line|apt\\.?|apartment|unit|room|seat|gate|suite|step|questions?|parts?|items?|exercises?"
    "|ex\\.|problems?|pages?|figures?|fig\\.|sections?|appendix|table|stage|class|grade|numbers?"
    "|no\\.|chapter|skip|try|answer|option|letter|zones?(?:'s| is| was)?"
)


_LISTED = re.compile(
    r"\b(?:[Ll]ine|[Qq]uestion|[Pp]art|[Ii]tem|[Ss]ection|[Ss]tep|[Bb]ox|[Pp]roblem|[Ee]xercise)s?"
    r" \d{1,2}[a-h]\b"
)
_ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


_LISTING = re.compile(
    r"(?:^|(?<= ))\(?([a-h]|[1-9])\)(?= (?!(?:and|or|to|is|are|was|were|has|have|can|will)\b)\w)"
)
"""What numbers the things of a list inside a sentence."""


def _listed(match: Match) -> str | None:
    """Say "(a)" and "1)" where "(b)" and "2)" follow, or stand before."""
    marks = "".join(_LISTING.findall(match.string))
    if len(marks) < 2 or not ("abcdefgh".startswith(marks) or "123456789".startswith(marks)):
        return None
    mark = match["mark"]
    return f"{numbers.cardinal(int(mark)) if mark.isdecimal() else mark.upper()},"


def _lettered(match: Match) -> str:
    return f"{numbers.decimal(match['number'])} {match['letter'].upper()}"


def _part(part: str) -> str:
    return numbers.cardinal(int(part)) if part.isdecimal() else part


def _range(match: Match) -> str | None:
    """Say "2a-2d" and "2a-d"."""
    last = match["last"] or match["number"]
    if (int(last), match["end"]) <= (int(match["number"]), match["letter"]):
        return None
    end = f"{numbers.decimal(match['last'])} " if match["last"] else ""
    return f"{_lettered(match)} to {end}{match['end'].upper()}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a part."""
    make = FormMaker("part")
    numbered = cue(_NUMBERED, " ")
    return (
        make(r"\(?(?P<mark>[a-h]|[1-9])\)(?= \w)", _listed, Sure.CUE),
        make(
            r"(?P<number>\d{1,4})\((?P<letter>[a-z])\)",
            lambda m: f"{numbers.pairs(int(m['number']))} {m['letter']}",
            before=cue(
                "section|sec\\.?|rule|clause|paragraph|article|part|question|item|step", " "
            ),
        ),
        make(
            r"(?P<number>\d{1,4}\.\d{1,2})(?P<parts>(?:\((?:[a-z]|[1-9]\d?)\)){1,4})(?![\w(])",
            lambda m: " ".join(
                [numbers.decimal(m["number"]), *map(_part, re.findall(r"\w+", m["parts"]))]
            ),
        ),
        make(
            r"(?P<number>\d{1,2})(?P<letter>[a-h])(?![\w/-]|\.\w)",
            lambda m: _lettered(m) if is_near(m, _LISTED, 48, 48) else None,
            Sure.CUE,
            before=cue("not|or|and|to|,|through", " "),
        ),
        make(
            r"(?P<number>\d{1,4})(?P<parts>(?:\((?:[a-z]|[1-9]\d?)\)){2,4})(?![\w(])",
            lambda m: " ".join(
                [numbers.pairs(int(m["number"])), *map(_part, re.findall(r"\w+", m["parts"]))]
            ),
        ),
        make(
            rf"(?P<number>{any_of(_ROMANS)})(?P<parts>(?:\((?:[a-z]|[1-9]\d?)\)){{1,4}})(?![\w(])",
            lambda m: " ".join(
                [
                    numbers.cardinal(_ROMANS.index(m["number"]) + 1),
                    *map(_part, re.findall(r"\w+", m["parts"])),
                ]
            ),
            before=cue(r"sections?|sec\.?|articles?|titles?|parts?|clauses?|schedule|rule", " "),
        ),
        make(
            r"(?P<number>[1-9]\d?)\((?P<letter>[a-h])\)(?![\w(])",
            lambda m: (
                None
                if is_near(m, _RECKONED)
                else f"{numbers.cardinal(int(m['number']))} {m['letter']}"
            ),
        ),
        make(
            r"(?P<number>\d{1,2})(?P<letter>[a-z])\b(?![-./]\w)",
            _lettered,
            Sure.CUE,
            before=numbered,
        ),
        make(
            r"(?P<number>\d{1,2})(?P<letter>[a-h])-(?P<last>\d{1,2})?(?P<end>[a-h])(?![\w-])",
            _range,
            before=numbered,
        ),
        make(
            r"(?P<letter>[A-Z])\.(?P<number>\d{1,2}(?:\.\d{1,2})*)(?![\w-]|\.\d)",
            lambda m: " point ".join([m["letter"], *map(numbers.decimal, m["number"].split("."))]),
            before=cue(
                r"appendix|section|sec\.?|table|figure|fig\.?|exhibit|annex|problem|exercise"
                r"|standard|schedule|form|part|item|rule|appendices",
                " ",
            ),
        ),
    )
