"""Characters that type has and a keyboard has not, as a keyboard writes them.

"\u201c\uff21\u201d" --typed_on_keyboard--> the same with plain quotes and a common A
"""

from __future__ import annotations

import unicodedata

_ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
"""Numerals that have a character each, in capitals and in small letters."""
_TYPOGRAPHY = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u2032": "'", "\u201c": '"', "\u201d": '"', "\u2033": '"',
        "\u2026": "...", "\u2013": "-", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2212": "-",
        "\u200b": "", "\u2060": "", "\ufeff": "", "\u00ad": "", "\u00b5": "\u00b5",
        "\u03bc": "\u00b5",
        "\u00ae": "", "\u2122": "", "\u2044": "/", "\u2126": "\u03a9", "\u00ba": "\u00b0",
        "\u02da": "\u00b0",
    }
)  # fmt: skip
_TYPOGRAPHY |= {0x2080 + digit: str(digit) for digit in range(10)}
_TYPOGRAPHY |= {
    0x2160 + case * 16 + count: one.lower() if case else one
    for count, one in enumerate(_ROMANS)
    for case in (0, 1)
}
_TYPOGRAPHY |= dict.fromkeys(
    (0x34F, 0x61C, 0x180E, *range(0x200C, 0x2010), *range(0x2066, 0x2070), 0x202A, 0x202B, 0x202C),
    "",
)
_TYPOGRAPHY |= {
    code: unicodedata.normalize("NFKC", chr(code)).translate({0x3BC: "\u00b5", 0x2215: "/"})
    for codes in ((0xFF01, 0xFF5E), (0xFB00, 0xFB05), (0x3385, 0x33DE), (0x1D400, 0x1D6A4))
    for code in range(*codes)
}
_TYPOGRAPHY |= {0x1D7CE + digit: str(digit % 10) for digit in range(50)}
_TYPOGRAPHY |= {0x3001: ",", 0x3002: ".", 0xFFE0: "\u00a2", 0xFFE1: "\u00a3", 0xFFE5: "\u00a5"}
"""Curly quotes, ellipsis, dashes, minus, small figures, Roman numerals and units in a character
each, wide and styled letters, as a keyboard writes them; marks of direction without a width go, but
for those that turn characters round (U+202D, U+202E): what is seen is another text."""


def typed_on_keyboard(written: str) -> str:
    """Return what a keyboard writes: a letter and its mark are one character."""
    if written.isascii():
        return written
    return unicodedata.normalize("NFC", written.translate(_TYPOGRAPHY))
