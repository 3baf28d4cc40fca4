"""Short forms that are words as well ("sat", "diff", "ups"), told apart by what stands beside them.

The readings are in `datagen.text.twofold`, those of one meaning in `datagen.text.shorthand`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from datagen.text.form import (
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    any_of,
    is_after,
    is_before,
)
from datagen.text.locales import Locale
from datagen.text.places import ZIPPED_STATES
from datagen.text.twofold import DOUBTED, READINGS, SCORED, STAFF

TOLD = (
    "A word of small letters that is a short form, too: a word beside it says which of the two it"
    " is, or it is refused. An apostrophe that was not typed is read (ill, wed)."
)
EXAMPLES = (
    ("are u open sat", "are you open Saturday"),
    ("she sat down on sun", "she sat down on Sunday"),
    ("he has err 0x61 on a diff port", "he has error zero x six one on a different port"),
    ("it went via ups to the er", "it went via UPS to the ER"),
    ("ill call tomorrow am", "I'll call tomorrow a.m."),
)


COMMON = frozenset(("am", "it", "or", "us", *ZIPPED_STATES)) - {"la", "id"}
"""Words that are in most texts: `BESIDE` tells where one may begin a form."""
BESIDE = re.compile(
    rf"(?:^am(?=[.,!?]*$)|(?<=\bthe )us\b|(?<=\bin the )or(?=[.,?!;)]|$)|\bit(?= {STAFF})"
    rf"|(?:(?<=day )|(?<=[a-z]{{3}} )(?<!and )(?<!who )|(?<=the )|(?<=\d ))am\b(?! [iI]\b)"
    r"|ok(?=[.,?!]|$)|[a-z]{2}(?=,? \d{5}(?!\d)))"
)
"""Those words where they may begin a form."""


class _Beside(NamedTuple):
    """A reading, with its patterns compiled."""

    said: str
    before: re.Pattern[str] | None
    after: re.Pattern[str]


def _before(pattern: str) -> re.Pattern[str] | None:
    """Return what has to stand before a word; no part of a longer word does."""
    if not pattern:
        return None
    if pattern.startswith(("(?<", "^")):
        return re.compile(rf"{pattern}\Z")
    return re.compile(rf"(?<![A-Za-z'-])(?:{pattern})\Z", re.IGNORECASE)


_DOT = r"\.?"
_BY_WORD: dict[str, list[_Beside]] = {}
for _row in READINGS:
    if not _row.after.startswith(_DOT):
        for _word in _row.words.split():
            _BY_WORD.setdefault(_word, []).append(
                _Beside(_row.said, _before(_row.before), re.compile(_row.after))
            )

WORDS = frozenset(word for row in READINGS for word in row.words.split()) - COMMON
"""All that begin a form, but for those of `COMMON`."""


def _read(match: Match) -> str | None:
    """Say a word as what stands beside it tells. Raises Unsayable if that tells two things."""
    said = {
        row.said or match[0]
        for row in _BY_WORD[match[0]]
        if is_after(match, row.after) and (row.before is None or is_before(match, row.before))
    }
    if len(said) > 1:
        raise Unsayable(match[0], "it may be a word or a short form")
    return said.pop() if said else None


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the readings of words of several meanings, and the refusal of the rest."""
    make = FormMaker("shorthand")
    begins, whole = r"(?<![\w/&'-])", r"(?![\w/&-]|'\w|\.\w)"
    return (
        make(rf"{begins}(?:{any_of(_BY_WORD)}){whole}", _read, Sure.CUE),
        *(
            make(
                rf"{begins}(?:{any_of(row.words.split())}){whole}{row.after}",
                row.said,
                Sure.CUE,
                before=_before(row.before),
            )
            for row in READINGS
            if row.after.startswith(_DOT)
        ),
        make(r"am(?=[.,!?]*$)", "a.m.", before=re.compile(r"^\Z")),
        make(rf"act{SCORED}", "it may be a test or a word", Sure.DOUBT),
        make(
            r"incl\b(?=\.? \w)",
            "it may be including or includes",
            Sure.DOUBT,
            before=re.compile(r"\b(?:it|that|this|which|everything|he|she)(?: only| also)? \Z"),
        ),
        make(r"vs\b", "it may be versus or vital signs", Sure.DOUBT, before=re.compile(r"^\Z")),
        make(
            rf"{begins}(?<!dash )(?<!dot )(?<!slash )(?:{any_of(DOUBTED)}){whole}"
            r"(?! (?:dash|dot|slash|underscore)\b)",
            "it may be a word or a short form",
            Sure.DOUBT,
        ),
    )
