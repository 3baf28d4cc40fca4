"""Clips of `datagen pairs`: a moment on an axis of turn-taking, from which on the agent is drawn.

    RUN/pairs/clips-*.parquet  ->  ClipSet  --rows-->  codes [17, T], -1 where the model speaks

For reinforcement: a group of answers to one clip is drawn, and `train.rewards` compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from train import prompt
from train.evaluation.moments import speaking
from train.pairs import pieces, read_tables
from train.prompt import AGENT, NO_TOKEN, NUM_CODEBOOKS, TEXT, ExampleParts, Marks, Tokens
from train.rewards import AXES, NOD

LABELS = ("clip_id", "dialog_id", "split", "axis")
_TOKENS = ("prompt_tokens", "agent_voice_codes", "user_codes", "agent_text", "agent_codes")


class ClipSet:
    """All clips of some files, in the order of their ids."""

    def __init__(self, files: Sequence[Path]) -> None:
        tables, self.metadata = read_tables(files, (*LABELS, "decision", "window", *_TOKENS))
        table = pa.concat_tables(tables).combine_chunks().sort_by("clip_id")
        self.labels = {name: np.asarray(table[name].to_pylist()) for name in LABELS}
        self.decisions = np.asarray(table["decision"])
        """Frame of each clip from which on the agent is judged."""
        self.windows = np.asarray(table["window"])
        """Frames in which it counts what the agent does."""
        self._tokens = {name: pieces(table[name]) for name in _TOKENS}
        self.marks = Marks(
            silence=self.metadata.silence, sine=self.metadata.sine, pad=self.metadata.pad
        )

    def __len__(self) -> int:
        return len(self.decisions)

    def known(self, row: int, voice_frames: int) -> Tokens:
        """Return a clip's prompt and frames [17, T], the agent unknown (-1) from the decision on.

        It ends a second after the window, so that what begins in it is seen to last, and one frame
        later: the last frame that is drawn is not whole. The user is silent beyond the clip's end.
        """
        decision, drawn = int(self.decisions[row]), int(self.windows[row]) + NOD + 1
        length = decision + drawn
        voice, user, agent = (
            self._tokens[name][row].reshape(NUM_CODEBOOKS, -1)
            for name in ("agent_voice_codes", "user_codes", "agent_codes")
        )
        silence = np.asarray(self.marks.silence, np.int16)[:, None]
        padding = np.full((1, 1), self.marks.pad, np.int16)
        parts = ExampleParts(
            text=_lengthened(self._tokens["agent_text"][row][None], padding, length)[0],
            agent=_lengthened(agent, silence, length),
            user=_lengthened(user, silence, length),
            voice=voice[:, :voice_frames],
            prompt=self._tokens["prompt_tokens"][row],
        )
        codes, _ = prompt.assemble(parts, self.marks, prompt.MAX_FRAMES)
        codes = codes.copy()
        for rows in (TEXT, AGENT):
            codes[rows, -drawn:] = NO_TOKEN
        return codes

    def reward(self, row: int, codes: Tokens) -> float:
        """Return what an answer is worth on the clip's axis; ``codes`` [17, T - 1] as drawn."""
        window = int(self.windows[row])
        speech = speaking(codes[AGENT, -window - NOD :], self.marks.silence)
        return AXES[str(self.labels["axis"][row])](speech, window)

    def judged(self, row: int, num_frames: int) -> NDArray[np.bool_]:
        """Return which of ``num_frames`` frames [T - 1] of an answer were drawn."""
        return np.arange(num_frames) >= num_frames - int(self.windows[row]) - NOD


def _lengthened(codes: Tokens, filling: Tokens, length: int) -> Tokens:
    """Return codes [K, T] cut or filled to ``length`` frames."""
    kept = codes[:, :length]
    rest = np.repeat(filling, length - kept.shape[1], axis=1)
    return np.concatenate((kept, rest), axis=1)
