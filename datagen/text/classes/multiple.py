"""So many times: "2-3x", "x5", "3x a day"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import (
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
from datagen.text.quantity import DEC

TOLD = (
    'An x right behind a number, or before one and behind some things ("fries x2"); where a noun'
    " follows it may be so many of that, and is refused unless something was done so often. Another"
    " x before a number is an extension or a letter of algebra if a word says so, else refused."
)
EXAMPLES = (("It's 2-3x faster.", "It's two to three times faster."),)
_TIMES_WHAT = re.compile(
    r" (?!(?:an?|the|as|per|each|every|daily|nightly|weekly|monthly|yearly|more|less|in|on|for|at"
    r"|of|than|what|your|my|our|their|his|her|its|this|that|longer|and|or|to|is|was|if|with|when"
    r"|speed|OT|overtime|zoom|points|returns?|growth|leverage|champions?|winners?|markup|increase|\w+er|already"
    r"|sales|earnings|revenue|salary|rent|income|EBITDA|rates?|pay|price|costs?|size|amount|dose|so"
    r"|normal|usual|magnification|multiple|strength|lens|optical|digital|playback|because|before"
    r"|since|after|through|now|today|max|bonus|multiplier|gain|payout|back|total|under|over|by|you"
    r"|we|they|he|she|it|I|unless|until|while|once|weekly|since|last|next|per|week|day|month|year|only)\b)\w"
)
_SO_OFTEN = r"(?P<number>\d{1,2}|100)\b(?![\w-])(?!\.\d)"
_OF_SOME = re.compile(
    r"(?:(?<![\w-])(?!(?i:bus|class|plus|minus|axis|address|lens|gas|this|is|was|has|versus)\b)"
    r"(?:[a-z]|(?:^|(?<=[.,!?:;] ))[A-Z])[a-z]+s\)?,?|\b(?i:zoom\w*|repeat\w*|magnif\w+"
    r"|multipl\w+|speed(?: of)?|combo|bonus)) \(?\Z"
)
"""What stands before an x that says how many: some things, or a way to multiply."""
_SYMBOLS = re.compile(
    r"\b(?i:simplif\w+|solv\w+|equations?|variables?|terms?|expressions?|coordinates?|subscripts?"
    r"|unknowns?|polynomials?|algebra)\b"
)
"""What is near an x that is a letter of algebra."""
_COMPUTERS = re.compile(
    r"\b(?:Windows|Linux|Intel|AMD|Mac|(?i:processors?|chips?|cpus?|pcs?|builds?|bits?|installers?"
    r"|architectures?|versions?|computers?|laptops?|downloads?))\b"
)
_ALGEBRA = re.compile(r" ?[+=<>≤≥\u2212] ?[\w(-]|[²³^]| d[a-z]\b")
_PLUS = re.compile(r"[\w)²³] ?[+=<>≤≥-] ?\Z|∫ ?\Z")


_DID = cue(
    r"called|tried|e-?mailed|texted|asked|checked|been|went|gone|(?:re|un)\w+ed|reset|happened"
    r"|visited|charged|billed|failed|dropped|knocked|messaged|complained|watched|read|seen|ran|rang"
    r"|done|did|said|contacted|paid|transferred|woke|dialed|phoned|it|this|them",
    " ",
)
_FOR_WHAT = re.compile(
    r" (?:about|this|that|since|today|already|now|because|and|but|in|for)\b|[.,!?]|$"
)


def _times(match: Match) -> str | None:
    if is_after(match, _ALGEBRA) or is_before(match, _PLUS):
        return None
    if match["low"] and quantity.value(match["low"]) >= quantity.value(match["number"]):
        return None  # "3 - 2x"
    is_told = is_before(match, _DID) and is_after(match, _FOR_WHAT)
    if is_after(match, _TIMES_WHAT) and not is_told:
        raise Unsayable(match[0], "it may be so many of something, or times")
    low = f"{quantity.say(match['low'])} to " if match["low"] else ""
    unit = " time" if match["number"] == "1" else " times"
    return low + quantity.say(match["number"]) + unit + ("-" if match["joint"] else "")


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write how many times."""
    make = FormMaker("multiple")
    return (
        make(
            rf"(?!0x)(?:(?P<low>{DEC})x? ?- ?)?(?P<number>{DEC})"
            rf"[xX\u00d7](?P<joint>)(?![\w²³^]|\.\d|-\d"
            rf"| ?\d)",
            _times,
            Sure.USUAL,
        ),
        make(
            r"[x\u00d7](?= (?:(?:an?|per|each|every) (?:day|week|wk|month|mo|year|yr|night|hour)"
            r"|daily|weekly|monthly)\b)",
            "times",
            before=re.compile(r"(?<!\S)(?:[2-9]|\d\d) \Z"),
        ),
        make(
            rf"\u00d7{_SO_OFTEN}",
            lambda m: f"times {numbers.decimal(m['number'])}",
            Sure.USUAL,
        ),
        make(
            rf"x{_SO_OFTEN}",
            lambda m: f"times {numbers.decimal(m['number'])}",
            Sure.CUE,
            before=_OF_SOME,
        ),
        make(
            rf"x{_SO_OFTEN}",
            lambda m: f"x {numbers.decimal(m['number'])}" if is_near(m, _SYMBOLS) else None,
            Sure.CUE,
        ),
        make(r"x86(?![\w-]|\.\d)", "x eighty-six"),
        make(
            r"x64(?![\w-]|\.\d)",
            lambda m: "x sixty-four" if is_near(m, _COMPUTERS) else None,
            Sure.CUE,
        ),
        make(
            r"[x\u00d7](?= [$€£]?\d)",
            "times",
            before=re.compile(r"[$€£][\d,.]+(?:/[a-z]+)? \Z"),
        ),
        make(r"[x\u00d7](?= [$€£]\d)", "times", before=re.compile(r"\d \Z")),
    )
