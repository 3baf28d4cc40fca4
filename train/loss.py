"""PersonaPlex's loss: semantic rows 1, acoustic rows 0.02, padded text 0.3, prompts 0.

    logits, targets, mask  --sums-->  LossSums, added over micro-batches and ranks  --total-->  loss

The loss is one weighted mean of text and one of audio over the *whole* optimiser step, so its
denominators must be known before the first backward pass: `counts` needs only targets and mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from train.delay import at
from train.prompt import EPAD, NUM_CODEBOOKS, PAD


@dataclass(frozen=True, kw_only=True)
class LossWeights:
    """Weights of the predictions (PersonaPlex, section 4); only their ratios matter."""

    text: float = 1.0
    """Weight of the mean of text beside the mean of audio."""
    semantic: float = 1.0
    acoustic: float = 0.02
    pad: float = 0.3
    """Weight of text whose target is in ``pad_ids``."""
    pad_ids: tuple[int, ...] = (PAD, EPAD)
    quoted: float = 1.0
    """Factor on text whose token stands in the example's own role prompt and in few others': names,
    prices, times. More than 1 teaches to quote the prompt sooner; the paper has no such weight."""
    user_stream: float = 1.0
    """Factor on the user's rows; 0 leaves them inputs only."""
    depth_frames: float = 1.0
    """Share of each dialogue's frames whose audio rows train, drawn anew in each step. Less saves
    the depth transformer's time (Sesame's CSM trains on 1/16); text and temporal always see all."""
    pad_frames: float = 1.0
    """Share of each dialogue's padded text that trains, drawn anew in each step; it weighs as much
    as all of it. Most of a text row is padding, and each prediction goes through a large table."""
    codebooks: int = NUM_CODEBOOKS
    """Audio rows of one speaker, the first of which is semantic; the agent's come first."""

    def rows(self, num_audio: int) -> tuple[float, ...]:
        """Return the weight of each row [1 + num_audio] in its mean: text's alone, then audio's."""
        return (
            1.0,
            *(
                (self.acoustic if row % self.codebooks else self.semantic)
                * (1.0 if row < self.codebooks else self.user_stream)
                for row in range(num_audio)
            ),
        )

    def drawn(self) -> LossWeights:
        """Return the weights of a step whose padded text was drawn: the mean stays what it was."""
        return replace(self, pad=self.pad / self.pad_frames)


@dataclass(frozen=True)
class LossSums:
    """Cross-entropy in nats and number of predictions of each row [1 + dep_q], float32.

    Padded text counts by its weight. Row weights come in `total`, so that a row of weight 0 still
    has a loss to watch.
    """

    numerators: Tensor
    denominators: Tensor

    def __add__(self, other: LossSums) -> LossSums:
        """Add two micro-batches or ranks."""
        return LossSums(self.numerators + other.numerators, self.denominators + other.denominators)

    def per_row(self) -> Tensor:
        """Return the mean loss of each row [1 + dep_q], NaN where nothing was predicted."""
        return self.numerators / self.denominators


def counts(
    targets: Tensor,
    mask: Tensor,
    weights: LossWeights,
    dep_q: int,
    quoted: Tensor | None = None,
) -> Tensor:
    """Return the denominators [1 + dep_q] of targets and mask [B, K, S], before any forward.

    ``quoted`` [B, S] marks the text that is quoted from the prompt.
    """
    text = (_text_weights(targets[:, 0], weights, quoted) * mask[:, 0]).sum()
    return torch.cat((text[None], mask[:, 1 : 1 + dep_q].sum((0, 2)).to(text)))


def sums(
    text_logits: Tensor,
    audio_logits: Tensor | Sequence[Tensor] | None,
    targets: Tensor,
    mask: Tensor,
    weights: LossWeights,
    depth_steps: Tensor | None = None,
    *,
    text_steps: Tensor | None = None,
    quoted: Tensor | None = None,
) -> LossSums:
    """Sum up the loss of text logits [B, S, Vt] and audio logits [B, dep_q, S, Va], if any.

    The audio's rows may be given apart, [B, S, Va] each. With ``depth_steps`` [B, S], they are of
    those steps alone: [1, N, Va]; with ``text_steps`` [B, S], text logits are: [1, N, Vt].
    """
    rows = audio_logits.unbind(1) if isinstance(audio_logits, Tensor) else audio_logits or ()
    denominators = counts(targets, mask, weights, len(rows), quoted)
    text_weights = _text_weights(targets[:, 0], weights, quoted) * mask[:, 0]
    text_targets = targets[:, 0]
    if text_steps is not None:
        text_weights, text_targets = text_weights[text_steps][None], text_targets[text_steps][None]
    numerators = [(_cross_entropy(text_logits, text_targets) * text_weights).sum()]
    if depth_steps is not None:
        targets, mask = at(targets, depth_steps), at(mask, depth_steps)
    for row, logits in enumerate(rows, start=1):
        losses = _cross_entropy(logits, targets[:, row])
        numerators.append((losses * mask[:, row]).sum())
    return LossSums(torch.stack(numerators), denominators)


def total(step: LossSums, weights: LossWeights, denominators: Tensor | None = None) -> Tensor:
    """Return the loss: weighted mean of text plus weighted mean of audio; 0 where nothing trains.

    Give a micro-batch the ``denominators`` of the whole step (all micro-batches of all ranks):
    the losses then add up to the step's. Where gradients are averaged over ranks, as FSDP does,
    multiply by the number of ranks.
    """
    denominators = step.denominators if denominators is None else denominators
    num_audio = len(step.numerators) - 1
    rows = torch.tensor(weights.rows(num_audio), device=step.numerators.device)
    above, below = rows * step.numerators, rows * denominators
    text, audio = _ratio(above[0], below[0]), _ratio(above[1:].sum(), below[1:].sum())
    return weights.text * text + audio


def is_padding(targets: Tensor, weights: LossWeights) -> Tensor:
    """Return which text targets [B, S] count as padding."""
    return torch.isin(targets, torch.tensor(weights.pad_ids, device=targets.device))


def _cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the loss of each position, float32; logits [B, S, V], targets [B, S] -> [B, S].

    Targets that no prediction has (-1, the initial token) are counted as another: the caller
    gives them no weight.
    """
    log_probabilities = functional.log_softmax(logits, dim=-1, dtype=torch.float32)
    flat = log_probabilities.flatten(0, -2)
    inside = targets.clamp(0, logits.shape[-1] - 1).flatten()
    losses = functional.nll_loss(flat, inside, reduction="none")
    return losses.view_as(targets)


def _text_weights(targets: Tensor, weights: LossWeights, quoted: Tensor | None = None) -> Tensor:
    found = torch.where(is_padding(targets, weights), weights.pad, 1.0)
    return found if quoted is None else torch.where(quoted, found * weights.quoted, found)


def _ratio(numerator: Tensor, denominator: Tensor) -> Tensor:
    return numerator / torch.where(denominator > 0, denominator, 1.0)
