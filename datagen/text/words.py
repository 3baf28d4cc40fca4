"""Which runs of letters are words that are said as they are written.

A run without a vowel is a short form that somebody has to know ("bpm"), but for capitals that are
letters ("MLK") and for what people murmur ("hmm").
"""

from __future__ import annotations

import re

LATIN = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
WORD = re.compile(rf"[{LATIN}]+(?:['-][{LATIN}]+)*'?")
"""A word, with hyphens and apostrophes inside."""
_PARTS = re.compile(r"['-]")
_VOWEL = re.compile(r"[aeiouyAEIOUY\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_LETTERS = re.compile(r"[A-Z]{2,6}s?|[A-Z]|[A-Z][a-z]?[A-Z]{1,4}s?")
_MURMURED = re.compile(r"(?i:h+m+|m+|m+h+m+|s+h+|p+s+t+|b+r+|z+|t+s+k+|p+f+t+|g+r+|p+h+)")
KNOWN = frozenset((
    "nth", "ng", "Ng", "PhD", "PhDs", "PCs", "s", "t", "d", "m", "ll", "c'mon", "n", "th", "p", "x",
    "k", "b", "cwm", "TVs", "Hz",
))  # fmt: skip
"""Parts of words and words without a vowel."""


def is_word(written: str) -> bool:
    """Tell whether a run of letters is said as it is written."""
    return all(map(_is_part, _PARTS.split(written)))


def _is_part(part: str) -> bool:
    if len(part) < 2 or part in KNOWN or _LETTERS.fullmatch(part):
        return True
    return bool(_VOWEL.search(part) or _MURMURED.fullmatch(part))
