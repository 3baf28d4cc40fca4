"""What is refused once a whole text is read: words that run together, signs and letters left.

[("I-90", "I ninety"), ("4", "four")] --refuse_doubtful--> Unsayable: one number or two?
"""

from __future__ import annotations

import re
from itertools import pairwise

from datagen.text.form import Unsayable

_MARKS = ".,?!;:"
_LONE_LETTER = re.compile(r"[b-hj-wz][.,?!;:]*")
_TYPED = re.compile("[bcnruy]")
_SPELLED = re.compile(r"=|\b[nk] [-+] |\b(?:dot|equals)\b|\w@\w")
_WORD = re.compile(
    r"(?!(?:the|an?|letters?|of|for|is|or|and|to|in|with|by|after|before|option|plan|equals|times"
    r"|plus"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|oh"
    r"|zero|hundred|thousand"
    r"|minus|point|vitamin|hepatitis|pi|type|grade|part|section|step|unit|answer|row|variable"
    r"|find|let|type|where|if|so|then|what's|what)$)[a-z']{2,}"
)
_SIGN_WORDS = {
    "#": re.compile(r"\b(?:number|pound|hash|hashtag|sharp)\b", re.IGNORECASE),
    "&": re.compile(r"\b(?:and|ampersand)\b", re.IGNORECASE),
    "@": re.compile(r"\bat\b", re.IGNORECASE),
    "=": re.compile(r"\b(?:equals?|is)\b"),
    "%": re.compile(r"\b(?:percent|mod)\b"),
    "+": re.compile(r"\b(?:plus|positive|(?:Volume|Channel) up)\b"),
    "\u00d7": re.compile(r"\b(?:times|by)\b"),
    "÷": re.compile(r"\bdivided by\b"),
}
"""The words of signs that are always said."""
_RUN_OF_EQUALS = re.compile("=+")
_KEYS = re.compile(r"^\+|[A-Za-z]\+\w")
"""A plus that is not said: of a country's code, or between keys."""
_TAG = re.compile(r"\W?#[A-Za-z]{2}")
_COUNTED_IN = re.compile(r"^[$€£]?\d|^[A-Z]-?\d")
_VOWEL_FIRST = re.compile(r"(?:eight|eleven|oh\b|[AEFHILMNORSX]\b)")
"""What is said with "an" before it."""
_SIGN_SAYS = frozenset((
    "is", "at", "about", "and", "plus", "minus", "times", "equals", "less", "more", "than",
    "number", "per", "to", "slash", "by",
))  # fmt: skip
"""What a sign says, and what may stand before it in full."""
_INITIAL = re.compile(r"[B-HJ-Z](?:\.[,;]?)?")
_STOPPED = re.compile(r"[b-hj-z]\.[,;]?")
_SIDED = re.compile(
    r"(?:eyes?|ears?|hands?|arms?|legs?|foot|feet|knees?|hips?|shoulders?|wrists?|ankles?|elbows?"
    r"|sides?"
    r"|lanes?|turns?|rear|front|lung|breast|kidney|door|at|on|onto|then|and)\b"
)
_FIGURE = re.compile(r"[~$]?\d")
_LAST_NUMBER = re.compile(
    r"(?:^|[ -])(?:(?P<large>hundred|thousand|million|billion)"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety))$"
)
_FIGURES = re.compile(r"(?:(?:zero|one|two|three|four|five|six|seven|eight|nine) ){3}\w+$")
"""Figures that are said one by one."""
_ONE_BY_ONE = re.compile(
    r"(?:zero|one|two|three|four|five|six|seven|eight|nine)"
    r"(?:[.,?!;:]|$| (?:zero|one|two|three|four|five|six|seven|eight|nine)\b)"
)
_FIRST_NUMBER = re.compile(
    r"(?:(?P<small>one|two|three|four|five|six|seven|eight|nine)\b(?P<joined> (?:hundred|oh)\b)?"
    r"|(?:ten|eleven|twelve|\w+teen|\w+ty)\b)"
)
_NUMERAL = re.compile(
    r"(?!LI$)(?=[IVXL]*I|X+V$)(?=..)(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})|(?=..)x?(?:ix|iv|vi{0,3}"
    r"|i{2,3})"
)
"""A Roman numeral of several letters."""
_DRIP_BEFORE = re.compile(r"\b(?:an?|the|by|via|of|her|his|my|your|this|on|or|and|mg|gram|PO)$")
_DRIP_AFTER = re.compile(
    r"(?:fluids?|drips?|lines?|antibiotics?|bags?|poles?|sites?|push|therapy|catheters?|meds?"
    r"|medications?|every|saline|access|iron|infusions?|treatments?)\b"
)
"""What stands beside the IV of a hospital."""
_MENTION_WORDS = ("mean", "short for", "stand", "abbrev", "difference")
_MENTIONS = re.compile(
    r"\b(?:stands? for|short for|abbreviat\w+ (?:for|of)|difference between)\b"
    r"|\b(?:what|what's|whats) (?:does|do|did|is) .{1,24} mean\b",
    re.IGNORECASE,
)
"""What makes the words beside it ones that are spoken of."""
_SHORT_FORM = re.compile(r"[A-Za-z./]{1,8}")
_DAY = re.compile(
    r"(?:Sat|Sun|Wed|Mon|Fri|Tue|Thu|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[.,?!;:]*"
)
"""A short name of a day or a month, as it is left."""
_NAMED = re.compile(r"(?!Open|Closed|Every|Only|Until|Till|Thr|Hours|Sat|Morn|Ev|After)[A-Z][a-z]+")
"""A word of a name beside the sun: "Sagedale Sun Power"."""
_STOPS = (".", "?", "!", ":", "the", "The")
_COUNT = re.compile(r"[\d\u00bc-\u00be\u2150-\u215e](?:st|nd|rd|th)?")
_CAPITAL = re.compile("[B-HJ-Z]")
_LEFT = re.compile(r"(?<![\w'])[IVXLivx]{2,}(?![\w'])")
_CORNERS = frozenset(("NE", "NW", "SW"))
_TALL_UNITS = frozenset((
    "OZ", "LB", "LBS", "GAL", "GALS", "FT", "YD", "YDS", "QT", "QTS", "HR", "HRS", "MIN", "MINS",
    "SEC", "SECS", "IN", "PCS", "PK", "CT", "DOZ", "EA", "SQ", "TBSP", "TSP", "WK", "WKS", "YR",
    "YRS", "MO", "MOS", "MI", "KM", "CM", "MM", "KG", "BR", "BA",
))  # fmt: skip
"""Units that somebody writes in capitals, after a number."""
_CELLS = re.compile("A{2,4}s?")


