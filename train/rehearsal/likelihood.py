"""How likely a model holds what was really said, and how much its prompts have to do with it.

    example with its own prompt, another's role, another's voice  --teacher forcing-->  gains

Each prompt is exchanged alone. A model that does not listen to prompts gains nothing by them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from train.delay import delay
from train.loss import LossSums, LossWeights, sums
from train.model import DuplexLM
from train.prompt import AGENT, NO_TOKEN, NUM_STREAMS, TEXT, Tokens
from train.rehearsal import Values
from train.rehearsal.heldout import HeldOut
from train.rehearsal.moments import speaking
from train.rehearsal.role import quotes

EVEN = LossWeights(pad=1.0)
"""Every token counts the same."""

Example = tuple[Tokens, NDArray[np.bool_]]
"""Codes [17, T], and which of them count [17, T]."""


def gains(model: DuplexLM, held_out: HeldOut, batch_size: int) -> Values:
    """Return what role and voice prompt save: nats a quoted token, nats a code of the agent.

    From each dialogue's beginning, where the agent says who it is.
    """
    own: list[Example] = []
    other_role: list[Example] = []
    other_voice: list[Example] = []
    for row, other in zip(held_out.rows, held_out.others(), strict=True):
        counted = _counted(held_out, int(row), int(other))
        own.append(_example(held_out, int(row), counted))
        other_role.append(_example(held_out, int(row), counted, role=int(other)))
        other_voice.append(_example(held_out, int(row), counted, voice=int(other)))
    with_own, right = teacher_forced(model, own, batch_size)
    without_role, _ = teacher_forced(model, other_role, batch_size)
    without_voice, _ = teacher_forced(model, other_voice, batch_size)
    role = (without_role.per_row() - with_own.per_row())[TEXT]
    voice = (without_voice.per_row() - with_own.per_row())[AGENT].mean()
    quoted = float(with_own.denominators[TEXT])
    return {
        "role/gain": float(role) if quoted else None,
        "role/first": right / quoted if quoted else None,
        "voice/gain": float(voice) if voice.isfinite() else None,
    }


def _counted(held_out: HeldOut, row: int, other: int) -> NDArray[np.bool_]:
    """Mark the tokens [17, T] that a prompt has a say in: quotes, and what the agent utters."""
    parts = held_out.parts(row)
    text, agent = parts.text[: held_out.room], parts.agent[:, : held_out.room]
    counted = np.zeros((NUM_STREAMS, len(text)), np.bool_)
    counted[TEXT] = quotes(held_out, text, row, other)
    counted[AGENT] = speaking(agent, held_out.corpus.marks.silence)
    return counted


def _example(
    held_out: HeldOut,
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
) -> tuple[LossSums, int]:
    """Return the loss of each row on the tokens that count, and how many of the text came first."""
    device = next(model.parameters()).device
    zero = torch.zeros(1 + model.config.dep_q, device=device)
    found, right = LossSums(zero, zero.clone()), 0
    for index in range(0, len(examples), batch_size):
        codes, mask = _stack(examples[index : index + batch_size])
        steps = delay(codes.to(device), mask.to(device), model.config.initial.to(device))
        text, audio = model(steps.inputs, steps.targets)
        found = found + sums(text, audio, steps.targets, steps.mask, EVEN)
        guessed = text.argmax(-1) == steps.targets[:, TEXT]
        right += int((guessed & steps.mask[:, TEXT]).sum())
    return found, right


def _stack(examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return codes and mask [B, 17, T], filled up with -1 on the right."""
    longest = max(codes.shape[1] for codes, _ in examples)
    stacked = np.full((len(examples), NUM_STREAMS, longest), NO_TOKEN, np.int64)
    counted = np.zeros((len(examples), NUM_STREAMS, longest), np.bool_)
    for row, (codes, mask) in enumerate(examples):
        stacked[row, :, : codes.shape[1]] = codes
        counted[row, :, : codes.shape[1]] = mask
    return torch.from_numpy(stacked), torch.from_numpy(counted)
