"""Several of a figure: "two 6s", "pocket 8s", "count by 5s", "1s and 0s"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import Form, FormMaker, Match, Sure, cue, is_after, is_near
from datagen.text.locales import Locale
from datagen.text.unit_cues import GROUPED

TOLD = (
    "A number with an s that somebody counts, rolls, holds or writes, and that describes nothing"
    " after it; seconds and decades have words of their own, and without one it is refused."
)
EXAMPLES = (
    ("She rolled two 6s and a 4.", "She rolled two sixes and a four."),
    ("Can you count by 5s?", "Can you count by fives?"),
    ("A computer only knows 1s and 0s.", "A computer only knows ones and zeros."),
)
_SEVERAL = cue(
    r"two|three|four|five|six|seven|eight|nine|ten|several|couple of|pairs? of|pocket|straight"
    r"|double|triple|row of|string of|mostly|[2-9]|10",
    " ",
)
_FIGURES = re.compile(
    r"\b(?:roll\w*|dice|die|cards?|poker|deck|aces?|kings?|queens?|jacks?|deal\w*|dealt|flop"
    r"|multipl\w+|(?:count\w*|skip\w*|go|goes) by|times tables?|factors?|digits?|columns?|place"
    r"|groups? of|binary|report card|grades?|Yahtzee|bingo|odds?|evens?|number|numbers|numeral"
    r"|ratings?|stars?|code|password|pattern|sequence|[01]s and [01]s)\b"
)
_COUNTED_BY = cue(r"count\w*(?: \w+)* by|skip-count\w*(?: \w+)* by|(?:groups?|sets?) of", " ")
_NOTHING_NEXT = re.compile(
    r"[.,?!;:)]|$| (?:and|or|in|on|for|to|is|are|was|were|so|but|with|from|at|than|then|as|that"
    r"|when|make|makes|add|left|here|there|you|I|we|he|she|they|it|showing|up|first|times|place"
    r"|column|digit|starting|beginning|until|till|all|together|each|again|instead|please|now|too)\b"
)
_TIMED = re.compile(
    r"\b(?:seconds?|delay\w*|lag\w*|latency|load\w*|clips?|timers?|timeouts?|pause\w*|wait\w*"
    r"|lasts?|laps?|slower|faster|sprint\w*|race\w*|took|takes?)\b"
)


def _figures(match: Match) -> str | None:
    """Say "6s" of dice; what describes a noun or is near a word of time is none."""
    if not is_after(match, _NOTHING_NEXT) or is_near(match, _TIMED, 64, 48):
        return None
    return quantity.several(numbers.cardinal(int(match["number"].replace(",", ""))))


def _cued(match: Match) -> str | None:
    return _figures(match) if is_near(match, _FIGURES, 64, 48) else None


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write several of a figure."""
    make = FormMaker("figures")
    figures = r"(?P<number>\d{1,2}|1,?000?)'?s(?![\w/-])"
    return (
        make(figures, _figures, Sure.CUE, before=_SEVERAL),
        make(figures, _figures, Sure.CUE, before=_COUNTED_BY),
        make(figures, _figures, Sure.CUE, before=GROUPED),
        make(figures, _cued, Sure.CUE),
        make(
            r"(?P<number>[3-6])s(?![\w-])",
            lambda m: f"{numbers.cardinal(int(m['number']))} S",
            before=cue("iPhone|iphone", " "),
        ),
    )
