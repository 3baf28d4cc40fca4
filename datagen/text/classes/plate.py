"""Plates of cars: "plate JRX 4418", "the plate's Ohio, 123 ABC"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import END, Form, FormMaker, Match, cue
from datagen.text.locales import Locale

TOLD = "Three or four figures beside a few letters, after a word for the plate; said one by one."
EXAMPLES = (
    ("My plate is JRX 4418.", "My plate is JRX four four one eight."),
    ("The plate's Ohio, GKB 209.", "The plate's Ohio, GKB two zero nine."),
)


def _digits(match: Match) -> str:
    return numbers.digits(match[0])


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a plate."""
    make = FormMaker("plate")
    return (
        make(
            rf"\d{{3,4}}{END}",
            _digits,
            before=re.compile(
                r"\b(?:[Pp]late|[Tt]ag)(?: number)?(?: is| was| reads|'s)?:?"
                r" (?:[A-Z][a-z]+, )?[A-Z0-9]{2,4} \Z",
            ),
        ),
        make(
            r"\d{3,4}(?= [A-Z]{3}\b)",
            _digits,
            before=cue(r"plate(?: number)?(?:'s| is| was| reads)?", ":? "),
        ),
    )
