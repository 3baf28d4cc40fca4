"""Amounts of a unit: "5 lbs", "60 Mbps", "15%", "30 mi/gal"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import (
    DOT,
    Form,
    FormMaker,
    Match,
    Unsayable,
    any_of,
    cue,
    is_after,
    is_before,
    is_near,
)
from datagen.text.locales import Locale
from datagen.text.nouns import (
    THINGS,
    attributive,
    describes,
    end_of_row,
    is_named,
    is_one_thing,
)
from datagen.text.quantity import QTY, SPAN
from datagen.text.unit_cues import IN_DOUBT
from datagen.text.units import (
    MEASURED,
    NO_CAN,
    PER,
    PER_WORDS,
    UNIT,
    UNITS,
    plural,
    unit_of,
)

TOLD = (
    'A unit\'s symbol right after a number. A symbol that is a word or a letter as well ("in",'
    ' "m", "A") needs a word beside it that measures; before a noun the unit stays singular.'
)
EXAMPLES = (
    ("Speeds go up to 300 Mbps.", "Speeds go up to three hundred megabits per second."),
    ("It's a 12V battery.", "It's a twelve volt battery."),
    ("Add 1/2 tsp of salt.", "Add one half teaspoon of salt."),
    ("It's 3 m² in size.", "It's three square meters in size."),
)
_MEASURED = re.compile(
    rf"[ -](?!(?:runs|cuts|breaks|jumps|waits|rides|swims|walks|charges|leads|plans|dives|laps"
    rf"|covers)\b)"
    rf"{NO_CAN}(?:{any_of(MEASURED)})s?\b(?!'(?!s\b))"
    r"(?! (?:us|me|it|them|him|her|the|your|my|our|back)\b)",
    re.IGNORECASE,
)
_PLACED = cue(
    r"exit|runway|hwy|highway|route|rte|rt|interstate|apt|apartment|suite|ste|unit|room|rm|gate"
    r"|seat"
    r"|bldg|building|lot|space|row|section|box|bay|locker|platform|track|floor|bus|form|door"
    r"|stall|slip|cabin|dorm|number|no|size",
    r"\.? #?",
)
"""What a number with a letter names a place of, not an amount."""
_LETTERS = frozenset("AWNJL")
_AFTER_NAMES = frozenset("AWNJLVTmg")
_MODEL = re.compile(r"(?<=[a-z,] )(?!In|On|At|The|A|An|And|Or|But|For|To)[A-Z][A-Za-z]{2,} \Z")
_SI = {"C": "coulombs", "K": "kelvin"}
_ARTICLE = cue("an?|the|this|that|our|my|your|his|her|their", " ")
_HEAVY = ("lb", "oz", "ft", "in", "cm", "mm", "kg", "gal", "L", "ml", "mL", "qt", "yd", "g")
_SEVERAL = re.compile(rf" {THINGS}")
_PRODUCE = re.compile(
    r"\.? (?:[a-z]+ )?(?:apples|potatoes|onions|carrots|tomatoes|bananas|beans|grapes|\w*berries"
    r"|oranges|peaches|pears|mushrooms|peppers|nuts|almonds|pecans|walnuts|lemons|limes|noodles|oats|greens"
    r"|lentils|peas|shrimps?|scallops|mussels|ribs|wings|thighs|breasts)\b"
)
"""What is weighed out, and is no thing of that weight: "5 lb. apples"."""
_WEIGHED = frozenset(("lb", "oz", "kg", "g"))
_AGED = re.compile(r" olds?\b")
_OLD_ONES = re.compile(r" olds\b")
_TIMES = frozenset(("hrs", "mins", "wks", "mos", "yrs", "secs"))
_EITHER = re.compile(r"2/3|3/4|4/5|5/6")
"""What may be one of two counts before several: "2/3 hrs"."""
_TALL_ONES = re.compile(rf" (?:tall|long|wide|deep|high|thick) {THINGS}")
_DRIVING = frozenset(
    ("V", "kV", "W", "kW", "A", "mA", "mAh", "mm", "Hz", "kHz", "hp", "HP", "MP", "dpi")
)
"""Symbols that stand before a noun as one of their unit only: "a pair of 9W lamps"."""
_POURED = frozenset(("tsp", "tbsp", "Tbsp"))
_PLURAL_SYMBOL = re.compile(r"(?:lbs|gals|pts|qts|yds|hrs|mins|secs|yrs|mos|mths|wks|kgs|pcs)$")
_THE_ONE = cue("the|this|that", " ")
_SO_MUCH = re.compile(r" (?:of|from|you|we|I|they|it|he|she|per|a|mark|ago|in \d+)\b")
"""What follows so much of something, and no thing of that size: "the 20 min of ads"."""
_TRADED = re.compile(r"\b(?:short\w*|bought|buy|sold|sell|stocks?|own|holds?|[A-Z]{2,4})\b")
_AT_PRICE = re.compile(r" (?:at|@|for|of [A-Z]) ?\$?[\dA-Z]")
_SOLD_BY = frozenset(
    ("mg", "mcg", "oz", "ml", "mL", "GB", "TB", "MB", "Mbps", "V", "W", "gal", "qt", "ft")
)
_NO_NOUN = re.compile(
    r"[,?!;:]|\.?$|\. [A-Z]| (?:or|and|not|instead|is|was|isn't|one|if|for"
    r"|every|twice|once|daily|each|at|before|after|tonight|today)\b"
)
"""What follows the size of a thing that is left unsaid: "the 0.5 mg, not the 5 mg"."""
_STUFF = re.compile(
    r" (?:[a-z]+ )?(?:O2|oxygen|flour|sugar|butter|salt|water|milk|oil|rice|pasta|chicken|beef|pork"
    r"|cheese|cream"
    r"|honey|vinegar|soda|powder|extract|pepper|ibuprofen|acetaminophen|aspirin|caffeine|sodium|protein"
    r"|fiber|fat|carbs|chocolate|yogurt|vanilla|yeast|cinnamon|spinach|salmon)\b"
)
_DISSOLVED = re.compile(
    r"\b(?:water|air|CO2|carbon|dioxide|monoxide|chlorine|nitrates?|lead|ammonia|salt|salinity"
    r"|tank|pool|soil|dust|ozone"
    r"|iron|calcium|alkalinity|concentration|hardness|fluoride|copper|solution|atmosphere"
    r"|test strips?|aquarium|hydroponic\w*|spa)\b",
    re.IGNORECASE,
)
"""Where parts per million are counted, and not pages per minute."""
_AT = cue("at|by|until", " ")
_ONE = re.compile(r"(?:^|[a-z,] )1 \Z")
"""A count of one before an amount: "1 9V"."""
_FOOD = (
    r"(?:[a-z]+ed )?(?:broth|rice|flour|sugar|water|milk|oats|cheese|stock|cream|butter|oil"
    r"|beans|pasta|chicken|nuts|onions?|celery|carrots|berries|raisins|corn|juice|yogurt"
    r"|buttermilk|coffee|wine)\b"
)
_LEAST = re.compile(r"\.? (?:min|minimum)\b\.?(?! (?:of|is|was)\b)")
_RACED = re.compile(
    r"\b(?:ran|runs?|race[sd]?|sprint\w*|best|record|swam|swims?|final|heat|medal|PR)\b"
)
_SHOT = re.compile(
    r"\b(?:box|boxes|rounds?|ammo|pistols?|Glock|guns?|caliber|magazines?|shoot\w*"
    r"|FMJ|hollow)\b"
)
_ODDS = re.compile(r"-(?:an?|the|one|\d+)\b")
"""What makes the "in" of "1-in-a-million" a word."""
_CARRIES = re.compile(
    r" (?:breakers?|fuses?|circuits?|panels?|outlets?|chargers?|service|plugs?|receptacles?)\b"
)
_REACTANT = re.compile(r" (?=[A-Za-z\d]*[a-z\d])(?:[A-Z][a-z]?\d*){2,}(?![\w-])")
_CHEMISTRY = frozenset(("g", "kg", "mg", "mL", "L", "mol"))
_AND_BATHS = re.compile(r"/\d")


_STORED = frozenset(("MB", "GB", "TB", "KB", "GiB", "MiB"))
_MEMORY = re.compile(
    r" (?:(?:free|unused|available|extra|cloud|internal|disk|hard drive|unified|video|system"
    r"|high-speed|mobile|shared|DDR\d|LPDDR\d\w?) )?(?:RAM|VRAM|memory|storage|data|space)\b"
    r"(?! (?:plans?|sticks?|cards?|limits?|caps?|modules?|tiers?|packages?|options?|upgrades?"
    r"|models?|allowances?|kits?)\b)"
)
"""What there is so much of: "16GB RAM" is "sixteen gigabytes of RAM"."""


def _count(said: str, unit: str, is_one: bool) -> str:
    return f"{said} {unit if is_one else plural(unit)}"


def _low(match: Match) -> str:
    return f"{quantity.say(match['low'])} to " if match["low"] else ""


def _measure(match: Match) -> str | None:
    """Say "5 lbs", or the adjectives in "a 20 GB plan", "24-hr service", "two 500 mg pills"."""
    if not _is_amount(match):
        return None
    if match["unit"] == "ppm" and not is_near(match, _DISSOLVED):
        raise Unsayable(match[0], "it may be parts per million or pages per minute")
    number, large = match["number"], match["large"] or ""
    if match["unit"] in _TIMES and _EITHER.fullmatch(number) and not match["low"]:
        raise Unsayable(match[0], "it may be a fraction or one of two counts")
    unit = unit_of(match["unit"] + (match["per"] or ""))
    said = _low(match) + quantity.say(number) + large
    if match["joint"] == "-":
        return f"{quantity.adjective(said)}-{unit}"
    is_one = quantity.is_one(number) and not (match["low"] or large)
    if match["unit"] in _STORED and not match["per"] and is_after(match, _MEMORY):
        return f"{_count(said, unit, is_one)} of"
    if _is_adjective(match, unit):
        is_one = True
    elif not is_one and number != "0" and plural(unit) != unit and _may_be_adjective(match):
        raise Unsayable(match[0], "its unit may be one or several before what it measures")
    return _count(said, unit, is_one)


def _is_amount(match: Match) -> bool:
    """Tell whether an amount is written, and no place, model, time of day or lone letter."""
    number, symbol = match["number"], match["unit"]
    if symbol == "in" and match["joint"] == "-" and is_after(match, _ODDS):
        return False
    if symbol == "ea" and re.search(r"\.\d\d\Z", number):
        return False  # a price
    is_unit = IN_DOUBT.get(symbol)
    if is_unit and not match["per"] and not is_unit(match):
        return False
    if match["low"] and quantity.value(match["low"]) >= quantity.value(number):
        return False
    is_place = symbol in _LETTERS and not match["per"] and is_before(match, _PLACED)
    is_model = match["joint"] == "" and symbol in _AFTER_NAMES and is_before(match, _MODEL)
    is_time = symbol in ("hr", "hrs") and (number[:1] == "0" or is_before(match, _AT))
    return not (is_place or is_model or is_time)


def _is_adjective(match: Match, unit: str) -> bool:
    """Tell whether an amount is surely said as one: "a 45 lb plate", "two 9W lamps"."""
    symbol = match["unit"]
    if match["number"] == "0":
        return False  # "0g trans fat"
    if attributive(match) or is_one_thing(match) or _is_sold_as(match):
        return True
    if _MEASURED.match(match.string, end_of_row(match, symbol)):
        return True
    if _is_sized(match) or (unit == "bedroom" and is_after(match, _AND_BATHS)):
        return True
    if unit == "year old" or is_after(match, _AGED):
        return is_before(match, _ARTICLE) or is_after(match, _OLD_ONES)
    if not describes(match):
        return False
    return is_before(match, _ARTICLE) or (symbol in _DRIVING and not is_after(match, _SEVERAL))


def _is_sized(match: Match) -> bool:
    """Tell whether several things of a size follow: "40 lb bags", but not "5 lb. apples"."""
    symbol = match["unit"]
    if symbol not in _HEAVY or (symbol in _WEIGHED and is_after(match, _PRODUCE)):
        return False
    return is_after(match, _SEVERAL) or is_after(match, _TALL_ONES)


def _is_sold_as(match: Match) -> bool:
    """Tell whether the amount names a cartridge ("a box of 9 mm") or an engine ("the 2.4L")."""
    number, symbol = match["number"], match["unit"]
    if is_after(match, _LEAST) or is_before(match, _ONE):
        return True
    if symbol in _SOLD_BY and is_before(match, _THE_ONE) and is_after(match, _NO_NOUN):
        return True
    if symbol == "mm":
        return number in ("9", "10") and is_near(match, _SHOT)
    return symbol == "L" and "." in number and is_before(match, _THE_ONE)


def _may_be_adjective(match: Match) -> bool:
    """Tell whether an amount may be said as one or as several: "16GB RAM", "the 12 oz"."""
    symbol = match["unit"]
    if symbol in _POURED or _PLURAL_SYMBOL.search(symbol) or match["per"]:
        return False
    if symbol == "m" and is_near(match, _RACED):
        return False
    if is_before(match, _THE_ONE) and not is_after(match, _SO_MUCH):
        return True
    if symbol in _CHEMISTRY and is_after(match, _REACTANT):
        return False
    end = end_of_row(match, symbol)
    return (describes(match, end) or is_named(match, end)) and not is_after(match, _STUFF)


_BARE = (
    "km", "kg", "cm", "mm", "mg", "mL", "ml", "lbs", "oz", "kWh", "km/h", "mph", "GHz", "MHz",
    "lb", "tsp", "tbsp", "Tbsp", "hr", "yr", "wk", "ft", "gal", "yds", "qt", "cal", "GB", "MB",
    "TB",
)  # fmt: skip
"""Symbols that may stand without a number: "how many km"."""


def _percent(match: Match) -> str:
    """Say "5-10%" and "5%-10%"; "+5%" has its sign said elsewhere."""
    low = match["low"]
    first = f"{quantity.say(low)}{' percent' if match['sign'] else ''} to " if low else ""
    return f"{first}{quantity.say(match['number'])} percent"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a measure."""
    make = FormMaker("measure")
    per = rf"(?P<per>/(?:{any_of((*UNITS, *PER, *PER_WORDS))})(?![\w^²³/]))?"
    unit_end = (
        rf"(?![\w&²³^]|[-.]\d|(?<= [A-Z])-[A-Za-z]|\.[A-Za-z]|'[a-z]|/(?!\d"
        rf"|(?:{any_of((*UNITS, *PER, *PER_WORDS))})\b))"
    )
    return (
        make(
            rf"{SPAN}(?P<large> (?:hundred|thousand|million|billion"
            rf"|trillion))?(?P<joint>[ -]?)(?P<unit>{UNIT}){per}{unit_end}{DOT}",
            _measure,
        ),
        make(
            rf"{SPAN}(?P<large>)(?P<joint>-)(?P<unit>{UNIT})(?P<per>)\.(?= [A-Z])",
            _measure,
        ),
        make(rf"(?:(?P<low>{QTY})(?P<sign>%?) ?- ?)?(?P<number>{QTY}) ?%(?!\w)", _percent),
        make(
            r"(?P<unit>kg|g|m/s|m|s|J|C|Hz|W|N|mol|km|cm|K)\b(?!['/^])",
            lambda m: plural(unit_of(m["unit"])) if m["unit"] not in "CK" else _SI[m["unit"]],
            before=re.compile(r"(?:\^-?\d+|[\u2070\u00b9\u00b2\u00b3\u2074-\u207b]) \Z"),
        ),
        make(
            r"(?P<unit>mi|km|ft|sq ft|sq\. ft|lbs?|gal)\b" + DOT,
            lambda m: plural(UNITS[m["unit"]]),
            before=re.compile(r"\d[KkM] \Z"),
        ),
        make(
            r"M(?= (?:(?:[A-Z][a-z]?\d?){2,}|solution)\b)",
            "molar",
            before=re.compile(r"\d\.\d+ \Z"),
        ),
        make(r"[x\u00d7](?= \d)", "by", before=re.compile(rf"\d ?(?:{UNIT})\.? \Z")),
        make(
            r"(?P<unit>kWh|kwh|GB|MB|lb|oz)(?= (?:rates?|prices?|charges?|costs?|limits?|caps?)\b)",
            lambda m: UNITS[m["unit"]],
            before=re.compile(r"(?:^|[a-z] )\Z"),
        ),
        make(
            rf"(?P<unit>{any_of(_BARE)})\b{DOT}",
            lambda m: plural(UNITS[m["unit"]]),
            before=cue(
                "many|few|into|in|several|two|three|four|five|six|seven|eight|nine|ten|twelve|fifty"
                "|twenty|hundred|thousand",
                " ",
            ),
        ),
        make(
            rf"(?P<unit>{any_of(_BARE)})\b{DOT}",
            lambda m: UNITS[m["unit"]],
            before=cue("an?|per|each|every|one", " "),
        ),
        make(
            rf"(?P<unit>{any_of(_BARE)})\b{DOT}",
            lambda m: plural(UNITS[m["unit"]]),
            before=re.compile(r"\b(?:[Cc]onvert|[Cc]hange|[Tt]urn)\b[^.?!]{3,30} to \Z"),
        ),
        make(
            r"(?P<number>\d{1,2})-yr(?='s\b)",
            lambda m: f"{numbers.cardinal(int(m['number']))}-year",
        ),
        make(
            rf"shs?\b{DOT}",
            lambda m: "shares" if is_near(m, _TRADED) or is_after(m, _AT_PRICE) else None,
            before=re.compile(r"\d \Z"),
        ),
        make(
            rf"(?P<unit>sq\.? ft|sqft|lin\.? ft|cu\.? ft|lbs|gal|mi)\b{DOT}",
            lambda m: plural(UNITS.get(m["unit"].replace(". ", " "), m["unit"].rstrip("s"))),
            before=re.compile(r"\d-(?:plus|ish|odd) \Z"),
        ),
        make(
            r"(?P<number>\d{1,3}(?:\.\d+)?)-(?P<unit>A|V|W|hp|HP|kW|kV|Hz|Ω)(?= [a-zA-Z])",
            lambda m: (
                f"{quantity.say(m['number'])}-{UNITS[m['unit']]}"
                if m["unit"] != "A" or is_after(m, _CARRIES)
                else None
            ),
        ),
        make(r"d(?=[ .,;]|$)", "days", before=re.compile(r"\d ?(?:wks?|weeks?|w)\.? [2-6] \Z")),
        make(
            r"(?P<number>\d{1,3}) ?d(?= (?:ago|left|old|late)\b)",
            lambda m: f"{quantity.say(m['number'])} {'day' if m['number'] == '1' else 'days'}",
        ),
        make(
            r"M(?= (?:acids?|bases?|solution|[A-Z][A-Za-z]?\d?[A-Z\d])\b)",
            "molar",
            before=re.compile(r"\d \Z"),
        ),
        make(rf"pp\b{DOT}", "pages", before=re.compile(r"(?<![$€£\d.,])[\d,]+ \Z")),
        make(
            r"c\.(?= =|[ ,])",
            "cup",
            before=re.compile(r"(?<!\d)(?:1|[½¼¾⅓⅔]) \Z|(?<!\d )\d/\d \Z(?<=1/[248] )"),
        ),
        make(
            rf"c(?= {_FOOD})", "cup", before=re.compile(r"(?<![\d/.])1 \Z|(?<!\d )[1-7]/[2-8] \Z")
        ),
        make(rf"c(?= {_FOOD})", "cup", before=re.compile(rf"(?<!\d)[{quantity.VULGAR}] \Z")),
        make(
            rf"c(?= {_FOOD})",
            "cups",
            before=re.compile(
                rf"(?<![\d/.])(?:[2-9]|1\d) \Z|\d (?:[1-7]/[2-8]) \Z|\d ?[{quantity.VULGAR}] \Z"
            ),
        ),
        make(
            rf"c(?= {_FOOD.replace('wine', 'almonds|walnuts|pecans|salt|spinach|honey|lentils')})",
            "cups",
            before=re.compile(r"(?<![\d/.])[2-9] \Z"),
        ),
        make(
            rf"c\.(?= {_FOOD})",
            "cups",
            before=re.compile(r"(?<![\d/.])(?:[2-9]|1\d) \Z"),
        ),
        make(rf"c\.(?= {_FOOD})", "cup", before=re.compile(r"(?<!\d )(?<![\d/])[1-7]/[2-8] \Z")),
        make(
            r"c\.(?=[ ,])", "cups", before=re.compile(r"\d (?:[1-7]/[2-8]|[½¼¾⅓⅔]) \Z|\d[½¼¾⅓⅔] \Z")
        ),
        make(r"in\b\.?", "inches", before=re.compile(r"\d (?:linear|square) \Z")),
    )
