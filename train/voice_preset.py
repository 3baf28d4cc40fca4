"""Voice presets as PersonaPlex's server and web client list them: NAME.pt beside the weights.

    voice codes [K, Tv], model  ->  {"embeddings": [Tv - 1, 1, 1, D], "cache": [1, 17, 4]}

A preset is made of one model's embeddings and is stale once these train on; codes and sound are
not. NVIDIA/personaplex, lm.py: _step_voice_prompt_core and load_voice_prompt_embeddings.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from train import prompt
from train.config import UserError
from train.data import Corpus
from train.delay import delay
from train.examples import Epoch
from train.model import DuplexLM
from train.prompt import AGENT, DELAYS, NUM_STREAMS, TEXT, USER, Marks, Tokens

CACHE = max(DELAYS) + 3
"""Steps that LMGen's ring of tokens holds."""
UNGENERATED = -2
"""What the ring holds where nothing was written yet."""


def make_preset(
    model: DuplexLM, voice: Tokens, marks: Marks, dtype: torch.dtype = torch.bfloat16
) -> dict[str, Tensor]:
    """Return what PersonaPlex would save after stepping through a voice sample [K, Tv]."""
    frames = voice.shape[1]
    if frames < CACHE:
        raise UserError(f"a voice sample of {frames} frames is too short, it takes {CACHE}")
    codes = np.empty((NUM_STREAMS, frames), np.int64)
    codes[TEXT] = marks.pad
    codes[AGENT] = voice
    codes[USER] = np.asarray(marks.sine)[:, None]
    initial = model.config.initial
    fed = torch.from_numpy(codes[:, 1:])  # the first frame never reaches the model
    inputs = delay(fed, torch.ones_like(fed, dtype=torch.bool), initial).inputs
    return {
        "embeddings": _embed(model, inputs, dtype)[:, None, None],
        "cache": _ring(torch.from_numpy(codes), initial)[None],
    }


@torch.no_grad()
def _embed(model: DuplexLM, inputs: Tensor, dtype: torch.dtype) -> Tensor:
    """Add up the vectors of inputs [17, S] in PersonaPlex's order, text last: [S, D].

    In bfloat16 the order shows in the last bit.
    """
    tables: list[torch.nn.Embedding] = [*model.emb, model.text_emb]
    rows = [*inputs[1:], inputs[TEXT]]
    total = torch.zeros((), dtype=dtype)
    for table, row in zip(tables, rows, strict=True):
        total = total + table.weight.detach().to("cpu", dtype)[row]
    return total


def _ring(codes: Tensor, initial: Tensor) -> Tensor:
    """Return LMGen's tokens [17, CACHE] after codes [17, Tv] were given to it frame by frame."""
    ring = torch.full((NUM_STREAMS, CACHE), UNGENERATED)
    for offset in range(codes.shape[1]):
        for row, shift in enumerate(DELAYS):
            ring[row, (offset + shift) % CACHE] = codes[row, offset]
            if offset <= shift:
                ring[row, offset % CACHE] = initial[row]
        if offset == 0:
            ring[:, 0] = initial
    return ring


def save_presets(
    model: DuplexLM, corpus: Corpus, dialog_ids: list[str], folder: Path
) -> list[Path]:
    """Write the agents' voices of some dialogues as FOLDER/DIALOG_ID.pt."""
    folder.mkdir(parents=True, exist_ok=True)
    epoch = Epoch(corpus, prompt.PromptPolicy(), 0, 0)
    files = []
    for dialog_id in dialog_ids:
        voice = epoch.dialogue(corpus.row_of(dialog_id)).voice
        file = folder / f"{dialog_id}.pt"
        temporary = file.with_suffix(".tmp")
        torch.save(make_preset(model, voice, corpus.marks), temporary)
        temporary.replace(file)
        files.append(file)
    return files
