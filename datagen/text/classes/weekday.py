"""Days of the week: "Mon-Fri", "M-F", "Mon./Wed.", "on Tue.", "tues"."""

from __future__ import annotations

import re

from datagen.text.form import DOT, Form, FormMaker, Match, Sure, any_of, cue
from datagen.text.lexicon import DAY_LETTERS, DAYS
from datagen.text.locales import Locale

TOLD = (
    'Short names with or without a dot, and what joins them: a hyphen is "to", a slash "and"; Sat,'
    " Sun and Wed are words as well and need a dot or a word beside them."
)
EXAMPLES = (
    ("We're open Mon-Fri.", "We're open Monday to Friday."),
    ("Open M-F.", "Open Monday to Friday."),
    ("We meet Mon./Wed. at 4.", "We meet Monday and Wednesday at four."),
)
_ANY_DAY = {name: name for name in DAYS.values()} | DAYS
_ANY_DAY |= {short.lower(): name for short, name in _ANY_DAY.items()}
_DAY_OF = {short.lower(): name for short, name in (DAY_LETTERS | DAYS).items()}
_NO_SUN = r"(?!Sun\b(?<=[Tt]he Sun))(?!Sun (?:and|&) )"
"""A pattern before a day: the star is none."""


def _days(match: Match) -> str:
    return f"{_ANY_DAY[match['first']]} to {_ANY_DAY[match['last']]}"


def _letters(match: Match) -> str:
    return (
        f"{DAY_LETTERS[match['first']]} to {DAY_LETTERS.get(match['last']) or DAYS[match['last']]}"
    )


def _several(match: Match) -> str:
    """Say "Mon./Wed." and "Mon./Wed./Fri."."""
    days = [_ANY_DAY[day] for day in re.findall(r"\w+", match[0])]
    return f"{', '.join(days[:-1])} and {days[-1]}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write days of the week."""
    make = FormMaker("weekday")
    day = any_of(_ANY_DAY)
    letter_days = r"(?P<first>M|T|W|Tu|Th)-(?P<last>Thurs?|Th|Fri|F|Sat?|Sun?|S)(?![\w-])"
    return (
        make(rf"(?:(?:{day})\.?/)+(?:{day})\b(?![/-]){DOT}", _several),
        make(rf"(?P<first>{day})\.? ?- ?(?P<last>{day})\b{DOT}", _days),
        make(
            letter_days,
            _letters,
            Sure.CUE,
            before=cue(
                r"open|closed|hours|hours are|available|from|works?|runs?|in|is|are|daily|class"
                r"|staffed|meets|every|weekdays|office|store|dept|department|service|support",
                r"[:,]? ",
            ),
        ),
        make(r"(?P<first>M|Tu|T|W|Th)-(?P<last>Thurs|Fri|Sat|Sun|Sa|Su)(?![\w-])", _letters),
        make(
            r"(?P<first>F)-(?P<last>Sat|Sun|Sa|Su|S)(?![\w-])",
            lambda m: f"Friday to {'Sunday' if m['last'][:2] == 'Su' else 'Saturday'}",
            Sure.CUE,
            before=re.compile(r"(?:\d|[apAP]\.?[mM]\.?|and|&|,|open|closed) \Z"),
        ),
        make(
            r"(?=[\w]*/?(?:Tu|Th|Sa|Su))(?P<first>M|Tu|T|W|Th|F|Sa)/(?P<last>Tu|W|Th|F|Sa|Su)(?![\w/])",
            lambda m: f"{DAY_LETTERS[m['first']]} and {DAY_LETTERS[m['last']]}",
        ),
        make(r"(?P<first>M)-(?P<last>F)(?![\w-])", _letters),
        make(
            r"(?P<first>m|tu?|w|th)-(?P<last>thurs?|th|fri|f|sat?|sun?)(?![\w-])",
            lambda m: f"{_DAY_OF[m['first']]} to {_DAY_OF[m['last']]}",
        ),
        make(r"(?P<first>M)-(?P<last>Th)(?![\w-])", _letters),
        make(
            letter_days, _letters, Sure.CUE, before=re.compile(r"(?:\d|\d ?[AaPp]\.?[Mm]\.?),? \Z")
        ),
        make.words(
            {d: n for d, n in DAYS.items() if d not in ("Sat", "Sun", "Wed", "Weds")},
            rf"(?![\w/-]|'\w|\.\w){DOT}",
            Sure.USUAL,
        ),
        make.words(DAYS, rf"(?=\.)(?!\.\w){DOT}", Sure.USUAL, before=_NO_SUN),
        make.words(
            {"tues": "Tuesday", "weds": "Wednesday", "thurs": "Thursday", "thur": "Thursday"},
            rf"(?![\w/-]|'\w|\.\w){DOT}",
        ),
        make.words(
            {"Sat": "Saturday", "Sun": "Sunday", "Wed": "Wednesday", "Weds": "Wednesday"},
            r"(?= (?:the \d|at \d|& |(?:and|or) (?:[A-Z][a-z]{2,3}\b|\d)|\d|night|morning"
            r"|afternoon|evening|from \d|thru|through)|[?!]|[.,]|$)(?![.])",
            Sure.USUAL,
            before=f"(?<![-\\w]){_NO_SUN}",
        ),
    )
