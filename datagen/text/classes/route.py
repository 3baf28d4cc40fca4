"""Flights, roads and planes, by pairs of digits: "UA 1742", "I-95", "the 405", "a 737-800"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import END, Form, FormMaker, Match, Sure, Unsayable, any_of, cue, is_near
from datagen.text.locales import Locale
from datagen.text.names import AIRLINES
from datagen.text.unit_cues import RUNWAY

TOLD = (
    'An airline\'s code or name before a number, or "flight"; the letters of a road and a hyphen;'
    ' "the" and three digits after what takes a road; 7 and 7 about a digit, of a plane.'
)
EXAMPLES = (
    ("You're on UA 1742 to Denver.", "You're on U A seventeen forty-two to Denver."),
    ("Take I-405 north.", "Take I four oh five north."),
    ("We flew on a 737-800.", "We flew on a seven thirty-seven, eight hundred."),
)
_ROAD = cue(r"take|on|to|off|onto|from|via|past|and|or|exit|between|near|down|up|of", r",? ")
_SPORTS_CAR = re.compile(
    r"\b(?:Porsche|Carrera|Turbo|Targa|GT3|model|coupe|convertible|dr[io]ve\w*|drove|classic|car)\b"
)
_FLOWN = re.compile(
    r"\b(?:fl[ey]w|fly\w*|flights?|flown|fares?|nonstop|layover|routes?|leg|red-?eye|airline"
    r"|land\w*)\b",
    re.I,
)
_ATTACKS = re.compile(
    r"\b(?:attacks?|terror\w*|memorial|museum|towers?|happened|2001|anniversary|post-|pre-"
    r"|victims?|survivors?|conspiracy|Commission|hijack\w*|the events of)(?=\W)"
)
_DRIVING = re.compile(
    r"\b(?:traffic|freeways?|fwy|highways?|exits?|northbound|southbound|eastbound|westbound|lanes?"
    r"|backed up|accidents?|crash|wreck|driv\w+|commut\w+|merge\w*|interchange|ramp"
    r"|overpass|carpool|LAX|miles|stuck|jam\w*|detour|closed|closures?)\b",
    re.IGNORECASE,
)
_SIDES = {"L": "left", "R": "right", "C": "center"}
_AIRLINE = any_of(AIRLINES)


def _pairs(match: Match) -> str:
    return numbers.pairs(int(match["number"]))


def _flight(match: Match) -> str:
    return f"{numbers.letters_and_digits(match['code'])} {numbers.pairs(int(match['number']))}"


def _road(match: Match) -> str:
    letters = " ".join(match["road"])
    return f"{letters} {numbers.pairs(int(match['number']))}"


def _freeway(match: Match) -> str | None:
    """Say "traffic on the 405": a word of the road is near."""
    return _pairs(match) if is_near(match, _DRIVING, 48, 48) else None


_AIRPORTS = (
    "ATL", "AUS", "BNA", "BOS", "BWI", "CDG", "CLE", "CLT", "CVG", "DCA", "DEN", "DFW", "DTW",
    "EWR", "FLL", "FRA", "HNL", "HOU", "IAD", "IAH", "JFK", "LAS", "LAX", "LGA", "LHR", "MCI",
    "MCO", "MDW", "MIA", "MSP", "MSY", "NRT", "OAK", "ORD", "PDX", "PHL", "PHX", "PIT", "RDU",
    "SAN", "SEA", "SFO", "SJC", "SLC", "SMF", "STL", "TPA", "YVR", "YYZ",
)  # fmt: skip
"""Codes of airports between two of which people fly."""


def _level(match: Match) -> str:
    """Say the "FL370" of a plane."""
    return f"flight level {numbers.digits(match['level'])}"


def _two_exits(match: Match) -> str:
    raise Unsayable(match[0], "it may be two exits or a range")


def _small_road(match: Match) -> str:
    """Say "i-35" and "i35"."""
    road, number = re.findall(r"[a-z]+|\d+", match[0])
    return f"{' '.join(road.upper())} {numbers.pairs(int(number))}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a flight, a road or a plane."""
    make = FormMaker("route")
    return (
        make(
            rf"(?P<number>[1-9]\d\d){END}"
            r"(?= (?:to|[NSEW]\b|north|south|east|west|freeway|fwy|until|exit|near|at|past|and)\b"
            r"|[.,])",
            _pairs,
            before=cue("(?:take|on|off|via|from|to) the", " "),
        ),
        make(
            r"(?P<number>[1-9]\d\d)(?='s )",
            _freeway,
            Sure.CUE,
            before=cue("the", " "),
        ),
        make(
            rf"(?P<number>[1-9]\d\d){END}(?! (?:[a-z]{{3,}}s|people|feet)\b)",
            _freeway,
            Sure.CUE,
            before=cue(
                "(?:take|on|off|via|onto|along|down|up|across|getting on|hit|to|from) the", " "
            ),
        ),
        make(
            rf"(?P<number>7[0-8]7){END}(?=[.,?!]|$|'s "
            r"| (?:MAX|jet|plane|flight|to|from|can|has|is|was|carries|flies|holds|seats|landed"
            r"|took)\b)",
            _pairs,
            Sure.CUE,
            before=cue("an?|the", " "),
        ),
        make(
            rf"(?P<number>[1-9]\d{{2,3}}){END}(?=[.,?!]|$| (?:to|from|at|is|was|on|out|into)\b)",
            _pairs,
            before=cue(
                r"(?:on|board|take|taking|took|catch|for|my|your) (?:Southwest|Delta|JetBlue|United"
                r"|American|Alaska|Frontier|Spirit|Lufthansa|Ryanair)",
                " ",
            ),
        ),
        make(rf"(?P<code>{_AIRLINE}) (?P<number>[1-9]\d{{0,3}}){END}", _flight),
        make(
            rf"(?P<code>{_AIRLINE})(?P<number>[1-9]\d{{2,3}}){END}",
            _flight,
            before=cue("on|aboard|board|flight|take|catch|booked", " "),
        ),
        make(
            rf"(?P<code>[A-Z]{{2}}|[A-Z]\d) ?(?P<number>[1-9]\d{{0,3}}){END}",
            _flight,
            before=cue("flight", " "),
        ),
        make(
            r"(?P<road>I|US|SR|CA|TX|FL|NY|M|A|B|E)-(?P<number>\d{1,3})(?![\w-])",
            _road,
            before=_ROAD,
        ),
        make(r"(?P<road>I|US|SR)-(?P<number>\d{2,3})(?![\w-])", _road),
        make(r"(?:i|us|sr)-\d{2,3}(?![\w-])", _small_road),
        make(r"i\d{2}(?![\w-])", _small_road, before=cue("on|off|take|via|onto|down|up|near", " ")),
        make(
            r"(?P<road>I|US|SR)-(?P<number>\d{1,3})/(?:I-)?(?P<other>\d{1,3})(?![\w/-])",
            lambda m: f"{_road(m)} {numbers.pairs(int(m['other']))}",
        ),
        make(
            r"(?P<number>0?[1-9]|[12]\d|3[0-6])(?P<side>[LRC])(?![\w-])",
            lambda m: f"{numbers.digits(m['number'])} {_SIDES[m['side']]}",
            Sure.CERTAIN,
            before=RUNWAY,
        ),
        make(
            rf"(?P<first>{'|'.join(_AIRPORTS)})(?:-|/)(?P<last>{'|'.join(_AIRPORTS)})(?![\w-])",
            lambda m: f"{' '.join(m['first'])} to {' '.join(m['last'])}",
        ),
        make(r"Rwy\.?(?= \d)", "Runway"),
        make(r"FL(?P<level>[1-6]\d[05])(?!\w)", _level),
        make(
            r"FL (?P<level>[1-6]\d[05])(?![\w.,-]\d|\w)",
            _level,
            before=cue(
                "climb(?:ing)?(?: to)?|cruis(?:e|ing)(?: at)?|descend(?:ing)?(?: to)?"
                "|maintain(?:ing)?|altitude(?: of)?|at",
                " ",
            ),
        ),
        make(
            r"\d{1,3}[A-E]-[A-E](?![\w-])",
            _two_exits,
            before=cue("exits?", " "),
        ),
        make(
            r"(?P<start>[A-Z]{3})-(?P<goal>[A-Z]{3})(?![\w-])",
            lambda m: f"{m['start']} to {m['goal']}" if is_near(m, _FLOWN) else None,
            Sure.CUE,
        ),
        make(r"(?P<number>[5-9]\d0|1[0-7]\d0)(?= AM\b)", _pairs),
        make(r"911(?![\w-])", lambda m: "nine eleven" if is_near(m, _SPORTS_CAR) else None),
        make(r"9/11(?![\w/])", lambda m: "nine eleven" if is_near(m, _ATTACKS) else None),
        make(r"(7[0-8]7)s\b", lambda m: f"{numbers.pairs(int(m[1]))}s"),
        make(
            r"(?P<number>7[0-8]7)-(?P<rest>[1-9]00|[89]|10)(?![\w-]|\.\d)",
            lambda m: f"{_pairs(m)}, {numbers.cardinal(int(m['rest']))}",
        ),
    )
