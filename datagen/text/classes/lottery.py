"""Numbers that are drawn: "04-11-23-38-52" of a lottery."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, is_near
from datagen.text.locales import Locale

TOLD = (
    "Five to seven numbers of at most two figures about hyphens, near what is drawn or played;"
    " without such a word they are refused."
)
EXAMPLES = (
    (
        "My Powerball numbers were 04-11-23-38-52.",
        "My Powerball numbers were four, eleven, twenty-three, thirty-eight, fifty-two.",
    ),
    ("The Pick 3 was 4-1-7.", "The Pick three was four, one, seven."),
)
_DRAWN = re.compile(
    r"\b(?:lott(?:o|er\w+)|Powerball|Mega ?(?:Ball|Millions)|[Jj]ackpot|[Ww]inning|[Dd]rawing"
    r"|drawn|[Ss]cratch\w*|Pick [3-6]|(?:Fantasy|Cash) 5|[Qq]uick pick"
    r"|numbers (?:were|are|came|hit)|my numbers)\b"
)


def _drawn(match: Match) -> str | None:
    if not is_near(match, _DRAWN, 64, 48):
        return None
    return ", ".join(numbers.cardinal(int(number)) for number in match[0].split("-"))


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write what is drawn."""
    make = FormMaker("lottery")
    several = r"\d{1,2}(?:-\d{1,2}){4,6}(?![\w-]|[.,]\d)"
    return (
        make(several, _drawn, Sure.CUE),
        make(rf"(?!\d(?:-\d)+(?![\d-])){several}", "it may be numbers or a code", Sure.DOUBT),
        make(r"\d(?:-\d){2,3}(?![\w-]|[.,]\d)", _drawn, Sure.CUE),
    )
