"""Degrees: "72°F", "98.6 F", "40°", "-5 to 0°C", "40°26'46" N", a lamp of "2700K"."""

from __future__ import annotations

import re

from datagen.text import quantity
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
from datagen.text.nouns import attributive, describes, is_determined, is_one_thing
from datagen.text.quantity import DEC
from datagen.text.units import plural

TOLD = (
    "The sign after a number, with F, C or K; without a sign, where something is warm or cold; K of"
    " light; minutes and seconds behind the sign, and the way: N, S, E or W."
)
EXAMPLES = (
    ("Keep it at 72°F overnight.", "Keep it at seventy-two degrees Fahrenheit overnight."),
    (
        "Bake at 350 F for 20 minutes.",
        "Bake at three hundred fifty degrees Fahrenheit for twenty minutes.",
    ),
    ("A right angle is 90°.", "A right angle is ninety degrees."),
    (
        "It lies at 40°26'46\" N.",
        "It lies at forty degrees twenty-six minutes forty-six seconds north.",
    ),
)
_HEAT = re.compile(
    r"\b(?:degrees?|temp\w*|absolute|heat|bake|oven|fever|weather|outside|cold|hot|warm|high|low"
    r"|thermostat|freez\w+|preheat\w*|roast\w*|grill\w*|broil\w*|smok\w+|internal|cook\w*|boil\w*|melts?"
    r"|room|warms?|cools?|heated|water|kelvin|sun|stars?|surface|plasma|helium|nitrogen|zero|absolute|gas|STP|atm)\b",
    re.I,
)
_TURNED = re.compile(
    r" (?:angles?|turns?|bends?|rotations?|triangles?|weather|heat|days?|views?|videos?|ovens?|lens"
    r"|wedges?|corners?|temps?|temperatures?|drops?|swings?|water|mornings?|nights?|cameras?)\b"
)
_WHERE = re.compile(
    r" (?:internal(?:ly)?|inside|outside|overnight|below|above|today|tonight|tomorrow|max|min"
    r"|maximum"
    r"|minimum|north|south|east|west|clockwise|counterclockwise|left|right)\b"
)
_FOR = re.compile(r" for \d")
_BELOW = re.compile(r"(?:^| )-\Z")
_LIT = re.compile(r"\b(?:bulbs?|lm|lumens?|LEDs?|lights?|lamps?|colou?r temp\w*|white)\b")
_WAYS = {"N": "north", "S": "south", "E": "east", "W": "west"}
_SIXTIETH = r"[0-5]?\d(?:\.\d+)?"
"""Minutes of a degree, or seconds of a minute."""
_SCALES = {"F": " Fahrenheit", "C": " Celsius", "K": " Kelvin"}


def _count(said: str, unit: str, is_one: bool) -> str:
    return f"{said} {unit if is_one else plural(unit)}"


def _arc(match: Match) -> str:
    """Say degrees with their minutes and seconds, and the way on the globe. Raises Unsayable."""
    if re.search(r" \d'\Z", match[0]):
        raise Unsayable(match["minute"] + "'", "it may be minutes of a degree or feet")
    parts = [_counted(match[unit], unit) for unit in ("degree", "minute", "second") if match[unit]]
    ways = [_WAYS.get(match[name] or "", "") for name in ("first", "way")]
    return " ".join(filter(None, (ways[0], *parts, ways[1])))


def _counted(number: str, unit: str) -> str:
    return _count(quantity.say(number), unit, number == "1")


def _low(match: Match) -> str:
    return f"{quantity.say(match['low'])} to " if match["low"] else ""


def _degrees(match: Match) -> str:
    scale = _SCALES.get(match["scale"] or {"℉": "F", "℃": "C"}.get(match["sign"], ""), "")
    is_one = match["number"] == "1" or _is_adjective(match)
    return _count(_low(match) + quantity.say(match["number"]), "degree", is_one) + scale


def _is_adjective(match: Match) -> bool:
    """Tell whether degrees describe what follows, as in "a 90° angle". Raises Unsayable."""
    if is_after(match, _TURNED) or attributive(match) or is_one_thing(match):
        return True
    if not describes(match) or is_after(match, _WHERE):
        return False
    if is_determined(match):
        return True
    raise Unsayable(match[0], "it may be one degree or several before what it measures")


def _bare_degrees(match: Match) -> str | None:
    """Say "98.6 F" where something is warm or cold."""
    is_warm = is_before(match, _BELOW) or is_near(match, _HEAT) or is_after(match, _FOR)
    is_sure = ("," if match["scale"] == "K" else ".") in match["number"]
    if not is_sure and not is_warm:
        return None
    said = _low(match) + quantity.say(match["number"])
    if match["scale"] == "K":
        return f"{said} kelvin" if match.string[match.end() - 2] == " " else None
    return _count(said, "degree", False) + _SCALES[match["scale"]]


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write degrees."""
    make = FormMaker("degree")
    return (
        make(
            rf"(?:\b(?P<first>[NSEW]) ?)?(?P<degree>\d{{1,3}}) ?[°º] ?"
            rf"(?P<minute>{_SIXTIETH}) ?'(?: ?(?P<second>{_SIXTIETH}) ?(?:\"|''))?"
            r"(?: ?(?P<way>[NSEW])(?![\w°]))?(?!\w)",
            _arc,
        ),
        make(
            rf"(?P<number>{DEC}) ?° ?(?P<way>[NSEW])(?![\w°])",
            lambda m: f"{_counted(m['number'], 'degree')} {_WAYS[m['way']]}",
        ),
        make(
            rf"\b(?P<way>[NSEW]) ?(?P<number>{DEC}) ?°(?! ?[\w'])",
            lambda m: f"{_WAYS[m['way']]} {_counted(m['number'], 'degree')}",
        ),
        make(
            rf"(?:(?P<low>{DEC})°? ?- ?)?(?P<number>{DEC}) ?(?P<sign>[°º℉℃])(?:"
            rf" ?(?P<scale>[FCK])\b)?(?!\w)",
            _degrees,
        ),
        make(
            rf"(?:(?P<low>{DEC}) ?- ?)?(?P<number>{DEC}) ?(?P<scale>[FCK])(?![\w-])",
            _bare_degrees,
            Sure.CUE,
        ),
        make(
            r"(?P<number>[1-9]\d00)K\b",
            lambda m: f"{quantity.say(m['number'])} kelvin" if is_near(m, _LIT) else None,
        ),
        make(r"(?<=[°º][FC])/(?=\d+ ?°?[FC]\b)", " or "),
        make(r"(?<=°)/(?=\d)", ", "),
        make(
            r"°(?P<scale>[FC])\b",
            lambda m: f"degrees{_SCALES[m['scale']]}",
            before=cue("to|in|into|from|degrees|and|or|hundred|thousand|million|billion", " "),
        ),
    )
