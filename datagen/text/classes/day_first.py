"""Days before their month: "4-6 April", "4-Jul"; a month before a count is refused."""

from __future__ import annotations

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Unsayable, any_of, cue
from datagen.text.lexicon import MONTHS
from datagen.text.locales import Locale
from datagen.text.nouns import THINGS

TOLD = (
    'One or two days and the name of a month behind them; of what follows "in" and a month nobody'
    " knows whether it is a day or a count."
)
EXAMPLES = (
    ("We're away 4-6 April.", "We're away the fourth to the sixth of April."),
    ("It posted 4-Jul.", "It posted July fourth."),
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"


def _days(match: Match) -> str | None:
    first, last = int(match["first"]), int(match["last"])
    month = MONTHS.get(match["month"], match["month"])
    ends = f"the {numbers.ordinal(first)} to the {numbers.ordinal(last)}"
    return f"{ends} of {month}" if first < last else None


def _day(match: Match) -> str:
    return f"{MONTHS[match['month']]} {numbers.ordinal(int(match['day']))}"


def _day_or_count(match: Match) -> str:
    raise Unsayable(match[0], "it may be a day, or a month and a count")


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a day before its month."""
    make = FormMaker("day_first")
    names = any_of(MONTHS.values())
    return (
        make(
            rf"(?P<first>{_DAY}) ?-+ ?(?P<last>{_DAY}) (?P<month>{names}|{any_of(MONTHS)})\b"
            r"(?! \d)",
            _days,
        ),
        make(rf"(?P<day>{_DAY})-(?P<month>{any_of(MONTHS)})(?![\w-]|\.\w)", _day),
        make(
            rf"(?:{names}) \d{{1,2}}(?= (?:[a-z]+ )?{THINGS})",
            _day_or_count,
            before=cue("in|during", " "),
        ),
    )
