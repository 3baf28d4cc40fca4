"""Parts of one: "1/2", "2 1/2", "3½", "5/8 inch", "five sixths done"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.classes.date import OF_WHAT
from datagen.text.form import Form, FormMaker, Match, Sure, cue, is_after, is_before, is_near
from datagen.text.locales import Locale
from datagen.text.nouns import is_one_thing

TOLD = (
    'Two numbers about a slash, where what follows is a part of something (a unit, "of the",'
    ' "done"), or what stands before measures ("about"); never where a date may be meant.'
)
EXAMPLES = (
    ("It takes 2 1/2 hours.", "It takes two and a half hours."),
    ("It's 5/6 done.", "It's five sixths done."),
    ("About 1/3 of our riders use it.", "About one third of our riders use it."),
    ("Between 1/3 and 1/2 of it is gone.", "Between one third and one half of it is gone."),
    ("It's a 7/8 size.", "It's a seven eighths size."),
)
_OF = re.compile(
    r"(?: ?π|[ -](?:of\b(?! (?:next|this|last) )|an? |inch|mile|cup|teaspoon|tablespoon|acre|pound"
    r"|ounce"
    r"|dozen|yard|liter|gallon|hour|day|share|price|full|empty|done|complete|finished|charged"
    r"|loaded"
    r"|way\b"
    r"|size|sized|bolt|socket|drive|wrench|drill|bit|hose|scale|majority|plywood|nut|screw|thread"
    r"|tablet"
    r"|pill|tab\b|caplet|capsule|mark|can\b|turn\b|step\b|bag\b|box\b|bottle|glass|scoop|stick"
    r"|slice|lemon|onion|bar\b|roll"
    r"|sheet|page|pack|jar\b|block|loaf|pizza|credit|sleeve|ton\b|ml\b|point|second|lap\b|c\."
    r"|as\b|the\b|off\b|tank|stake|interest|minute|note|portion|lab\b|poodle)"
    r"|-[a-z]| ?[+=\u00d7÷]| (?:plus|minus|times|equals|divided by|to an? (?:decimal|percent)"
    r"|as an? (?:decimal|percent)))"
)
_MUCH = cue(
    r"about|almost|nearly|roughly|over|around|than|only|just|equals|plus|minus|times|cut|use"
    r"|add|take|save|saves|saved|owns?|ate|lost|simplify|convert|reduce|multiply|subtract|divide"
    r"|equals?|same as"
    r"|equal to|fraction|times|divided by"
    r"|[=+\u00d7]|half or|one|is [-]|\d/\d+ ?(?:is|=)|became|becomes|leaves|left with"
    r"|level (?:is|was)(?: at)?"
    r"|tank (?:is|was)(?: at)?|gas (?:is|was)(?: at)?|reads"
)
_DATED = re.compile(r" (?:works?|at \d|deadline|payment|appointment|bill|charge)\b")
_SO_OFTEN = re.compile(r" times (?:this|last|today|in|an?|per|so|since|when)\b")
_SHUTTER = re.compile(r"\bf/\d|\b(?:ISO|shutter|exposure|aperture)\b")
_GRADED = re.compile(
    r" (?:on|in) (?:the|my|a|his|her|their|our|your|that) .{0,24}\b(?:quiz|test|exam)\b"
)
_SIZED = re.compile(r" (?:ton|inch|mile|cup|pound|gallon|yard|acre|length|sleeve|time|size)\b")
_WHOLE = re.compile(r"(?:st|nd|rd|th)s?\b")


def _parts(match: Match) -> tuple[int, int]:
    return int(match["top"]), int(match["bottom"])


_REDUCED = re.compile(r"\b(?:fractions?|reduc\w+|simplif\w+|lowest terms|numerator)\b")


def _fraction(match: Match) -> str | None:
    """Say a fraction of something; no more than half of what has a slash is one."""
    top, bottom = _parts(match)
    if match["bottom"][0] == "0":
        return None  # a day: "11/02"
    is_coarse = (
        not is_near(match, _REDUCED)
        and bottom > 16
        and bottom not in (20, 24, 25, 30, 32, 40, 50, 60, 64, 100)
        and top > 1
    )
    if bottom < 2 or bottom > 1000 or is_coarse or (top > bottom and bottom > 8):
        return None
    if top > bottom and (top % bottom == 0 or not is_near(match, _RECKONED)):
        return None  # "14/2 wire", "12/4 = 3"
    return quantity.fraction(top, bottom)


_RECKONED = re.compile(
    r"[=+\u00d7÷]|\d x \d|\b(?:fractions?|improper|mixed|reciprocal|flip\w*|simplif\w+|reduc\w+"
    r"|multipl\w+|divid\w+|times|plus"
    r"|minus|add\w*|subtract\w*|equals?|slope|numerator|denominator|solve|answer|common|bigger"
    r"|smaller|greater|less|convert\w*)\b"
)
_SUM = re.compile(
    r"\b(?:add|subtract|sum|plus|minus|multiply|divide|decimal|fractions?|numerator|denominator"
    r"|probability|chance|simplif\w+|equivalent|(?:more|less) than|greater|bigger|smaller|larger"
    r"|equals?|equal to|becomes|flip\w*|reciprocal|inverse|half of|times|common)\b",
    re.IGNORECASE,
)


_FLIPPED = re.compile(r"\b(?:flip\w*|reciprocal|inverse|improper|upside)\b")


def _added(match: Match) -> str | None:
    """Say "1/3" where something is worked out."""
    top, bottom = _parts(match)
    is_one = (top < bottom <= 100 or (is_near(match, _FLIPPED) and top < 20)) and is_near(
        match, _SUM
    )
    is_graded = is_after(match, _GRADED) or is_after(match, _SO_OFTEN)
    return _fraction(match) if is_one and not is_graded and not is_after(match, _DATED) else None


def _measured(match: Match) -> str | None:
    """Say a fraction where the words beside it say that it is one."""
    if is_after(match, _OF) and not is_after(match, _SO_OFTEN):
        said = _fraction(match)
        is_joined = match.string[match.end()] == "-" or (
            is_one_thing(match) and is_after(match, _SIZED)
        )
        return quantity.adjective(said) if said and is_joined else said
    is_much = is_before(match, _MUCH) and match["bottom"] not in ("5", "10", "20", "50", "100")
    return _fraction(match) if is_much else None


def _undated(match: Match) -> str | None:
    """Say what is no date in any country and no score: "31/32"."""
    top, bottom = _parts(match)
    if min(top, bottom) <= 12 and max(top, bottom) <= 31:
        return None
    is_fine = bottom in (16, 32, 64) and top % 2 == 1
    return _fraction(match) if top < bottom and is_fine else None


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a fraction."""
    make = FormMaker("fraction")
    over = r"(?P<top>\d{1,3})/(?P<bottom>\d{1,4})"
    end = r"(?![\d/%]|\.\d)"
    return (
        make(rf"\d{{1,4}}(?:[ -]\d{{1,2}}/\d{{1,3}}{end}(?!\w)|[ -]?[{quantity.VULGAR}])", _mixed),
        make(rf"[{quantity.VULGAR}](?=-[a-z])", lambda m: quantity.adjective(quantity.say(m[0]))),
        make(rf"[{quantity.VULGAR}](?!-[a-z])", lambda m: quantity.say(m[0])),
        make(r"1 (?:½|1/2)(?= off\b)", "one half", before=cue("get", " ")),
        make(r"1/2(?= (?:hrs?|hours?)\b)", "half", before=cue("every|each|last|next|first", " ")),
        make(r"1/2(?= (?:price|off|days?|full|empty|way|asleep|done|time|finished)\b)", "half"),
        make(
            r"(?P<top>\d{1,2})-(?=, (?:\d{1,2}-, )*(?:and|or) \d+-[a-z]|, \d{1,2}-, )",
            lambda m: f"{quantity.number(m['top'])}-",
        ),
        make(
            r"(?P<top>\d{1,3})-(?= (?:or|and|to) \d+-[a-z])",
            lambda m: f"{quantity.number(m['top'])}-",
        ),
        make(
            r"1/(?P<bottom>\d{2,4})(?![\w/]|\.\d)",
            lambda m: f"one {numbers.ordinal(int(m['bottom']))}" if is_near(m, _SHUTTER) else None,
            Sure.CUE,
        ),
        make(
            r"1/(?P<bottom>\d{2,4})(?= (?:sec\b|s\b|second|of a second))",
            lambda m: f"one {numbers.ordinal(int(m['bottom']))}",
        ),
        make(rf"{over}(?:st|nd|rd|th|TH|RD)s?\b", _fraction),
        make(r"1/(?P<bottom>[248]|16|32)(?= (?:note|rest|sheet)s?\b)", _note),
        make(
            rf"{over}{end}(?= of (?:it|them|us|the|my|our|your|his|her|their|all)\b)",
            _fraction,
        ),
        make(
            r"(?P<top>[12])/(?P<bottom>[345])(?= down\b)",
            lambda m: quantity.fraction(int(m["top"]), int(m["bottom"])),
            before=cue(
                r"(?:asks?|asking) for|puts?|pays?|paid|wants?|needs?|requires?|takes?|with",
                " ",
            ),
        ),
        make(rf"{over}{end}(?= (?:to|and|or) \d{{1,2}}/\d{{1,2}}{OF_WHAT})", _fraction),
        make(
            rf"{over}{end}(?={OF_WHAT})(?! full\b| empty\b| done\b)",
            _fraction,
            before=re.compile(r"\d/\d{1,2} (?:to|and|or) \Z"),
        ),
        make(rf"{over}{end}(?= (?:business |working )?{_DAYS})", _either),
        make(rf"{over}{end}(?!\w)", _chance, Sure.CUE),
        make(rf"{over}{end}(?= [-+\u00d7÷] \d{{1,2}}/\d{{1,2}}(?!\d))", _asked, Sure.CERTAIN),
        make(
            rf"{over}{end}",
            _asked,
            Sure.CERTAIN,
            before=re.compile(r"(?<!\d)\d{1,2}/\d{1,2} [-+\u00d7÷] \Z"),
        ),
        make(rf"{over}{end}(?!\w)", _measured, Sure.CUE),
        make(rf"{over}{end}(?!\w)", _added, Sure.CUE),
        make(rf"{over}{end}(?!\w)", _undated, Sure.USUAL),
        make(r"(?P<top>[12])/(?P<bottom>[2-9]|10|12|16)(?![\d/\w]|\.\d)", _fraction, Sure.GUESS),
        make(rf"{over}{end}(?!\w)", _any, Sure.GUESS),
        make(r"(?P<top>1[3-9]|[2-9]\d)/(?P<bottom>[2-9]|10)(?![\w/%]|\.\d)", _improper, Sure.DOUBT),
    )


