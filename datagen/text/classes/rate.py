"""What something is counted or paid per: "$3/day", "$3.49 a gal", "$40 pp", "mi/hr"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import DOT, Form, FormMaker, Match, Sure, Unsayable, any_of, cue
from datagen.text.lexicon import LEAST
from datagen.text.locales import Locale
from datagen.text.nouns import describes, is_one_thing
from datagen.text.units import COUNTED_PER, PER, PER_WORDS, SOLD_BY, UNIT, UNITS, plural

TOLD = (
    'A slash after an amount, or "a", "per" and the like before a unit; a slash before several of'
    " something may be for each or for all, and is refused."
)
EXAMPLES = (
    ("Parking is $3/day.", "Parking is three dollars per day."),
    ("Gas is $3.49 a gal.", "Gas is three dollars and forty-nine cents a gallon."),
    ("The buffet is $40 pp.", "The buffet is forty dollars per person."),
)
_PRICED = re.compile(r"[$€£][\d.,]+\Z")
_PRICE = re.compile(r"[$€£][\d.,]+ \Z")


_UNIT_BEFORE = re.compile(r"(?P<unit>[A-Za-z]+)\.? ?\Z")
_SAME = (
    frozenset(("mi", "miles", "mile", "km", "yd", "yds", "ft", "feet", "m", "in", "cm", "mm")),
    frozenset(("lb", "lbs", "kg", "oz", "g")), frozenset(("mph", "kph")),
    frozenset(("gal", "L", "qt", "cups", "cup", "tbsp", "tsp")),
    frozenset(("hr", "hrs", "min", "mins", "sec", "days", "wk", "wks", "mo", "mos", "yr", "yrs")),
)  # fmt: skip
"""Units of one kind: "5 mi/8 km" is one length in two."""


def _are_of_one_kind(one: str, other: str) -> bool:
    return one == other or any({one, other} <= same for same in _SAME)


def _per(match: Match) -> str | None:
    unit, count = match["unit"], match["count"] or ""
    if count and match.string[match.start() - 1] == "°":
        return None  # "180°/20 psi" are two readings
    before = _UNIT_BEFORE.search(match.string, 0, match.start())
    if count and before and _are_of_one_kind(before["unit"], unit):
        raise Unsayable(match[0].strip(), "it is no amount per another")
    said = f"{numbers.decimal(count.strip())} " if count else ""
    if unit == "ea":
        return " each"
    name = PER.get(unit) or UNITS.get(unit) or unit
    is_many = count.strip() not in ("", "1") and unit in UNITS
    return f" per {said}{plural(name) if is_many else name}"


_SEVERAL_OF = re.compile(r"(?:.*[^s]s|kids|people|men|women|children|used|new|off|plus|flat)\Z")


def _sold(match: Match) -> str | None:
    """Say "$6/slice"; of "$5/members" nobody knows whether it is per member or for all."""
    return None if _SEVERAL_OF.match(match["unit"]) else f" per {match['unit']}"


def _warranty(match: Match) -> str:
    """Say "10 years/100,000 miles" and "a 3-yr/36K-mi warranty"."""
    is_one = "-" in match[0] or is_one_thing(match) or describes(match)
    far = match["far"]
    thousands = f"{numbers.decimal(far[:-1])} thousand" if far[-1] in "kK" else numbers.decimal(far)
    said = []
    for count, unit in (
        (numbers.decimal(match["count"]), match["time"]),
        (thousands, match["unit"]),
    ):
        name = {"yr": "year", "mo": "month", "mi": "mile", "km": "kilometer"}.get(
            unit.rstrip("s"), unit.rstrip("s")
        )
        said.append(f"{count} {name if is_one or count == 'one' else plural(name)}")
    return ", ".join(said)


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a rate."""
    make = FormMaker("rate")
    spelled = "|".join((*PER, *PER_WORDS, UNIT))
    return (
        make(
            r"(?P<count>\d{1,3})[ -]?(?P<time>years?|yrs?|months?|mos?)\b\.? ?/ ?"
            r"(?P<far>\d{1,3}(?:,\d{3})|\d{4,6}|\d{1,3}[kK])[ -]?(?P<unit>miles?|mi|km)\b"
            + DOT
            + "(?! ?/)",
            _warranty,
        ),
        make(
            r"gal(?= (?:at|who|in|from|on|named|is|was|with|behind|I|that|said|told)\b)",
            "gal",
            before=cue("the|a|that|this|some|nice|sweet|lovely|young", " "),
        ),
        make(r"pp(?!\w)", "per person", before=_PRICE),
        make(r"RT(?=[ .,?!;)]|$)", "round trip", before=_PRICE),
        make(r"OW(?=[ .,?!;)]|$)", "one way", before=_PRICE),
        make(
            r"RT(?= (?:airfares?|flights?|fares?|tickets?)\b)",
            lambda m: "round-trip" if m.start() else "Round-trip",
        ),
        make(rf"ea\b{DOT}", "each", before=re.compile(r"\d\.\d\d \Z")),
        make(
            rf"(?!(?<=\ba )sec\b)(?!min\.? {LEAST})(?!min (?:for|on|order|charge|to)\b)"
            rf"(?P<unit>{any_of(SOLD_BY)})\b(?!['-]){DOT}",
            lambda m: PER.get(m["unit"]) or UNITS[m["unit"]],
            before=cue("an?|per|each|every|last|this|next|past|other|first", " "),
        ),
        make(
            rf"(?P<unit>{any_of(COUNTED_PER)})\b(?!['/-]){DOT}",
            lambda m: UNITS[m["unit"]],
            before=cue("per", " "),
        ),
        make(
            rf"(?P<unit>{any_of(unit for unit in UNITS if unit[:2] in ('sq', 'cu'))})\b{DOT}",
            lambda m: UNITS[m["unit"]],
            before=cue("per|an?|each|every", " "),
        ),
        make(r"/(?P<unit>[a-z]{3,})\b(?![/-])", _sold, Sure.USUAL, before=_PRICED),
        make(
            rf"(?<=[\w)¢%°.€£$]) ?/ ?(?P<count>(?<![\d ]/)(?<!\d /)(?<!\d / )[\d,]+"
            rf" )?(?P<unit>{spelled})\b{DOT}(?!/(?!(?:{spelled})\b(?!/)))",
            _per,
        ),
    )