def refuse_doubtful(found: list[tuple[str, str]], line: str, *, states_facts: bool) -> None:
    """Refuse a reading, as (written, said), that a listener may take for another.

    Signs are not counted where facts say themselves. Raises Unsayable.
    """
    _refuse_merged(found)
    _refuse_article(found)
    _refuse_twice(found)
    _refuse_initial(found)
    _refuse_typed(found, line)
    _refuse_left(found)
    _refuse_days(found)
    _refuse_mentioned(found, line)
    if not states_facts:
        _refuse_unsaid_signs(found)


def _refuse_left(found: list[tuple[str, str]]) -> None:
    """Refuse numerals and letters of units that are left as they are written."""
    for place, (written, said) in enumerate(found):
        bare = written.strip(_MARKS + "()\"'")
        before = found[place - 1][0].strip("()\"'") if place else ""
        after = found[place + 1][0] if place + 1 < len(found) else ""
        if any(map(_NUMERAL.fullmatch, _LEFT.findall(said))) and not _is_drip(bare, before, after):
            raise Unsayable(bare, "it may be a numeral or letters")
        if bare != said.strip(_MARKS):
            continue
        if bare in _TALL_UNITS and before[-1:].isdigit():
            raise Unsayable(bare, "it may be a unit or letters")
        if bare in _CORNERS:
            raise Unsayable(bare, "it may be a direction, a state or letters")
        is_size = place > 1 and found[place - 2][0].lower() in ("size", "sizes")
        if (
            not is_size
            and _is_counted(before, after)
            and (_CAPITAL.fullmatch(bare) or _CELLS.fullmatch(bare))
        ):
            raise Unsayable(bare, "it may be a unit, a size or a letter")


