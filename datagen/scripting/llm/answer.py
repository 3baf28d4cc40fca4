"""The JSON objects in a model's reply, whatever stands around them.

    <think>{...}</think> ```json {...} ``` a note {...}  --objects-->  {...}, {...}

Models reason before they answer, in tags or in a channel of its own, fence what they write, and add
notes. What comes after the reasoning counts first; a caller takes the first object that fits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_END_OF_REASONING = re.compile(
    r"</(?:\w+:)?(?:think|thinking|thought|thoughts|reason|reasoning|analysis|reflection)>"
    r"|\[/THINK\]|\u25c1/think\u25b7|<\|(?:end_of_thought|END_THINKING|/think)\|>"
    r"|<\|channel\|>\s*final\b[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>"
    r"|assistant\s*final(?=\s*[{`])",
    re.IGNORECASE,
)
"""Closing tags of reasoning (Qwen3, DeepSeek, Mistral, Kimi, Cohere), and the beginning of
harmony's final channel, also where a server has dropped its special tokens."""
_REASONING = re.compile(
    r"\s*(?:<(?:think|thinking|thought|reason|reasoning|analysis|reflection)>|\[THINK\])",
    re.IGNORECASE,
)
"""How a reply begins that reasons before it answers."""
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
MAX_LETTERS = 1_000_000
"""Characters of a reply that are read."""
MAX_TRIES = 200
"""Opening braces that are tried."""
_DECODER = json.JSONDecoder(strict=False)


def objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a reply that are whole: those after its reasoning, then all others.

    Of each part first those that stand alone, then what they wrap (a tool's call), then those that
    are whole without a comma before a closing bracket.
    """
    text = text[-MAX_LETTERS:]
    start = _start(text)
    for part in (text[start:], text[:start]):
        yield from _objects(part)
        for value in _objects(part):
            yield from _inner(value)
        if (mended := _TRAILING_COMMA.sub(r"\1", part)) != part:
            yield from _objects(mended)


def problem(text: str) -> str:
    """Return why the first object after a reply's reasoning is none, "" if it is whole."""
    text = text[-MAX_LETTERS:][_start(text[-MAX_LETTERS:]) :]
    start = text.find("{")
    if start < 0:
        return "is not a JSON object" if text.strip() else "is empty"
    try:
        _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        return f"is not JSON: {str(error)[:120]}"
    return ""


def ends_inside(text: str) -> bool:
    """Return whether a reply ends before the first object after its reasoning does."""
    text = text[-MAX_LETTERS:][_start(text[-MAX_LETTERS:]) :].rstrip()
    start = text.find("{")
    try:
        _DECODER.raw_decode(text, max(start, 0))
    except json.JSONDecodeError as error:
        return start >= 0 and (error.msg.startswith("Unterminated") or error.pos >= len(text))
    except RecursionError:
        pass
    return False


def only_reasons(text: str) -> bool:
    """Return whether a reply has no answer behind its reasoning, or never comes to its end."""
    start = _start(text)
    return not text[start:].strip() if start else bool(_REASONING.match(text))


def _inner(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the objects that are values of an object, also as JSON in a text."""
    for item in value.values():
        if isinstance(item, dict):
            yield item
        elif isinstance(item, str) and item.lstrip().startswith("{"):
            yield from _objects(item)


def _start(text: str) -> int:
    """Return where what a model reasons is over."""
    return max((found.end() for found in _END_OF_REASONING.finditer(text)), default=0)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    at = 0
    for _ in range(MAX_TRIES):
        start = text.find("{", at)
        if start < 0:
            return
        try:
            value, at = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            at = start + 1
            continue
        yield value
