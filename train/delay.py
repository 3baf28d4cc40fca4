"""The acoustic delay: Moshi predicts a frame's acoustic codes one step after its semantic code.

    codes [K, T], a column a frame  --delay-->  inputs, targets, mask [K, S = T], a column a step

The model knows no delays: it lives in steps, and everything outside of training lives in frames.
The loss mask is applied before the delay, so that what belongs to the prompt stays masked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from train.prompt import DELAYS


class Delayed(NamedTuple):
    """A sequence as the model takes it, [..., K, S] each."""

    inputs: Tensor
    """Tokens that a step sees: the targets of the step before."""
    targets: Tensor
    """Tokens that a step predicts: initial before a delayed row begins, -1 where there is none."""
    mask: Tensor
    """Which targets train."""


def delay(
    codes: Tensor, loss_mask: Tensor, initial: Tensor, delays: Sequence[int] = DELAYS
) -> Delayed:
    """Turn codes [..., K, T] (undelayed, -1 for no token) and their loss mask into steps.

    ``initial`` [K] are the tokens before the first. As in moshi there are as many steps as frames:
    the last acoustic codes of a sequence have no step, and with padding on the right (-1 in all
    rows) neither have those of a shorter one, so padding never changes the loss.
    """
    assert codes.shape[-2] == len(delays) == len(initial)
    begin = initial.to(codes)[:, None].expand_as(codes)
    frames = codes.shape[-1]
    targets, mask = begin.clone(), torch.zeros_like(codes, dtype=torch.bool)
    for row, shift in enumerate(delays):
        kept = max(frames - shift, 0)
        targets[..., row, shift:] = codes[..., row, :kept]
        mask[..., row, shift:] = loss_mask[..., row, :kept] & (codes[..., row, :kept] >= 0)
    mask &= (codes >= 0).any(-2, keepdim=True)
    inputs = torch.cat((begin[..., :1], targets[..., :-1]), dim=-1)
    return Delayed(inputs, targets, mask)


def at(codes: Tensor, steps: Tensor) -> Tensor:
    """Return the columns of codes [B, K, S] at the N steps marked in [B, S], as [1, K, N]."""
    return codes.transpose(1, 2)[steps].T[None]


def undelay(steps: Tensor, delays: Sequence[int] = DELAYS) -> Tensor:
    """Turn predicted steps [..., K, S] back into frames [..., K, S - longest delay]."""
    assert steps.shape[-2] == len(delays)
    frames = max(steps.shape[-1] - max(delays), 0)
    rows = [steps[..., row, shift : shift + frames] for row, shift in enumerate(delays)]
    return torch.stack(rows, dim=-2)
