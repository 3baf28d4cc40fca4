"""Chords, keys and degrees of a scale: "Em", "Bb", "Cmaj7", "a ii-V-I", "I, IV, and V chords"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.classes.roman import value
from datagen.text.form import Form, FormMaker, Match, Sure, is_after, is_before, is_near
from datagen.text.lexicon import CHORDS
from datagen.text.locales import Locale

TOLD = (
    "A note with what makes it a chord, or numerals about commas and hyphens, where a word near it"
    " plays; elsewhere they are refused."
)
EXAMPLES = (
    ("Play Em, then a Bb chord.", "Play E minor, then a B flat chord."),
    ("It's a ii-V-I progression.", "It's a two, five, one progression."),
    ("The blues uses I, IV, and V chords.", "The blues uses one, four, and five chords."),
)
_PLAYED = re.compile(
    r"\b(?:chords?|key|strum\w*|progressions?|guitar|piano|capo|scales?|play\w*|verse|chorus|bridge"
    r"|fret\w*|riff|tuning|notes?|transpos\w*|songs?|clarinet|trumpet|sax\w*|horn|blues|jazz|tonic"
    r"|dominant|cadence|arpeggios?|triads?|voicings?|major|minor|sharp|flat|tune[sd]?|middle C"
    r"|octaves?|buzz\w*|hammers?|pedal|strings?)\b",
    re.IGNORECASE,
)
_IN_SENTENCE = re.compile(r"[a-zA-Z0-9,] \Z")
_QUESTION = re.compile(" I\\b")
_NEXT = re.compile(r",? (?:to |and |or |then |and then )?[A-G](?:m7?|maj7|7)(?![\w'])")
_LAST = re.compile(r"(?<!\w)[A-G](?:m7?|maj7|7),? (?:to |and |or |then |and then )?\Z")
"""Another chord beside one."""
_DEGREES = re.compile(r"\b(?:chords?|progressions?|blues|cadences?|degrees?|turnarounds?)\b")
_NOTES = {"b": " flat", "#": " sharp", "": ""}
_QUALITIES = {
    "m": " minor", "min": " minor", "maj": " major", "sus": " suspended", "dim": " diminished",
    "aug": " augmented", "": "",
}  # fmt: skip
_DEGREE = r"(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)"


_PITCH = re.compile(
    r"\b(?:[Tt]un(?:e|es|ed|ing)|orchestras?|pitch|hertz|Hz|concert A|fork|oboe|piano)\b"
)
_MOZART = re.compile(r"\b(?:Mozart|K\u00f6chel|sonata|concerto|symphony|serenade)\b")
_VINYL = re.compile(r"\b(?:LPs?|records?|vinyl|turntables?|jukebox|albums?|crates?)\b")
_RECORDS = {"33": "thirty-threes", "45": "forty-fives", "78": "seventy-eights"}


def _chord(match: Match) -> str | None:
    if not (match["sign"] or match["quality"] or match["figure"]):
        return None
    if match[0] == "Am" and (not is_before(match, _IN_SENTENCE) or is_after(match, _QUESTION)):
        return None
    if not is_near(match, _PLAYED) and not is_after(match, _NEXT) and not is_before(match, _LAST):
        return None
    figure = f" {numbers.cardinal(int(match['figure']))}" if match["figure"] else ""
    return f"{match['note']}{_NOTES[match['sign']]}{_QUALITIES[match['quality']]}{figure}"


def _degrees(match: Match) -> str | None:
    """Say "I, IV, and V" and "ii-V-I"."""
    is_run = re.fullmatch(
        r"(?:[iv]+-[IV]+|[IV]+-[iv]+)(?:-[IViv]+)*|[IViv]+(?:-[IViv]+){2,}", match[0]
    )
    if not is_run and not is_near(match, _DEGREES):
        return None
    said = re.sub(_DEGREE + r"\b", lambda m: _degree(m[0]), match[0].replace("-", ", "))
    return re.sub(r"(?<=[a-z]) (?=(?!and|to|or)[a-z])", ", ", said).replace("and, ", "and ")


def _degree(roman: str) -> str:
    return numbers.cardinal(value(roman.upper()))


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write chords and degrees."""
    make = FormMaker("music")
    joint = r"(?:, (?:and |or )?| and | to | or |-| )"
    return (
        make(
            r"(?P<note>[A-G])(?P<sign>[b#]?)(?P<quality>m|min|maj|sus|dim|aug|)(?P<figure>\d{0,2})"
            r"(?![\w#'+-])",
            _chord,
        ),
        make(
            r"(?P<note>[A-G])#(?P<octave>[0-8])(?![\w-]|\.\d)",
            lambda m: (
                f"{m['note']} sharp {numbers.cardinal(int(m['octave']))}"
                if is_near(m, _PLAYED, 48, 64)
                else None
            ),
        ),
        make(
            r"A(?P<number>4[34]\d)(?![\w-]|\.\d)",
            lambda m: f"A {numbers.pairs(int(m['number']))}" if is_near(m, _PITCH) else None,
        ),
        make(
            r"K\.? ?(?P<number>[1-6]\d\d)(?![\w-]|\.\d)",
            lambda m: f"K {numbers.pairs(int(m['number']))}" if is_near(m, _MOZART) else None,
        ),
        make(
            r"(?P<number>33|45|78)s\b",
            lambda m: _RECORDS[m["number"]] if is_near(m, _VINYL) else None,
        ),
        make(r"[A-G]#[0-8](?![\w-])", "it may be a note or the number of something", Sure.DOUBT),
        make(r"(?P<note>[A-G])\u266d(?!\w)", lambda m: f"{m['note']} flat"),
        make(r"(?P<note>[A-G])\u266f(?!\w)", lambda m: f"{m['note']} sharp"),
        make(rf"{_DEGREE}(?:{joint}{_DEGREE})+(?![\w'-])", _degrees),
        make(rf"(?P<roman>{_DEGREE})(?=7? chords?\b)", lambda m: _degree(m["roman"])),
        make(rf"(?:{'|'.join(CHORDS)})(?![\w'])", "it may be a chord or a name", Sure.DOUBT),
    )
