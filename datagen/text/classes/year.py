"""Years, decades, quarters and eras: "in 1998", "the '90s", "2024-25", "Q3 2025", "44 BC"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.classes.date import IN_YEAR, YEAR, padded
from datagen.text.form import DOT, END, LONE, Form, FormMaker, Match, Sure, cue, is_after
from datagen.text.locales import Locale
from datagen.text.nouns import THINGS

TOLD = (
    'A word before it ("in", "since", "class of"), or alone if it is of our time and no noun it may'
    " count follows; an apostrophe before two digits; tens with an s."
)
EXAMPLES = (
    ("He likes music from the '90s.", "He likes music from the nineties."),
    ("Caesar died in 44 BC.", "Caesar died in forty-four BC."),
    ("She's been here since 2014.", "She's been here since twenty fourteen."),
    ("Q3 2025 was good.", "Q three twenty twenty-five was good."),
)
_COUNTED = re.compile(
    rf" (?:(?!models|vehicles|seasons){THINGS}(?! (?:ago|later))|more"
    r"|feet|of (?:them|us|these|those)|in stock|calories|words?\b|dollars|miles|hours?\b)"
)
_PLAIN_YEAR = re.compile(
    r"(?! [a-z])|(?: (?:and|to|or|was|is|were|for|when|by|at|that|with|as|but|because|so|on"
    r"|came|went|had|has|saw|took|won|would|will|did|does|sold|began|sounds|seems|feels|looks|[a-z]+ed"
    r"|until|through|edition|model|election|season|census|budget|report|tax)\b)"
)
_SPAN = cue(r"from|between|in|during|season|years?|the|war|of|since|\(", r",? ?\(?")
_DECADE = cue(
    r"the|her|his|my|their|your|our|late|early|mid|low|high|upper|lower|mid-|and|or|'", r"[ -]?"
)


def _year(match: Match) -> str | None:
    return None if is_after(match, _COUNTED) else numbers.year(int(match["year"]))


def _lone_year(match: Match) -> str | None:
    """Say a year of our time that no noun follows."""
    if is_after(match, _COUNTED) or not is_after(match, _PLAIN_YEAR):
        return None
    return numbers.year(int(match["year"]))


def _years(match: Match) -> str | None:
    """Say "2024-2025" or "1861-65"."""
    first, last = match["first"], match["last"]
    if is_after(match, _COUNTED):
        return None
    whole = last if len(last) == 4 else first[: 4 - len(last)] + last
    if int(whole) <= int(first):
        return None
    return f"{numbers.year(int(first))} to {numbers.year(int(whole))}"


def _decade(match: Match) -> str | None:
    """Say "1980s", "'80s", "80s"; the '00s are those of the millennium."""
    number = 2000 if match["decade"] == "00" else int(match["decade"])
    said = numbers.year(number) if number % 100 or number >= 1000 else numbers.pairs(number)
    return quantity.several(said)


def _decades(match: Match) -> str:
    return " to ".join(quantity.several(numbers.year(int(match[end]))) for end in ("low", "high"))


def _quarter(match: Match) -> str:
    """Say "Q3 2025", "Q1-Q3" or "2Q22"."""
    said = f"Q {numbers.cardinal(int(match['quarter']))}"
    if match["last"]:
        said += f" to Q {numbers.cardinal(int(match['last']))}"
    if not match["year"]:
        return said
    year = match["year"]
    return f"{said} {numbers.year(int(year)) if len(year) == 4 else padded(year)}"


def _fiscal(match: Match) -> str:
    """Say "FY27" or "FY 2027"."""
    year = match["year"]
    return f"F Y {numbers.year(int(year)) if len(year) == 4 else padded(year)}"


def _with_era(written: str) -> str:
    return numbers.pairs(int(written)) if len(written) > 2 else numbers.cardinal(int(written))


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a year."""
    make = FormMaker("year")
    return (
        make(rf"(?P<year>{YEAR})(?!-\d){END}", _year, Sure.CUE, before=IN_YEAR),
        make(rf"{LONE}(?P<year>1[1-9]\d\d|20[0-4]\d)(?!-\d){END}", _lone_year, Sure.USUAL),
        make(rf"(?P<first>{YEAR}) ?- ?(?P<last>{YEAR}|\d\d)(?![\w%-]|[.,]\d)", _years, Sure.CUE),
        make(
            r"(?P<number>\d{1,4}) ?(?P<era>A\.?D|B\.?C\.?E|B\.?C|C\.?E)\b" + DOT,
            lambda m: f"{_with_era(m['number'])} {m['era'].replace('.', '')}",
        ),
        make(
            r"(?P<number>\d{1,4}) ?(?P<era>BCE?|AD|CE)"
            r" ?- ?(?P<last>\d{1,4}) ?(?P<end>BCE?|AD|CE)\b",
            lambda m: f"{_with_era(m['number'])} {m['era']} to {_with_era(m['last'])} {m['end']}",
        ),
        make(
            rf"(?P<year>[1-9]\d{{1,3}}){END}",
            lambda m: _with_era(m["year"]),
            before=re.compile(r"\b(?:AD|A\.D\.) \Z"),
        ),
        make(r"'(?P<decade>\d0)'?s\b", _decade),
        make(
            r"(?P<part>mid|early|late)-'(?P<decade>\d0)s\b", lambda m: f"{m['part']}-{_decade(m)}"
        ),
        make(r"(?P<decade>(?:1\d|20)\d0)'? ?s\b(?! of\b)", _decade),
        make(r"(?P<low>(?:1\d|20)?\d0)s-(?P<high>(?:1\d|20)?\d0)s\b", _decades),
        make(r"(?P<decade>\d0)'?s\b(?! of\b)", _decade, Sure.CUE, before=_DECADE),
        make(r"(?P<decade>[2-9]\d0)s\b(?! of\b)", _decade),
        make(
            r"(?P<decade>[2-9]0)s(?= (?:music|movies?|hits?|rock|pop|fashion|style|kids?|shows?"
            r"|songs?|era|party|night|sitcoms?)\b)",
            _decade,
        ),
        make(
            r"'(?P<first>\d\d)-'(?P<last>\d\d)(?![\w-])",
            lambda m: f"{padded(m['first'])} to {padded(m['last'])}",
        ),
        make(r"'(?P<year>\d\d)\b(?!['\"\w])", lambda m: padded(m["year"])),
        make(
            r"Q(?P<quarter>[1-4])(?: ?- ?Q?(?P<last>[2-4]))?(?: ?'?(?P<year>20\d\d"
            r"|(?<=')\d\d))?(?![\w-])",
            _quarter,
        ),
        make(r"(?P<quarter>[1-4])Q(?P<last>)(?P<year>20\d\d|\d\d)(?![\w-])", _quarter),
        make(r"FY ?'?(?P<year>20\d\d|\d\d)(?![\w-])", _fiscal),
    )
