"""Ranges of plain numbers: "5-10", "10 - 14", "1-1.5", "pages 112-118"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.classes.score import has_won
from datagen.text.classes.time import AROUND
from datagen.text.form import (
    DOT,
    END,
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    any_of,
    cue,
    is_after,
    is_before,
    is_near,
)
from datagen.text.lexicon import MONTHS_ANY_CASE
from datagen.text.locales import Locale
from datagen.text.nouns import NO_PLURAL, THINGS, describes
from datagen.text.quantity import DEC
from datagen.text.units import UNITS, plural

TOLD = (
    "Two numbers about a hyphen or dash, the lower one first; the other way round is a score or"
    " refused."
)
EXAMPLES = (
    ("Allow 6-8 weeks for delivery.", "Allow six to eight weeks for delivery."),
    ("It takes 1-1.5 hours.", "It takes one to one point five hours."),
    ("It runs 1 Jan - 3 Feb.", "It runs the first of January to the third of February."),
)


_MONTH = any_of(MONTHS_ANY_CASE)
_AFTER_DAY = re.compile(rf"(?:{_MONTH})\.? \d\d?(?:st|nd|rd|th)?(?:, \d{{4}})? ?\Z")
_AFTER_DAY_FIRST = re.compile(rf"(?<!\w)\d\d?(?:st|nd|rd|th)? (?:{_MONTH})\.?(?:,? \d{{4}})? ?\Z")
_AFTER_MONTH = re.compile(rf"(?<!\w)(?:{_MONTH})\.? \d{{4}} ?\Z")
_AFTER_SORTED = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d ?\Z")


def _day_or_range(match: Match) -> str:
    """Refuse "on 7-14": a day, or from seven to fourteen."""
    raise Unsayable(match[0], "it may be a day or a range")


def _between_dates(match: Match) -> str:
    """Say the dash of "Oct 31 - Nov 2"; a long one between blanks may be a pause."""
    is_apart = match.string[match.start() - 1] == " "
    if is_apart and "\u2014" in match[0]:
        raise Unsayable(match[0], "it may be a pause or a range")
    return "to" if is_apart else " to "


_SPANS = cue(
    r"from|between|about|maybe|around|roughly|approximately|approx\.?|serves?|seats?|feeds?|sleeps?"
    r"|holds?|fits?|takes?|ages?|aged|pages?|pp\.?|lines?|chapters?|chs?\.?|rows?|steps?|sections?"
    r"|verses?|questions?|Qs|problems?|exercises?|lessons?|units?|scale of"
    r"|rate (?:us|it|me)"
    r"|of|for|in|every|within|at|by|open|hours|lasts?|costs?|runs?|wait|allow|expect|say"
    r"|probably"
    r"|usually|typically|another|next|last|only|just|under|over|up|cut it to|grades?|levels?"
    r"|floors?"
    r"|tracks?|items?|numbers?|rooms?|lanes?|exits?|gates?|#|no\.|tone|size|sizes|years?|weeks?"
    r"|days?"
    r"|party of|need|want|got|have|with|do|like|than|kids|children|adults|students|people|months"
    r"|eta|ETA|low|high|or|and|range(?: is| of|:)?|scored|graded|ranked|numbered|labeled"
    r"|(?:should|must|can|to|will|would) be|measures?|bars?|tracks?|ex\.|amendments|articles"
    r"|exercises|episodes|volumes|parts|phases|stages"
    r"|photos|pictures|images|videos|cylinders|zones|bays|beds|channels|trials|players|sheets"
    r"|tables|figures|slides|tickets|seats|spots|candidates",
    r":? ",
)
"""What tells that two numbers are from one to another."""
_ENDS = re.compile(
    r"[.!?;,]|$| (?:in|on|at|for|and|or|but|with|from|to|the|so|when|after|before|now)\b"
)


_CODES = cue(
    r"(?:zip|postal|area|account|case|order|ticket|invoice|serial|lot|part|item|claim)s?"
    r"(?: codes?| numbers?| nos\.?)?(?: are| is)?|codes?|numbers?|nos\.|#",
    " ",
)
"""What is named by long numbers, which are said by digit."""
_FORMATION = re.compile(r" (?:defen[sc]e|formation|zone|press|front|split|count|lineup|scheme)\b")


_ARTICLE = cue("an?|the|this|that|my|your|our|his|her|their", " ")
_DOORS = cue("rooms|suites|units|apartments|apts|flights|sections|lockers", r"\.? ")
"""What is numbered by pairs: "Rooms 201-204"."""
_LASTING = re.compile(
    r" (?:business |working |square )?(?:minute|hour|day|week|month|year|night|mile|pound|inch"
    r"|foot|page|person|people|point|game|percent|degree|gallon|dollar|star|digit|step|player|item|word|line|second"
    r"|cup|ounce|lb|oz|mi|hr|min|yr|km|kg|mm|cm|ft|in|age|scale|range|window|player|unit|ton|watt"
    r"|volt|amp|gig|liter|guest|seat|room|bedroom|car|story|block|stop|slot|shift|workday|schedule|share"
    r"|increase|drop|gap|split|rating|question)s?\b|-"
)
_COUNTED = re.compile(rf"{_LASTING.pattern}| (?:[a-z-]+ ){{0,2}}{THINGS}")
_AFTER_RANGE = re.compile(
    r"\b(?:questions|problems|exercises|pages|chapters|items|lessons|sections|verses|rows|lines|steps"
    r"|units|rooms|exits|numbers|lanes|gates|levels|floors|weeks|days)\b[^.?!]*\d-\d[^.?!]*\Z"
)
"""What is counted, with a first range of it."""


_AGES = "days?|wks?|weeks?|mos?|months?|yrs?|years?|hrs?|hours?|mins?|minutes?"


def _of_two_units(match: Match) -> str:
    """Say "6 wks-12 mos."."""
    ends = (("low", "unit"), ("high", "last"))
    return " to ".join(_amount(match[number], match[unit]) for number, unit in ends)


def _amount(number: str, symbol: str) -> str:
    name = UNITS.get(symbol) or symbol.removesuffix("s")
    return f"{quantity.say(number)} {name if number == '1' else plural(name)}"


_RECKONED = re.compile(r"[=+\u00d7÷*(] ?-?\Z")
_RECKONED_ON = re.compile(r" ?[+\u00d7÷*=](?: |$)|[a-z](?![\w'])")


def _is_reckoned(match: Match) -> bool:
    """Tell whether a dash between blanks is a minus: "= 4 - 6 + 1"."""
    is_sum = is_before(match, _RECKONED) or is_after(match, _RECKONED_ON)
    return " " in match[0] and is_sum


def _range(match: Match) -> str | None:
    low, high = match["low"], match["high"]
    if high.isdecimal() and len(high) > len(low) + 1 and len(high) > 3:
        return None  # a code: "44-4444"
    is_code = any(end[0] == "0" and end.isdecimal() and len(end) > 1 for end in (low, high))
    if is_code or quantity.value(low) >= quantity.value(high):
        return None
    if is_after(match, _FORMATION):
        return None
    if low.isdecimal() and len(low) > 4 and not is_after(match, _COUNTED):
        return (
            f"{numbers.digits(low)} to {numbers.digits(high)}" if is_before(match, _CODES) else None
        )
    is_named = is_before(match, _ARTICLE) or not is_before(match, _SPANS)
    if low != "0" and is_named and describes(match) and not is_after(match, _COUNTED):
        return None  # "a 1-2 punch", "a 10-32 screw"
    if match[0] == "7-11" and not is_near(match, AROUND):
        return None  # a shop, perhaps
    is_small = low.isdecimal() and high.isdecimal() and len(low + high) < 5
    is_bare = is_small and is_after(match, _ENDS) and not is_before(match, _SPANS)
    is_bare = is_bare and match.string[match.start() - 1 : match.start()] != "#"
    is_told = (low == "0" and len(high) > 1) or has_won(match) or is_near(match, AROUND)
    is_told = is_told or is_before(match, _AFTER_RANGE)
    if is_bare and not is_told:
        return None  # a score, a record, a height
    return f"{quantity.say(low)} to {quantity.say(high)}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a range."""
    make = FormMaker("range")
    number = rf"(?:\d{{1,4}}(?: \d/\d{{1,2}})?[{quantity.VULGAR}]?|{DEC}|[{quantity.VULGAR}])"
    return (
        make(
            rf"(?P<low>[1-9]\d\d) ?-+ ?(?P<high>[1-9]\d\d){END}",
            lambda m: (
                f"{numbers.pairs(int(m['low']))} to {numbers.pairs(int(m['high']))}"
                if m["low"] < m["high"]
                else None
            ),
            before=_DOORS,
        ),
        make(
            rf"(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])(?![\w%/:-]|[.,]\d){NO_PLURAL}",
            _day_or_range,
            before=cue("on|dated", " "),
        ),
        make(
            rf"[-\u2014]+(?= ?(?:{_MONTH})\b\.? \d)",
            _between_dates,
            Sure.CERTAIN,
            before=_AFTER_DAY,
        ),
        make(
            rf"[-\u2014]+(?= ?\d\d?(?:st|nd|rd|th)? (?:{_MONTH})\b)",
            _between_dates,
            before=_AFTER_DAY_FIRST,
        ),
        make(
            rf"[-\u2014]+(?= ?(?:{_MONTH})\b\.? \d{{4}})",
            _between_dates,
            before=_AFTER_MONTH,
        ),
        make(r"[-\u2014]+(?= \d{4}-\d\d-\d\d)", _between_dates, before=_AFTER_SORTED),
        make(
            rf"(?P<low>\d{{1,2}}) ?(?P<unit>{_AGES})\.?-+"
            rf"(?P<high>\d{{1,3}}) ?(?P<last>{_AGES})\b{DOT}",
            _of_two_units,
        ),
        make(
            rf"(?<![\w-])(?P<low>{number}) ?-+ ?(?P<high>{number})(?= ?\+)?{END}(?!"
            rf" ?=)(?!-(?![a-z]{3}))",
            lambda m: None if _is_reckoned(m) else _range(m),
            Sure.USUAL,
        ),
    )
