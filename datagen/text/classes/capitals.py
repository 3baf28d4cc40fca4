"""Streets in capitals, as forms and letters print them: "350 NE MAIN ST". They are addresses."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import DOT, Form, FormMaker, Match, Unsayable, is_before
from datagen.text.places import COMPASS, CORNERS, STREETS, TYPES_IN_CAPITALS

_AFTER_CAPITALS = re.compile(
    r"(?:^|[.?!] |\b(?:(?i:on|onto|off|at|down|up|along|near|and|to|of|by|from|past|is|between|it"
    r"|or|cross|take) ))(?!(?:THE|MY|OUR|YOUR|HIS|HER|THEIR|THIS|THAT|SEE|CALL|ASK|USE|TAKE|NEAR) )"
    r"(?:[NSEW]\.? |[NS][EW] |ST )?(?:[A-Z]{3,} ){1,2}\Z|\d(?:ST|ND|RD|TH) \Z"
)
"""A name in capitals, before the type of its street."""
_IN_CAPITALS = r"(?:[A-Z]{3,} |\d+(?:ST|ND|RD|TH) ){1,2}"
_HOUSE_IN_CAPITALS = re.compile(rf"(?<!\S)\d{{1,5}} (?:[NSEW]\.? |[NS][EW] )?{_IN_CAPITALS}\Z")


def _street_in_capitals(match: Match) -> str:
    """Say the type of "MAIN ST"."""
    return STREETS[match[0].rstrip(".").capitalize()]


def _saint_or_street(match: Match) -> str:
    """Say the first of "ST JAMES ST". Raises Unsayable where a name stands before it, too."""
    if is_before(match, _HOUSE_IN_CAPITALS):
        return "Street"
    if is_before(match, _AFTER_CAPITALS):
        raise Unsayable(match[0], "it may be a street or a saint")
    return "Saint"


def in_capitals(make: FormMaker) -> tuple[Form, ...]:
    """Return houses, points and types of streets, and the saints that some are named after."""
    types = "|".join(TYPES_IN_CAPITALS)
    no_name = r"(?=[.,?!;]|$| (?![A-Z]{3,}\b))"
    return (
        make(
            rf"(?:{types})\b{DOT}{no_name}|(?:DR|CT|PL)(?=[.,?!;]|$)",
            _street_in_capitals,
            before=_HOUSE_IN_CAPITALS,
        ),
        make(rf"(?:{types})\b{DOT}{no_name}", _street_in_capitals, before=_AFTER_CAPITALS),
        make(r"ST\b(?= [A-Z]{3,}\b)", _saint_or_street),
        make(
            rf"\d{{1,5}}(?= (?:[NSEW]\.? |[NS][EW] )?{_IN_CAPITALS}(?:{types})\b)",
            lambda m: numbers.pairs(int(m[0])),
        ),
        make(
            rf"(?P<point>[NS][EW]|[NSEW]\b\.?)(?= {_IN_CAPITALS}(?:{types})\b)",
            lambda m: (COMPASS | CORNERS)[m["point"].rstrip(".")],
        ),
    )
