"""What a model may say, and how its reply is read: turns only, whatever else it tried.

    JSON text --parse--> ReplyTurn, ReplyTurn, ...

The schema bounds strings by a pattern: with maxLength, engines on xgrammar let raw control
characters through (mlc-ai/xgrammar#800). A reply is read as if there had been no schema.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from datagen.scripting.llm.answer import objects, problem
from datagen.types import SPEAKERS, Speaker

OTHER = "other"
"""The step of a turn that the plan does not ask for."""
MAX_TURNS = 60
"""Turns of a reply that is read at all."""
EXTRA_TURNS = 8
"""Turns a reply may have beyond the plan."""
_SPEECH = r"[A-Za-z0-9 ,.?!'$%:;&@/-]"
"""What may be written down of a call: no markup, no quotes, no brackets, no line breaks."""
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)
"""Controls, what has no width, and halves of characters that JSON lets through."""
_TYPOGRAPHY = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": "", "\u201d": "", '"': ""})
_DASH = re.compile(r"\s*(?:\u2014|\u2013(?=\s)|\s--?(?=\s))\s*")
_ELLIPSIS = re.compile(r"\s*(?:\u2026|\.{2,})(?P<end>\s*$)?\s*")


class BadReply(Exception):
    """A reply that cannot be read as turns."""


@dataclass(frozen=True, slots=True)
class ReplyTurn:
    """One turn as a model worded it."""

    step: str
    speaker: Speaker
    text: str


def turns_schema(steps: Sequence[str], turn_characters: int) -> dict[str, Any]:
    """Return the schema of a reply: any of a kind's steps, turns of at most so many characters.

    It is the same for all dialogues of a kind, so that a server compiles one grammar.
    """
    turn = {
        "type": "object",
        "additionalProperties": False,
        "required": ["step", "speaker", "text"],
        "properties": {
            "step": {"type": "string", "enum": [*steps, OTHER]},
            "speaker": {"type": "string", "enum": list(SPEAKERS)},
            "text": {"type": "string", "pattern": f"^{_SPEECH}{{1,{turn_characters}}}$"},
        },
    }
    turns = {"type": "array", "items": turn, "minItems": 2, "maxItems": len(steps) + EXTRA_TURNS}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["turns"],
        "properties": {"turns": turns},
    }


def _loosened(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without what is checked later: the characters and the steps."""
    loose: dict[str, Any] = json.loads(json.dumps(schema))
    turns = loose["properties"]["turns"]
    turns["maxItems"] = MAX_TURNS
    del turns["items"]["properties"]["text"]["pattern"]
    del turns["items"]["properties"]["step"]["enum"]
    return loose


_TURNS = Draft202012Validator(_loosened(turns_schema((), 1)))


def parse(text: str) -> list[ReplyTurn]:
    """Read a reply's turns. Raises BadReply."""
    value = read_json(text, _TURNS)
    error = best_match(_TURNS.iter_errors(value))
    if error is not None:
        where = ".".join(map(str, error.absolute_path))
        raise BadReply(f"does not follow the schema at {where or 'its top'}: {error.message[:120]}")
    return [ReplyTurn(turn["step"], turn["speaker"], tidy(turn["text"])) for turn in value["turns"]]


def read_json(text: str, schema: Draft202012Validator) -> Any:
    """Return the first object of a reply that fits, else its first object. Raises BadReply."""
    first: Any = None
    for value in objects(text):
        if schema.is_valid(value):
            return value
        first = value if first is None else first
    if why := problem(text):
        raise BadReply(why)
    return first


def tidy(text: str) -> str:
    """Return a turn on one line in a keyboard's characters: the canonical written text."""
    text = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY)
    text = _CONTROL.sub(" ", text)
    text = _ELLIPSIS.sub(lambda found: "." if found["end"] is not None else ", ", text)
    text = " ".join(_DASH.sub(", ", text).split())
    return re.sub(r"\s+(?=[,.?!;:])|(?<=[,?!;:]),", "", text)
