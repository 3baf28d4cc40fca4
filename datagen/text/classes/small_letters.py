"""Addresses in small letters, as people type them: "1420 w main st, tulsa ok 74101"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, Unsayable, any_of, is_before
from datagen.text.places import COMPASS, CORNERS, STREETS, ZIPPED_STATES

_SMALL_CITY = re.compile(
    r"(?<![\w'])(?!(?:is|its|zip|code|yeah|yes|was|my|the|for|and|that|this|not|says|say|still|also"
    r"|then|like|call|text|live|lived|living|based|located|moved|here|there|are|all|sounds|looks"
    r"|about|over|under|than|only|just|order|number|account|send|email|tell|give|ask)\b)"
    r"[a-z]{3,},? \Z"
)
_SMALL_CITY_OF = re.compile(
    r"(?:, ?|\b(?:st|ave|rd|blvd|dr|ln|ct|way|street|avenue|road|drive|lane|box \d{1,6}|in|to|from"
    r"|near),? )(?:[a-z]{3,} ){1,2}\Z|[a-z]{3,}, \Z"
)
"""A city after a street or a preposition."""
_SMALL = "st|ave|av|rd|blvd|ln|pkwy|hwy"
_SMALL_OR_WORD = "dr|ct|pl|cir|ter"
"""Types of streets in small letters; the second ones need a house number of three figures."""
_SMALL_POINT = r"(?:[nsew]\.? |[ns][ew] )?"
_SMALL_NAME = (
    r"(?:(?!(?:the|and|for|oz|lbs?|pack|mg|inch|people|min|mins|hrs?|more|good|from)\b)[a-z]{3,} "
    r"|\d+(?:st|nd|rd|th) )"
)
_SMALL_END = (
    r"\b\.?(?= ?(?:$|[,?!]|#|\d|(?:apt|unit|ste|suite|in|by|near|and|at|is|off|it|for|on)\b))"
)
_SMALL_HOUSE = rf"\d{{1,5}} {_SMALL_POINT}{_SMALL_NAME}{{1,2}}"
_SMALL_PLACE = (
    rf"\b(?:on|at|off|down|near|to|and|&) {_SMALL_POINT}"
    r"(?:(?!(?:the|an?|my|our|your|this|that|which|what|each|every|same|other|any)\b)[a-z]{3,} "
    r"|\d+(?:st|nd|rd|th) )"
)


def _small_state(match: Match) -> str | None:
    """Say the "ok" of "tulsa ok 74101". Raises Unsayable where it may be the word."""
    name, codes = ZIPPED_STATES[match["state"]]
    is_place = is_before(match, _SMALL_CITY)
    is_word = match["state"] in ("in", "me", "or") and not is_before(match, _SMALL_CITY_OF)
    if not is_place:
        return None
    if is_word and not re.match(codes, match["zip"]):
        return None
    if is_word or not re.match(codes, match["zip"]):
        raise Unsayable(match["state"], "it may be a state or a word")
    return name


def in_small_letters(make: FormMaker) -> tuple[Form, ...]:
    """Return the parts of an address that is typed in small letters: "1420 w main st"."""
    types = rf"(?:{_SMALL}|{_SMALL_OR_WORD})"
    return (
        make(
            rf"(?:\d{{3,5}}(?= {_SMALL_POINT}{_SMALL_NAME}{{1,2}}{types}{_SMALL_END})"
            rf"|\d{{1,2}}(?= {_SMALL_POINT}{_SMALL_NAME}{{1,2}}(?:{_SMALL}){_SMALL_END}))"
            r"(?<!\d\d\d\d\d\d)",
            lambda m: numbers.pairs(int(m[0])),
            Sure.CUE,
        ),
        make(
            rf"(?P<type>{_SMALL}){_SMALL_END}",
            lambda m: STREETS[m["type"].capitalize()].lower(),
            Sure.CUE,
            before=re.compile(rf"(?:{_SMALL_HOUSE}|{_SMALL_PLACE})\Z"),
        ),
        make(
            rf"(?P<type>{_SMALL_OR_WORD}){_SMALL_END}",
            lambda m: STREETS[m["type"].capitalize()].lower(),
            Sure.CUE,
            before=re.compile(rf"\d\d{_SMALL_HOUSE}\Z"),
        ),
        make(
            rf"(?P<state>{any_of(ZIPPED_STATES)})(?=,? (?P<zip>\d{{5}})(?:-\d{{4}})?(?![\w-]))",
            _small_state,
        ),
        make(
            r"ok(?=[.,?!]|$)",
            "Oklahoma",
            Sure.CUE,
            before=re.compile(
                r"\b(?:tulsa|lawton|edmond|enid|stillwater|broken arrow|muskogee|bartlesville"
                r"|owasso|oklahoma city),? \Z"
            ),
        ),
        make(
            rf"(?P<point>[nsew]|[ns][ew])\.?(?= (?:{_SMALL_NAME}{{1,2}}{types}{_SMALL_END}"
            r"|\d+(?:st|nd|rd|th)\b))",
            lambda m: (COMPASS | CORNERS)[m["point"].upper()],
            Sure.CUE,
            before=re.compile(r"(?:(?<!\S)\d{1,5}|\b(?:on|at|off|down|near|to|and|&)) \Z"),
        ),
    )
