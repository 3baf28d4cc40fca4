"""Statuses with which a server answers, by pairs: "a 404", "it throws a 502"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import END, Form, FormMaker, Match, cue, is_near
from datagen.text.locales import Locale

TOLD = "A number from 400 to 599 before an error or a page, or after a server that throws it."
EXAMPLES = (
    ("The 404 page loads.", "The four oh four page loads."),
    ("It throws a 502 every time.", "It throws a five oh two every time."),
)
_SERVED = re.compile(
    r"\b(?:pages?|servers?|links?|sites?|websites?|URLs?|API|errors?|requests?|browser|endpoint|HTTP"
    r"|response|Chrome|Firefox|Safari|curl|Postman|not found|load\w*|gateway|proxy|bad gateway"
    r"|web)\b"
)
"""What answers with a status: "a 404 means the page is gone"."""


def _pairs(match: Match) -> str:
    return numbers.pairs(int(match["number"]))


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a status."""
    make = FormMaker("status")
    return (
        make(
            rf"(?P<number>[45]\d\d){END}"
            r"(?= (?:error|status|response|page|Forbidden|Not Found|Bad|on every)\b)",
            _pairs,
        ),
        make(
            r"(?P<number>40[0-9]|50[0-9]|429)(?![\w%-]|[.,:/]\d)",
            lambda m: _pairs(m) if is_near(m, _SERVED) else None,
            before=cue("an?|the|this|that|of|throws?|returns?|returned|gives?", " "),
        ),
        make(
            r"(?P<number>40[34]|50[234]|429)(?=[.,?!]|$| (?:every|when|whenever|if|each|again"
            r"|after|page|and|instead)\b)",
            _pairs,
            before=cue(
                r"(?:throw(?:s|ing)?|threw|get(?:s|ting)?|got|return(?:s|ed)?|hit(?:s)?"
                r"|keeps? giving(?: me)?) an?",
                " ",
            ),
        ),
    )
