"""How a medicine is taken, and how strong it is: "1 tab PO BID", "q4h prn", "10/325"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import DOT, Form, FormMaker, Match, any_of, cue, is_near
from datagen.text.lexicon import DOSES
from datagen.text.locales import Locale

TOLD = (
    "After a dose or another of these: how often it is taken, in capitals, small letters or with"
    " dots; two strengths about a slash."
)
EXAMPLES = (
    ("Take 1 tab PO BID.", "Take one tab by mouth twice a day."),
    ("Use 2 puffs q4h prn.", "Use two puffs every four hours as needed."),
    ("Refill my 10/325 tablets.", "Refill my ten three twenty-five tablets."),
)
_OFTEN = {short.lower(): said for short, said in DOSES.items()} | {
    "qHS": "at bedtime", "qAM": "every morning", "qPM": "every evening", "qam": "every morning",
    "b.i.d": "twice a day", "t.i.d": "three times a day", "q.i.d": "four times a day",
    "q.d": "once a day", "p.r.n": "as needed", "p.o": "by mouth",
}  # fmt: skip
_ALL = DOSES | _OFTEN
_EVERY = r"[qQ]\d{1,2}(?:-\d{1,2})?(?:[hH]|hrs?)"
_DOSE = re.compile(
    r"(?:\d ?(?:mg|mcg|mL|ml|g|units?|drops?|puffs?|tabs?|tablets?|caps?|capsules?|pills?)\.?"
    r"|\d ?(?:mg|mcg|mL|ml|g) of [A-Z]?[a-z]+"
    rf"|{'|'.join(map(re.escape, _ALL))}|{_EVERY}|by mouth|orally|daily|\d (?:milligrams?|tablets?"
    r"|capsules?|drops?))\.?,? (?:(?:in|to|on) (?:each|both|the)"
    r" (?:\w+ )?\w+ )?\Z"
)
_DRUG = re.compile(
    r"\b(?:tablets?|tabs?|pills?|refills?|prescri\w+|Rx|dos\w+|mg|Norco|Percocet|hydrocodone"
    r"|oxycodone|med(?:s|ication)?)\b"
)


_MAGNET = re.compile(r"\b(?:MRIs?|magnets?|scanner|tesla|fMRI)\b")
_GRADES = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6}


def _every(match: Match) -> str:
    """Say the "q4h" of a prescription."""
    last = f" to {numbers.cardinal(int(match['last']))}" if match["last"] else ""
    return f"every {numbers.cardinal(int(match['hours']))}{last} hours"


def _strengths(match: Match) -> str | None:
    if not is_near(match, _DRUG):
        return None
    low, high = match[0].split("/")
    return f"{quantity.number(low)} {numbers.pairs(int(high))}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a dose."""
    make = FormMaker("medicine")
    return (
        make(
            r"[qQ](?P<hours>\d{1,2})(?:-(?P<last>\d{1,2}))?(?P<unit>[hH]|hrs?)\b" + DOT,
            _every,
        ),
        make(rf"(?P<word>{any_of(_ALL)})\b{DOT}", lambda m: _ALL[m["word"]], before=_DOSE),
        make(
            r"(?P<word>[bt]\.i\.d|q\.i\.d|p\.r\.n)\.(?P<end>$| (?=[A-Z]))?",
            lambda m: _OFTEN[m["word"]] + ("." + m["end"] if m["end"] is not None else ""),
        ),
        make(
            r"(?P<form>tabs?|caps?)\.(?= (?:PO|by|once|twice|daily|every|q|with|w/|at|in"
            r"|[BTQ]ID|orally"
            r"|[bt]\.i|q\.|p\.)|,)",
            lambda m: m["form"],
            before=re.compile(r"\d \Z"),
        ),
        make(
            r"x(?= \d{1,3} (?:days?|weeks?|wks?|months?|doses)\b)",
            "for",
            before=re.compile(
                rf"(?:{'|'.join(map(re.escape, _ALL))}|{_EVERY}|daily|nightly|weekly"
                r"|a day|meals|bedtime) \Z"
            ),
        ),
        make(
            r"(?P<grade>I{1,3}|IV|VI?)/VI(?!\w)",
            lambda m: f"{numbers.cardinal(_GRADES[m['grade']])} out of six",
            before=cue("grade|murmur|a", " "),
        ),
        make(
            r"IV(?= (?:push|drip|bolus|infusion|piggyback|fluids?|antibiotics?|line|site|bags?"
            r"|pump|pole|access|over \d|every|q\d))",
            "I V",
        ),
        make(
            r"(?P<field>0\.5|1\.2|1\.5|3|3\.0|7)T(?![\w-])",
            lambda m: f"{numbers.decimal(m['field'])} T" if is_near(m, _MAGNET) else None,
        ),
        make(r"(?:2\.5|5|7\.5|10)/(?:325|300)(?![\d/])", _strengths),
    )
