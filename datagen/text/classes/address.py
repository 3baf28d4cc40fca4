"""Places: "1420 Oak St. in Dayton", "Dayton, OH 45402", "NW 23rd Ave", "P.O. Box 1180"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.classes.capitals import in_capitals
from datagen.text.classes.small_letters import in_small_letters
from datagen.text.form import (
    DOT,
    REACH,
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    any_of,
    cue,
    is_after,
    is_before,
    is_near,
)
from datagen.text.locales import Locale
from datagen.text.names import GIVEN_NAMES
from datagen.text.places import (
    CITIES_OF_DEGREES,
    COMPASS,
    CORNERS,
    DOTTED_STATES,
    STATES,
    STATES_OR_WORDS,
    STREET_WORDS,
    STREETS,
)

TOLD = (
    "A number before a street's name; a street's short type after one; a state after a city and"
    " a comma;"
    " a compass point between a house number and a name, or after a road."
)
EXAMPLES = (
    ("I live at 1420 Oak St. in Dayton.", "I live at fourteen twenty Oak Street in Dayton."),
    ("I moved here from Austin, TX.", "I moved here from Austin, Texas."),
    ("I live at 350 NE MAIN ST.", "I live at three fifty Northeast MAIN Street."),
    ("The shop is on NW 23rd Ave.", "The shop is on Northwest twenty-third Avenue."),
    ("Take I-95 N to exit 4A.", "Take I ninety-five North to exit four A."),
    ("St. Mary's St. is closed.", "Saint Mary's Street is closed."),
)
_NAME = (
    r"(?:(?:[NSEW]\.?|[NS][EW]|[NS]\.[EW]\.|St\.|[A-Z][A-Za-z']+|[A-Z]|\d+(?:st|nd|rd|th)) ){1,4}?"
)
_AFTER_NAME = re.compile(
    r"(?<![\w'])(?!(?:My|Our|Your|His|Her|Their|The|An?|This|That|Any|Which|Is|Ask|See|Call|With"
    r"|When"
    r"|If|And|But|Thanks|Yes|No|Dear|Hi|Hello|Hey) )"
    r"(?:(?:[A-Z][a-z']+|[a-z-]+(?:st|nd|rd|th)|\d+(?:st|nd|rd|th|ST|ND|RD|TH)|Jr\.?|[A-Z]) )\Z"
)
_LIVED = re.compile(
    r"\b(?:(?:address|place|office|store|house)(?: is|'s|:)(?: at)?|at|located at|over at|go to"
    r"|delivered to|deliver to|ship to|shipped to|sent? to) \Z"
)
_PREMISES = (
    r"(?:Gym\w*|Lot|Tower|Entrance|Garage|Wing|Campus|Terminal|Hall|Building|Bldg|Parking|Gate"
    r"|Lobby|Exit|Stairs?|Field|Door|Deck|Annex|Concourse|Platform|End|Side|Ramp|Pier|Dock|Pavilion"
    r"|Atrium|Elevators?|Cafeteria|Library|Station|Plaza|Mall|Pool|Auditorium|Stairwell|Shore"
    r"|gym|lot|tower|entrance|garage|wing|campus|hall|building|gate|lobby|exit|stairs|field|door)"
)
"""Parts of a place that lie north or south: "the N. Gym"."""
_CITY = re.compile(r"(?:[A-Z][\w.]+),? \Z")
_FROM_CITY = re.compile(r"\b(?:from|in|to|of|near|City:) (?:[A-Z][a-z]+ ){0,2}[A-Z][a-z]+, \Z")
_COMMA = re.compile(r"[A-Z][\w.']+, \Z")
_DEGREES = frozenset(("MD", "PA", "MA", "MS", "DE", "ND"))
"""States whose letters stand after the names of people, too."""
_CAPITALS = re.compile(r"(?:[A-Z][\w.'-]+ )*[A-Z][\w.'-]+, \Z")
_CARE = re.compile(
    r"\b(?:referr\w+|patients?|surgeon|physician|provider|therapist|dermatologist|seen by|signed)\b"
)
_ZIP = re.compile(r",? \d{5}\b")
_WITHIN = re.compile(
    r"\b(?:in|near|outside|around|moved to|from|live in|drive to|flew to|fly to|ship to|shipped to"
    r"|going to|headed to|City:|(?:St|Ave|Rd|Dr|Blvd|Ln|Street|Avenue|Road|Drive|Lane|Way)\.?,?)"
    r" (?:[A-Z][a-z]+ ){0,2}[A-Z][a-z]+, \Z"
)
_PERSON = re.compile(
    r"\b(?:(?:Dr|Prof|Mr|Mrs|Ms)\.|Doctor|Professor|[Dd]octor is|[Ss]urgeon|[Dd]entist) .*, \Z"
    r"|\b[A-Z]\. [A-Z][\w'-]+, \Z"
)
_FAR = re.compile(
    r"\d ?(?:mi|miles?|km|kilometers?|blocks?|feet|ft|yards?|yds?|nautical miles?)\.? (?:due )?\Z"
)
_BLOWN = re.compile(
    r"\b(?:[Ww]ind\w*|storms?|mph|kts?|knots|gust\w*|breeze\w*|blow\w*|swell|rain"
    r"|front)\b[^.?!]{0,24}"
    r" (?:out of|from|to) (?:the )?\Z"
)
_HANDS = {"L": "left", "R": "right"}
_PASSED = re.compile(
    r"\b(?:house|miles?|mi|door|building|turn|exit|blocks?|driveway|light|yards|feet|ft|entrance)\b"
)
_HOUSE = re.compile(r"(?<!\S)\d{1,5}(?:-?[A-F])? \Z")
_ROAD = re.compile(
    r"(?:[A-Z]+-\d+(?:/\d+)?[NSEW]?|[Hh]ighway \d+|Hwy\.? \d+|Route \d+|Rte\.? \d+|Interstate \d+"
    r"|(?:US|SR|CR|FM|I|Rt\.?|Loop|[Ee]xit) \d+|(?:[Tt]ake|[Oo]n|[Oo]ff) the \d{2,3}) \Z"
)


_IN_A_ROW = {
    **{code: name for code, name in STATES.items() if code not in _DEGREES},
    **{code: STATES_OR_WORDS[code] for code in ("HI", "OH", "OK")},
}
"""States that are known beside others: neither "an MD or PA" nor "New York and LA"."""
_PLACED = (
    r"\b(?:in|to|from|into|between|outside|across|of|for|like|serve|serves|cover|covers"
    r"|states?(?: of|:)?) "
)
"""What stands before states in a row: "orders to AK or HI"."""


def _house(match: Match) -> str:
    return numbers.pairs(int(match[0]))


def _state(match: Match) -> str | None:
    """Say the state of a city; the degree of a person ("Dr. Patel, MD") is none.

    Raises Unsayable where it may be both: "ask for Kerry Ridge, MD".
    """
    state = STATES.get(match["state"]) or STATES_OR_WORDS[match["state"]]
    if match["state"] not in _DEGREES:
        return state
    named = _CAPITALS.search(match.string, max(0, match.start() - REACH), match.start())
    names = named[0].rstrip(", ").split(" ") if named else []
    if is_before(match, _PERSON) or (len(names) > 1 and names[0] in GIVEN_NAMES):
        return None
    is_city = not CITIES_OF_DEGREES.isdisjoint((" ".join(names[-2:]), *names[-1:]))
    is_city = is_city and not is_near(match, _CARE, 64, 0)
    if is_city or is_after(match, _ZIP) or is_before(match, _WITHIN):
        return state
    raise Unsayable(match["state"], "it may be a state or a degree")


_NUMBERED_STREET = re.compile(
    r"\d(?:st|nd|rd|th) (?:St|Ave|Rd|Dr|Pl|Ct|Blvd|Ln|Street|Avenue|Road|Drive|Place)\.? \Z"
)
_CIRCUIT = re.compile(r"\d(?:st|nd|rd|th) \Z")


_STATE = "|".join(sorted({*STATES.values(), *STATES_OR_WORDS.values()}))
_UNIVERSITY = re.compile(rf"(?<!\d )(?<!\bon )(?<!\bat )\b(?:{_STATE}) \Z")
"""A state that no number or preposition makes a street's: "Iowa St. beat Kansas"."""