def _refuse_mentioned(found: list[tuple[str, str]], line: str) -> None:
    """Refuse a short form of which somebody speaks: "the difference between i.e. and e.g."."""
    if not any(map(line.__contains__, _MENTION_WORDS)) or not _MENTIONS.search(line):
        return
    after = [*(written for written, _ in found[1:]), ""]
    for (written, said), follows in zip(found, after, strict=True):
        bare = written.strip(",?!;:\"'()")
        if follows[:1].isupper():
            continue  # "the difference between Dr. Lee and Dr. Kim"
        if _SHORT_FORM.fullmatch(bare) and said.strip(_MARKS).lower() != bare.strip(".").lower():
            raise Unsayable(bare, "it may be meant as it is written")


def _refuse_days(found: list[tuple[str, str]]) -> None:
    """Refuse the "Sat" of a day that no form has read, where no sentence begins."""
    for place, ((before, _), (written, said)) in enumerate(pairwise(found), start=1):
        after = found[place + 1][0] if place + 1 < len(found) else ""
        is_row = _DAY.fullmatch(after) is not None
        is_name = written == "Sun" and _NAMED.match(before) and _NAMED.match(after)
        is_left = written == said and _DAY.fullmatch(written) and not is_name
        if is_left and (is_row or not before.endswith(_STOPS)):
            raise Unsayable(written, "it may be short for a day or a month")


def _is_drip(bare: str, before: str, after: str) -> bool:
    if bare != "IV":
        return False
    return bool(_DRIP_BEFORE.search(before) or _DRIP_AFTER.match(after))


def _is_counted(before: str, after: str) -> bool:
    """Tell whether a letter stands after a number, and is no part of a code that is spelled."""
    return bool(before and _COUNT.search(before[-3:]) and before[-1] not in _MARKS) and not (
        after[:1].isdigit()
    )


def _refuse_merged(found: list[tuple[str, str]]) -> None:
    """Refuse two numbers that a listener takes for one: "I-90 4 miles on"."""
    for (one, before), (other, after) in pairwise(found):
        if one[-1].isdigit() and _FIGURE.match(other) and _is_merged(before, after):
            raise Unsayable(other, "with the number before it, it may be one number or two")
        if one[-1].isdigit() and _LONE_LETTER.fullmatch(other) and after.strip(_MARKS) == other[0]:
            raise Unsayable(other, "it may be the symbol of a unit")
        if before == "x" and after[0].isalpha() and _FIGURE.match(other):
            raise Unsayable(one, "it may be times, by or a letter")
        if one[-1].isdigit() and other.islower() and after == other.upper() != other:
            raise Unsayable(other, "it may be a unit or an abbreviation")


def _refuse_typed(found: list[tuple[str, str]], line: str) -> None:
    """Refuse a small letter that is short for a word: "b there", "we r late"."""
    if _SPELLED.search(line):
        return
    for (one, _), (other, after) in pairwise([("well", "well"), *found]):
        if _TYPED.fullmatch(other) and after == other and _WORD.fullmatch(one):
            raise Unsayable(other, "it may be short for a word")


def _refuse_unsaid_signs(found: list[tuple[str, str]]) -> None:
    """Refuse a reading that leaves out a sign: "#225#" has two that are said."""
    for written, said in found:
        for sign, words in _SIGN_WORDS.items():
            if sign not in written or (sign == "#" and _TAG.match(written)):
                continue
            count = len(_RUN_OF_EQUALS.findall(written)) if sign == "=" else written.count(sign)
            if not _KEYS.search(written) and count > len(words.findall(said)):
                raise Unsayable(written, f"{sign!r} would be left out")


