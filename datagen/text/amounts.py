"""How money, measures and plain numbers are said.

"a $25 fee", "60 Mbps", "5'10\\"", "1,200th" -> "a twenty-five dollar fee", ...
"""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text import tables as tables
from datagen.text.rule import DOT, FACT, LONE, NUMBER, Match, any_of, rule


def _money(match: Match) -> str:
    """Say "$9.50", "$1.5 million" or, before a noun, "a $5 fee"."""
    amount = match["amount"].replace(",", "")
    whole, _, fraction = amount.partition(".")
    scale = match["scale"]
    if scale:
        said = f"{numbers.decimal(amount)} {tables.SCALES.get(scale, scale)} dollars"
    elif len(fraction) in (0, 2) and len(whole) <= numbers.MAX_DIGITS:
        said = numbers.money(int(whole or 0) * 100 + int(fraction or 0))
    else:
        said = f"{numbers.decimal(amount)} dollars"
    return said.removesuffix("s") if match["keep"] or match["noun"] is not None else said


def _money_range(match: Match) -> str:
    """Say the start of "$20-30" (the unit is said once) or of "$9.50-$12"."""
    low = match["low"]
    return f"{f'${low}' if '.' in match[0] else numbers.decimal(low)} to ${match['high']}"


def _cents(match: Match) -> str:
    said = numbers.money(int(match["cents"]))
    return said.removesuffix("s") if match["keep"] else said


def _per(match: Match) -> str:
    return f" per {tables.UNITS.get(match['unit'], match['unit'])}"


def _count(number: str, unit: str) -> str:
    """Say a number of units: ("5", "pound") is "five pounds"."""
    if number != "1":
        unit = tables.PLURALS.get(unit) or re.sub(r"(?= per |$)", "s", unit, count=1)
    return f"{numbers.decimal(number)} {unit}"


def _measure(match: Match) -> str:
    """Say "5 lbs", or the adjectives in "a 20 GB plan", "24-hr service" and "two 500 mg pills"."""
    number, joint, unit = match["number"], match["joint"], tables.UNITS[match["unit"]]
    if joint == "-":
        return f"{numbers.decimal(number)}-{unit}"
    if match["keep"] or match["noun"] is not None:
        return f"{numbers.decimal(number)} {unit}"
    return _count(number, unit)


def _feet_or_inches(match: Match) -> str:
    """Say "12'" or "55\\""; a mark that closes a quotation stays."""
    if match["mark"] == '"' and len(_QUOTE.findall(match.string, 0, match.start())) % 2:
        return match["number"] + match["mark"]
    unit = "inch" if match["mark"] == '"' else "foot"
    if match["keep"]:
        return f"{numbers.decimal(match['number'])} {unit}"
    return _count(match["number"], unit)


def _temperature(match: Match) -> str:
    scale = {"F": " Fahrenheit", "C": " Celsius", None: ""}[match["scale"]]
    return _count(match["number"], "degree") + scale


def _number(match: Match) -> str:
    """Say what is only a number; a long one or one with a leading zero is read digit by digit."""
    text = match[0]
    if text.isdecimal() and (len(text) > 4 or (text[0] == "0" and len(text) > 1)):
        return numbers.digits(text)
    return numbers.decimal(text)


def _stuck(match: Match) -> str:
    """Say digits that are stuck to letters, so that none is ever left."""
    left, right = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return f"{' ' if left.isalnum() else ''}{_number(match)}{' ' if right.isalnum() else ''}"


_QUOTE = re.compile(r"(?<!\d)\"")
_UNIT = any_of(tables.UNITS)
_PRICED = rf"(?: (?:{any_of(tables.PRICE_KINDS)}))?[ ](?:{any_of(tables.PRICED)})s?\b"
_MEASURED = rf" (?:{any_of(tables.MEASURED)})s?\b"

