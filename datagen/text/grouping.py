"""Digits that type groups by a narrow blank, as English writes them: 12\u202f345 is 12,345."""

from __future__ import annotations

import re

_BLANKS = "\u00a0\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
"""Blanks that type puts between a number's digits, three by three."""
_GROUPED = re.compile(
    rf"(?<![\w.,/])(?<![A-Za-z]-)(?<!\d[{_BLANKS}])[1-9]\d{{0,2}}(?:[{_BLANKS}]\d{{3}})+"
    rf"(?!\d|[{_BLANKS}]\d|\.\d+[{_BLANKS}]\d)"
)
_SAID_ONE_BY_ONE = re.compile(
    r"\b(?:codes?|pin|dial|call\w*|numbers?|extension|id|accounts?|orders?|tickets?|references?"
    r"|confirmation|text|card|phone|room|serial)\b[^.?!]{0,24}\Z",
    re.IGNORECASE,
)
"""What stands before digits that make no number."""
_REACH = 32
_COMMAS = str.maketrans(dict.fromkeys(_BLANKS, ","))


def by_commas(text: str) -> str:
    r"""Return a text, as long as before, in which commas group the digits of numbers.

    >>> by_commas("12\u202f345 km, code 123\u202f456")
    '12,345 km, code 123\u202f456'
    """
    return text if text.isascii() else _GROUPED.sub(_with_commas, text)


def _with_commas(match: re.Match[str]) -> str:
    start = max(0, match.start() - _REACH)
    is_code = _SAID_ONE_BY_ONE.search(match.string, start, match.start())
    return match[0] if is_code else match[0].translate(_COMMAS)
