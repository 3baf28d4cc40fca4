"""Formulas of chemistry, letter by letter: "NaCl", "C6H12O6", "Fe2O3"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, cue, is_near
from datagen.text.lexicon import SYMBOLS
from datagen.text.locales import Locale

TOLD = (
    "Symbols of elements with no blank between them: two or more, one of them of two letters; or"
    " carbon and hydrogen with their counts."
)
EXAMPLES = (
    ("Table salt is NaCl.", "Table salt is N A C L."),
    ("Glucose is C6H12O6.", "Glucose is C six H twelve O six."),
    ("Rust is mostly Fe2O3.", "Rust is mostly F E two O three."),
)
_SYMBOL = (
    "He|Li|Be|Ne|Na|Mg|Al|Si|Cl|Ar|Ca|Ti|Cr|Mn|Fe|Co|Ni|Cu|Zn|Br|Ag|Cd|Sn|Ba|Au|Hg|Pb|Kr|Xe"
    "|H|B|C|N|O|F|P|S|K|I|U"
)
"""Symbols of the elements that lessons speak of."""
_PART = re.compile(rf"({_SYMBOL})(\d*)")


def _formula(match: Match) -> str:
    said = []
    for symbol, count in _PART.findall(match[0]):
        said += [*symbol.upper(), *([numbers.cardinal(int(count))] if count else [])]
    return " ".join(said)


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a formula."""
    make = FormMaker("formula")
    end = r"(?![\w-]|[./]\w)"
    return (
        make(
            rf"(?=[A-Za-z0-9]*[a-z])(?:(?:{_SYMBOL})[1-9]?\d?){{2,}}{end}",
            lambda m: None if m[0] in _WORDS else _formula(m),
        ),
        make(
            rf"(?P<atom>(?:{_SYMBOL}))(?P<count>\d?)(?P<sign>[+-])(?![\w+-])",
            _ion,
        ),
        make(
            rf"(?:{'|'.join(SYMBOLS)})(?![\w'-])",
            _formula,
            before=cue(r"(?:chemical )?symbol(?: for [A-Za-z]+)?(?:'s| is| was|:)", " "),
        ),
        make(rf"C\d{{0,2}}H\d{{1,2}}(?:[NOS]\d{{0,2}}){{0,3}}{end}", _formula),
    )


_IONS = re.compile(
    r"\b(?:ions?|charge\w*|attract\w*|salt|cations?|anions?|dissolv\w+|electrons?|solution|bond\w*)\b"
)
_SIGNS = {"+": "plus", "-": "minus"}


def _ion(match: Match) -> str | None:
    """Say "Na+" and "Ca2+"."""
    if not is_near(match, _IONS, 64, 64):
        return None
    count = [numbers.cardinal(int(match["count"]))] if match["count"] else []
    return " ".join([*match["atom"].upper(), *count, _SIGNS[match["sign"]]])


_WORDS = frozenset(("CoSHH", "PhD", "OSHAs", "NoHo", "SoHo", "CoCa", "HeHe", "IoU", "InCa"))
"""What is built of symbols and is no formula."""
