"""What makes rows of one `DiaForConditionalGeneration.generate` independent of each other.

    logits [B x K, V] --RowEnds--> an end where a row is too long --RowDraws--> one token a codebook

transformers draws all rows from one generator and stops them together. These go in as logits
processors; `generate` drops those that it is given (transformers 5.23), hence `processing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


class RowEnds:
    """Ends a row after so many steps of its own, as if the model had drawn the end."""

    def __init__(self, steps: Sequence[int], num_codebooks: int, end: int) -> None:
        self._steps = steps
        self._num_codebooks = num_codebooks
        self._end = end
        self._step = 0

    def __call__(self, ids: Any, scores: Any) -> Any:
        """Leave the first codebook of a row that is over nothing but the end."""
        for row, steps in enumerate(self._steps):
            if self._step == steps:
                first = scores[row * self._num_codebooks]
                first.fill_(-float("inf"))
                first[self._end] = 0.0
        self._step += 1
        return scores


class RowDraws:
    """Draws a row's tokens from a generator of its own, and leaves nothing else to draw."""

    def __init__(self, seeds: Sequence[int], num_codebooks: int, device: Any) -> None:
        import torch

        self._torch = torch
        self._num_codebooks = num_codebooks
        self._generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]

    def __call__(self, ids: Any, scores: Any) -> Any:
        """Return scores [B x K, V] that are minus infinity but for one token each."""
        weights = self._torch.softmax(scores.float(), dim=-1)
        noise = self._torch.empty_like(weights)
        rows = noise.split(self._num_codebooks)
        for row, generator in zip(rows, self._generators, strict=True):
            row.exponential_(generator=generator)
        chosen = (weights / noise).argmax(-1, keepdim=True)
        return self._torch.full_like(scores, -float("inf")).scatter_(1, chosen, 0.0)


@contextmanager
def processing(model: Any, limits: RowEnds, draws: RowDraws) -> Iterator[None]:
    """Let a model's `generate` use these: limits before it delays the codebooks, draws after."""
    whole = model._get_logits_processor

    def processors(*args: Any, **given: Any) -> Any:
        made = whole(*args, **given)
        made.insert(len(made) - 1, limits)
        made.append(draws)
        return made

    model._get_logits_processor = processors
    try:
        yield
    finally:
        del model._get_logits_processor
