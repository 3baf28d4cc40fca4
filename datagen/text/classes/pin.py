"""Figures that are read off one by one: security codes, PINs, area codes, the last four."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import END, PLURAL, Form, FormMaker, Sure
from datagen.text.locales import Locale

TOLD = (
    'What names such figures stands before them in the sentence and an "is" or a colon between:'
    " they are said one by one."
)
EXAMPLES = (
    ("The CVV on the back is 302.", "The CVV on the back is three zero two."),
    ("My PIN for the gate is 47.", "My PIN for the gate is four seven."),
    ("The last 4 of my social are 0098.", "The last four of my social are zero zero nine eight."),
)
_NAMED = re.compile(
    r"\b(?:CVV2?|cvv2?|CVC|cvc|CID|(?i:(?:security|access|area|gate|door|entry|alarm|verification)"
    r" (?:code|number)|passcode|extension|last (?:two|three|four|five|six|[2-6])(?: digits| numbers"
    r"| figures)?)|PIN|pin (?:number|code))"
    r"(?: [a-z']+){0,5}(?:'s| is| are| was| were|:) (?:just |now |still |now just )?\Z"
)
_NO_COUNT = (
    r"(?! (?:percent|%|and a half|or so|dollars|bucks|hours|minutes|seconds|days|weeks|months|years"
    r"|digits|characters|numbers|letters|long|times|of)\b)"
)


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the figures that are read off."""
    make = FormMaker("pin")
    no_plural = PLURAL.replace("(?=", "(?!", 1)
    return (
        make(
            rf"\d{{2,8}}{END}{no_plural}{_NO_COUNT}",
            lambda m: numbers.digits(m[0]),
            Sure.CERTAIN,
            before=_NAMED,
        ),
    )
