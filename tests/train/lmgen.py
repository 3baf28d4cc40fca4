"""PersonaPlex's LMGen written down from its description, slowly: the oracle of test_lmgen.py.

NVIDIA/personaplex, moshi/models/lm.py, prepare_step_input and process_transformer_output: a ring of
tokens, what is provided and what is not, and nothing kept but tokens, so that each step reads all.
"""

from __future__ import annotations

import torch
from torch import Tensor

from train.model import DuplexLM
from train.prompt import DELAYS, Tokens

RING = max(DELAYS) + 3


class LMGen:
    """Takes a frame's tokens, some of them unknown; greedy."""

    def __init__(self, model: DuplexLM) -> None:
        self.model = model
        self.offset = 0
        self.cache = torch.full((len(DELAYS), RING), -2)
        self.provided = torch.zeros((len(DELAYS), RING), dtype=torch.bool)
        self.read: list[Tensor] = []
        """Everything the temporal transformer has read, [17] a step."""

    def step(self, frame: dict[int, int]) -> Tensor | None:
        """Take the known rows of a frame; return the tokens [17] of the frame before last."""
        initial = self.model.config.initial
        for row, token in frame.items():
            place = (self.offset + DELAYS[row]) % RING
            self.cache[row, place], self.provided[row, place] = token, True
        for row, shift in enumerate(DELAYS):
            if self.offset <= shift:
                self.cache[row, self.offset % RING] = initial[row]
                self.provided[row, self.offset % RING] = True
        if self.offset == 0:
            self.cache[:, 0] = initial
            self.offset += 1
            return None
        before, now = (self.offset - 1) % RING, self.offset % RING
        self.read.append(self.cache[:, before].clone())
        self._predict(now)
        self.provided[:, before] = False
        self.offset += 1
        if self.offset - 1 <= max(DELAYS):
            return None
        out = [(self.offset - 1 - max(DELAYS) + shift) % RING for shift in DELAYS]
        return self.cache[torch.arange(len(DELAYS)), torch.tensor(out)].clone()

    def _predict(self, now: int) -> None:
        """Fill a step's tokens where they were not provided, row by row."""
        inputs = torch.stack(self.read, dim=1)[None]
        for row in range(len(DELAYS)):
            targets = torch.zeros_like(inputs)
            targets[0, :, -1] = self.cache[:, now].clamp(min=0)
            with torch.no_grad():
                text, audio = self.model(inputs, targets)
            logits = text[0, -1] if row == 0 else audio[0, row - 1, -1]
            if not self.provided[row, now]:
                self.cache[row, now] = logits.argmax()


def speak(model: DuplexLM, prompt: Tokens, user: Tokens) -> list[Tensor]:
    """Feed a prompt [17, P] and a user's codes [K, T]; return the frames [17] that come out."""
    generator = LMGen(model)
    for column in prompt.T.tolist():
        generator.step(dict(enumerate(column)))
    frames = [generator.step(dict(enumerate(column, start=9))) for column in user.T.tolist()]
    return [frame for frame in frames if frame is not None]
