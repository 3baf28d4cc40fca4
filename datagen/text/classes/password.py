"""Passwords of several words and figures: "maple-47-otter"."""

from __future__ import annotations

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Unsayable, cue
from datagen.text.locales import Locale
from datagen.text.words import is_word

TOLD = (
    "Words and figures, joined or with hyphens between, after what names a password or a user; each"
    " hyphen is a dash, figures are said one by one, and a mark that may be a part is refused."
)
EXAMPLES = (
    (
        "The Wi-Fi password is maple-47-otter.",
        "The Wi-Fi password is maple dash four seven dash otter.",
    ),
    ("My passphrase is sun-flower.", "My passphrase is sun dash flower."),
    ('The password is "admin123".', "The password is admin one two three."),
)
_IS = r"(?:'s| is| was| to|:)?(?: now| just| still| set to)?"
_SECRET = cue(rf"pass(?:word|phrase){_IS}", "[:,]? [\"']?")
_LOGIN = cue(
    rf"(?:pass(?:word|phrase|code|wd)?|pwd?|user ?names?|user ?ID|log-?in){_IS}", "[:,]? [\"']?"
)


def _password(match: Match) -> str | None:
    parts = match[0].split("-")
    if not all(part.isdecimal() or is_word(part) for part in parts):
        return None
    return " dash ".join(numbers.digits(part) if part.isdecimal() else part for part in parts)


def _joined(match: Match) -> str | None:
    """Say "admin123", figures one by one. Raises Unsayable if a mark may be a part of it."""
    if match["mark"]:
        raise Unsayable(match[0][:-1], "its mark may be a part of it or end the sentence")
    if len(match["figures"]) < 3:
        return None  # "tiger ninety-nine"
    return f"{match['word']} {numbers.digits(match['figures'])}"


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
        make(
            r"(?P<word>[A-Za-z]?[a-z]{2,})(?P<figures>\d{1,8})(?P<mark>!?)(?![\w-]|[@./:$#&*]\w)",
            _joined,
            before=_LOGIN,
        ),
    )
