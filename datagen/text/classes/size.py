"""Sizes by their sides: "12x14", "8.5 x 11 in", 5'10", 27" wide, 48"W x 24"D, "1080p"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.classes.formula import STRAND
from datagen.text.form import (
    DOT,
    Form,
    FormMaker,
    Match,
    Unsayable,
    any_of,
    is_after,
    is_near,
)
from datagen.text.lexicon import SIZES
from datagen.text.locales import Locale
from datagen.text.nouns import (
    THINGS,
    attributive,
    describes,
    describes_last,
    end_of_row,
    is_determined,
    is_named,
    is_one_thing,
    is_the,
)
from datagen.text.quantity import DEC, QTY, SPAN
from datagen.text.units import ADJECTIVES, MEASURED, NO_CAN, PER, PER_WORDS, UNIT, UNITS, plural

TOLD = (
    'Two numbers or more about an x, with a unit, or beside what has sides; in a sum it is "times".'
    " Marks of feet and inches right after a number; one that closes a quotation is none."
)
EXAMPLES = (
    ("He is 5'10\" tall.", "He is five foot ten tall."),
    ("The rug is 5x7.", "The rug is five by seven."),
    ("It's a 10' x 12' room.", "It's a ten foot by twelve foot room."),
    ("It streams in 1080p.", "It streams in ten eighty p."),
)
_MEASURED = re.compile(rf"[ -]{NO_CAN}(?:{any_of(MEASURED)})s?\b(?!'(?!s\b))", re.IGNORECASE)
_SIZED = re.compile(
    r"\b(?:rooms?|rug|sizes?|inch\w*|feet|foot|ft|photos?|prints?|cards?|paper|tiles?|wide|long|box"
    r"|frame|tent|space|boards?|lot|garden|table|bed|screen|shelf|mattress|poster|flag|measures?"
    r"|cop(?:y|ies)|dimensions?|grid|pixels?|resolution|shed|deck|patio|canvas|sheet|panel|window"
    r"|area)\b",
    re.IGNORECASE,
)
_MATH = re.compile(
    r"=|\b(?:solve|equation|what is|what's|calculate|compute|multiply|multiplied|product|primes?"
    r"|factors?|multiples?"
    r"|times table)\b",
    re.IGNORECASE,
)
_SOLD = re.compile(
    r" (?:[a-z]+ )?(?:pipes?|elbows?|subs?|pizzas?|bits?|boards?|planks?|nails?|screws?|bolts?"
    r"|hoses?|pots?|planters?"
    r"|TVs?|tires?|rims?|wheels?|monitors?|screens?|tiles?|skillets?|pans?|gaps?|heels?|binders?"
    r"|drapes|curtains"
    r"|mattress|blades?|ceilings?|posts?|beams?|cakes?|subwoofers?|speakers?|fittings?|anchors?"
    r"|spacing|trim|deep end)\b"
)
"""What is sold or built by the inch or foot: the unit before it is one."""
_SEVERAL_NEXT = re.compile(rf"{_SOLD.pattern}| {THINGS}")
_MAKES = re.compile(r",? (?:which |that )?(?:is|equals|makes|gives) \d")
_RESOLUTIONS = frozenset((
    "1920x1080", "1080x1920", "2560x1440", "1280x720", "3840x2160", "1366x768", "1080x1080",
))  # fmt: skip
"""Pictures of so many pixels, which are said by pairs."""
_PAPERS = frozenset(("8.5x11", "8.5x14", "8½x11", "8½x14", "11x17", "5.5x8.5"))
"""Sheets of paper by their sides in inches."""
_LENGTH = re.compile(r"inch|foot|yard|mile|meter|pixel")
_LONG = re.compile(
    rf"{_SIZED.pattern}|[x\u00d7] ?\d|\b(?:tall|deep|high|apart|away|from|ceilings?|fences?"
    rf"|walls?|ladders?|boats?|cables?|cords?|hoses?"
    r"|snake[ds]?|augers?|drains?|trench\w*|ditch\w*|ropes?|pipes?|trees?|posts?|beams?|trucks?"
    r"|clearance|height|length|width|depth|radius"
    r"|trailers?|poles?|pools?|across"
    r"|lumber|planks?|rolls?|runs?|of|every|dock|driveway|sections?|jump\w*|dunk\w*|hoop|setback"
    r"|hedges?|extension|span)\b",
    re.IGNORECASE,
)
"""What is near a number of feet, written with a mark."""
_QUOTE = re.compile(rf"(?<![\d{quantity.VULGAR}])\"")
_IN = re.compile(" (?:in|m)\\b")
_WORD_NEXT = re.compile(" [a-z]{3,}")
_THING_LEFT = re.compile(r"[.,?!;:]|$| (?:or|and|not|instead|one|is|was)\b")
_WITHIN = re.compile(
    r" in (?:the|an?|my|our|your|his|her|their|this|that|these|those|here|there|stock|all|one"
    r"|each|two|case"
    r"|time|front|back|both|total|\w+ing|black|white|color|portrait|landscape|bulk|any|some|case"
    r"|[A-Z]\w+|\d)\b"
)
_SOLD_IN = "paper|sheets?|photos?|prints?|cards?|frames?|tiles?|boxes|box|pans?|boards?|envelopes?"
_LONG_UNIT = (
    rf"(?!(?:in|m|A|s|pts?|ins)\b)(?:{UNIT})|in(?=\.|[,;?!]|$| (?:{ADJECTIVES}|{_SOLD_IN})\b)"
    rf"|m(?=[.,;?!]|$| (?:{ADJECTIVES}|rooms?|space|area|plot|rug|pool|shed|tent)\b)"
)
"""A unit of sides; "5x7 in the hall" has none."""


def _low(match: Match) -> str:
    return f"{quantity.say(match['low'])} to " if match["low"] else ""


def _count(said: str, unit: str, is_one: bool) -> str:
    return f"{said} {unit if is_one else plural(unit)}"


def _feet_and_inches(match: Match) -> str:
    return f"{quantity.say(match['feet'])} foot {quantity.say(match['inches'])}"


def _marked_span(match: Match) -> str | None:
    """Say the 3"-5" of snow and the 4'-6' of water."""
    if quantity.value(match["low"]) >= quantity.value(match["high"]):
        return None
    name = "inch" if match["mark"] == '"' else "foot"
    is_one = attributive(match) or (describes(match) and is_one_thing(match))
    is_one = is_one or is_after(match, _SEVERAL_NEXT)
    return f"{quantity.say(match['low'])} to {_count(quantity.say(match['high']), name, is_one)}"


def _no_inches(match: Match) -> str:
    raise Unsayable(match[0], "it may be minutes and seconds")


def _height(written: str) -> str:
    """Say the 5'10" of "5'2"-5'10"."""
    feet, inches = written.rstrip('"').split("'")
    return f"{quantity.say(feet)} foot {quantity.say(inches)}"


def _closes_quotation(match: Match) -> bool:
    if match["mark"] == "'":
        return match.string[: match.start()].endswith("'")
    return len(_QUOTE.findall(match.string, 0, match.start())) % 2 == 1


def _mark(match: Match) -> str | None:
    """Say "12'" or "55\\""; a mark that closes a quotation is none."""
    if _closes_quotation(match):
        return None
    unit = "inch" if match["mark"] == '"' else "foot"
    is_whole = match["number"].isdecimal() and not match["low"]
    if unit == "foot" and is_whole and is_near(match, STRAND):
        return None
    if unit == "foot" and is_whole and not (is_near(match, _LONG) or is_one_thing(match)):
        raise Unsayable(match[0], "it may be feet, minutes or a mark")
    said = _low(match) + quantity.say(match["number"])
    is_thing = is_one_thing(match) or (unit == "inch" and is_the(match))
    if is_thing or attributive(match) or is_after(match, _MEASURED):
        return f"{quantity.adjective(said)} {unit}"
    end = end_of_row(match, match["mark"])
    if (
        _SEVERAL_NEXT.match(match.string, end)
        or describes_last(match, end)
        or (is_determined(match) and describes(match, end))
    ):
        return f"{quantity.adjective(said)} {unit}"
    if describes(match, end) or is_named(match, end):
        raise Unsayable(match[0], "its unit may be one or several before what it measures")
    if "/" in match["number"] and not re.match(r"\d+[ -]|1/", match["number"]):
        return f"{said} of {'an' if unit == 'inch' else 'a'} {unit}"
    return _count(said, unit, quantity.is_one(match["number"]))


