"""Lengths of time: "it took 1:45:30", "2h 15m", ":45 left"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import (
    Form,
    FormMaker,
    Match,
    Sure,
    cue,
    is_after,
    is_before,
)
from datagen.text.locales import Locale
from datagen.text.nouns import is_one_thing

TOLD = (
    "Numbers about colons where something took, lasted or is left; three are a length unless"
    ' "at" stands before; on the hour and with nothing beside them they are refused.'
)
EXAMPLES = (
    ("It took 1:45:30 to load.", "It took one hour forty-five minutes and thirty seconds to load."),
    ("The flight is 2h 15m long.", "The flight is two hours fifteen minutes long."),
)
_TOOK = cue(
    r"took|take|takes|lasted|lasts|runs for|run time(?: is)?|runtime(?: is)?|duration(?: is)?"
    r"|elapsed|time of|in just|record of"
    r"|(?:5K|10K|mile|marathon|race|finish(?:ing)?|best|lap|split) (?:time )?(?:is|was)"
    r"|under|in under|within|row(?:ed)? .{0,12}in|time of|personal best(?: is| of)?|PR(?: is| of)?"
    r"|5K in|10K in|marathon in|mile in|race in|finished in|ran it in|done in|it in"
    r"|(?:finished|won|wins|first|second|ended) with"
    r"|(?:ended|ends|dropped|drops|disconnected|hung up|cut off|timed out|stopped|died|quit) after"
    r"|timer to|timer for|video's|song is"
    r"|clip is|every|wait time(?: is)?|hold time(?: is)?"
)
_LEFT = re.compile(
    r" (?:left|remaining|long|on the clock|to go|in length|into the|mark\b|min\b|minutes)"
)
_WHEN = re.compile(
    r"(?:\b(?:at|by|until|till?|before|after|past|from|(?<!skip )(?<!up )(?<!jump )(?<!down )to"
    r"|since|around|about|approximately|or|and|between|noon|your|our|my"
    r"|opens?|closes?|starts?|begins?|ends?|arriv\w+|depart\w+|leaves?|leaving|boards?|lands?"
    r"|doors(?: at| open)?|show"
    r"|is|it's|was|today|tomorrow|tonight|morning|afternoon|evening|\w+day|(?i:mon|tues?|wed"
    r"|thu(?:rs)?|fri|sat|sun)\.?"
    r"|time|appointment|meeting|class|reservation|slot|kickoff|tee time|have|got|(?:table"
    r"|reserv\w+|booked|set|scheduled|planned|down|you|me|us) for|check-?(?:in|out)|as|midnight)"
    r"|\d|[@,-]),? \Z",
    re.IGNORECASE,
)
_THEN = re.compile(
    r" (?:[ap]\.?m|sharp|on|o'clock|today|tomorrow|tonight|(?:this|in the|every|each) (?:morning"
    r"|afternoon|evening)|every"
    r"|local|lab|section|lecture|session|screening|showing|bus|ferry|tour|matinee|mass|seating|news|call|shift"
    r"|alarm|appointment|meeting|class|show|flight|train|slot|game|service|start|reservation"
    r"|tee time|kickoff)\b"
)
"""What stands beside a time of day on the hour; "2:00" by itself may be two minutes."""
_THE_ONE = cue("the|that|our|my|your", " ")
_IS_THERE = re.compile(r" (?:is|was|has|had|got|isn't|wasn't|looks|works|got|filled)\b")
_HOUR = r"(?:[01]?\d|2[0-3])"


def _counts(parts: list[tuple[int, str]]) -> str:
    said = [f"{numbers.cardinal(n)} {unit}{'' if n == 1 else 's'}" for n, unit in parts]
    return " and ".join([" ".join(said[:-1]), said[-1]]) if len(said) > 2 else " ".join(said)


def _lasting(match: Match) -> str | None:
    """Say hours, minutes and seconds that something took; no leading part that is zero."""
    values = [int(part) for part in match[0].split(":")]
    names = ("hour", "minute", "second")[-len(values) :]
    parts = list(zip(values, names, strict=True))
    while len(parts) > 1 and parts[0][0] == 0:
        parts.pop(0)
    while len(parts) > 1 and parts[-1][0] == 0:
        parts.pop()
    return _counts(parts)


def _took(match: Match) -> str | None:
    is_left = is_after(match, _LEFT) and not is_one_thing(match)
    return _lasting(match) if is_before(match, _TOOK) or is_left else None


def _untold(match: Match) -> str | None:
    """Refuse "rest 2:00" and "0:45 in", which nothing tells to be of the clock."""
    is_told = is_before(match, _WHEN) or is_after(match, _THEN)
    is_told = is_told or (is_before(match, _THE_ONE) and is_after(match, _IS_THERE))
    return None if is_told else "it may be a time of day or a length of time"


def _letters(match: Match) -> str | None:
    """Say "2h 15m", "1h40m", "2h 58m 12s"."""
    names = {"h": "hour", "m": "minute", "s": "second", "d": "day"}
    parts = [(int(n), names[unit]) for n, unit in re.findall(r"(\d+) ?([dhms])", match[0])]
    if is_one_thing(match):  # "a 5h 20m flight"
        return " ".join(f"{numbers.cardinal(n)} {unit}" for n, unit in parts)
    return _counts(parts)


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a length of time."""
    make = FormMaker("duration")
    free = r"(?![\w:]|[.,-]\d)"
    return (
        make(
            r":(?P<second>[0-5]\d)(?![\w:])",
            lambda m: _counts([(int(m["second"]), "second")]),
            before=cue("for|hold|in|under", " "),
        ),
        make(
            r":(?P<second>[0-5]\d)(?= (?:left|remaining|on the clock|to go|mark))",
            lambda m: _counts([(int(m["second"]), "second")]),
        ),
        make(rf"\d{{1,2}}:[0-5]\d{free}", _took, Sure.CUE),
        make(rf"(?:{_HOUR}:00|00?:[0-5]\d){free}", _untold, Sure.DOUBT),
        make(rf"\d{{1,3}}:[0-5]\d:[0-5]\d{free}", _lasting, Sure.USUAL),
        make(r"\d+ ?d ?\d+ ?h(?: ?\d+ ?m)?(?!\w)", _letters),
        make(r"\d+ ?h ?\d+ ?m(?: ?\d+ ?s)?(?!\w)", _letters),
        make(r"\d+ ?m ?\d+ ?s(?!\w)", _letters),
    )