_ASKED = re.compile(
    r"\b(?:[Ww]hat's|[Ww]hat is|denominators?|fractions?|[Cc]alculate|[Cc]ompute|[Ss]implify"
    r"|[Ss]ubtract|[Ss]olve)\b"
)


def _asked(match: Match) -> str | None:
    """Say the parts of "What's 7/8 - 1/4?"."""
    return _fraction(match) if is_near(match, _ASKED, 40, 64) else None


_CHANCES = re.compile(
    r"\b(?:odds|chances?|probabilit\w+|likelihood|draw\w*|dice|die|deck|marbles?|P\(\w+\))(?!\w)"
)


def _chance(match: Match) -> str | None:
    """Say "4/52" of what may happen."""
    top, bottom = _parts(match)
    if not is_near(match, _CHANCES, 80, 40) or not 0 < top < bottom or bottom < 13:
        return None
    if top == 1:
        return _fraction(match)
    is_day = top < 13 and bottom < 32
    return None if is_day else f"{numbers.cardinal(top)} out of {numbers.cardinal(bottom)}"


def _improper(match: Match) -> str | None:
    """Refuse "14/2 wire" where nothing is reckoned."""
    return None if is_near(match, _RECKONED) else "it may be a fraction or two numbers"


def _note(match: Match) -> str:
    """Say "1/8 note" as "eighth note"."""
    name = {"2": "half", "4": "quarter"}.get(match["bottom"])
    return name or numbers.ordinal(int(match["bottom"]))


_DAYS = "(?:days|weeks|months|people|guests|times|nights|weekends|kids)\\b"
"""What is counted, and of which nobody has a fraction."""


def _either(match: Match) -> str | None:
    """Say "5/6 business days" as one of two counts."""
    top, bottom = _parts(match)
    if bottom != top + 1 or top == 1:
        return None
    return f"{quantity.number(match['top'])} or {quantity.number(match['bottom'])}"


def _any(match: Match) -> str | None:
    top, bottom = _parts(match)
    is_date = min(top, bottom) <= 12 and max(top, bottom) <= 31
    if match["bottom"][0] == "0":
        return None
    is_score = top <= bottom and bottom in (5, 10, 20, 50, 100)
    if not is_date or is_score or top == bottom or bottom == 1:
        return None
    return quantity.fraction(top, bottom) if top > bottom else _fraction(match)


def _mixed(match: Match) -> str | None:
    """Say "2 1/2"; "24 7/24" is no mixed number."""
    part = re.search(r"(\d+)/(\d+)$", match[0])
    if part and not int(part[1]) < int(part[2]) <= 64:
        return None
    return quantity.say(match[0])
