"""Where facts are: in the role prompt's text, and in what is said.

Fact, role prompt --in_text--> [start, end) of characters
Fact, words on the clock --in_speech--> first and last word of each place
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_NOT_SAID = re.compile(r"[^\w']+")


def in_text(written: str, text: str) -> list[list[int]]:
    """Return where a fact stands in a text, not inside a longer word or number."""
    if not written:
        return []
    pattern = rf"(?<!\w){re.escape(written)}(?!\w)"
    return [list(match.span()) for match in re.finditer(pattern, text, re.IGNORECASE)]


def in_speech(spoken: str, words: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """Return the places where one speaker says a fact in a turn: indices of first and last word."""
    wanted = said(spoken)
    if not wanted:
        return []
    turns: dict[int, list[int]] = {}
    for index, word in enumerate(words):
        turns.setdefault(word["turn"], []).append(index)
    found = []
    for places in turns.values():
        heard = [" ".join(said(words[index]["text"])) for index in places]
        found += [
            [places[at], places[at + len(wanted) - 1]]
            for at in range(len(places) - len(wanted) + 1)
            if heard[at : at + len(wanted)] == wanted
        ]
    return found


def said(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    return [word for part in text.lower().split() if (word := _NOT_SAID.sub("", part))]
