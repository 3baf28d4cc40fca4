"""A model one step at a time, as inference runs it: what was computed is kept, nothing is repeated.

step's inputs [B, K]  --temporal, cached-->  hidden, text logits  --choose-->  text token
hidden, text token  --depth, row by row-->  audio logits  --choose-->  audio tokens
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from train.model import DuplexLM

Choose = Callable[[int, Tensor], Tensor]
"""Picks a row's tokens [B] (0 text, 1 ... dep_q audio) by its logits [B, V]: sampled, or known."""


class Stream:
    """Conversations that go on together, with the keys and values of all steps so far."""

    def __init__(self, model: DuplexLM, *, text_alone: bool = False) -> None:
        self.model = model
        self._text_alone = text_alone
        """Read and predict no audio."""
        self.caches = model.transformer.caches(model.config.context)
        self.steps = 0

    @torch.no_grad()
    def temporal(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Read inputs [B, K, S]; return hidden [B, S, D] and text logits [B, S, Vt].

        Only the first call may hold more than one step: a prompt, read at once.
        """
        num = inputs.shape[-1]
        positions = torch.arange(self.steps, self.steps + num, device=inputs.device)[None]
        model = self.model
        x = model.text_emb(inputs[:, 0]) if self._text_alone else model.embed(inputs)
        hidden = model.out_norm(model.transformer.step(x, positions, self.caches))
        self.steps += num
        return hidden, model.text_linear(hidden)

    @torch.no_grad()
    def depth(self, hidden: Tensor, text: Tensor, choose: Choose) -> Tensor:
        """Choose the audio tokens [B, dep_q] of one step from hidden [B, D] and text [B]."""
        config, model = self.model.config, self.model
        caches = model.depformer.caches(config.dep_q)
        tokens = [text]
        for row in range(config.dep_q):
            x = model.depth_input(row, hidden, tokens[-1])[:, None]
            positions = torch.full((1, 1), row, device=x.device)
            x = model.depformer.step(x, positions, caches, row)
            tokens.append(choose(row + 1, model.linears[row](x[:, 0])))
        return torch.stack(tokens[1:], dim=1)

    def step(self, inputs: Tensor, choose: Choose) -> Tensor:
        """Read one step's inputs [B, K]; return the tokens [B, 1 + dep_q] that it predicts."""
        hidden, logits = self.temporal(inputs[..., None])
        text = choose(0, logits[:, -1])
        if self._text_alone:
            return text[:, None]
        return torch.cat((text[:, None], self.depth(hidden[:, -1], text, choose)), dim=1)
