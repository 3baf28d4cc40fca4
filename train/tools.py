"""Tools while a model speaks: its calls are read from its text, and results are given to it.

    text tokens, one a step  --CallReader-->  a call  --Tools.answer-->  frames to wait, a result

Results are those of the recorded dialogue, in the order of its calls, or those of a file by the
tool's name. A call that is not ended is ended after `LONGEST_CALL` tokens.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from train.actions import NO_ANSWER, RESULT, Insertions, MarkedTokens
from train.config import UserError
from train.prompt import DELAYS, FRAME_RATE, NO_TOKEN, NUM_STREAMS, TEXT, Marks, Tokens

LONGEST_CALL = 160
"""Most tokens of a call."""
MOST_CALLS = 32
"""Most calls of a dialogue; what is written later is text like any other."""
USUAL_WAIT = 13
"""Frames until a tool answers of which nothing is known: about a second."""


@dataclass(frozen=True)
class Call:
    """A tool's call that a model wrote, and what it was given for it."""

    frame: int
    """Frame of the dialogue's clock before which it was written."""
    call: Tokens
    """Text tokens, marks included."""
    result_frame: int | None = None
    """Frame before which the result was given; None if the dialogue ended before."""
    result: Tokens | None = None


@dataclass
class CallReader:
    """Finds calls in what a model writes, token by token."""

    mark: tuple[int, ...]
    """Tokens of the mark that begins and ends a call."""
    tokens: list[int] = field(default_factory=list)
    """The call under way, marks included; empty if there is none."""

    def begins(self, token: int) -> bool:
        """Say whether a token begins a call: no word of a dialogue begins as a mark does."""
        return not self.tokens and token == self.mark[0]

    def read(self, token: int) -> Tokens | None:
        """Add a token; return the whole call if this ends it."""
        self.tokens.append(token)
        size = len(self.mark)
        ended = len(self.tokens) > size and tuple(self.tokens[-size:]) == self.mark
        if not (ended and len(self.tokens) >= 2 * size) and len(self.tokens) < LONGEST_CALL:
            return None
        call, self.tokens = np.array(self.tokens, np.int16), []
        return call


@dataclass
class Tools:
    """What calls of one dialogue are answered with."""

    marked: MarkedTokens
    recorded: Sequence[tuple[int, Tokens]] = ()
    """Frames from call to result, and the result's tokens, of each recorded call."""
    by_name: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """Frames and result of tools, by name."""
    answered: int = 0
    """How many calls were answered."""

    @classmethod
    def of(
        cls,
        marked: MarkedTokens,
        found: Insertions | None,
        by_name: Mapping[str, tuple[int, str]],
    ) -> Tools:
        """Return the tools of a dialogue; a file's go before what was recorded."""
        return cls(marked, found.calls if found is not None else (), by_name)

    def reader(self) -> CallReader:
        """Return a reader of calls."""
        return CallReader(self.marked.call)

    def answer(self, text: str) -> tuple[int, Tokens]:
        """Return the frames until a call is answered, and the tokens of its result.

        ``text`` is the call without its marks.
        """
        words = text.split()
        place, self.answered = self.answered, self.answered + 1
        if words and words[0] in self.by_name:
            frames, result = self.by_name[words[0]]
        elif place < len(self.recorded) and not self.by_name:
            return self.recorded[place]
        else:
            frames, result = USUAL_WAIT, NO_ANSWER
        return frames, np.array(self.marked.spell(RESULT, result), np.int16)


def read_tools(path: Path) -> dict[str, tuple[int, str]]:
    """Read results by tool: {"find_order": {"result": "It is on its way.", "seconds": 2}, ...}."""
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(name): (round(float(one.get("seconds", 1.0)) * FRAME_RATE), str(one["result"]))
            for name, one in found.items()
        }
    except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:
        raise UserError(
            f"--tools {path} cannot be read ({type(error).__name__}: {error}); it must be JSON like"
            ' {"find_order": {"result": "It is on its way.", "seconds": 2}}'
        ) from error


