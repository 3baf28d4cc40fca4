"""Symbols that are words or codes as well ("in", "m", "A"): what tells that they are units.

`classes.measure` asks `IN_DOUBT` of the match of an amount, with its groups number, joint and unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from datagen.text import quantity
from datagen.text.form import Match, cue, is_after, is_before, is_near
from datagen.text.nouns import is_the
from datagen.text.units import ADJECTIVES

_LONG = re.compile(
    rf"\.?[ -](?:{ADJECTIVES})\b|\.? ?[x\u00d7]|[-\"]|\.(?= [a-z])"
    r"| of (?:rain|snow|water|wire)|\.? (?:too (?!many|few|late)|OD\b|ID\b)"
)
_EQUAL = re.compile(r" ?=")
_SENTENCE_END = re.compile(r"[.?!,;]?$|[.?!,;] ")
_SIDE_OF = re.compile(
    r"\d[ -]?(?:ft|feet|foot|in|inch(?:es)?|yd|yards?)\.?,? (?:by |x |and )?\Z"
    r"|\b(?:measures?|(?:length|width|height|depth|diameter)(?: is| of)?) (?:about )?\Z"
    r"|\d by \Z"
)
_LENGTH = re.compile(
    r"\b(?:height|tall|long|length|wide|width|waist|inseam|percentile|deep|depth|diameter|thick"
    r"|shelf"
    r"|measur\w+|rain\w*|snow\w*|gr[eo]w\w*|circumference|radius|screen|trim\w*|side|perimeter|tape"
    r"|inch\w*|barometer|hem|sleeve|chest|hips)\b[^.?!]*\Z|\b\d+ ft\.? \Z",
    re.IGNORECASE,
)
_METERS = re.compile(
    r" (?:away|long|tall|deep|wide|high|race|dash"
    r"|butterfly|freestyle|backstroke|breaststroke|relay|medley|sprint|swim|run|hurdles|from"
    r"|to go|of|down|up"
    r"|ahead|apart|pool|by|in)\b|-| ="
)
_COVERED = re.compile(
    r"\b(?:swam|swims?|swum|ran|runs?|walk\w*|div\w+|jump\w*|height|depth|deep|distance|far|long"
    r"|tall|wide|length|width|measures?|altitude|elevation|fell|climb\w*|race|meters?|is"
    r"|force|newtons?|acts|moves?|pushe[sd]|pulled|drop(?:s|ped)?|falls?|rises|travel\w*|goes|radius|displacement)\b"
)
_CURRENT = re.compile(
    r" ?(?:breaker|fuse|circuit|panel|service|outlet|of current|current|charger|draw|load)\b"
    r"|[.,?!]?$|[.,] "
)
_WIRED = re.compile(
    r"\b(?:current|amps?|volts?|circuit|breaker|fuse|draws?|load|charger|battery|\d+ ?V)\b"
)
_CARRIES = re.compile(r" (?:breaker|fuse|circuit|panel|outlet|charger)s?\b")
_CARRYING = cue(
    r"(?:breaker|fuse|circuit|panel|outlet)(?:'s| is| was| of| at| rated(?: at)?)?|draws?|pulls?",
    " (?:an? )?",
)
_DAYS = re.compile(r"[.,?!]|$| (?:ago|or|from|later|left|in|to|and|free|trial|after|before)\b")
_LINE = re.compile(r"\b(?:modem|baud|serial|speeds?|connection|line|link|bandwidth)\b", re.I)

_DRAWS = cue(
    r"draws?|drew|pulls?|current(?: is| of)?|rated(?: at| for)?|at|uses?|of|output(?: is)?|it's|is",
    " ",
)
_RATED = re.compile(
    r"\b(?:breakers?|fuses?|rated|circuits?|draws?|outlets?|chargers?|amps?|sockets?|voltage"
    r"|wir\w+)\b"
)
_ELEVATED = re.compile(
    r"\b(?:elevation|altitude|cabin|summit|peak|lodge|ridge|sea level|camp|mountain|trailhead"
    r"|village|pass|refuge|hut|volcano|resort|lake|town)\b",
    re.IGNORECASE,
)
_DRIVEN = re.compile(
    r"\b(?:engines?|motors?|cars?|mowers?|trucks?|boats?|outboards?|pumps?|compressors?|treadmills?"
    r"|generators?|tractors?|blowers?|torque|vacuums?|turbo\w*|V[468]|horsepower|liters?|Mustang"
    r"|bikes?|motorcycles?|scooters?|disposals?|saws?|boilers?|drives?|mph|watts?|plows?"
    r"|tillers?)\b"
)
_TIMED = re.compile(r" (?:clip|video|ad|delay|timer|timeout|pause|hold|wait|ago|later|left|each)\b")
_SECONDS = cue(
    r"wait|time(?:'s| is| was)?|(?:wait|hold|press|rest|pause|boil|held|held down|lasted|ran"
    r"|shake|count|button|key"
    r"|it|in line) for|in|after|within|every|hold|holds|held|takes|took|last|next|another|lasts"
    r"|in under"
    r"|only|in just|than|up to"
)
_SO_MANY = cue("two|three|four|five|six|seven|eight|nine|ten|several|couple of", " ")
GROUPED = cue(
    r"(?:group|count|bundle|stack|sort|put|arrange|line|lined|pair|pack|come|comes|sold|sell)\w*"
    r"(?: \w+){0,3} in",
    " ",
)
"""What stands before figures that things are put together by: "group them in 5s"."""
_FIGURE_NEXT = re.compile(r" (?:and|or|,) \d+s\b")
_SIZE_ENDS = re.compile(r"[.,?!]|$| (?:and|or|&|ones?|shirts?|t-shirts?|pizzas?|coffees?)\b")
_STREET = re.compile(r"\.? (?:[A-Z][a-z]+\b|\d+(?:st|nd|rd|th)\b)")
_OF = re.compile(r" of\b")
_GEM = re.compile(r"\b(?:diamonds?|stones?|ring|gem\w*|carats?|sapphire|ruby|emerald)\b", re.I)
_CARGO = re.compile(r"\b(?:trucks?|loads?|cargo|weighs?|metric|tonnes?|haul\w*|freight|crane)\b")
_PUMPED = re.compile(r"\b(?:pressure|tires?|espresso|pump|psi|gauge|boiler)\b")
_LIGHT = re.compile(r"\b(?:wavelength|light|laser|LED|chip|process|wide|thick|waves?|across|UV)\b")
_FORCE = re.compile(r"\b(?:force|newtons?|weighs?|thrust|friction|tension)\b", re.IGNORECASE)
_ENERGY = re.compile(
    r"\b(?:energy|work|heat|joules?|used|kinetic|potential|force|newtons?|\d+ N|lift\w*"
    r"|per gram)\b",
    re.IGNORECASE,
)
_POURED = re.compile(r"\b(?:oz|pints?|cups?|quarts?|qts?|gal|gallons?|jars?|beer|milk|liters?)\b")
_DATA = re.compile(
    r"\b(?:files?|data|RAM|memory|storage|(?:up|down)load\w*|plan|attachments?|size|photos?|videos?"
    r"|disk|drive|app|space|limit|speeds?|e-?mails?|folder|PDF|pdf|images?)\b"
)
_FILLED = re.compile(
    r"\b(?:bottles?|engines?|sodas?|water|tanks?|jugs?|V6|V8|motors?|wine|backpacks?|packs?|fuel"
    r"|oil|gas"
    r"|milk|liters?|capacity|volume|holds?|pots?|kettles?|beer|box|boxes|coolers?|kegs?|hold"
    r"|drinks?|drank"
    r"|O2|oxygen|cannula|saline|fluids?|bag|bags|aquarium|turbo|cylinder|acid|solution|beaker"
    r"|flask|carton|Coke|Sprite|Pepsi)\b",
    re.IGNORECASE,
)
_WEIGHED = re.compile(
    r"\b(?:grams?|sugar|protein|fat|fiber|carbs|dose|weigh\w*|flour|salt|butter|yeast|sodium"
    r"|powder)\b"
)
RUNWAY = cue(
    r"runways?|rwy|hold short(?: of)?|cleared (?:to land|for takeoff)|land(?:ing)?(?: on)?"
    r"|depart(?:ing)?(?: on)?|taxi (?:to|via)|line up(?: and wait)?",
    r",? ",
)
"""What stands before a runway: "hold short 27L"."""
_CONNECTED = cue("on|over|have|has|get|gets|got|no|the|via|using|with|your|my|our", " ")
_NETWORK = re.compile(
    r"\b(?:phones?|networks?|signal|data|coverage|towers?|speeds?|plans?|internet|router|modem"
    r"|LTE|bands?)\b"
)
_POWERED = re.compile(
    r"\d ?(?:V|kW|Wh|kWh|lm|Hz|volts?|amps?)\b|\b(?:bulbs?|LEDs?|lamps?|lights?|lighting|watts?"
    r"|wattage|power\w*|charg\w+|solar|panels?|heaters?|speakers?|amp\w*|motors?|batter\w+"
    r"|inverters?"
    r"|generators?|microwaves?|sockets?|outlets?|cans|adapters?|GaN|USB-C|draws?|uses?|rated|output"
    r"|electric\w*|energy|appliances?|toasters?|kettles?|fixtures?|equiv\w*|incandescent|PSU|supply"
    r"|subwoofers?|ballasts?|laptop|fan|iron|dryer|oven|burner|stove|solder\w*|drills?|vacuum)\b",
    re.IGNORECASE,
)
_VOLTS = re.compile(r"\d ?(?:V|volts)\b")
_NO_INCH = re.compile(
    r" (?:the|a|an|my|our|your|his|her|their|this|that|stock|line|total|all|one|each|case|time"
    r"|order|\w+ing|20|19|[A-Z]\w+|[1-9])\b"
)


_ENDS = re.compile(r"[.,;?!]|$| (?:or|and|one|is|model|unit)\b")
_PRINTERS = re.compile(
    r"\b(?:printers?|laptops?|ink|toner|computers?|games?|heal\w*|damage|boss|potions?|left)\b"
)


def _is_inch(match: Match) -> bool:
    """Tell "1 in long" and "2.5in" from "1 in the box"."""
    if match[0][-1] == "." or (match["joint"] == "" and "." in match["number"]):
        return True
    is_end = is_after(match, _SENTENCE_END)
    is_side = is_end and (not match["number"].isdecimal() or is_before(match, _SIDE_OF))
    is_side = is_side or (is_end and is_before(match, _LENGTH))
    is_side = is_side or is_after(match, _EQUAL)
    return is_side or (is_after(match, _LONG) and not is_after(match, _NO_INCH))


def _is_meter(match: Match) -> bool:
    """Tell "100 m away" from minutes and millions."""
    if is_after(match, _SENTENCE_END) and len(match["number"]) > 2 and is_near(match, _ELEVATED):
        return True
    is_long = is_after(match, _METERS) or (
        is_after(match, _SENTENCE_END) and is_near(match, _COVERED)
    )
    return is_long and not is_before(match, _SECONDS)


def _is_amp(match: Match) -> bool:
    """Tell "a 200A panel" from "seat 14A"."""
    number, joint = match["number"], match["joint"]
    if joint == "-":
        return False
    if is_after(match, _CARRIES) or is_before(match, _CARRYING) or is_near(match, _RATED):
        return True
    is_current = is_after(match, _CURRENT) or is_before(match, _DRAWS)
    is_free = "." in number or quantity.value(number) >= 40
    is_free = is_free or (joint == " " and (is_near(match, _WIRED) or is_before(match, _DRAWS)))
    is_told = is_near(match, _WIRED) or is_near(match, _POWERED) or is_before(match, _DRAWS)
    return (is_current and is_free and is_told) or is_near(match, _VOLTS)


def _is_second(match: Match) -> bool:
    """Tell "wait 30s" from decades ("her 30s"), and from several of a number ("two 747s")."""
    number, joint = match["number"], match["joint"]
    if (
        is_before(match, quantity.NOTES)
        or is_after(match, _FIGURE_NEXT)
        or is_before(match, GROUPED)
        or (not joint and is_before(match, _SO_MANY))
    ):
        return False
    if number.startswith("."):
        return False
    if joint or not number.isdecimal():
        return True
    if not (is_before(match, _SECONDS) or is_after(match, _TIMED)):
        return False
    is_other = len(number) > 2 or number[-1] == "0"
    return not is_other or (len(number) < 4 and is_before(match, _SECONDS))


def _is_network(match: Match) -> bool:
    """Tell whether "5g" may be of a telephone: grams are weighed."""
    return (
        not match["joint"]
        and match["number"] in ("2", "3", "4", "5", "6")
        and not is_near(match, _WEIGHED)
        and (is_before(match, _CONNECTED) or is_near(match, _NETWORK))
    )


def _is_motor(match: Match) -> bool:
    """Tell "the 2 HP, not the 3" from a printer's maker and the points of a game."""
    return is_the(match) and is_after(match, _ENDS) and not is_near(match, _PRINTERS, 64, 64)