def _street(match: Match) -> str | None:
    """Say the type of a street; the "5th Cir." is a court as well."""
    if match["type"] in ("Cir", "Sq", "Ter") and is_before(match, _CIRCUIT):
        return None
    if match["type"] == "St" and is_before(match, _UNIVERSITY):
        raise Unsayable(match[0], "it may be a street or a state university")
    return STREETS.get(match["type"]) or STREETS[match["type"].capitalize()]


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the parts of an address."""
    make = FormMaker("address")
    types, names = any_of(STREETS), any_of(STREET_WORDS)
    street = make(
        rf"(?P<type>{types}|hwy|st|ave|rd|blvd|ST|AVE|RD|BLVD)\b(?!'){DOT}",
        _street,
        Sure.CERTAIN,
        before=_AFTER_NAME,
    )
    ends = r"(?= [a-z(]| \d|[.,?!;]|$)"
    one = f"(?:{any_of(_IN_A_ROW)})"
    return (
        make(r"(?P<number>[1-9]\d00)(?=[ -]block\b)", lambda m: numbers.pairs(int(m["number"]))),
        make(rf"\d{{1,5}}(?= {_NAME}(?:{names}|{types})\b)", _house),
        make(
            r"[1-9]\d{2,4}(?= (?!Hours|People|Calories|Hrs|Monday|Tuesday|Wednesday|Thursday|Friday"
            r"|Saturday|Sunday|January|February|March|April|June|July|August|September|October"
            r"|November|December|Eastern|Central|Mountain|Pacific)[A-Z][a-z]{3,}(?:[.,?!]|$"
            r"| (?:Apt|Unit|Ste|Suite|in|near|and|by)\b))",
            _house,
            Sure.CUE,
            before=_LIVED,
        ),
        make(
            r"[1-9]\d{2,4}(?= [NSEW]\.? (?!The|Turn|It|That|We|You|I\b)[A-Z][a-z]+[,.?!])",
            _house,
            Sure.CUE,
        ),
        street,
        *in_capitals(make),
        *in_small_letters(make),
        make(
            r"(?P<point>[NS]\.[EW]\.)(?= (?:[A-Z][a-z]|\d))",
            lambda m: CORNERS[m["point"].replace(".", "")],
        ),
        make(
            r"(?P<point>[NS][EW]|[NSEW])(?=[,.?!]|$| (?:and|so|with|which|but|toward)\b)",
            lambda m: (CORNERS.get(m["point"]) or COMPASS[m["point"]]).lower(),
            before=cue("faces|facing|faced|face|points|pointing|looks|looking", " "),
        ),
        make(
            r"(?P<point>[NSEW])\.?(?= (?:Dakota|Carolina|Virginia|Korea|Africa|America)\b)",
            lambda m: COMPASS[m["point"]],
        ),
        make(
            r"(?P<point>[NSEW])\b(?![.'-]\w)",
            lambda m: COMPASS[m["point"]].lower(),
            before=re.compile(r"\d°(?: ?\d+(?:\.\d+)?['\"])* ?\Z"),
        ),
        make.words(DOTTED_STATES, rf"(?=\.){DOT}", before=r"(?<=[a-z], )"),
        make(r"Penn\.(?= [A-Z])", "Pennsylvania"),
        make(
            r"(?P<type>Ave|St)\.(?= [A-Z](?:[,.?!]|$| [a-z]))",
            lambda m: STREETS[m["type"]],
            before=re.compile(r"(?:^|\b(?:on|and|at|to|&|of|near) )\Z"),
        ),
        make.words(CORNERS, r"\b(?= (?:[A-Z][a-z]|\d+(?:st|nd|rd|th)\b))"),
        make(
            r"(?P<point>[NS][EW])\b(?= (?:sky|side|corner|part|wind|winds|section|quadrant|end"
            r"|entrance"
            r"|exit|edge|of|on|at)\b)",
            lambda m: CORNERS[m["point"]].lower(),
            Sure.CUE,
            before=re.compile(r"(?:\b(?:the|to|[Hh]ead|[Gg]o|[Dd]rive|from|in|at)|[A-Z]\w+,) \Z"),
        ),
        make(
            r"(?P<point>[NSEW])(?= (?:side|end|entrance|wall)\b)",
            lambda m: COMPASS[m["point"]].lower(),
            Sure.CUE,
            before=cue("the|on|its|our|my|their|from|at|to", " "),
        ),
        make(
            r"(?P<point>[NS][EW])(?= (?:corner|side|quadrant|part) of\b)",
            lambda m: CORNERS[m["point"]],
            before=re.compile(r"(?:^|[.?!] )\Z"),
        ),
        make(
            r"(?P<point>[NS][EW])\b(?= \d)",
            lambda m: CORNERS[m["point"]].lower(),
            before=re.compile(r"\b[Ww]inds? \Z"),
        ),
        make(
            r"(?P<point>[NSEW])\b\.?(?= (?:[A-Z]|\d))",
            lambda m: COMPASS[m["point"]],
            before=_HOUSE,
        ),
        make(
            r"(?P<point>[NSEW])\b\.?(?= \d+(?:st|nd|rd|th)\b)",
            lambda m: COMPASS[m["point"]],
            Sure.CUE,
        ),
        make(
            rf"(?P<point>[NSEW])\b\.?(?= (?:[A-Z][a-z']+ ){{1,2}}?(?:{names}|{types})\b)",
            lambda m: COMPASS[m["point"]],
            before=cue("on|of|at|down|along|up|and|near|off|to", " "),
        ),
        make(
            rf"(?P<point>[NSEW])\.(?= {_PREMISES}\b)",
            lambda m: COMPASS[m["point"]],
            before=re.compile(r"(?<![A-Z]\.)(?:^|[a-z,'] )\Z"),
        ),
        make(
            r"(?P<point>[NSEW])\.(?= [A-Z][a-z]+(?:[,;?!]|\.?$|\. [A-Z]| (?:and|&|near|at|by"
            r"|between|past|to|for|in|is|just|across|over|until|toward|from|or)\b))",
            lambda m: COMPASS[m["point"]],
            before=re.compile(
                r"\b(?:on|off|along|down|up|onto|(?:corner"
                r"|intersection) of(?: [A-Z][a-z]+ and)?) \Z"
            ),
        ),
        make(r"(?P<point>[NSEW])\b\.?(?= of\b)", lambda m: COMPASS[m["point"]], Sure.CUE),
        make(
            r"(?P<point>[NS][EW])\b(?= (?:at|of|to)\b|[.,?!]|$)",
            lambda m: CORNERS[m["point"]].lower(),
            Sure.CUE,
            before=cue(r"winds?(?: is| are|'s)?|blowing|head(?:ing|ed)?|going|facing|just", " "),
        ),
        make(
            r"(?P<point>[NS][EW])\b(?= of (?:the\b|town\b|downtown\b|here\b|there\b|[A-Z]))",
            lambda m: CORNERS[m["point"]].lower(),
        ),
        make(
            r"(?P<point>[NS][EW]|[NSEW])\b(?:\.(?= [a-z]))?(?=[,.?!]|$| (?:of|from|on|along"
            r"|past)\b)",
            lambda m: (CORNERS.get(m["point"]) or COMPASS[m["point"]]).lower(),
            before=_FAR,
        ),
        make(
            r"(?P<point>[NS][EW]|[NSEW])\b(?=[,.?!]|$| (?:at|with|this|and|today|tonight|so)\b)",
            lambda m: (CORNERS.get(m["point"]) or COMPASS[m["point"]]).lower(),
            before=_BLOWN,
        ),
        make(
            r"(?P<point>[NSEW])\b(?= (?:on|for|from|to|toward|until|and|past|about)\b|$|[.,])",
            lambda m: COMPASS[m["point"]],
            before=cue(
                "then|turn|continue|walk|run|runs|ran|head|heading|headed|go|going|went|drive"
                "|driving|drove|travel|facing",
                " ",
            ),
        ),
        make(
            r"(?P<point>[NSEW])\b(?:\.(?= [a-z]))?(?=[.,?!]| (?:on-ramp|to"
            r"|at|and|until|toward|for|past|exit|from|near"
            r"|is)\b|$)",
            lambda m: COMPASS[m["point"]],
            before=_ROAD,
        ),
        make(
            r"(?P<point>[NSEW])\b(?= (?:right|just|now|around|by|before|after|about|between|heading"
            r"|or|going|through|on|in|when|out|all|because|with|got|was|has|ramp|exit|lanes?)\b)",
            lambda m: COMPASS[m["point"]],
            before=re.compile(r"\b(?:I|US|SR|CR)-\d{1,3} \Z"),
        ),
        make(
            r"(?P<point>[NS][EW]|[NSEW])(?= (?:1/[248]|[¼½]|quarter)\b|  ?[¼½])",
            lambda m: (CORNERS.get(m["point"]) or COMPASS[m["point"]]).lower(),
        ),
        make(
            r"(?:1/4|¼)(?![\w/])(?! of (?:the|it|my|our)\b)",
            "quarter",
            before=re.compile(r"\b[NS][EW] \Z"),
        ),
        make(
            r"(?P<point>[NS][EW])(?=[,.?!]|$)",
            lambda m: CORNERS[m["point"]],
            before=re.compile(
                r"\b(?:St|Ave|Rd|Dr|Pl|Ct|Blvd|Ln|ST|AVE|RD|BLVD|LN|Way|Ter|Street|Avenue|Road|Drive"
                r"|Place|mph"
                r"|kts)\.? \Z"
            ),
        ),
        make(
            r"(?P<side>[LR])(?=[,.?!]|$)",
            lambda m: (
                {"L": "left", "R": "right"}[m["side"]] if is_near(m, _PASSED, 48, 0) else None
            ),
            before=cue("on (?:the|your)", " "),
        ),
        make(
            r"(?P<point>[NSEW])(?:\.(?=,))?(?=,|\.?$)",
            lambda m: COMPASS[m["point"]],
            before=_NUMBERED_STREET,
        ),
        make(rf"(?P<state>{any_of(STATES)})\b{ends}", _state, before=_COMMA),
        make(
            rf"(?P<state>{one})\b(?=(?:, {one}\b)*,? (?:and|or) {one}\b)",
            lambda m: _IN_A_ROW[m["state"]],
            before=re.compile(rf"{_PLACED}\Z"),
        ),
        make(
            rf"(?P<state>{one})\b",
            lambda m: _IN_A_ROW[m["state"]],
            before=re.compile(rf"{_PLACED}(?:{one},? (?:(?:and|or) )?)+\Z"),
        ),
        make(
            rf"(?P<state>{any_of(STATES)})\b(?=,? \d{{5}})",
            lambda m: STATES[m["state"]],
            before=_CITY,
        ),
        make(
            rf"(?P<state>{any_of(STATES_OR_WORDS)})\b(?=[.,;]|$| (?:at|on|for|in|by|this|next|last"
            r"|since|every|with|to|from|where|tomorrow|today)\b)",
            _state,
            before=_FROM_CITY,
        ),
        make(
            rf"(?P<state>{any_of(STATES_OR_WORDS)})\b(?=,? \d{{5}})",
            lambda m: STATES_OR_WORDS[m["state"]],
            before=_COMMA,
        ),
        make(
            r"\d{5}(?![\w.,/:-]\d|\w)",
            lambda m: numbers.digits(m[0]),
            before=re.compile(r"[A-Z]{2},? \Z"),
        ),
    )