def _by(match: Match) -> str:
    """Say "12x14" or "5 x 7 x 2"; in a sum it is "times"."""
    sides = re.split(r" ?[x\u00d7X*] ?", match["sides"])
    if re.search(r"\d [x\u00d7X]\d", match["sides"]):
        raise Unsayable(match[0].strip(), "it may be a size, or so many times")
    is_paper = not match["unit"] and re.sub(" ", "", match["sides"]) in _PAPERS
    if is_paper and not is_near(match, _MATH):
        return " by ".join(map(quantity.say, sides))
    is_product = is_near(match, _MATH) or "*" in match[0] or is_after(match, _MAKES)
    is_product = is_product or (_is_bare(match) and len(sides) > 3)
    if not is_product and _is_bare(match) and not is_near(match, _SIZED):
        raise Unsayable(match[0].strip(), "it may be a product or a size")
    if re.sub(" ?[X\u00d7] ?", "x", match[0]) in _RESOLUTIONS:
        return " by ".join(numbers.pairs(int(side)) for side in sides)
    if not match["unit"] and is_after(match, _IN) and not is_after(match, _WITHIN):
        raise Unsayable(match[0].strip(), "it may be inches or the word")
    joint = " times " if is_product else " by "
    name = UNITS.get(match["unit"] or "", "")
    is_one = attributive(match) or describes(match)
    is_one = is_one or (is_the(match) and is_after(match, _THING_LEFT))
    is_one = is_one or (is_one_thing(match) and is_after(match, _WORD_NEXT))
    if name and not is_product and not _LENGTH.search(name):
        raise Unsayable(match[0].strip(), "it may be so many of an amount, or a product")
    unit = f" {name if is_one else plural(name)}" if name else ""
    return joint.join(_side(side, is_one) for side in sides) + unit


