"""Scores, ratings, odds and readings of two numbers: "8/10", "21-14", "16:9", "120/80", "9-3"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import (
    END,
    Form,
    FormMaker,
    Match,
    Sure,
    any_of,
    cue,
    is_after,
    is_before,
    is_near,
)
from datagen.text.locales import Locale
from datagen.text.names import SCRIPTURES, SHORT_SCRIPTURES
from datagen.text.nouns import describes
from datagen.text.quantity import DEC

TOLD = (
    "What is rated, won or measured beside it; a decimal before the slash; two numbers that are no"
    " date and no fraction."
)
EXAMPLES = (
    ("Rated 8/10.", "Rated eight out of ten."),
    ("It's rated 4/5 stars.", "It's rated four out of five stars."),
    ("The score was 21-14.", "The score was twenty-one to fourteen."),
    ("BP is 120/80 now.", "BP is one twenty over eighty now."),
    ("The ratio is 3:1.", "The ratio is three to one."),
    ("They're 9-3 this season.", "They're nine and three this season."),
)
_RATED = cue(
    r"rated(?: (?:it|us|them|at))?|rate(?: (?:it|this|that|us|them|you|him|her))?(?: an?| at)?"
    r"|rating(?: of| is|:)?"
    r"|rating was|scored?(?: an?| of| is| was)?|gave (?:it|us|them|him|her|you)(?: an?)?"
    r"|give (?:it|us|them|him|her|you)(?: an?)?|gets? an?|got(?: an?)?|a solid|solid|review"
    r"|graded?|at"
    r"|pain(?: is| level(?: is)?)?(?: an?| at)?|mine's rated|quiz|test|exam|a perfect|perfect"
    r"|it an?|an easy|reviews?|more like|like"
)
_SCORED = cue(
    r"rated(?: (?:it|us|them|at))?|scored?(?: an?| of| is| was)?|rating(?: of| is|:| was)?|quiz"
    r"|test"
    r"|reviews?"
)
_RATED_WHAT = re.compile(r"\brated? (?:the|my|your|this|that|our) (?:\w+ ){1,2}(?:an? )?\Z")
_STARS = re.compile(
    r" (?:stars?|rating|points|right|correct|score|on (?:the|my|a|his|her) |in the (?:quiz|test"
    r"|exam)"
    r"|times|callers|people|customers|dentists|doctors|users|questions|for (?:service|taste|me"
    r"|effort)"
    r"|would |experience|review|recommend|overall|on Yelp|on Google)|, would"
)
_HELD = re.compile(
    r" (?:start|deadline|move|closing|flight|class|date|event|delivery|due|sale|visit)\b"
)
_PART_OF = re.compile(
    r"[ -](?:tablet|pill|tab|cup|dose|inch|mile|hour|pound|ounce|teaspoon|ton|tank|full|empty)"
)
_PRESSURE = cue(r"BP|B\.P\.|blood pressure|pressure|reading|bp", r"[^.?!]{0,16}? ")
WON = re.compile(
    r"\b(?:won|win|wins|lost|lose|loses|beat|score|scores|final|lead|led|leads|up|down|tied?|draw"
    r"|game|match|took|beat|drew|drawn|vote|voted|passed|failed|approved|rejected|ruled|decided"
    r"|split|decision|defeat|victory|set|sets|ahead|behind|record"
    r"|series|half|halftime|innings?|overtime)\b",
    re.IGNORECASE,
)
_RECORD = re.compile(
    r" (?:this (?:season|year)|on the (?:year|season)"
    r"|since (?:the (?:trade|break|deadline|all-star|coaching|injury|bye)|[A-Z]\w+)"
    r"|and (?:in (?:first|last|second|third)|headed|going)|at home"
    r"|on the road|away|overall|record|so far|start"
    r"|in the (?:league|division|conference))"
)
_SPLIT = re.compile(r"\b(?:split|splits|chance|odds|share|divided|custody)\b", re.IGNORECASE)


_WON_BEFORE = re.compile(rf"{WON.pattern}[^.?!;,]{{0,40}},? \Z", re.IGNORECASE)
_WON_AFTER = re.compile(rf"[^.?!;,]{{0,24}}{WON.pattern}", re.IGNORECASE)
_ROW = re.compile(r"\d+-\d+(?:,|,? and) \Z")

_ARTICLE = cue("an?", " ")


def has_won(match: Match) -> bool:
    """Tell whether a word of a game stands in the same clause: "lost 4, now 6-10" has none."""
    is_row = is_before(match, _ROW) and is_near(match, WON)
    return is_row or is_before(match, _WON_BEFORE) or is_after(match, _WON_AFTER)


def _out_of(match: Match) -> str | None:
    if quantity.value(match["bottom"]) < quantity.value(match["top"]):
        return None
    bottom = match["bottom"].removesuffix(".0")
    return f"{quantity.number(match['top'])} out of {quantity.number(bottom)}"


def _rated(match: Match) -> str | None:
    if is_after(match, _HELD) or is_after(match, _PART_OF):
        return None
    is_part = match["bottom"] in ("2", "3", "4", "8", "16") and int(match["top"]) < 16
    if is_part and not is_before(match, _SCORED) and not is_after(match, _STARS):
        return None
    is_article = match["bottom"] == "10" and is_before(match, _ARTICLE)
    is_rated = is_article or is_before(match, _RATED) or is_before(match, _RATED_WHAT)
    return _out_of(match) if is_rated or is_after(match, _STARS) else None


def _round(match: Match) -> str | None:
    """Say what is over a round number, and so may be a score; what may be a day needs a word."""
    is_day = int(match["top"]) < 13 and int(match["bottom"]) < 32
    if match["bottom"] not in ("5", "10", "20", "50", "100") or (
        is_day and not is_near(match, _TESTED)
    ):
        return None
    return _out_of(match)


def _three(number: str) -> str:
    """Say a pressure or a score as people do: 120 is "one twenty"."""
    value = int(number)
    return numbers.pairs(value) if value > 99 else numbers.cardinal(value)


_HEART = re.compile(
    r"\b(?:blood|pressures?|BP|bp|systolic|diastolic|readings?|cuff|hypertension|heart|pulse|HR"
    r"|temp"
    r"|arm|salt|nurse|doctor|stroke)\b"
)


def _over(match: Match) -> str | None:
    top, bottom = int(match["top"]), int(match["bottom"])
    if not (70 <= top <= 260 and 35 <= bottom <= 150 and top > bottom) or bottom == 100:
        return None
    return f"{_three(match['top'])} over {_three(match['bottom'])}"


def _shared(match: Match) -> str | None:
    """Say "60/40" of what is split in two."""
    top, bottom = int(match["top"]), int(match["bottom"])
    if top + bottom != 100 or min(top, bottom) < 10 or top % 5 or top == 50:
        return None
    return f"{numbers.cardinal(top)} {numbers.cardinal(bottom)}"


def _pressure(match: Match) -> str | None:
    return _over(match) if is_before(match, _PRESSURE) else None


def _vision(match: Match) -> str | None:
    """Say "20/40" of an eye."""
    if match["top"] != "20" or match["bottom"] == "20":
        return None
    return f"twenty {_three(match['bottom'])}"


def _clear(match: Match) -> str | None:
    """Say "20/20" of what is seen well; of a test it is a score."""
    return None if is_near(match, _TESTED) else "twenty twenty"


_SEEN = re.compile(r"\b(?:vision|eyes?|eyesight|acuity|glasses|contacts|lens(?:es)?)\b")
_SEEING = re.compile(
    r"\b(?:I'm|I am|she's|he's|you're|she is|he is|sees?|seeing|correct\w* to|tested|reads?"
    r"|(?:right|left|both)(?: is|'s)?)(?: about| now| at| only)? \Z",
    re.IGNORECASE,
)
_ACUITIES = ("15", "25", "30", "40", "50", "60", "70", "80", "100", "200", "400")
_TESTED = re.compile(
    r"\b(?:quiz|test|exam|score\w*|got|points|rated?|gave|graded?)\b", re.IGNORECASE
)


def _won(match: Match) -> str | None:
    """Say the two sides of a score."""
    low, high = int(match["low"]), int(match["high"])
    if is_after(match, _RECORD) and not is_before(match, _BEATEN):
        return f"{_three(match['low'])} and {_three(match['high'])}"
    if low + high > 9 and is_before(match, _WENT) and is_after(match, _ENDS):
        return f"{_three(match['low'])} and {_three(match['high'])}"
    if is_before(match, _OWNED) and describes(match) and not is_after(match, _OUTCOME):
        return None  # "a 1-2 punch"
    if is_near(match, _TENNIS) and {low, high} <= {0, 15, 30, 40}:
        return _points(low, high)
    if is_near(match, _SETS):
        return f"{numbers.cardinal(low)} {numbers.cardinal(high)}"
    if low + high == 100 and (is_near(match, _SPLIT) or low >= high):
        return f"{numbers.cardinal(low)} {numbers.cardinal(high)}"
    if not has_won(match):
        return None
    return f"{numbers.cardinal(low)} to {numbers.cardinal(high)}"


_WENT = cue(
    r"[A-Z]\w+s (?:went|finished|started)|(?:team|squad|club) (?:went|finished|started)", " "
)
_ENDS = re.compile(r"[.,?!;]|$| (?:in|this|that|last|with|and|on|to|but|under|during)\b")
_BEATEN = cue("won|lost|beat (?:them|us|him|her)|fell|final(?: score)? was|score was", " ")
_OWNED = cue("an?|the|this|that|my|your|our|his|her|their", " ")
_OUTCOME = re.compile(
    r" (?:\w+ )?(?:lead|win|victory|loss|deficit|decision|vote|tie|draw|score|margin|record"
    r"|series|final|game|upset|shutout|rout|defeat|advantage|comeback|split|ruling|result"
    r"|scoreline|start|thriller)\b"
)
_TENNIS = re.compile(
    r"\b(?:tennis|serv\w+|deuce|set point|match point|break point|love|pickleball)\b", re.I
)
_SETS = re.compile(r"(?<![\d-])[0-7]-[0-7](?:, | and |, and )[0-7]-[0-7](?![\d-])")
"""Two sets of tennis, which are said without a word between."""


def _points(low: int, high: int) -> str:
    """Say the points of a game of tennis: "forty fifteen", "thirty love", "thirty all"."""
    if low == high:
        return f"{numbers.cardinal(low)} all"
    first, last = ("love" if points == 0 else numbers.cardinal(points) for points in (low, high))
    return f"{first} {last}"


_PLAYED = re.compile(
    r"\b(?:key|tempo|beats?|song|piece|met(?:er|re)|BPM|bpm|waltz|jig|march|time signature"
    r"|metronome|play(?:ed|ing)?"
    r"|measures?|bars?|rhythm|\d/\d time|music|minor|major|drums?|tune)\b"
)


_COVERS = re.compile(
    r"\b(?:liability|coverage|cover(?:s|ed)?|deductibles?|limits?|insurance|policy|dental"
    r"|preventive|plan|auto|pays)\b"
)


def _verse(match: Match) -> str:
    """Say "John 3:16" and "Psalm 23:1-4"."""
    said = f"{quantity.number(match['top'])} {quantity.number(match['bottom'])}"
    return f"{said} to {quantity.number(match['last'])}" if match["last"] else said


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a score."""
    make = FormMaker("score")
    over = r"(?P<top>\d{1,3})/(?P<bottom>\d{1,3})(?![\w/%]|\.\d)"
    return (
        make(r"(?P<top>\d{1,3}\.\d{1,2})/(?P<bottom>\d{1,3}(?:\.0)?)(?![\w/%]|\.\d)", _out_of),
        make(rf"(?P<top>{DEC})/(?P<bottom>\d{{1,3}})(?= stars?\b)", _out_of),
        make(over, _shared),
        make(over, _rated, Sure.CUE),
        make(over, _round, Sure.GUESS),
        make(over, _pressure, Sure.CUE),
        make(over, lambda m: _over(m) if is_near(m, _HEART) else None, Sure.USUAL),
        make(rf"(?P<low>\d{{1,3}})-(?P<high>\d{{1,3}}){END}(?!-)", _won, Sure.CUE),
        make(
            over,
            _vision,
            Sure.CUE,
            before=cue(
                r"vision(?: is| was)?|eyesight(?: is)?|have|see"
                r"|sees",
                " ",
            ),
        ),
        make(
            r"(?P<top>\d{1,2})/(?P<bottom>\d)(?= (?:ARM|adjustable|hybrid|buydown)\b)"
            r"|(?P<years>[1-3])-(?P<last>[01])(?= (?:temporary )?buydown\b)",
            lambda m: " ".join(quantity.number(part) for part in re.split("[/-]", m[0])),
        ),
        make(
            r"[1-9]-[1-9](?![\w/-]|[.,]\d)",
            lambda m: " ".join(quantity.number(part) for part in m[0].split("-")),
            before=cue("World|Stage|Level", " "),
        ),
        make(
            r"(?P<top>\d{1,3}):(?P<bottom>\d{1,3})(?:-(?P<last>\d{1,3}))?(?![\w:-])",
            _verse,
            before=cue(any_of((*SCRIPTURES, *SHORT_SCRIPTURES)), r"\.? "),
        ),
        make(
            rf"(?P<book>{any_of(SHORT_SCRIPTURES)})\.?(?= \d{{1,3}}:\d)",
            lambda m: SHORT_SCRIPTURES[m["book"]],
        ),
        make(
            rf"(?P<book>{any_of(SHORT_SCRIPTURES)})\.?(?= \d)",
            lambda m: SHORT_SCRIPTURES[m["book"]],
            before=re.compile(r"(?<!\S)[123] \Z"),
        ),
        make(
            rf"[123](?= (?:{any_of(SCRIPTURES)}) \d| (?:{any_of(SHORT_SCRIPTURES)})\.? \d)",
            lambda m: numbers.ordinal(int(m[0])).capitalize(),
            Sure.CUE,
        ),
        make(
            r"(?P<top>\d{1,2})/(?P<bottom>[248])(?= time\b)",
            lambda m: f"{quantity.number(m['top'])} {quantity.number(m['bottom'])}",
        ),
        make(
            r"(?P<low>\d{1,2})-(?P<high>\d{1,2})-(?P<ties>\d{1,2})(?![\w-])",
            lambda m: (
                ", ".join(numbers.cardinal(int(part)) for part in m[0].split("-")[:2])
                + f" and {numbers.cardinal(int(m['ties']))}"
            ),
            before=cue(
                r"record(?: is|'s| was|:)?|went|they're|we're|finished|finished at|(?:team"
                r"|squad|side|club)"
                r"(?: is|'s|s are| went)",
                " ",
            ),
        ),
        make(
            r"(?P<top>[2-9]|12)/(?P<bottom>[248])(?=[.,?!;]|$| )",
            lambda m: (
                f"{quantity.number(m['top'])} {quantity.number(m['bottom'])}"
                if is_near(m, _PLAYED)
                else None
            ),
            before=cue("in|is|meter|time|a", ",? "),
        ),
        make(
            r"[1-4]-[1-4](?:-[1-4])?(?= (?:seating|seats|layout|configuration|cabin))",
            lambda m: " ".join(numbers.cardinal(int(part)) for part in m[0].split("-")),
        ),
        make(
            r"[1-9]\d{1,2}/[1-9]\d{1,2}/[1-9]\d{1,2}(?![\d/])",
            lambda m: (
                ", ".join(numbers.cardinal(int(part)) for part in m[0].split("/"))
                if is_near(m, _COVERS)
                else None
            ),
        ),
        make(
            r"\d{1,2}/\d{1,2}/\d{1,2}(?![\w/])",
            lambda m: ", ".join(numbers.cardinal(int(part)) for part in m[0].split("/")),
            before=cue(r"(?:KDA|K/D/A|stat ?line|line)(?: is| was|:)?|went", " "),
        ),
        make(r"50/50\b", "fifty-fifty"),
        make(r"24/7/365\b", "twenty-four seven, three sixty-five"),
        make(r"24/7\b", "twenty-four seven"),
        make(r"20/20\b", _clear),
        make(rf"{over}(?= vision)", _vision),
        make(
            over,
            lambda m: _vision(m) if m["bottom"] in _ACUITIES else None,
            Sure.CUE,
            before=_SEEING,
        ),
        make(rf"{over}", lambda m: _vision(m) if is_near(m, _SEEN, 64) else None, Sure.CUE),
    )