def _is_apart(match: Match) -> bool:
    return match["joint"] == " "


def _is_minute(match: Match) -> bool:
    """Tell whether "620 min" may be no minimum."""
    number = match["number"]
    return not number.isdecimal() or int(number) < 200 or is_near(match, _TALKED)


_TALKED = re.compile(
    r"\b(?:call\w*|talk|plans?|long|videos?|movies?|drives?|flights?|bak\w+|cook\w*|charg\w+"
    r"|batter\w+|wait\w*|total|months?|used?|left|per|took|takes?|sleep|lasts?)\b"
)
_SECTION = re.compile(r" (?:#?\d|[b-hj-z]\b)")
"""What a section is numbered by: "bio 101 sec 3"."""
IN_DOUBT: dict[str, Callable[[Match], bool]] = {
    "in": _is_inch,
    "min": _is_minute,
    "m": _is_meter,
    "sec": lambda match: match[0][-1] == "." or not is_after(match, _SECTION),
    "A": _is_amp,
    "s": _is_second,
    "W": lambda match: (
        is_before(match, _CARRYING) or (is_near(match, _POWERED) and not is_after(match, _STREET))
    ),
    **dict.fromkeys(("med", "sm", "lg"), lambda match: is_after(match, _SIZE_ENDS)),
    **dict.fromkeys(("pt", "pts"), lambda match: is_after(match, _OF) or is_near(match, _POURED)),
    **dict.fromkeys(("pp", "pk"), lambda match: False),
    "L": lambda match: (
        not is_before(match, RUNWAY) and ("." in match["number"] or is_near(match, _FILLED))
    ),
    "g": lambda match: not _is_network(match),
    "d": lambda match: "." not in match["number"] and _is_apart(match) and is_after(match, _DAYS),
    "mb": lambda match: not _is_apart(match) or is_near(match, _DATA),
    "bps": lambda match: is_near(match, _LINE),
    **dict.fromkeys(("ac", "ea"), _is_apart),
    **dict.fromkeys(
        ("hp", "HP"),
        lambda match: "." in match["number"] or is_near(match, _DRIVEN, 64, 64) or _is_motor(match),
    ),
    "t": lambda match: _is_apart(match) and is_near(match, _CARGO),
    "bar": lambda match: _is_apart(match) and is_near(match, _PUMPED),
    "nm": lambda match: is_near(match, _LIGHT),
    "ct": lambda match: _is_apart(match) and not is_near(match, _GEM),
    "N": lambda match: _is_apart(match) and ("." in match["number"] or is_near(match, _FORCE)),
    "J": lambda match: _is_apart(match) and ("." in match["number"] or is_near(match, _ENERGY)),
}
"""Symbols that are words or codes as well: what tells that they are units."""
