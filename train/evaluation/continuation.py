"""Many dialogues at once, the agent's part drawn where it is not given.

    codes [17, T] each, -1 where the model speaks  --one stream a batch-->  codes [17, T - 1]

The same draws as `sample.respond`, which takes one dialogue at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b

import numpy as np
import torch
from torch import Tensor

from train.delay import delay
from train.model import DuplexLM
from train.prompt import DELAYS, NO_TOKEN, NUM_STREAMS, TEXT, Tokens
from train.sample import TokenSampling, draw
from train.stream import Stream

BATCH = 32
"""Dialogues in one stream."""
DrawRow = Callable[[int, Tensor, Tensor], Tensor]
"""Draws a row's tokens [B] from its logits [B, V]; what is given of them [B] is -1 where not."""


def continue_all(
    model: DuplexLM,
    known: Sequence[Tokens],
    sampling: TokenSampling,
    name: str,
    *,
    text_alone: bool = False,
) -> list[Tokens]:
    """Return what is known, continued: the last frame is missing. ``name`` seeds the draws.

    With ``text_alone`` audio rows stay as they are, -1.
    """
    rows = slice(TEXT, TEXT + 1) if text_alone else slice(None)
    starts = np.array([_first_unknown(codes[rows]) for codes in known])
    found: list[Tokens] = [np.empty(0, np.int16)] * len(known)
    order = np.argsort(starts, kind="stable")
    for index in range(0, len(order), BATCH):
        chosen = order[index : index + BATCH]
        digest = blake2b(f"{sampling.seed}/{name}/{index}".encode(), digest_size=7).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(digest, "big"))
        batch = stack([known[row] for row in chosen])
        stream = Stream(model, text_alone=text_alone)
        codes = continue_batch(
            stream, batch, int(starts[chosen].min()), _together(sampling, generator)
        )
        for row, one in zip(chosen, codes, strict=True):
            found[row] = one[:, : known[row].shape[1] - 1]
    return found


def _first_unknown(codes: Tokens) -> int:
    """Return the first frame with something to draw; there is always a prompt before it."""
    unknown = (codes == NO_TOKEN).any(0)
    return int(unknown.argmax()) if unknown.any() else codes.shape[1]


def stack(known: Sequence[Tokens]) -> Tensor:
    """Return a batch [B, 17, T]; shorter ones are drawn beyond their end, for nobody."""
    longest = max(codes.shape[1] for codes in known)
    stacked = np.full((len(known), NUM_STREAMS, longest), NO_TOKEN, np.int64)
    for row, codes in enumerate(known):
        stacked[row, :, : codes.shape[1]] = codes
    return torch.from_numpy(stacked)


def _together(sampling: TokenSampling, generator: torch.Generator) -> DrawRow:
    """Return what draws for a whole batch at once."""
    return lambda row, logits, known: draw(row, logits, sampling, generator)


@torch.no_grad()
def continue_batch(stream: Stream, given: Tensor, start: int, draw_row: DrawRow) -> Tokens:
    """Return codes [B, 17, T] in which every -1 from frame ``start`` on is drawn."""
    model = stream.model
    device = next(model.parameters()).device
    given = given.to(device)
    codes = given.clone()
    before = given[..., :start]
    forced = delay(before, torch.ones_like(before, dtype=torch.bool), model.config.initial)
    stream.temporal(forced.inputs)
    tokens = forced.targets[..., -1]
    for step in range(start, given.shape[2]):
        column = torch.stack([given[:, row, step - shift] for row, shift in enumerate(DELAYS)], 1)

        def choose(row: int, logits: Tensor, column: Tensor = column) -> Tensor:
            known = column[:, row]
            if bool((known >= 0).all()):
                return known
            return torch.where(known >= 0, known, draw_row(row, logits, known))

        predicted = stream.step(tokens, choose)
        tokens = torch.cat((predicted, column[:, predicted.shape[1] :]), dim=1)
        for row, shift in enumerate(DELAYS):
            codes[:, row, step - shift] = tokens[:, row]
    return codes.cpu().numpy().astype(np.int16)
