"""Text of others as a terminal may show it: controls and what reorders lines are seen, not obeyed.

A script, a voice's name or a server's sentence may hold escape sequences that set a title, move the
cursor or hide text, and bidirectional controls that make one sentence look like another.
"""

from __future__ import annotations

import re

_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
"""C0 but tab and line feed, DEL, C1, what has no width or orders text, tags, and half pairs."""
_PARTING = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)))
"""Those of them that stand between words."""


def visible(text: str) -> str:
    r"""Return a text whose control characters are pictures or code points.

    >>> visible("\x1b]0;title\x07 \u202eabc")
    '␛]0;title␇ <U+202E>abc'
    """
    return text if text.isascii() and text.isprintable() else _HIDDEN.sub(_picture, text)


def without_hidden(text: str) -> str:
    r"""Return a text without what nobody sees; controls that part words are blanks.

    >>> without_hidden("\u202ezo\u200be\u202c\x85b")
    'zoe b'
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(lambda found: " " if found[0] in _PARTING else "", text)


def visible_line(text: str) -> str:
    """Return a text on one line, its control characters shown."""
    return visible(" ".join(text.split()))


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<U+{code:04X}>"
