"""Whole numbers: "12", "1,200", "-5", "2.5M rows", "1000s of people", "1,2,3"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import (
    END,
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    cue,
    is_after,
    is_before,
    is_near,
)
from datagen.text.locales import Locale
from datagen.text.nouns import PLURAL, THINGS
from datagen.text.quantity import DEC, INT

TOLD = "It stands alone, or before what is counted; a comma groups three digits."
EXAMPLES = (
    (
        "We served 1,250,000 customers.",
        "We served one million two hundred fifty thousand customers.",
    ),
    ("It was -5 at dawn.", "It was minus five at dawn."),
    ("It's 2.5M rows.", "It's two point five million rows."),
    ("1000s of people came.", "thousands of people came."),
)
_SCALED = {
    "k": "thousand", "K": "thousand", "M": "million", "m": "million", "MM": "million",
    "mn": "million", "mil": "million", "B": "billion", "bn": "billion", "T": "trillion",
    "tn": "trillion",
}  # fmt: skip
_COUNTED = re.compile(
    rf" (?:[a-z]+ )?(?:{THINGS}|of (?:them|us|the)\b|(?:sq\.? (?:ft|mi)|miles"
    rf"|mi|lbs?|gal|BTUs?)\b)"
)
_PLAYED_FOR = re.compile(r" (?:XP|GP|gold|experience|mana|FPS|DPS|damage)\b")
_COUNTED_NEXT = rf"(?= {THINGS})"
"""A pattern right before what is counted: "2 500 sheets", and not "2 500 sheet packs"."""
_ABOUT = cue(
    r"about|approx\.?|approximately|over|under|nearly|almost|around|roughly|population(?: is"
    r"| of)?|hit|hits|reached|than"
    r"|up to"
    r"|passed|some"
)
COUNTING = re.compile(
    r"[=+\u00d7÷<>~]|\b(?:about|over|under|nearly|almost|around|roughly|than|times|plus|minus|total\w*|sum"
    r"|number of|[Tt]he number(?= \d)|divided|equals?|value|average|score[ds]?|points?|hit"
    r"|reached|rounds?|nearest|count\w*)\b"
)
"""What is near a number that is counted or worked out."""
_RAISED = re.compile(
    r"\b(?:dollars|raised?|revenue|sales|profits?|people|population|views|users|followers|streams"
    r"|downloads|copies|subscribers|sold|lottery|worth|budget|salary|contract|deal)\b"
)
"""What is near millions; "6 mil" may be a thickness, and "7.5M" a width."""
_PLATE = cue(r"plate (?:ends|is|reads|starts|was)(?: (?:in|with))?|ends in|ending in|code is", " ")
_SEATED = cue(r"(?:seats?|rows?|gates?|apt\.?|units?|rooms?)(?:'s| is| was| are)?", " ")
_RUN = cue("a|an|the|my|first|charity|ran|run|virtual|annual", " ")
_RACED = re.compile(
    r"\b(?:bikes?|biked|swim|swam|ran|triathlon|ultra|race[sd]?|marathon|cycl\w+"
    r"|ride)\b"
)
_KARATS = frozenset(("9", "10", "14", "18", "20", "21", "22", "24"))
_NAMES = {"10": "tens", "100": "hundreds", "1000": "thousands", "1,000": "thousands"}


def _is_model(match: Match) -> bool:
    """Tell whether a K after so many figures names something: "a 13900K"."""
    is_long = match["number"].isdecimal() and len(match["number"]) > 3 and " " not in match[0]
    return is_long and not is_after(match, _COUNTED)


_COLD = re.compile(r"\b(?:kelvin|cool\w*|cryo\w*|helium|temperature|superconduct\w*)\b")


def _scaled(match: Match) -> str | None:
    """Say "2.5M" or "5-10K"; a lone "4K" or "5M" is left to codes."""
    number, scale = match["number"], match["scale"]
    if is_before(match, _PLATE) or is_before(match, _SEATED) or _is_model(match):
        return None
    is_run = number in ("5", "8", "10", "15") and is_before(match, _RUN)
    is_run = is_run or (
        scale in "kK"
        and not match["low"]
        and not is_after(match, _COUNTED)
        and is_near(match, _RACED)
    )
    is_short = number in ("3", "5", "8", "10", "15") and not match["low"] and " " not in match[0]
    if scale in "kK" and (is_run or (is_short and not is_after(match, _COUNTED))):
        return f"{quantity.say(number)} K"  # a run, or thousands
    if is_run:
        return None
    if scale in "kK" and number in _KARATS and not match["low"] and not is_after(match, _COUNTED):
        return None
    is_large = quantity.value(number) >= 11 and scale == "K" and " " not in match[0]
    says = (
        is_after(match, _COUNTED)
        or is_after(match, _PLAYED_FOR)
        or (scale in ("k", "mn", "bn", "tn", "MM"))
        or is_large
        or (scale == "K" and match["low"])
        or (scale in "kK" and "." in number and " " not in match[0] and not is_near(match, _COLD))
        or (scale in ("M", "B", "mil") and is_before(match, _ABOUT))
        or ((scale == "mil" or (scale in "MB" and "." in number)) and is_near(match, _RAISED))
    )
    if not says or (scale == "T" and not is_after(match, _COUNTED)):
        return None
    low = f"{quantity.say(match['low'])} to " if match["low"] else ""
    if match["low_scale"]:
        low = f"{quantity.say(match['low'])} {_SCALED[match['low_scale']]} to "
    return f"{low}{quantity.say(number)} {_SCALED[scale]}"


def is_year(number: int) -> bool:
    """Tell whether four digits are a year that people speak of."""
    return 1400 <= number <= 2100


def _year_or_count(match: Match) -> str:
    """Refuse "In 2019 cases": some cases of a year, or so many of them."""
    said = numbers.year(int(match[0]))
    if said != numbers.cardinal(int(match[0])):
        raise Unsayable(match[0], "it may be a year or a count")
    return said


_WORD = re.compile(r"(?<!\band)(?<!\bor)(?<![\w'])(?!and |or )(?:[Tt]hanks|[a-z']+) \Z")
_ANSWERED = re.compile(
    r"(?:^|\? |(?:^|[.,!?;] )(?:(?:[Ii]t's|[Tt]hat's|[Ii]t is|[Tt]hat is|[Ii]t was|[Ss]ure|[Yy]es"
    r"|[Yy]eah|[Oo]kay|[Uu]m|[Uu]h),? )+)\Z"
)


_TO = cue("need|needs|want|wants|going|trying|try|tried|used|got|gonna|forgot", " ")
_DO = re.compile(
    r" (?:go|see|talk|do|get|be|know|pay|call|cancel|buy|make|take|come|meet|ask|say|leave|stay|eat"
    r"|sleep|u|you|the|my|use|find|fix|reach|tell|send|give|keep|wait|hear|have)\b"
)
_WHOM = re.compile(r" (?:u|ur|me|us|it|that|this|ur|your|my|the|2nite|2day|tonight|tomorrow)\b")


_TOO = re.compile(
    r" (?:funny|hot|cold|late|early|much|many|bad|good|cute|tired|easy|hard|long|big|small|far"
    r"|soon|slow"
    r"|fast|loud|old|young|busy|sad|scary|expensive|cool|weird|sweet|short|tall|high|low|heavy)\b"
    r"(?! [a-z]+s\b)"
)
_HOUR = cue("at|by|until|before|after|around|about|to|from|since", " ")
_DIVIDED = re.compile(r"[÷/=]|\b(?:divid\w+|remainder|quotient)\b")


def _typed_for_word(match: Match) -> str | None:
    """Refuse the 2 of "need 2 go" and the 4 of "thx 4 ur help"."""
    is_to = match[0] == "2" and is_before(match, _TO) and is_after(match, _DO)
    is_to = is_to or (match[0] == "2" and is_after(match, _TOO))
    is_for = match[0] == "4" and is_before(match, _WORD) and is_after(match, _WHOM)
    is_for = is_for and not is_before(match, _HOUR)
    if is_to or is_for:
        raise Unsayable(match[0], "it may be short for a word")
    return None


def _answered(match: Match) -> str | None:
    """Refuse "It's 7729.": a code, or as many as that."""
    if not is_before(match, _ANSWERED) or is_year(int(match[0])):
        return None
    raise Unsayable(match[0], "it may be a code or a count")


def _digits(match: Match) -> str:
    return numbers.digits(match[0])


def _cardinal(match: Match) -> str:
    return numbers.decimal(match[0])


def _spaced(match: Match) -> str:
    """Say thousands that blanks part: "12 345 678"."""
    return numbers.cardinal(int(match[0].replace(" ", "")))


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a whole number."""
    make = FormMaker("cardinal")
    return (
        make(rf"\d{{1,3}}(?:,\d{{3}})+{END}", _cardinal, Sure.USUAL),
        make(rf"(?:0|[1-9]\d{{0,2}}|[1-9]\d?00){END}", _cardinal, Sure.GUESS),
        make(rf"[1-9]\d{{3}}{END}{PLURAL}", _cardinal, Sure.GUESS),
        make(
            rf"[1-9]\d{{3}}{END}",
            lambda m: _cardinal(m) if is_near(m, COUNTING) else None,
            Sure.GUESS,
        ),
        make(r"[24](?= [a-z])", _typed_for_word, Sure.CUE),
        make(
            r"\d+ R\d+(?![\w-])",
            lambda m: "it may be a remainder or a code" if is_near(m, _DIVIDED) else None,
            Sure.DOUBT,
        ),
        make(rf"[1-9]\d(?!00)\d\d{END}(?=[.,?!]|$)", _answered, Sure.CUE),
        make(rf"[1-9]\d{{4,14}}{END}{PLURAL}", _cardinal, Sure.CUE),
        make(rf"(?:[1-9]\d{{4,}}|0\d+){END}", _digits, Sure.GUESS),
        make(
            rf"(?:(?P<low>{DEC})(?P<low_scale>[KkMB]?) ?- ?)?(?P<number>{DEC})"
            rf" ?(?P<scale>{'|'.join(sorted(_SCALED, key=len, reverse=True))})"
            rf"(?![\w/-]|\.\w)",
            _scaled,
            Sure.CUE,
        ),
        make(rf"(?P<word>{'|'.join(_NAMES)})'?s(?= of\b| and )", lambda m: _NAMES[m["word"]]),
        make(
            r"[1-9]\d{0,2}(?: 000)+(?![\w ]\d|\w)",
            _spaced,
        ),
        make(rf"[1-9]\d{{0,2}}(?: \d{{3}}){{2,}}{END}", _spaced, Sure.GUESS),
        make(rf"[1-9]\d{{0,2}}(?: \d{{3}}){{2,}}{END}{PLURAL}", _spaced, Sure.CUE),
        make(rf"[1-9]\d{{0,2}} \d{{3}}{END}{_COUNTED_NEXT}", _spaced, Sure.CUE),
        make(r"\d(?:,\d){2,}(?![\d,])", lambda m: ", ".join(map(numbers.digits, m[0].split(",")))),
        make(
            r"(?:19[5-9]|20[0-3])\d(?= (?!dollars|miles|hours|words|calories|models)"
            r"[a-z]{4,}(?<![siu])s\b)",
            _year_or_count,
            before=cue("in|since|during", " "),
        ),
        make(rf"({INT})ish\b", lambda m: f"{numbers.decimal(m[1])}ish"),
    )
