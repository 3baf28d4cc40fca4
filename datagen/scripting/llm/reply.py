"""How a model's reply is read, whatever else it tried: one object, in a keyboard's characters.

    text --read_json--> the object that fits;   text --tidy--> a line that can be said

A schema bounds strings by a pattern: with maxLength, engines on xgrammar let raw control characters
through (mlc-ai/xgrammar#800). A reply is read as if there had been no schema.
"""

from __future__ import annotations

import re
import unicodedata
from math import ceil
from typing import Any

from jsonschema import Draft202012Validator

from datagen.scripting.llm.answer import ends_inside, objects, problem

SPEECH = r"[A-Za-z0-9 ,.?!'$%:;&@/-]"
"""What may be written down of a call: no markup, no quotes, no brackets, no line breaks."""
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)
"""Controls, what has no width, and halves of characters that JSON lets through."""
_TYPOGRAPHY = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": "", "\u201d": "", '"': ""})
_DASH = re.compile(r"\s*(?:\u2014|\u2013(?=\s)|\s--?(?=\s))\s*")
_ELLIPSIS = re.compile(r"\s*(?:\u2026|\.{2,})(?P<end>\s*$)?\s*")


LONGEST_RUN = 128
"""Most repetitions that a pattern may ask for at once: xgrammar 0.2.8 compiles no more."""


def speech_pattern(most: int) -> str:
    """Return the pattern of what may be said, of at least one character and about ``most``.

    Longer runs are written as whole blocks and a rest, which is one way to read any text: a grammar
    of optional runs in a row takes minutes to match.
    """
    blocks = ceil(most / LONGEST_RUN)
    size = ceil(most / blocks)
    before = f"({SPEECH}{{{size}}}){{0,{blocks - 1}}}" if blocks > 1 else ""
    return f"^{before}{SPEECH}{{1,{size}}}$"


class BadReply(Exception):
    """A reply that cannot be read."""


class CutOff(BadReply):
    """A reply that ends before its object does, whatever the server says of it."""


def read_json(text: str, schema: Draft202012Validator) -> Any:
    """Return the first object of a reply that fits, else its first object. Raises BadReply."""
    first: Any = None
    for value in objects(text):
        if schema.is_valid(value):
            return value
        first = value if first is None else first
    if why := problem(text):
        raise CutOff(why) if ends_inside(text) else BadReply(why)
    return first


def tidy(text: str) -> str:
    """Return a turn on one line in a keyboard's characters: the canonical written text."""
    text = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY)
    text = _CONTROL.sub(" ", text)
    text = _ELLIPSIS.sub(lambda found: "." if found["end"] is not None else ", ", text)
    text = " ".join(_DASH.sub(", ", text).split())
    return re.sub(r"\s+(?=[,.?!;:])|(?<=[,?!;:]),", "", text)
