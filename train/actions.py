"""Tool calls in the text row: what the agent writes to call a tool, and what the tool answers.

    calls and results of a dialogue  --insert-->  ExampleParts with frames beside the clock's

They stand where the call is made and where its result is there, in frames of their own: the agent's
codes are silence and the user's the sine, as in a prompt. So no word is moved, and the clock stops.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.prompt import NUM_CODEBOOKS, ExampleParts, Marks, Tokens

ON_CLOCK, CALL, RESULT = 0, 1, 2
"""Kinds of frames: of the dialogue; written by the model, whose text alone trains; and given to it,
of which nothing trains."""
NO_ANSWER = "no answer"
"""What stands for the result of a tool that gave none."""


@dataclass(frozen=True, kw_only=True)
class ActionMarks:
    """What begins and ends a call or a result: a piece of the tokenizer's own, or plain text."""

    call: str = "<call>"
    result: str = "<result>"

    def texts(self, action: Mapping[str, Any]) -> tuple[tuple[int, int, str], tuple[int, int, str]]:
        """Return frame, kind and text, without marks, of a call of a shard and of its result."""
        arguments = json.dumps(json.loads(action["arguments"]), separators=(",", ":"))
        call = action["call_frame"], CALL, f"{action['name']} {arguments}"
        return call, (action["result_frame"], RESULT, action["result"] or NO_ANSWER)


@dataclass(frozen=True)
class MarkedTokens:
    """How calls and results are spelled in a tokenizer."""

    encode: Callable[[str], list[int]]
    call: tuple[int, ...]
    """Tokens of the mark around calls; no word begins with the first of them."""
    result: tuple[int, ...]

    @classmethod
    def load(cls, path: str, marks: ActionMarks) -> MarkedTokens:
        """Read a SentencePiece model; the blank before a mark's own piece is no part of it."""
        from train.prompt_text import load_pieces

        model = load_pieces(path)
        spelled = []
        for mark in (marks.call, marks.result):
            tokens = [int(token) for token in model.encode(mark)]
            while len(tokens) > 1 and not model.decode(tokens[:1]).strip():
                tokens = tokens[1:]
            spelled.append(tuple(tokens))
        return cls(lambda text: [int(token) for token in model.encode(text)], *spelled)

    def spell(self, kind: int, text: str) -> list[int]:
        """Return a call or a result as tokens, its mark before and after it."""
        mark = self.call if kind == CALL else self.result
        return [*mark, *self.encode(text), *mark]


@dataclass(frozen=True)
class Insertions:
    """What a dialogue's text row is given beside its words, in order."""

    frames: NDArray[np.int64]
    """Frames [A] before which each is inserted."""
    kinds: NDArray[np.int64]
    """CALL or RESULT [A]."""
    tokens: Sequence[Tokens]
    """Text tokens of each."""

    @property
    def calls(self) -> list[tuple[int, Tokens]]:
        """Frames from each call to its result, and the result's tokens, in the order of calls."""
        called = self.frames[self.kinds == CALL]
        results = [place for place, kind in enumerate(self.kinds) if kind == RESULT]
        pairs = zip(called, results, strict=True)
        return [(int(self.frames[place] - call), self.tokens[place]) for call, place in pairs]


def insert(parts: ExampleParts, found: Insertions, marks: Marks) -> ExampleParts:
    """Return an example with its calls and results, whose frames ``off_clock`` names."""
    lengths = [len(tokens) for tokens in found.tokens]
    before = np.repeat(found.frames, lengths)
    text = np.concatenate((np.empty(0, np.int16), *found.tokens))
    quiet, sine = (
        np.broadcast_to(np.asarray(row, np.int16)[:, None], (NUM_CODEBOOKS, len(text)))
        for row in (marks.silence, marks.sine)
    )
    clock = np.full(len(parts.text), ON_CLOCK, np.int8)
    return replace(
        parts,
        text=np.insert(parts.text, before, text),
        agent=np.insert(parts.agent, before, quiet, axis=1),
        user=np.insert(parts.user, before, sine, axis=1),
        off_clock=np.insert(clock, before, np.repeat(found.kinds, lengths).astype(np.int8)),
    )