def _refuse_twice(found: list[tuple[str, str]]) -> None:
    """Refuse a word that has just been said: "is < 5" after "is", "5% percent", "ext. ext. 4"."""
    for (one, before), (written, said) in pairwise(found):
        last, first = before.rpartition(" ")[2], said.partition(" ")[0]
        if last == first and last in _SIGN_SAYS and not written[0].isalnum():
            raise Unsayable(written, f"{first!r} would be said twice")
        if one == before and written == said:
            continue
        is_twice = last.lower() == first.rstrip(_MARKS).lower() and _REPEATED.fullmatch(last)
        if is_twice or (_is_named_twice(before, said) and not written.startswith("(-")):
            raise Unsayable(written.strip(_MARKS), f"{first!r} would be said twice")


_REPEATED = re.compile(
    r"(?!(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty"
    r"|hundred|thousand|million|that|had|very|no|so|really)$)[A-Za-z']{2,}",
    re.IGNORECASE,
)
_SAME = (
    frozenset(("minus", "negative")), frozenset(("about", "approximately", "around", "roughly")),
    frozenset(("plus", "positive")),
)  # fmt: skip
_UNITS = re.compile(
    r"(?P<unit>percent|dollar|degree|cent|pound|mile|inch|ounce|euro|minute|hour)(?:s|es)?"
)
"""What may stand before an amount in words and be said after it: "percent 5%"."""


def _is_named_twice(before: str, said: str) -> bool:
    """Tell whether a sign says what the word before it has said: "negative -4", "dollars $5"."""
    last, first = before.rpartition(" ")[2], said.partition(" ")[0]
    if any(last.lower() in same and first in same for same in _SAME):
        return True
    if first == "o'clock" and last in ("a.m.", "p.m."):
        return True
    unit, end = _UNITS.fullmatch(before), _UNITS.fullmatch(said.rpartition(" ")[2].strip(_MARKS))
    return bool(unit and end and unit["unit"] == end["unit"] and " " in said)


_LEADING = ("the", "this", "our", "your", "my", "that")
_LED = re.compile(
    r"(?:Campus|Concourse|Deck|Door|Elevator|Entrance|Field|Garage|Gate|Gym|Hall|Lobby|Lot|Parking"
    r"|Pool|Shore|Side|Station|Terminal|Tower|Wing)\b"
)
"""Between these, a letter is short for a direction or the like: "the N. Gym"."""


def _refuse_initial(found: list[tuple[str, str]]) -> None:
    """Refuse a letter that is short for a word ("Mississippi R., near") or a sign ("12 R 4")."""
    for place, (written, said) in enumerate(found):
        if written == said and _STOPPED.fullmatch(written) and place + 1 < len(found):
            raise Unsayable(written, "it may be short for a word")
        if written != said or not _INITIAL.fullmatch(written):
            continue
        after = found[place + 1][0] if place + 1 < len(found) else ""
        before = found[place - 1][0] if place else ""
        is_led = before.lower() in _LEADING and written[1:] and _LED.match(after)
        if len(written) > 2 or is_led or (written[1:] and after[:1].islower()):
            raise Unsayable(written, "it may be short for a word")
        is_letter = before.lower() in ("an", "letter")
        if written in ("L", "R") and _SIDED.match(after) and not is_letter:
            raise Unsayable(written, "it may be left, right or a letter")
        if before[-1:].isdigit() and after[:1].isdigit() and not written[1:]:
            raise Unsayable(written, "it may be a sign or a letter")


def _refuse_article(found: list[tuple[str, str]]) -> None:
    """Refuse a reading that "a" or "an" before it does not fit: "an 11-34T" begins no "one"."""
    for (article, _), (written, said) in pairwise(found):
        if article.lower() in ("a", "an") and _COUNTED_IN.search(written[:3]):
            is_vowel = _VOWEL_FIRST.match(said) is not None
            if is_vowel != (article.lower() == "an"):
                raise Unsayable(written, f"{article!r} before it does not fit what is said")


def _is_merged(before: str, after: str) -> bool:
    if _FIGURES.search(before) and _FIRST_NUMBER.match(after):
        return _ONE_BY_ONE.match(after) is None
    ends, begins = _LAST_NUMBER.search(before), _FIRST_NUMBER.match(after)
    if not ends or not begins:
        return False
    return bool(ends["large"]) or (bool(begins["small"]) and not begins["joined"])
