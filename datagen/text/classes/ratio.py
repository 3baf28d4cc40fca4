"""Ratios that no clock has, odds and blends: "9:3:3:1", "1:24,000", "1.9:1", "10-10-10"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import (
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    cue,
    is_after,
    is_before,
    is_near,
)
from datagen.text.locales import Locale

TOLD = (
    "Numbers about colons, of which one has a point or a comma, or more than two of one or two"
    " digits where a ratio is spoken of; two whole numbers are a score's or a time's; two or three"
    " about hyphens near odds, a fertilizer or a rule."
)
EXAMPLES = (
    ("The map scale is 1:24,000.", "The map scale is one to twenty-four thousand."),
    (
        "It went from 1.9:1 to 2.4:1.",
        "It went from one point nine to one to two point four to one.",
    ),
    ("It gives you a 9:3:3:1 ratio.", "It gives you a nine to three to three to one ratio."),
)
_RATIO = re.compile(
    r"\b(?:ratios?|cross\w*|phenotyp\w*|genotyp\w*|mix\w*|concrete|proportions?|parts|similar"
    r"|angles?|sides?|recipe|divided|shar\w+|offspring)\b"
)

_FERTILIZED = re.compile(
    r"\b(?:fertili[sz]\w*|lawns?|NPK|garden\w*|soil|acres?|tons? of|bags? of|pounds? of"
    r"|pallets? of|sacks? of|beds|spread\w*"
    r"|side-?dress|crops?|corn|tomatoes|plant food)\b"
)
_BET = re.compile(r"\bodds\b[^.?!]{0,24}\Z|\b(?:odds|bookie|bookmaker)\b")


def _parts(match: Match) -> str:
    return " to ".join(map(quantity.number, match[0].split(":")))


def _apart(match: Match) -> str:
    """Say the colon of "1 : 2", where a ratio is spoken of."""
    if is_near(match, _RATIO) or is_near(match, _SCALED):
        return "to"
    raise Unsayable(match[0], "it may be a ratio, a time or a mark")


_SCALED = re.compile(r"\b(?:scale|odds|dilut\w+)\b")


def _triple(match: Match) -> str:
    """Say "10-10-10" of a fertilizer and "68-95-99.7" of a rule."""
    return ", ".join(map(quantity.number, match[0].split("-")))


def _odds(match: Match) -> str | None:
    """Say "7-2" of a horse; "50-50" is a split."""
    low, high = int(match["low"]), int(match["high"])
    if low + high == 100 or not is_near(match, _BET):
        return None
    return f"{numbers.cardinal(low)} to {numbers.cardinal(high)}"


_PROPORTIONED = re.compile(
    r"\b(?:ratio|odds|aspect|mix|mixed|against|dilut\w+|parts|bet|scale|proportions?"
    r"|slope|gradient|ramp|pitch|grade|gear\w*|leverage|model|miniature|solution|concentrate"
    r"|compression|students?|teacher|payout|pays?|rise|run|reduction|contrast|exposure|chance)\b",
    re.I,
)
_PROPORTION = (
    r"ratios?|odds|slope|scale|gradient|grade|mix(?:ed)?|mixture|dilut\w+|proportions?|compression"
    r"|payout|ramp|solution|gear(?:ing)?|leverage"
)
_BESIDE_RATIO = cue(rf"(?:{_PROPORTION})(?: \w+)?(?: of| is| at| was|'s|:|a|an)*|an?", " ")
_STUFF = (
    r"(?:water|coffee|oil|gas|sugar|flour|vinegar|bleach|sand|cement|juice|rice|syrup|salt|beans"
    r"|milk|fuel|\w+er)"
)
_OF_RATIO = re.compile(
    rf" (?:{_PROPORTION})\b| [a-z]+ (?:ratios?|dilutions?|odds)\b"
    rf"|,? \(?{_STUFF}[- ]to[- ]{_STUFF}(?=[.,;!?)]|$| by\b| ratio\b)"
)


def _ratio(match: Match) -> str | None:
    """Say "3:1"; what may be a time needs the word right beside it: "paid before 1:00"."""
    if len(match["bottom"]) == 2 and int(match["bottom"]) < 60 and int(match["top"]) < 25:
        is_one = is_after(match, _OF_RATIO) or (
            is_before(match, _BESIDE_RATIO) and not is_before(match, _ARTICLE)
        )
        if not is_one:
            return None
    elif not is_near(match, _PROPORTIONED) and len(match["bottom"]) > 1:
        return None
    joint = " " if is_near(match, _FASTED) else " to "
    return joint.join(numbers.cardinal(int(match[end])) for end in ("top", "bottom"))


def _equal(match: Match) -> str:
    """Say the "9:12" of "3:4 = 9:12"."""
    return " to ".join(
        quantity.number(end) if end.isdecimal() else end for end in (match["top"], match["bottom"])
    )


_FASTED = re.compile(r"\bfast(?:s|ing|ed)?\b|\beating window\b")
"""What has hours without and with food: "the 16:8 fast"."""
_ARTICLE = cue("an?", " ")


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a ratio."""
    make = FormMaker("ratio")
    return (
        make(r"(?P<top>\d{1,4}):(?P<bottom>\d{1,4})(?![\w:]|\.\d)", _ratio, Sure.CUE),
        make(
            r"(?P<top>\d{1,3}|[a-z]):(?P<bottom>\d{1,3}|[a-z])(?![\w:]|\.\d)",
            _equal,
            Sure.CERTAIN,
            before=re.compile(r"(?<![\w:])(?:\d{1,3}|[a-z]):(?:\d{1,3}|[a-z]) = \Z"),
        ),
        make(
            r"(?P<top>\d{1,2}):(?P<bottom>\d{1,2}\.\d+)(?![\w:]|\.\d)",
            lambda m: (
                f"{quantity.number(m['top'])} to {quantity.number(m['bottom'])}"
                if is_near(m, _PROPORTIONED)
                else None
            ),
        ),
        make(
            r"(?P<low>\d{1,2})-(?P<high>\d)(?![\w-]|[.,]\d)",
            lambda m: " to ".join(numbers.cardinal(int(part)) for part in m[0].split("-")),
            before=cue(
                r"odds(?: of| are| were| at)?|went off at|paid|long ?shot at|favorite at", " "
            ),
        ),
        make(r":(?= [\d√])", _apart, before=re.compile(r"\d \Z")),
        make(r"1:[1-9]\d{0,2}(?:,\d{3})+(?![\w:]|[.,]\d)", _parts),
        make(r"\d{1,3}\.\d{1,2}:[1-9]\d{0,2}(?:\.\d{1,2})?(?![\w:]|[.,]\d)", _parts),
        make(r"(?:\d{1,2}:){3,4}\d{1,2}(?![\w:]|[.,]\d)", _parts),
        make(
            r"[1-9]:[1-9]:[1-9](?![\w:]|[.,]\d)",
            lambda m: _parts(m) if is_near(m, _RATIO) else None,
            Sure.CUE,
        ),
        make(
            r"\d{1,2}-\d{1,2}-\d{1,2}(?:\.\d)?(?= (?:triangle|rule|split|plan|method|schedule"
            r"|fertilizer|lawn|mix|blend))",
            _triple,
        ),
        make(
            r"\d{1,2}-\d{1,2}-\d{1,2}(?![\w-]|[.,]\d)",
            lambda m: _triple(m) if is_near(m, _FERTILIZED) else None,
            Sure.CUE,
        ),
        make(
            r"(?P<one>\d{1,2})-\d{1,2}-\d{1,2}(?![\w-]|[.,]\d)",
            _triple,
            before=cue(r"(?:bags?|pallets?|sacks?|tons?|lbs?\.?|pounds?|spreader) of", " "),
        ),
        make(
            r"\d\d/\d\d/\d\d(?= (?:rule|split|budget|plan)\b)",
            lambda m: ", ".join(map(quantity.number, m[0].split("/"))),
        ),
        make(
            r"\d{1,3}-\d(?= (?:favorites?|long ?shots?|underdogs?|odds)\b)",
            lambda m: " to ".join(map(quantity.number, m[0].split("-"))),
        ),
        make(
            r"(?P<low>\d{1,3})-(?P<high>\d{1,2})(?=[.,?!;]|$| (?:on|to|for|against|at|right|odds"
            r"|favorite|long ?shot|underdog)\b)",
            _odds,
        ),
    )
