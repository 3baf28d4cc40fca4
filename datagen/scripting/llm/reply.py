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
from datagen.scripting.llm.completion import Completion, Request
from datagen.text.grouping import by_commas
from datagen.visible import visible_line

SPEECH = r"[A-Za-z0-9 ,.?!'$%:;&@/-]"
"""What may be written down of a call: no markup, no quotes, no brackets, no line breaks."""
_NO_WIDTH = re.compile(r"[\u00ad\u200b-\u200d\u2060\ufeff]")
"""What stands inside words, and parts none."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2061-\u206f\ud800-\udfff]")
"""Controls, what orders text, and halves of characters that JSON lets through."""
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


_LOOPS = 200
"""Blanks at the end of a reply from which on its model writes nothing else any more."""
_TAIL = 8_000
"""Letters at a reply's end in which it may repeat itself."""
_LEAST_REPEATED, _LEAST_TIMES = 400, 4
"""Letters that repeat what was said, and how often, from which on a model is in a loop."""
_SHOWN = 60
"""Letters of it that are shown."""
_MOST_LETTERS = 8
"""Letters for each token of a prompt that no tokenizer reaches on our English and JSON."""


def remedy(error: Exception, answer: Completion, request: Request) -> str:
    """Return what people can do about a reply that cannot be used, as far as it shows; else "".

    Some servers (Ollama) cut a prompt that is longer than their context without a word. A server
    calls a reply whole though it was cut off: some say so of every reply (LiteLLM), or when their
    own limit is lower (Ollama).
    """
    letters = sum(len(message["content"]) for message in request.messages)
    if 0 < answer.usage.prompt * _MOST_LETTERS < letters:
        return (
            f": the server read {answer.usage.prompt:,} tokens of a prompt of {letters:,} letters,"
            " so it has cut it: give it a longer context (Ollama: OLLAMA_CONTEXT_LENGTH)"
        )
    if isinstance(error, BadReply) and (over := repeated(answer.text)):
        return (
            f": it says {visible_line(over)!r} over and over, which more tokens only make longer:"
            " have the model sampled otherwise in request (frequency_penalty, or vLLM's"
            " repetition_penalty; the temperature and top_p of its card)"
        )
    if answer.is_reasoning and isinstance(error, BadReply):
        return (
            ": there is reasoning and no answer: raise max_tokens, or what the server has room for,"
            " or have the model reason less or not at all"
        )
    if not isinstance(error, CutOff):
        return ""
    if len(answer.text) - len(answer.text.rstrip()) >= _LOOPS:
        return (
            ": it ends in blanks that JSON allows anywhere: have the server allow none (vLLM:"
            ' --structured-outputs-config \'{"backend": "xgrammar", "disable_any_whitespace":'
            " true}')"
        )
    return ": raise max_tokens" + (", or what the server has room for" if answer.is_whole else "")


def repeated(text: str) -> str:
    """Return the start of what a reply says again and again until it ends; "" if it does not.

    Blanks are no words: what ends in them alone is another fault.
    """
    end = text.rstrip()[: -_TAIL - 1 : -1]
    length = len(end)
    reach = [0] * length  # by position, the longest border of what is before it
    best = 0
    for at in range(1, length):
        size = reach[at - 1]
        while size and end[at] != end[size]:
            size = reach[size - 1]
        reach[at] = size + (end[at] == end[size])
        span, period = at + 1, at + 1 - reach[at]
        if span >= max(_LEAST_REPEATED, _LEAST_TIMES * period):
            best = period
            break
    return " ".join(end[:best][::-1].split())[:_SHOWN]


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
    text = _CONTROL.sub(" ", _NO_WIDTH.sub("", by_commas(text)))
    text = _ELLIPSIS.sub(lambda found: "." if found["end"] is not None else ", ", text)
    text = " ".join(_DASH.sub(", ", text).split())
    return re.sub(r"\s+(?=[,.?!;:])|(?<=[,?!;:]),", "", text)