def _box(match: Match) -> str:
    """Say "48\"W x 24\"D"."""
    sides = _BOX.findall(match[0])
    return " by ".join(
        f"{_count(quantity.say(number), 'inch', number == '1')} {_SIDES[side]}"
        if mark
        else f"{quantity.say(number)} {_SIDES[side]}"
        for number, mark, side in sides
    )


_SIDE_UNIT = "mm|cm|m|km|in|ft|yd"
_FRAMED = re.compile(r"\b(?:frames?|glasses|eyeglass\w*|temples?|lens(?:es)?|optician|specs)\b")


def _two_sides(match: Match) -> str:
    """Say "a 50 mm x 2.4 m hose"."""
    is_one = is_one_thing(match) or (describes(match) and is_determined(match))
    if not is_one and (describes(match) or is_named(match)):
        raise Unsayable(match[0], "its units may be one or several before what they measure")
    return " by ".join(
        _count(quantity.say(number), UNITS[unit], is_one or quantity.is_one(number))
        for number, unit in ((match["first"], match["one"]), (match["last"], match["other"]))
    )


_BOX = re.compile(rf"({DEC})(\"| ?in\.?)? ?([WDHL])")
_SIDES = {"W": "wide", "D": "deep", "H": "high", "L": "long"}


_WORN = re.compile(
    r"\b(?:sizes?|sized|smalls?|wear\w*|shirts?|tees?|t-shirts?|hoodies?|jackets?|scrubs|gloves?"
    r"|comes? in|stock|jerseys?|pants|dress\w*|styles?|runs?|uniforms?|tops?|leggings|sweaters?"
    r"|polos?|vests?)\b",
    re.IGNORECASE,
)


def _sizes(match: Match) -> str:
    """Say "XS-3XL" and, of clothes, "S-L"."""
    if len(match[0]) == 3 and not is_near(match, _WORN):
        raise Unsayable(match[0], "it may be sizes or letters")
    return " to ".join(map(_worn, (match["low"], match["high"])))


def _worn(size: str) -> str:
    digits = re.match(r"\d*", size)[0]  # type: ignore[index]
    letters = size[len(digits) :]
    return f"{numbers.cardinal(int(digits))} {' '.join(letters)}" if digits else letters


def _is_bare(match: Match) -> bool:
    """Tell whether only blanks and an x are between two numbers without a unit."""
    return (
        bool(re.search(" [x\u00d7] ", match[0]))
        and not match["unit"]
        and not re.search(r"['\"]", match[0])
    )


