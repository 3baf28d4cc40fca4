"""Texts as speech models like them: not too long, and in whole sentences where possible."""

from __future__ import annotations

import re


def chunks(spoken: str, max_letters: int) -> list[str]:
    """Split a line into parts of at most so many characters: at sentences, commas, then words.

    >>> chunks("It is late. I have to go, and you should too.", 26)
    ['It is late.', 'I have to go,', 'and you should too.']
    """
    return _split(" ".join(spoken.split()), max_letters, (r"(?<=[.?!])\s", r"(?<=[,;:])\s", r"\s"))


def _split(text: str, limit: int, breaks: tuple[str, ...]) -> list[str]:
    """Split at the first kind of break, rejoin what fits, and go on with what is still too long."""
    if len(text) <= limit or not breaks:
        return [text]
    parts: list[str] = []
    for piece in re.split(breaks[0], text):
        if parts and len(parts[-1]) + 1 + len(piece) <= limit:
            parts[-1] += f" {piece}"
        else:
            parts.append(piece)
    return [part for piece in parts for part in _split(piece, limit, breaks[1:])]


def num_words(spoken: str) -> int:
    """Return how many tokens of a line have something to say in them."""
    return sum(any(map(str.isalnum, token)) for token in spoken.split())
