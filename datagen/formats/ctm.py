"""CTM: the words of recordings with their times, as NIST's tools, Kaldi and NeMo write them.

    FILE CHANNEL START LENGTH WORD [CONFIDENCE [TYPE [SPEAKER]]]

Lines that begin with ;; are comments. Of alternatives (<ALT_BEGIN> ... <ALT> ... <ALT_END>, NIST
RT-09) the first counts. Silences and noises are no words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from datagen.formats.text import numbered_lines, seconds

SILENT = frozenset(
    ("", "<eps>", "sil", "sp", "<sil>", "<p>", "<blank>", "<b>", "@", "!sil", "[sil]")
)
"""Labels, in lower case, of what is no word."""
NOT_LEXICAL = frozenset(("non-lex", "misc", "noscore"))
"""Types of entries that are noises, or not to be counted."""
NOBODY = frozenset(("NA", "UNKNOWN", "NULL", "-"))
"""Names, in upper case, of speakers who are none."""
_FEWEST, _MOST = 5, 8


@dataclass(frozen=True, slots=True)
class CtmWord:
    """One word."""

    file: str
    channel: str
    start: float
    """Seconds, as ``length``."""
    length: float
    label: str
    confidence: float | None
    speaker: str = ""
    """The speaker whom the last field names; empty if it does not."""


def read_ctm(text: str) -> Iterator[CtmWord]:
    """Yield the words of a CTM. Raises ValueError that names the line."""
    alternative = 0
    for number, line in numbered_lines(text):
        fields = line.split()
        if not fields or fields[0].startswith(";;"):
            continue
        mark = fields[4].upper() if len(fields) > 4 else ""
        if mark in ("<ALT_BEGIN>", "<ALT>", "<ALT_END>"):
            alternative = {"<ALT_BEGIN>": 1, "<ALT>": alternative + 1, "<ALT_END>": 0}[mark]
        elif alternative < 2 and (word := _word(fields, number)) is not None:
            yield word
    if alternative:
        raise ValueError(f"line {number}: its last <ALT_BEGIN> has no <ALT_END>")


def _word(fields: list[str], number: int) -> CtmWord | None:
    """Read a line's fields; None if they are no word."""
    try:
        if not _FEWEST <= len(fields) <= _MOST:
            raise ValueError(f"it has {len(fields)} fields, not {_FEWEST} to {_MOST}")
        file, channel, start, length, label, *more = fields
        word = CtmWord(
            file,
            channel,
            seconds(start, "start"),
            seconds(length, "length"),
            label,
            _confidence(more[0]) if more else None,
            more[2] if len(more) > 2 and more[2].upper().strip("<>") not in NOBODY else "",
        )
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error
    is_noise = len(more) > 1 and more[1].casefold() in NOT_LEXICAL
    return None if is_noise or label.casefold() in SILENT else word


def _confidence(text: str) -> float | None:
    """Return a confidence; NA stands for none."""
    if text.upper().strip("<>") in ("NA", "N/A", "-", "NULL"):
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise ValueError(f"its confidence {text!r} is no number") from error
    if not math.isfinite(value):
        raise ValueError(f"its confidence {text} is no number")
    return value
