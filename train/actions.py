"""Tool calls in the text row: what the agent writes to call a tool, and what the tool answers.

    calls and results of a dialogue  --insert-->  ExampleParts with frames beside the clock's

They stand where the call is made and where its result is there, in frames of their own: the agent's
codes are silence and the user's the sine, as in a prompt. So no word is moved, and the clock stops.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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

    def call_text(self, name: str, arguments: str) -> str:
        """Return a call as the model writes it; ``arguments`` is JSON.

        >>> ActionMarks().call_text("find", '{"order":"7"}')
        '<call> find {"order":"7"} <call>'
        """
        return f"{self.call} {name} {arguments} {self.call}"

    def result_text(self, result: str) -> str:
        """Return a result as the model is given it."""
        return f"{self.result} {result or NO_ANSWER} {self.result}"

    def texts(self, action: Mapping[str, Any]) -> tuple[tuple[int, int, str], tuple[int, int, str]]:
        """Return frame, kind and text of a call of a shard, and of its result."""
        arguments = json.dumps(json.loads(action["arguments"]), separators=(",", ":"))
        call = action["call_frame"], CALL, self.call_text(action["name"], arguments)
        return call, (action["result_frame"], RESULT, self.result_text(action["result"]))


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
