"""What the aligners share: the sayable parts of a token, and times for those that have none.

spoken --split--> tokens --parts--> words that an acoustic model may know
times of some tokens --fill--> a time for each
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from datagen.text.nonverbal import is_tag
from datagen.types import SAMPLE_RATE, Rejected, SpokenWord

ROOM = SAMPLE_RATE // 20
"""Samples a token without a time of its own must find in a gap to be put there: 50 ms."""
_PART = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


class Span(NamedTuple):
    """Samples [start, end) of a clip, and how well they fit what is said to be in them."""

    start: int
    end: int
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Alignment:
    """Timed words, and how well they fit the sound."""

    words: tuple[SpokenWord, ...]
    confidence: float
    """Mean log-probability of a frame, 0 at best; each aligner has its own scale."""
    strange: float = 0.0
    """How badly frames fit what they are taken for, silence too, where an aligner can tell."""


def parts(token: str) -> list[str]:
    """Return the words in a token, in small letters: ``Twenty-five,`` is two, ``--`` is none.

    A stage direction such as ``[laughs]`` has none: it is not said.
    """
    if is_tag(token):
        return []
    return _PART.findall(token.replace("\u2019", "'").casefold())


def gate(alignment: Alignment, least: float, spoken: str) -> tuple[SpokenWord, ...]:
    """Return the words; Rejected if their confidence is less than ``least``."""
    if alignment.confidence < least:
        evidence = f"confidence {alignment.confidence:.2f}, under {least}, for {spoken!r}"
        raise Rejected("alignment_confidence", evidence)
    return alignment.words


def rounded(confidence: float) -> float:
    """Return a confidence as it is kept: further digits are the machine's, not the sound's."""
    return round(float(confidence), 3)


def fill(
    tokens: Sequence[str], spans: Sequence[Span | None], num_samples: int
) -> tuple[SpokenWord, ...]:
    """Give every token a time in a clip of ``num_samples``; known spans are in order.

    Tokens without one share the gap they stand in by their letters; where there is no gap, they
    share the time of the word before them (at the beginning: after them). None of those that share
    has a confidence.
    """
    known = {index: span for index, span in enumerate(spans) if span is not None}
    if not known:
        return _timed(tokens, divide(Span(0, num_samples), tokens))
    first = min(known)
    *filled, known[first] = _until(tokens[: first + 1], known[first])
    for own, stop in pairwise([*known, len(tokens)]):
        end = known[stop].start if stop in known else num_samples
        filled += _since(tokens[own:stop], known[own], end)
    return _timed(tokens, filled)


def _until(tokens: Sequence[str], last: Span) -> list[Span]:
    """Place the tokens before the first that has a time, and it."""
    if last.start < (len(tokens) - 1) * ROOM:
        return divide(Span(0, last.end), tokens)
    return [*divide(Span(0, last.start), tokens[:-1]), last]


def _since(tokens: Sequence[str], first: Span, end: int) -> list[Span]:
    """Place a token that has a time, and those after it that have none, before ``end``."""
    if end - first.end < (len(tokens) - 1) * ROOM:
        return divide(Span(first.start, end), tokens)
    return [first, *divide(Span(first.end, end), tokens[1:])]


def divide(span: Span, tokens: Sequence[str]) -> list[Span]:
    """Divide a span among tokens in proportion to their letters."""
    if not tokens:
        return []
    shares = [max(1, sum(map(str.isalnum, token))) for token in tokens]
    length, whole = span.end - span.start, sum(shares)
    edges = [span.start + length * part // whole for part in accumulate(shares, initial=0)]
    return [Span(start, end) for start, end in pairwise(edges)]


def _timed(tokens: Sequence[str], spans: Sequence[Span]) -> tuple[SpokenWord, ...]:
    return tuple(
        SpokenWord(text=token, start=span.start, end=span.end, confidence=span.confidence)
        for token, span in zip(tokens, spans, strict=True)
    )
