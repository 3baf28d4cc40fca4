"""How likely a model holds what was really said, and how much its prompts have to do with it.

    example with its own prompt, another's role, another's voice  --teacher forcing-->  gains

Each prompt is exchanged alone. A model that does not listen to prompts gains nothing by them, and
what it gains by chance is as large as the standard error over dialogues.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from train.delay import delay
from train.evaluation import Values
from train.evaluation.held_out import HeldOutDialogs, spread
from train.evaluation.moments import speaking
from train.evaluation.role import quotes
from train.loss import LossWeights, sums
from train.model import DuplexLM
from train.prompt import AGENT, NO_TOKEN, NUM_STREAMS, TEXT, Tokens

EVEN = LossWeights(pad=1.0)
"""Every token counts the same."""

OPENING = 2
"""Frames (0.16 s) of its first speech, after which an agent's voice is known from itself: in the
shards of `embedded` the sample saves 1.3 nats on the first pitch, 0.05 on the one after it."""
MANY = 8
"""As many dialogues are read as are continued: reading costs little, and errors are wide."""

Sums = NDArray[np.float64]

Example = tuple[Tokens, NDArray[np.bool_]]
"""Codes [17, T], and which of them count [17, T]."""


def gains(model: DuplexLM, held_out: HeldOutDialogs, batch_size: int) -> Values:
    """Return what role and voice prompt save: nats a quoted token, nats a code of the agent.

    From each dialogue's beginning, where the agent says who it is.
    """
    own: list[Example] = []
    other_role: list[Example] = []
    other_voice: list[Example] = []
    rows = spread(held_out.unseen, MANY * len(held_out.rows))
    for row, other in zip(rows, np.roll(rows, 1), strict=True):
        counted = _counted(held_out, int(row), int(other))
        own.append(_example(held_out, int(row), counted))
        other_role.append(_example(held_out, int(row), counted, role=int(other)))
        other_voice.append(_example(held_out, int(row), counted, voice=int(other)))
    with_own, first = teacher_forced(model, own, batch_size)
    without_role, _ = teacher_forced(model, other_role, batch_size)
    without_voice, _ = teacher_forced(model, other_voice, batch_size)
    tokens = np.stack([counted.sum(1) for _, counted in own])[:, : with_own.shape[1]]
    role, role_error = ratio((without_role - with_own)[:, TEXT], tokens[:, TEXT])
    codes = (without_voice - with_own)[:, AGENT].sum(1)
    voice, voice_error = ratio(codes, tokens[:, AGENT].sum(1))
    return {
        "role/gain": role,
        "role/gain_error": role_error,
        "role/first": ratio(first, tokens[:, TEXT])[0],
        "voice/gain": voice,
        "voice/gain_error": voice_error,
    }


def ratio(totals: Sums, counts: NDArray[np.int64]) -> tuple[float | None, float | None]:
    """Return the mean of what dialogues add up to [N] over their counts [N], and its error.

    The standard error of a ratio, linearised: dialogues are independent, tokens of one are not.
    """
    whole, num = counts.sum(), len(counts)
    if not whole:
        return None, None
    mean = float(totals.sum() / whole)
    if num < 2:
        return mean, None
    spread = ((totals - mean * counts) ** 2).sum() * num / (num - 1)
    return mean, float(np.sqrt(spread) / whole)


def _counted(held_out: HeldOutDialogs, row: int, other: int) -> NDArray[np.bool_]:
    """Mark the tokens [17, T] that a prompt has a say in: quotes, and the first that is heard."""
    parts = held_out.parts(row)
    text, agent = parts.text[: held_out.room], parts.agent[:, : held_out.room]
    counted = np.zeros((NUM_STREAMS, len(text)), np.bool_)
    counted[TEXT] = quotes(held_out, text, row, other)
    speech = speaking(agent, held_out.corpus.marks.silence)
    speech[-1:] = False  # the last frame's acoustic codes have no step
    counted[AGENT, np.flatnonzero(speech)[:OPENING]] = True
    return counted


def _example(
    held_out: HeldOutDialogs,
    row: int,
    counted: NDArray[np.bool_],
    *,
    role: int | None = None,
    voice: int | None = None,
) -> Example:
    codes, start = held_out.example(row, 0, counted.shape[1], role=role, voice=voice)
    return codes, np.pad(counted, ((0, 0), (start, 0)))


@torch.no_grad()
def teacher_forced(
    model: DuplexLM, examples: Sequence[Example], batch_size: int
) -> tuple[Sums, Sums]:
    """Return each example's loss on the tokens that count [N, 1 + dep_q], in nats, and how many
    of those of its text came first [N]."""
    device = next(model.parameters()).device
    losses, first = [], []
    for index in range(0, len(examples), batch_size):
        codes, mask = _stack(examples[index : index + batch_size])
        steps = delay(codes.to(device), mask.to(device), model.config.initial.to(device))
        heard = steps.mask[:, 1:].any(1)
        heard[:, 0] = True  # the depth transformer takes no batch of nothing
        text, audio = model(steps.inputs, steps.targets, depth_steps=heard)
        parts = audio.split(heard.sum(1).tolist(), dim=2)
        for one, part in enumerate(parts):
            row = slice(one, one + 1)
            of_row = (text[row], part, steps.targets[row], steps.mask[row], EVEN, heard[row])
            losses.append(sums(*of_row).numerators.tolist())
        guessed = (text.argmax(-1) == steps.targets[:, TEXT]) & steps.mask[:, TEXT]
        first += guessed.sum(1).tolist()
    return np.array(losses), np.array(first, float)


def _stack(examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return codes and mask [B, 17, T], filled up with -1 on the right."""
    longest = max(codes.shape[1] for codes, _ in examples)
    stacked = np.full((len(examples), NUM_STREAMS, longest), NO_TOKEN, np.int64)
    counted = np.zeros((len(examples), NUM_STREAMS, longest), np.bool_)
    for row, (codes, mask) in enumerate(examples):
        stacked[row, :, : codes.shape[1]] = codes
        counted[row, :, : codes.shape[1]] = mask
    return torch.from_numpy(stacked), torch.from_numpy(counted)