MONEY = (
    rule(
        rf"(?P<keep>[$€£]{NUMBER}[KMB]?|{LONE}{NUMBER}|{FACT})/(?P<unit>[A-Za-z]+)\b{DOT}(?!/)",
        _per,
        needs="/",
        digitless=True,
    ),
    rule(r"(?<!\S)-(?=[$€£]?\d)", "minus ", needs="-"),
    rule(r"~ ?(?=[$€£]?\d)", "about ", needs="~"),
    rule(rf"\$(?P<low>{NUMBER}) ?- ?\$?(?P<high>{NUMBER})", _money_range, needs="$"),
    rule(
        rf"(?P<keep>\b[Aa]n? (?=\S+ (?:[a-z]|per\b)))?\$ ?(?P<amount>{NUMBER}|\.\d\d)"
        rf"(?: ?(?P<scale>[KkMB]\b|thousand|million|billion))?(?P<noun>(?={_PRICED}))?",
        _money,
        needs="$",
    ),
    rule(rf"€({NUMBER})", lambda m: _count(m[1], "euro"), needs="€"),
    rule(rf"£({NUMBER})", lambda m: _count(m[1], "pound"), needs="£"),
    rule(r"(?P<keep>\b[Aa]n? (?=\S+ [a-z]))?(?<![\w.])(?P<cents>\d{1,2})¢", _cents, needs="¢"),
)

MEASURES = (
    rule(
        rf"(?P<keep>(?<![\w-])\d[\d:,.]*%?) ?- ?(?=\d[\d:,.]*(?:(?![\w-])|(?:{_UNIT})\b))",
        " to ",
        needs="-",
    ),
    rule(r"\b(1080|720|480)p\b", lambda m: f"{numbers.pairs(int(m[1]))} p", needs="0p"),
    rule(
        rf"(?P<keep>\b[Aa]n? (?=[\d,.]+[ -]?[A-Za-z]+(?: [a-z]+)?? [a-z]))?{LONE}"
        rf"(?P<number>{NUMBER})(?P<joint>[ -]?)(?P<unit>{_UNIT})\b{DOT}(?P<noun>(?={_MEASURED}))?",
        _measure,
    ),
    rule(rf"{LONE}({NUMBER}) in\.(?= [a-z])", lambda m: _count(m[1], "inch"), needs=" in."),
    rule(
        r"\b(\d)'(\d{1,2})\b\"?",
        lambda m: f"{numbers.decimal(m[1])} foot {numbers.decimal(m[2])}",
        needs="'",
    ),
    rule(r"(?P<keep>\d['\"]?) ?x ?(?=\d)", " by ", needs="x"),
    rule(
        rf"(?P<keep>\b[Aa]n? )?(?<![\w.,$/:'-])(?P<number>{NUMBER})(?P<mark>['\"])(?!\w)",
        _feet_or_inches,
    ),
    rule(rf"(?P<number>{NUMBER}) ?°(?: ?(?P<scale>[FC])\b)?", _temperature, needs="°"),
)

PLAIN = (
    rule(r"\bx(\d{1,2})\b", lambda m: f"times {numbers.decimal(m[1])}", needs="x"),
    rule(rf"{LONE}({NUMBER})x\b", lambda m: _count(m[1], "time"), needs="x"),
    rule(rf"({NUMBER}) ?%", lambda m: f"{numbers.decimal(m[1])} percent", needs="%"),
    rule(r"(?<=\d) < (?=\d)", " less than ", needs="<"),
    rule(r"(?<=\d) > (?=\d)", " more than ", needs=">"),
    rule(
        r"(?<![\w.,])((?:\d{1,3}(?:,\d{3})+|\d{1,9}))(?:st|nd|rd|th)\b",
        lambda m: numbers.ordinal(int(m[1].replace(",", ""))),
    ),
    rule(r"(?<![\w.,])(\d{1,3})-(?=[a-z])", lambda m: f"{numbers.decimal(m[1])}-", needs="-"),
    rule(
        r"(?<![\w.,])\d+(?:\.\d+){2,}(?!\w)",
        lambda m: " point ".join(map(numbers.decimal, m[0].split("."))),
        needs=".",
    ),
    rule(rf"(?<![\w.,]){NUMBER}(?!\w)", _number),
    rule(r"(?<![\w.])\.(\d+)", lambda m: f"point {numbers.digits(m[1])}", needs="."),
    rule(r"\d+", _stuck),
)
