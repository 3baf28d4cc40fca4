"""Numbers as trades write them: "12/2 Romex", "16d nails", "5/4 boards", "an 8/12 pitch"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import DOT, Form, FormMaker, Match, Sure, cue, is_after, is_near
from datagen.text.locales import Locale
from datagen.text.units import unit_of

TOLD = (
    "Two or three numbers, or one and a letter, beside the wire, nail, board, roof, fertilizer,"
    " tire,"
    " ink or print that is sold so; without that word they are left to the other classes."
)
EXAMPLES = (
    ("Run 12/2 Romex to it.", "Run twelve two Romex to it."),
    ("Use 16d nails.", "Use sixteen penny nails."),
    ("The roof has an 8/12 pitch.", "The roof has an eight twelve pitch."),
    ("It's a NEMA 14-50 outlet.", "It's a NEMA fourteen fifty outlet."),
    ("Spread 24-0-6 fertilizer.", "Spread twenty-four, zero, six fertilizer."),
)
_FED = re.compile(
    r"\b(?:fertiliz\w+|lawn|turf|lbs?\.? per|pounds per|nitrogen|granular|winterizer|NPK|N-P-K"
    r"|in (?:the )?(?:spring|fall)|grass|flower beds?|shrubs?)\b"
)
_WIRED = re.compile(
    r"\b(?:Romex|NM-?B?|wires?|cables?|UF-?B?|copper|circuits?|amp|three-way|switch\w*)\b"
)
_WIRE_NEXT = re.compile(r" (?:Romex|NM-?B?|wires?|cables?|UF-?B?|MC)\b")
_NAILED = re.compile(
    r" (?:sinkers?|nails?|commons?|finish\w*|galv\w*|box|framing|duplex|ring-shank|casing)\b"
)
_NAILS_NEAR = re.compile(r"\b\d{1,2}d (?:sinkers?|nails?|commons?|finish\w*|box|framing|duplex)\b")
_THREADED = re.compile(
    r"\b(?:taps?|bolts?|thread\w*|screws?|nuts?|dies?|studs?|UNC|UNF|metric|coarse|fine)\b", re.I
)
_BRA = re.compile(r"\b(?:[Bb]ras?|bralettes?|cup size)\b")
_CUPS = {"DD": "double D", "DDD": "triple D"}
_SHEETS = re.compile(
    r"\b(?:OSB|plywood|drywall|sheetrock|wrench|sockets?|drill bit|drill|MDF|PEX|router bit)\b"
)
"""What is sold by parts of an inch."""


_THIN = re.compile(
    r"\b(?:liners?|plastic|poly\w*|sheeting|vapor|laminat\w+|thick\w*|tarps?|films?|bags?|vinyl|LVP"
    r"|wear layer|membrane|pond)\b"
)
_SIZES = {
    "XS": "extra small", "S": "small", "M": "medium", "L": "large", "XL": "extra large",
    "XXL": "double X L", "2XL": "two X L", "3XL": "three X L",
}  # fmt: skip
_WORN = "|".join(sorted(_SIZES, key=len, reverse=True))
_OTHER_SIZE = re.compile(
    rf"\b\d{{1,4}} (?:{_WORN}),? (?:and |& )?\d{{1,4}} (?:{_WORN})(?![\w'-]|\.\w)"
)
"""Two counts of clothes side by side."""


PRINTED = re.compile(
    r"\b(?:business cards?|postcards?|flyers?|brochures?|gloss\w*|matte|stock|cardstock|uncoated"
    r"|coated|invitations?|print(?:er|ers|ing|ed|s)?|laminat\w+|posters?|covers?|paper)\b"
)
"""What is printed on paper of so many points."""


_SANDED = re.compile(r"\bgrit\b")


def _worn(match: Match) -> str | None:
    """Say the sizes of "12 S, 20 M and 8 XL"."""
    row = f"{match.string[max(0, match.start() - 24) : match.start()]}{match[0]}"
    beside = _OTHER_SIZE.search(row) or _OTHER_SIZE.match(match.string, match.start())
    if not beside or len(set(re.findall(rf"\d ({_WORN})(?![\w'-])", beside[0]))) < 2:
        return None
    return f"{numbers.cardinal(int(match['count']))} {_SIZES[match['size']]}"


def _pair(match: Match) -> str:
    return f"{quantity.number(match['top'])} {quantity.number(match['bottom'])}"


def _wire(match: Match) -> str | None:
    """Say the "12/2" of a cable, and the "14/3" of another beside it."""
    is_wire = is_after(match, _WIRE_NEXT) or (
        is_near(match, _WIRED, 48, 48) and re.search(r"Romex|NM-B", match.string)
    )
    return _pair(match) if is_wire else None


def _outlet(match: Match) -> str | None:
    """Say "NEMA 14-30R", and "an L6-30P" near what it is plugged into."""
    is_named = is_near(match, _NEMA, 48, 0)
    if not is_named and not ((match["lock"] or match["kind"]) and is_near(match, _PLUGGED)):
        return None
    return f"{match['lock']} {_pair(match)} {match['kind']}".strip()


_NEMA = re.compile(r"\bNEMA\b")
_PLUGGED = re.compile(
    r"\b(?:outlets?|plugs?|plugged|receptacles?|volts?|amps?|dryers?|range|EVs?|chargers?|welders?"
    r"|generators?|RVs?|cords?|inlets?|sockets?|twist-?lock|locking|circuits?|breakers?|wir\w+|240V?|120V?)\b",
    re.IGNORECASE,
)


def _nails(match: Match) -> str | None:
    is_nail = is_after(match, _NAILED) or is_near(match, _NAILS_NEAR)
    return f"{numbers.cardinal(int(match['size']))} penny" if is_nail else None


def _in_parts(match: Match) -> str | None:
    """Say "the 7/16" of what is sold by parts of an inch."""
    top, bottom = int(match["top"]), int(match["bottom"])
    is_part = is_near(match, _SHEETS, 40, 24) and quantity.is_fraction(top, bottom)
    return quantity.fraction(top, bottom) if is_part and bottom in (2, 4, 8, 16, 32, 64) else None


def _parts_of_food(match: Match) -> str | None:
    """Say the three numbers of a fertilizer."""
    said = ", ".join(numbers.cardinal(int(part)) for part in match[0].split("-"))
    return said if is_near(match, _FED) else None


def _of_an_edition(match: Match) -> str | None:
    """Say "number 47/250" of a print."""
    top, bottom = int(match["top"]), int(match["bottom"])
    is_one = top <= bottom and 40 <= bottom <= 1900
    return f"{numbers.cardinal(top)} of {numbers.cardinal(bottom)}" if is_one else None


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways in which trades write numbers."""
    make = FormMaker("trade")
    end = r"(?![\w/-]|\.\d)"
    over = r"(?P<top>\d{1,2})/(?P<bottom>\d{1,2})"
    return (
        make(rf"(?P<top>[68]|1[0246])[/-](?P<bottom>[234]){end}", _wire),
        make(
            r"(?P<lock>L?)(?P<top>1|2|5|6|7|10|11|14|15|18|21|22|23)-(?P<bottom>15|20|30|50|60)"
            rf"(?P<kind>[RPC]?){end}",
            _outlet,
        ),
        make(rf"(?P<size>[2-9]|[1-6]\d)d{end}", _nails),
        make(
            r"5/4(?= (?:deck\w*|boards?|lumber|stock|oak|pine|cedar|maple|walnut|poplar"
            r"|treads?)\b)",
            "five quarter",
        ),
        make(r"(?P<top>\d)/(?P<bottom>\d{1,2})(?=,? (?:net|n/?)[ -]?\d)", _pair),
        make(r"(?P<top>\d{1,2})/(?P<bottom>12)(?= (?:pitch|roof|slope)\b)", _pair),
        make(
            rf"(?P<top>\d{{1,2}})/(?P<bottom>12){end}",
            _pair,
            before=cue("(?:pitch|slope)(?: is|'s|: ?)?", " "),
        ),
        make(
            rf"{over}{end}(?=[.,?!;]|$| (?:is|and|or|for|on|in)\b)",
            _in_parts,
            Sure.CUE,
            before=cue("the|a|an|some|of|in", " "),
        ),
        make(rf"\d{{1,2}}-\d{{1,2}}-\d{{1,2}}{end}", _parts_of_food),
        make(
            rf"(?P<top>\d{{1,4}})/(?P<bottom>\d{{2,4}}){end}",
            _of_an_edition,
            before=cue(
                r"(?:print|edition|copy|it's|is|mine's|ours is|got) (?:number|no\.)|numbered", " #?"
            ),
        ),
        make(
            r"(?P<top>\d{2})[/+](?P<bottom>\d(?:\.5)?) ?(?:µF|uF|MFD|mfd)\b",
            lambda m: f"{_pair(m)} microfarad",
        ),
        make(
            r"(?P<number>[1-9]\d{2,3})(?P<letter> [CU])?(?![\w-]|[.,]\d)",
            lambda m: numbers.pairs(int(m["number"])) + (m["letter"] or ""),
            before=cue("PMS|Pantone", " "),
        ),
        make(
            r"(?P<wide>650|700)[xX](?P<thick>\d\d)(?P<letter>[bBcC]?)(?![\w-]|\.\d)",
            lambda m: (
                f"{numbers.cardinal(int(m['wide']))} by {numbers.cardinal(int(m['thick']))}"
                + (f" {m['letter'].upper()}" if m["letter"] else "")
            ),
        ),
        make(
            r"(?P<wheel>2[69])er(?P<many>s?)\b",
            lambda m: f"twenty-{'nin' if m['wheel'] == '29' else 'six'}er{m['many']}",
        ),
        make(
            r"R-?(?P<number>[1-5]\d\d)(?P<letter>[A-Fa-f])(?![\w-])",
            lambda m: f"R {numbers.pairs(int(m['number']))} {m['letter'].upper()}",
        ),
        make(
            r"(?P<top>\d{1,2})/(?P<bottom>\d{1,2})\"?-(?P<threads>\d\d)(?![\w/-]|\.\d)",
            lambda m: (
                f"{quantity.fraction(int(m['top']), int(m['bottom']))}"
                f" {numbers.cardinal(int(m['threads']))}"
                if is_near(m, _THREADED) and quantity.is_fraction(int(m["top"]), int(m["bottom"]))
                else None
            ),
        ),
        make(
            r"M(?P<wide>\d{1,2})[xX](?P<pitch>\d{1,2}(?:\.\d+)?)(?![\w-])",
            lambda m: f"M {numbers.cardinal(int(m['wide']))} by {numbers.decimal(m['pitch'])}",
        ),
        make(
            r"(?P<band>2[89]|3\d|4\d)(?P<cup>D{1,3}|[A-H])(?![\w-])",
            lambda m: (
                f"{numbers.cardinal(int(m['band']))} {_CUPS.get(m['cup'], m['cup'])}"
                if is_near(m, _BRA)
                else None
            ),
        ),
        make(
            r"(?P<number>[1-9]\d{2,3})(?![\w%-]|[.,:/]\d)",
            lambda m: numbers.pairs(int(m["number"])) if is_near(m, _SANDED) else None,
            Sure.CUE,
            before=cue("with|to|and|then|or|by|at|the", " "),
        ),
        make(
            r"(?P<number>[1-9]\d\d)(?=[ -]grit\b)",
            lambda m: numbers.pairs(int(m["number"])),
        ),
        make(
            r"(?P<number>\d{1,3})[kK]-(?P<unit>gal|lb|BTU|mi)\b\.?(?= [a-z])",
            lambda m: f"{numbers.cardinal(int(m['number']))} thousand {unit_of(m['unit'])}",
        ),
        make(
            r"(?P<top>1[4-9])/(?P<bottom>3[2-7])(?= (?:dress )?shirts?\b)",
            _pair,
        ),
        make("105", "one oh five", before=cue("Shimano", " ")),
        make(
            r"(?P<number>[1-9]\d\d)(?P<end>[di])(?![\w-])",
            lambda m: f"{numbers.pairs(int(m['number']))} {m['end'].upper()}",
            before=cue("BMW|Beemer|Bimmer|Mercedes|Volvo", " "),
        ),
        make(
            r"(?P<number>[1-9]\d\d)(?![\w%-]|[.,:/]\d)",
            lambda m: numbers.pairs(int(m["number"])),
            before=re.compile(
                r"\b(?:Stihl|Husqvarna|Echo|Honda|Toro|Yamaha|Kawasaki|Briggs|Cub Cadet|John Deere"
                r"|Kubota|Bobcat|Makita) (?:[A-Z]{1,3} )?\Z"
            ),
        ),
        make(
            r"(?P<number>\d{1,2}) mil(?![\w-]|\.\w)",
            lambda m: f"{numbers.cardinal(int(m['number']))} mil" if is_near(m, _THIN) else None,
            Sure.CERTAIN,
        ),
        make(
            r"(?P<number>\d{1,3})[ -]?pt\b\.?(?= (?:matte|gloss\w*|silk|stock|cardstock"
            r"|card stock|cover"
            r"|uncoated|coated|paper|board|linen|premium|recycled|kraft|C2S|C1S)\b)",
            lambda m: f"{numbers.cardinal(int(m['number']))} point",
        ),
        make(
            rf"(?P<number>[1-9]\d)[ -]?pt\b{DOT}",
            lambda m: (
                f"{numbers.cardinal(int(m['number']))} point" if is_near(m, PRINTED) else None
            ),
        ),
        make(rf"(?P<count>\d{{1,4}}) (?P<size>{_WORN})(?![\w'-]|\.\w)", _worn),
    )
