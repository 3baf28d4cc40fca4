"""A model's text row as words and tool calls.

text tokens, one a frame of 80 ms --words_of--> words with times
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from datagen.backends.protocols import Tokenizer
from datagen.exam.examinees.command import from_pieces
from datagen.exam.items import ToolCall
from datagen.types import SpokenWord

_UNFINISHED = "\ufffd"
_CALL = re.compile(r"([A-Za-z_]\w*)\s*(\{.*\})", re.DOTALL)


def words_of(row: Sequence[int], tokenizer: Tokenizer) -> tuple[SpokenWord, ...]:
    """Return the words of a text row, each from the frame of its first token on.

    A token is read as what it adds to the text before it, so blanks and bytes are right.
    """
    silent = {tokenizer.pad, tokenizer.epad, tokenizer.bos, tokenizer.eos}
    pieces, said, before = [], list[int](), ""
    for token in row:
        if token in silent:
            pieces.append("")
            continue
        said.append(int(token))
        text = tokenizer.decode(said)
        if text.endswith(_UNFINISHED):  # a letter of several bytes
            pieces.append("")
            continue
        pieces.append(text[len(before) :] if before else f" {text}")
        before = text
    return tuple(from_pieces(pieces))


def calls_of(record: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """Return the calls in a record of `train sample`; what is no call is left out."""
    found = (_call(str(one.get("call", ""))) for one in record.get("calls") or ())
    return tuple(call for call in found if call is not None)


def _call(text: str) -> ToolCall | None:
    """Read ``name {"argument": value}``, with marks around it."""
    match = _CALL.search(text)
    if match is None:
        return None
    try:
        arguments = json.loads(match[2])
    except ValueError:
        return None
    return ToolCall(name=match[1], arguments={name: str(one) for name, one in arguments.items()})