def _side(written: str, is_one: bool) -> str:
    if written[-1] not in "\"'":
        return quantity.say(written)
    unit = "inch" if written[-1] == '"' else "foot"
    is_part = quantity.is_one(written[:-1])
    return _count(quantity.say(written[:-1]), unit, is_one or is_part)


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a size."""
    make = FormMaker("size")
    unit_end = (
        rf"(?![\w&²³^]|[-.]\d|\.[A-Za-z]|'[a-z]|/(?!\d"
        rf"|(?:{any_of((*UNITS, *PER, *PER_WORDS))})\b))"
    )
    side = rf"(?:{QTY})['\"]?"
    letters = rf"Y?(?:\d{{1,2}}X[LS]?|{any_of((*SIZES, 'S', 'M', 'L', 'XXXXL'))})T?"
    return (
        make(
            r"(?P<first>\d{1,2}(?:x\d{1,2})?)x(?P<last>\d{1,2})s\b",
            lambda m: (
                f"{' by '.join(map(quantity.say, m['first'].split('x')))} by"
                f" {quantity.several(numbers.cardinal(int(m['last'])))}"
            ),
        ),
        make(
            r"(?P<rooms>\d) ?(?:BR|BD|bd|br|bed)/(?P<baths>\d(?:\.5)?) ?(?:BA|ba|bath)\b",
            lambda m: f"{quantity.say(m['rooms'])} bedroom {quantity.say(m['baths'])} bath",
        ),
        make(
            rf"(?P<low>{letters})-(?P<high>{letters})(?![\w-])",
            _sizes,
        ),
        make(
            rf"(?P<number>{QTY})(?P<mark>['\"])-(?P<way>wide|tall|deep|long|thick|high|square)\b",
            lambda m: (
                f"{quantity.say(m['number'])} {'foot' if m['mark'] == chr(39) else 'inch'}"
                f" {m['way']}"
            ),
        ),
        make(
            rf"(?P<low>{DEC})(?P<mark>['\"]) ?- ?(?P<high>{DEC})(?P=mark)(?![\w'\"])",
            _marked_span,
        ),
        make(rf"{SPAN}\"?(?P<mark>['\"])(?![\w']|-\d{{1,2}} \d{{1,2}}/\d)", _mark),
        make(
            rf"(?P<feet>\d{{1,2}})(?:'-?| ?ft\.? ) ?(?P<inches>\d{{1,2}}(?:[.]\d"
            rf"|[{quantity.VULGAR}]|[ -]\d/\d{{1,2}})?)(?:\"|''| ?in\b)(?!\w)" + DOT,
            _feet_and_inches,
        ),
        make(
            r"(?P<low>[1-8]'(?:1[01]|\d)\"?) ?-+ ?(?P<high>[1-8]'(?:1[01]|\d)\"?)(?![\w'\"])",
            lambda m: f"{_height(m['low'])} to {_height(m['high'])}",
        ),
        make(r"\d{1,2}'(?:1[2-9]|[2-9]\d)(?:\"|'')", _no_inches),
        make(r"(?P<feet>[1-8])'(?P<inches>1[01]|\d)(?![\w'\"])", _feet_and_inches),
        make(
            rf"{DEC}(?:\"| ?in\.?)? ?[WDHL](?: ?[xX\u00d7] ?{DEC}(?:\"| ?in\.?)? ?[WDHL])+\b",
            _box,
        ),
        make(
            rf"(?P<first>{QTY}) ?(?P<one>{_SIDE_UNIT})\.? ?[x\u00d7] ?(?P<last>{QTY})"
            rf" ?(?P<other>{_SIDE_UNIT})\b(?![\w²³^/]| ?[x\u00d7])",
            _two_sides,
        ),
        make(
            r"(?P<lens>[45]\d|6[0-2])[-□](?P<bridge>1[4-9]|2[0-4])-(?P<temple>1[2-5][05])(?![\w-])",
            lambda m: (
                f"{quantity.say(m['lens'])} {quantity.say(m['bridge'])}"
                f" {numbers.pairs(int(m['temple']))}"
                if is_near(m, _FRAMED)
                else None
            ),
        ),
        make(
            rf"(?!0x)(?P<sides>{side}(?: ?[xX\u00d7*] ?{side})+)"
            rf"(?: ?(?P<unit>{_LONG_UNIT}){unit_end}{DOT}|(?![\w^²³]|[.,]\d))",
            _by,
        ),
        make(
            r"(?P<side>[wdhlWDHL])(?:\.(?!$))?(?=[,;x]| x |\.?$| (?:and|by|&)\b)",
            lambda m: _SIDES[m["side"].upper()],
            before=re.compile(r"\d(?:\"| ?in\.?| ?inches| ?cm) \Z"),
        ),
        make(
            r"(?P<number>1080|720|480|2160|1440)p\b",
            lambda m: f"{numbers.pairs(int(m['number']))} p",
        ),
    )