class Sheet:
    """Codes [17, T] of a prompt and a dialogue, as far as they are known, and frames put between.

    A frame off the clock is the model's alone: what it hears and says there is given.
    """

    def __init__(self, given: Tensor, start: int) -> None:
        self.given, self.start = given, start
        """What is known, -1 elsewhere; the first frame of the dialogue."""
        self.codes = given.clone()
        self.on_clock = torch.ones(given.shape[1], dtype=torch.bool)

    @property
    def num_frames(self) -> int:
        """Frames of prompt and dialogue, and those off the clock."""
        return self.given.shape[1]

    def insert(self, frame: int, columns: Tensor) -> None:
        """Put columns [17, n] before a frame, off the clock."""
        columns = columns.to(self.given)
        self.given = torch.cat((self.given[:, :frame], columns, self.given[:, frame:]), 1)
        self.codes = torch.cat((self.codes[:, :frame], columns, self.codes[:, frame:]), 1)
        away = torch.zeros(columns.shape[1], dtype=torch.bool)
        self.on_clock = torch.cat((self.on_clock[:frame], away, self.on_clock[frame:]))

    def keep(self, step: int, tokens: Tensor) -> None:
        """Write down what a step held [17]."""
        for row in range(NUM_STREAMS):
            self.codes[row, step - DELAYS[row]] = tokens[row]

    def clock(self, frame: int) -> int:
        """Return how many frames of the dialogue come before a frame."""
        return int(self.on_clock[self.start : frame].sum())

    def dialogue(self) -> Tokens:
        """Return the dialogue's codes [17, T - 1], without the last frame, on the clock alone."""
        kept = self.codes[:, self.start :][:, self.on_clock[self.start :].to(self.codes.device)]
        return kept[:, :-1].cpu().numpy().astype(np.int16)


class Caller:
    """Reads a model's calls as it writes them, and gives it the results in their time."""

    def __init__(self, tools: Tools, marks: Marks, spell: Callable[[Sequence[int]], str]) -> None:
        self.calls: list[Call] = []
        self._tools, self._marks, self._spell = tools, marks, spell
        self._reader = tools.reader()
        self._writing = False
        self._due: list[tuple[int, int, Tokens]] = []
        """Frames of the clock when results are there, places of their calls, and their tokens."""

    def drawn(self, sheet: Sheet, step: int, token: int) -> None:
        """Stop the clock before a frame if the text drawn for it begins a call."""
        if len(self.calls) < MOST_CALLS and self._reader.begins(token):
            sheet.insert(step, self._columns([NO_TOKEN]))
            self._writing = True

    def stepped(self, sheet: Sheet, step: int, token: int) -> None:
        """Go on with a call, end it, or give a result that is due."""
        if self._writing:
            call = self._reader.read(token)
            if call is None:
                sheet.insert(step + 1, self._columns([NO_TOKEN]))
                return
            self._writing = False
            self._end(call, sheet.clock(step))
        now = sheet.clock(step + 1)
        for due in [one for one in self._due if one[0] <= now]:
            self._due.remove(due)
            _, place, result = due
            sheet.insert(step + 1, self._columns(result.tolist()))
            self.calls[place] = replace(self.calls[place], result_frame=now, result=result)

    def written(self, call: Call) -> dict[str, Any]:
        """Return a call as text."""
        result = None if call.result is None else self._spell(call.result.tolist())
        return {
            "frame": call.frame,
            "call": self._spell(call.call.tolist()),
            "result_frame": call.result_frame,
            "result": result,
        }

    def _end(self, call: Tokens, frame: int) -> None:
        size = len(self._tools.marked.call)
        frames, result = self._tools.answer(self._spell(call[size:-size].tolist()))
        self._due.append((frame + frames, len(self.calls), result))
        self.calls.append(Call(frame, call))

    def _columns(self, text: Sequence[int]) -> Tensor:
        """Return frames [17, n] off the clock: text, the agent's silence, the user's sine."""
        column = torch.tensor([0, *self._marks.silence, *self._marks.sine])
        columns = column[:, None].repeat(1, len(text))
        columns[TEXT] = torch.tensor(text)
        return columns
