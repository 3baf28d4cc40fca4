"""Shapes that mean two things: refused unless a form of another class has a word that decides.

Each row of `SHAPES` is a shape, what it may be, and what beside it leaves no doubt. A form that is
sure by a word beside it (`Sure.CUE`) or by its shape (`Sure.CERTAIN`) wins over a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from datagen.text.classes.cardinal import COUNTING
from datagen.text.form import Form, FormMaker, Match, Sure, is_near
from datagen.text.locales import Locale
from datagen.text.nouns import NO_PLURAL
from datagen.text.quantity import DEC, QTY
from datagen.text.units import UNIT

TOLD = (
    "A shape that has two readings in these conversations, with nothing beside it that tells which:"
    " it is refused."
)
EXAMPLES = (
    ("The shelf is 42 in. tall.", "The shelf is forty-two inches tall."),
    ("Water freezes at 273 K.", "Water freezes at two hundred seventy-three kelvin."),
    ("He drives a Porsche 911.", "He drives a Porsche nine eleven."),
)


class Shape(NamedTuple):
    """A written shape with more than one meaning."""

    pattern: str
    may_be: str
    """What it may be, in words."""
    unless: str = r"(?!)"
    """What near it decides; it is then left to the other classes."""
    before: str = ""
    """What has to stand before it; a pattern that ends there."""


_PLACE = r"\b(?:[Ss]eats?|[Rr]ows?|[Gg]ates?|[Uu]nit|[Aa]pt|[Aa]partment|[Rr]oom|[Ee]xit|[Bb]ox)\b"
_SOLD = r"\b(?:printers?|laptops?|ink|toner|computers?|an HP|my HP)\b"
_LETTERED = (
    r"\b(?:[Ss]eat\w*|[Rr]ows?|[Gg]ates?|[Uu]nits?|[Aa]pt|[Aa]partments?|[Rr]ooms?|[Ee]xits?|[Bb]ox"
    r"|[Aa]isle|[Ww]indow|[Bb]oard\w*|[Ff]lights?|[Bb]ays?|[Ss]uites?|[Ll]ots?|[Pp]lans?|[Cc]odes?"
    r"|[Ff]orms?|[Cc]lass|[Ss]ections?|[Hh]ighway|[Rr]oute|[Ss]tep|[Bb]uilding|[Ss]tall|[Ll]ocker"
    r"|[Ss]tand|[Cc]abin|[Pp]latform|[Tt]rack|[Ss]pace|[Ss]pot|[Pp]erm\w*|[Pp]late|[Mm]odel|[Tt]able"
    r"|[Ss]chedule|[Ff]loor|[Rr]ule|[Dd]oor|[Bb]us|[Zz]one|[Pp]art|[Ii]tem|[Nn]umber|ID|PIN|pin)\b"
)
_END = r"(?![\w%°\u00a2^/:,@$€£'\"-]\w|\.\d|[%°\"'\w])(?! ?[%°+=<>\u00d7])"
_NO_NOUN_NEXT = (
    r"(?=[.,?!;)]|$| (?:of|is|was|in|on|at|to|for|and|or|with|from|means|says|when|if|but|so"
    r"|today|again|yesterday|just|still|because|that|after|before|then|now|error|page|code)\b)"
)
_SCORED = (
    r"\b(?:percent|dollars|\$|bowl\w*|score[ds]?|scoring|FICO|SAT|GRE|ACT|GMAT|math|verbal|reading|credit|IQ|miles"
    r"|degrees)\b"
)
_MEASURED = rf"(?:%| ?(?:percent|(?:{UNIT})(?![\w/])))(?! (?:[a-z]+ )?[a-z]+s\b)"
"""A unit behind a number, and no things that it measures: "2 500 mg tablets" are two."""
_COUNTED = r"(?=%| (?:[a-z]+ )?[a-z]+s\b| (?:people|dollars|percent)\b)"
_TOTALS = (
    r"\b(?i:(?:totals?|sum|balance|count|population)(?: is| was| of|:)?|add|subtract|multiply"
    r"|divide|round|plus|minus|equals|about|than|over|under|nearly|almost) "
)
_AMOUNT = re.compile(
    rf"{_SCORED}|{COUNTING.pattern}|\d!|\b(?i:bench\w*|squat\w*|deadlift\w*|lift\w*|press\w*|max"
    rf"|PR|weigh\w*|pounds|lbs?"
    r"|ovens?|bak\w+|roast\w*|heat\w*|preheat\w*|cook\w*|grill\w*|smok\w*|broil\w*|temp\w*|fever"
    r"|inside|internal"
    r"|sold|holds?|capacity|up to|population|pop|bowl\w*|shot|par|averag\w*|had|only|just"
    r"|at least|plus|minus|squared|CCA|compared (?:with|to)|\d[\u00b2\u00b3]"
    r"|up from|down from|from|AD|BC|BCE|CE|[Pp]ages?|[Pp]g|pp?(?=\.)|no(?=\.)|AQI|flow|divid\w+"
    r"|multipl\w+|add"
    r"|[Cc]holesterol|LDL|HDL|triglycerides|glucose|sugar|[Ff]asting|hex|hexadecimal|binary|octal"
    r"|subtract|dozen|gross is|round|weeks?"
    r"|reps?|sets?|calories|mg|heart|pulse|high|low|record|left|more"
    r"|of (?:them|us|those)|(?:square|cube) roots?|triangles?|circles?|angles?|quarter|half"
    r"|emper\w+|empire|kings?|century|battle|throne|dynasty|born|died|fell|year|hits?)\b"
)
"""What is near a number of three figures that counts or measures."""
_AFTER_NAME = (
    r"(?:[a-z,'] )(?!Chapter|Page|Section|Psalm|Verse|Day|Top|Over|About|Is"
    r"|At)[A-Z][a-z']+ "
)
"""A name within a sentence."""
SHAPES = (
    Shape(
        rf"(?!(?:1[1-9]|20)\d\d|\d\d?00(?!\d))[1-9]\d{{3}}{_END}{NO_PLURAL}",
        "a count, a code or a year",
        COUNTING.pattern,
    ),
    Shape(
        rf"[1-9]\d{{4,8}}{_END}{NO_PLURAL}(?<=000)",
        "a count or a code",
    ),
    Shape(
        rf"[1-9]\d{{3,7}}0{_END}{NO_PLURAL}",
        "a count or a code",
        before=r"\b(?:about|over|under|nearly|almost|around|roughly|than|nearest|total(?: of| is)?"
        r"|population(?: is| of)?|worth|cost|costs|paid|earns?|makes?)\b ",
    ),
    Shape(rf"[1-9](?!00)\d\d{_END}{_NO_NOUN_NEXT}", "a count or a code", _SCORED,
          before=r"\b[Aa]n? "),
    Shape(rf"[1-9](?!00)\d\d{_END}{NO_PLURAL}", "a count, a road or a code", _SCORED,
          before=r"\b[Tt]he "),
    Shape(rf"(?<!#)[1-9](?!00|50)\d\d{_END}{NO_PLURAL}", "a count or a code", _AMOUNT.pattern),
    Shape(
        rf"(?:(?<=\bat )|(?!\d\d?00))(?:[1-9]|1[0-2])[0-5][05]{_END}"
        r"(?=[.,?!;]|$| (?:and|or|on|tomorrow|today|tonight|sharp|for|in|but|so|with|if)\b)",
        "a time or a count",
        r"\b(?i:oven|bak\w*|roast\w*|heat\w*|cook\w*|degrees?|preheat\w*|grill\w*|broil\w*|bench\w*"
        r"|squat\w*|deadlift\w*|lift\w*|lbs?|pounds|sold|trad\w+|stock|stands|capped|flying|weigh\w*"
        r"|calories|mph|valued|priced|rate[ds]?|sits|score[ds]?|credit)\b",
        before=r"\b(?:at|by|until|till|til|before|after) ",
    ),
    Shape(r"(?:9|10|14|18|20|21|22|24)K(?![\w-])(?! (?:[a-z]+ )?(?:[a-z]{3,}s|people|miles)\b)",
          "thousand, karat or a letter"),
    Shape(r"(?:15|30|40)-(?:0|15|30|40)(?![\w%-])(?! [a-z])|0-(?:15|30|40)(?![\w%-])(?! [a-z])",
          "a score of tennis or a range",
          r"\b(?:won|beat|lost|quarter|touchdown\w*|NFL|football|split|between|from|ages?)\b"),
    Shape(rf"[1-9]0[1-9]{_END}", "a count, a model or a code", before=_AFTER_NAME),
    Shape(rf"[1-9][1-9]\d{_END}{NO_PLURAL}", "a count, a model or a code", before=_AFTER_NAME),
    Shape(rf"[1-9]\d[1-9]{_END}", "a count or a code", before=r"\b[Ss]izes? "),
    Shape(r"[1-9](?!00)\d\d(?='s\b)", "a count, a road or a code", before=r"\b(?:[Tt]he|[Mm]y"
        r"|[Oo]ur) "),
    Shape(rf"101{_END}{NO_PLURAL}(?! (?:degrees|percent|and)\b)", "a count or a course",
          _SCORED, before=r"[A-Z][a-z]+ "),
    Shape(r"#\d{2,6}(?![\w-])", "a number or the pound key",
          before=r"\b(?:[Gg]ate|[Dd]oor|[Ee]ntry|[Aa]ccess|[Aa]larm|[Kk]eypad) code(?:'s| is|:)? "),
    Shape(r"(?:M-W-F|T-R|M-T-W)(?![\w-])", "days or letters"),
    Shape(
        r"[2-6]g(?![\w-])",
        "grams or a network",
    ),
    Shape(r"[A-Z]\.(?= \d)(?! \d+[:/])", "a name or short for something",
          before=r"(?:[a-z'],?|^) "),
    Shape(r"[1-9]\d\d (?=\d{3}(?![\w,.:/-]\w|[%°]))(?!\d+ \d+ [a-z])", "one number or two"),
    Shape(rf"[1-9]\d? (?=\d{{3}}(?:\.\d+)?{_MEASURED})", "one number or two"),
    Shape(r"[1-9]\d? (?=\d{3}\.\d)(?!\d+ \d{3}\.\d{3}[.-])", "one number or two"),
    Shape(r"[1-9]\d? (?=\d{3}(?:[.,?!;]?$| (?:and|or|to|from|by|is)\b))", "one number or two",
          before=_TOTALS),
    Shape(rf"[1-9]\d{{0,2}}(?:\.\d{{3}}){{2,}}(?![\w.]){_COUNTED}", "one number or a code"),
    Shape(r"[$€£][1-9]\d{0,2} (?=\d{3}(?!\d))", "one amount or two"),
    Shape(r"[1-9]\d{0,2}\.\d{3}(?= euros?\b)", "thousands or a part"),
    Shape(r"x(?:\d{1,2}|100)(?![\w-]|\.\d)", "so many times, an extension or a name"),
    Shape(rf"{QTY} in\b(?=[.,;!?]*$|[.,;!?])", "inches or the word"),
    Shape(rf"{DEC} K(?![\w-])", "thousand, kelvin or a letter"),
    Shape(
        r"[1-9]\d{1,2}[FC](?![\w-])",
        "degrees or a code",
        rf"{_PLACE}|(?<![\w-])\d{{1,2}}[ABDE](?![\w-])",
    ),
    Shape(r"\d{1,2} [x\u00d7] (?=(?!by\b)[A-Za-z]{2})", "a count, times or a letter", "="),
    Shape(rf"{DEC} -(?= {DEC})", "a range, a sum or a pause", r"="),
    Shape(rf"{DEC}[\u2014](?={DEC})", "a range or a pause"),
    Shape(r"[A-Za-z]'(?=\()", "a derivative or a quotation"),
    Shape(r"mm\.(?= \d)", "measures or millimeters"),
    Shape(r"\.(?:22|25|30|38|40|44|45|50|223|270|308|357|380)(?=[.,?!]?$| [a-z])", "a caliber or a"
          " decimal", r"\b(?:is|was|of|about|than|to|by|dose|mg|p|r|value|equals)\b|=|%"),
    Shape(r"(?:[2-8]11|988)(?![\w%]|[.,:/-]\d)(?=[.,?!]| (?:before|on|for|is|to)\b|$)",
          "a service or a number", _PLACE),
    Shape(r"[1-9]\d*[ -]?HP(?![\w-])", "horsepower, hit points or letters", _SOLD),
    Shape(r"(?:10|15|16|20|25|30|32|40|50|60|80|100|125|150|200)A(?![\w-])", "amps or a code",
          _LETTERED),
    Shape(
        r"[1-9]\d?-(?!(?:PACK|HOUR|YEAR|STAR|STEP|INCH|WEEK|DOOR|PART)\b)[A-Z]{4,}(?![\w-])",
        "a number before a word, or a code",
        r"\b(?i:codes?|numbers?|orders?|models?|parts?|serial|tickets?|cases?|items?|sku|ref\w*|is)\b|#",
    ),
    Shape(r"[24] (?=(?:u|ur|me|my|your|him|her|them|us)\b)", "a number or a word"),
    Shape(r"[24](?=[.,!?]*$)", "a number or a word", before=r"\b(?:u|you|me) "),
    Shape(r"[kK](?= (?:sinks?|baths?|faucets?|cabinets?)\b)", "kitchen or a letter"),
    Shape(r"[yn](?=[.,!?]*$)", "yes, no or a letter", before=r"^"),
    Shape(r"911(?![\w-])", "an emergency or a model"),
    Shape(r"(?:1[3-9]|2\d|3[01])/(?:0?[1-9]|1[0-2])/\d\d(?![\d/])", "a date or three numbers"),
)  # fmt: skip


def _doubted(shape: Shape) -> Callable[[Match], str | None]:
    unless = re.compile(shape.unless)

    def say(match: Match) -> str | None:
        return None if is_near(match, unless) else f"it may be {shape.may_be}"

    return say


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the shapes that are refused."""
    make = FormMaker("doubt")
    return tuple(
        make(
            shape.pattern,
            _doubted(shape),
            Sure.DOUBT,
            before=re.compile(rf"(?:{shape.before})\Z") if shape.before else None,
        )
        for shape in SHAPES
    )
