"""Points of a scale, "8/10" and "3/5", where the sentence speaks of one and not of a day."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, cue, is_after, is_before, is_near
from datagen.text.locales import Locale

TOLD = (
    "A number over five or ten near pain, a mood, a rating or the like, unless a word of days"
    " stands before it; what went up or down without such a word is refused."
)
EXAMPLES = (
    (
        "Her pain is 4/10 today, down from 8/10.",
        "Her pain is four out of ten today, down from eight out of ten.",
    ),
    ("My anxiety was 9/10 last night.", "My anxiety was nine out of ten last night."),
)
_SCALE = (
    r"(?:pain\w*|aches?|aching|nausea|itch\w*|anxiety|mood|severity|symptoms?|discomfort"
    r"|soreness|stress|fatigue|energy|swelling|cramps?|cramping|headaches?|migraines?|satisfaction"
    r"|rat(?:ed|ings?)|rates?(?= (?:it|us|them|him|her|this|that|the|my|your|our|pain)\b)|scale"
    r"|scores?|scored|scoring|difficulty|confidence|effort|tightness|stiffness|dizziness)"
)
_SCALED = re.compile(rf"\b{_SCALE}\b(?!\.\w)", re.IGNORECASE)
_SAID_OF = cue(
    rf"{_SCALE}(?: level| score)?|(?:[a-z]+'s)|is|was|are|were|be|been|at|an?|about|around|maybe"
    r"|like|to|from|only|now|and|or|with|it|us|them|him|her|say|said|felt|feels?|hits?|reached"
    r"|gave|give|than|level|still|just|usually|almost|averag\w+|this|that|of|as|a solid|out",
    ":? (?:an? )?",
)
_EVENT = re.compile(
    r"\b(?:appointments?|appt|visits?|refills?|sessions?|surgery|meetings?|deadline|checkup)\b"
)
"""What has a day: near it two numbers are not surely a point of a scale."""
_DAY_BEFORE = cue(
    r"on|free|available|open|closed|by|since|until|till|til|thru|through"
    r"|(?:moved|pushed|rescheduled) to"
    r"|due|dated|before|after|starting|starts?|started|ends?|ended"
    r"|ending|scheduled(?: for)?|booked(?: for)?|expires|effective|as of|of|week of|posted|filed"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|thur?s?|fri|sat|sun"
    r"|(?:appointment|appt\.?|visit|surgery|follow-up|refill|exam|date|day|review|session|meeting"
    r"|deadline|delivery|injection|test)(?: is|'s| was|:| for| on)?",
    r"\.?,? ",
)
_NO_POINT_AFTER = re.compile(
    r"(?: (?:at|@) \d{1,2}(?::\d\d)?| ?(?:-|to|through|thru|and|or) \d{1,2}/(?!5\b|10\b)\d"
    r"| (?:appointment|appt|visit|surgery|deadline|session|meeting|works)\b"
    r"| of\b)"
)
_MOVED = cue(
    r"(?:down|up|dropp?\w*|fell|fallen|falls|rose|risen|rises|climbed|jumped|slipped|went|goes"
    r"|gone|improved|crept|back|spiked|dipped)(?: back| down| up)? (?:from(?: an?)?|to(?: an?)?)"
    r"|(?:from|to)",
    " ",
)
_FIRST = re.compile(r"(\d+)/(\d+)")
_OTHER = re.compile(r"(?<![\d/])\d{1,2}/(?:5|10)(?![\d/])")
_MOVES = re.compile(
    r"\b(?:down|up|dropp?\w*|fell|fallen|falls|rose|risen|rises|climbed|jumped|slipped|went|goes"
    r"|gone|improved|crept|spiked|dipped) (?:from|to)\b"
)


def _is_point(match: Match) -> bool:
    """Tell whether two numbers may be a point of a scale: "12/5" and "on 8/10" are none."""
    top, bottom = _FIRST.findall(match[0])[0]
    if bottom not in ("5", "10") or int(top) > int(bottom):
        return False
    return not (is_before(match, _DAY_BEFORE) or is_after(match, _NO_POINT_AFTER))


def is_rating(match: Match) -> bool:
    """Tell whether a match of two numbers is a point of a scale, or may be one as well as a day."""
    if not _is_point(match):
        return False
    if is_near(match, _SCALED, 96, 64):
        return True
    return is_before(match, _MOVED) and is_near(match, _MOVES)


def _rating(match: Match) -> str | None:
    is_said = is_before(match, _SAID_OF) and not is_near(match, _EVENT)
    if not is_said or not _is_point(match) or not is_near(match, _SCALED, 96, 64):
        return None
    return " out of ".join(numbers.cardinal(int(part)) for part in match[0].split("/"))


def _doubted(match: Match) -> str | None:
    """Refuse a point that nothing is said of, and one of two without a word of a scale or a day."""
    is_one = _is_point(match)
    is_scaled = is_one and is_near(match, _SCALED, 96, 64)
    bottom = match[0].split("/")[1]
    others = {one for one in _OTHER.findall(match.string) if one.endswith(f"/{bottom}")}
    is_moved = is_before(match, _MOVED) and is_near(match, _MOVES)
    is_doubt = is_scaled or (is_one and (is_moved or len(others) > 1))
    return "it may be a rating or a date" if is_doubt else None


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the points of a scale."""
    make = FormMaker("rating")
    over = r"(?:10|[0-9])/(?:10|5)(?![\w/%]|-\d|\.\d)"
    return (make(over, _rating), make(over, _doubted, Sure.DOUBT))
