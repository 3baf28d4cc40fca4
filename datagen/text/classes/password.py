"""Passwords of several words and figures: "maple-47-otter"."""

from __future__ import annotations

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, cue
from datagen.text.locales import Locale
from datagen.text.words import is_word

TOLD = "Words and figures joined by hyphens after what names a password; each hyphen is a dash."
EXAMPLES = (
    (
        "The Wi-Fi password is maple-47-otter.",
        "The Wi-Fi password is maple dash four seven dash otter.",
    ),
    ("My passphrase is sun-flower.", "My passphrase is sun dash flower."),
)
_SECRET = cue(
    r"pass(?:word|phrase)(?:'s| is| was| to|:)?(?: now| just| still| set to)?", "[:,]? [\"']?"
)


def _password(match: Match) -> str | None:
    parts = match[0].split("-")
    if not all(part.isdecimal() or is_word(part) for part in parts):
        return None
    return " dash ".join(numbers.digits(part) if part.isdecimal() else part for part in parts)


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a password that has words."""
    make = FormMaker("password")
    part = r"(?:[A-Za-z]{2,}|\d{1,8})"
    return (
        make(
            rf"(?=[A-Za-z\d-]*[a-z]{{3}}){part}(?:-{part})+(?![\w-]|[@./:]\w)",
            _password,
            before=_SECRET,
        ),
    )
