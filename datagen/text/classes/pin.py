"""Figures that are read off one by one: security codes, PINs, area codes, the last four."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import END, REACH, Form, FormMaker, Match, cue
from datagen.text.locales import Locale
from datagen.text.nouns import NO_PLURAL

TOLD = (
    'What names such figures stands before them in the sentence and an "is" or a colon between:'
    " they are said one by one."
)
EXAMPLES = (
    ("The CVV on the back is 302.", "The CVV on the back is three zero two."),
    ("My PIN for the gate is 47.", "My PIN for the gate is four seven."),
    ("The last 4 of my social are 0098.", "The last four of my social are zero zero nine eight."),
)
_BETWEEN = (
    r"(?: (?!(?:total|price|cost|bill|fee|balance|amount|count|rate|size|weight|and|but|so|because"
    r"|if|when)\b)[a-z']+){0,5}(?:'s| is| are| was| were|:) (?:just |now |still )?\Z"
)
_NAMED = re.compile(
    r"\b(?:CVV2?|cvv2?|CVC|cvc|CID|(?i:(?:security|access|area|gate|door|entry|alarm|verification)"
    r" (?:code|number)|passcode|extension)|PIN|pin (?:number|code))" + _BETWEEN
)
_LAST = re.compile(
    r"\b[Ll]ast (?P<count>two|three|four|five|six|[2-6])"
    r"(?= (?:digits|numbers|figures|of|on)\b|(?:'s| is| are| was| were|:) )" + _BETWEEN
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_NO_COUNT = (
    r"(?! (?:percent|%|and a half|or so|dollars|bucks|hours|minutes|seconds|days|weeks|months|years"
    r"|digits|characters|numbers|letters|long|times|of)\b)"
)


def _last(match: Match) -> str | None:
    """Say the last four of a number, if there are as many."""
    told = _LAST.search(match.string, max(0, match.start() - REACH), match.start())
    if told is None:
        return None
    count = _COUNTS.get(told["count"]) or int(told["count"])
    return numbers.digits(match[0]) if len(match[0]) == count else None


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the figures that are read off."""
    make = FormMaker("pin")
    figures = rf"\d{{2,8}}{END}{NO_PLURAL}{_NO_COUNT}"
    return (
        make(figures, lambda m: numbers.digits(m[0]), before=_NAMED),
        make(figures, _last, before=_LAST),
        make(
            rf"\d{{2,5}}{END}",
            lambda m: numbers.digits(m[0]),
            before=cue(r"ext(?:ension|\.) \d{2,5},? (?:or|not|and)", " "),
        ),
        make(
            rf"x(?P<number>\d{{3,5}}){END}",
            lambda m: f"extension {numbers.digits(m['number'])}",
            before=cue(
                r"ask for|dial|extension|(?:reach|call|get|try) (?:me|us|him|her|them) at"
                r"|(?:I'm|she's|he's|desk is|desk's) at|transfer (?:me|you|him|her|them) to",
                " ",
            ),
        ),
    )
