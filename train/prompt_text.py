"""A role prompt as text and as tokens: its tags, its shorter forms, and the tokenizer that made it.

role --wrap--> "<system> role <system>" --Encode--> ids      role --sentences--> a shorter role
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from train.config import UserError
from train.prompt import Tokens

Encode = Callable[[str], list[int]]
NUM_LEVELS = 3
"""Forms of a prompt: whole, its first sentence, its first two sentences."""
NUM_PROMPTS = 2 * NUM_LEVELS
"""The agent's forms, then the user's."""


def read_tokenizer(tokenizer: str) -> bytes:
    """Return the bytes of a SentencePiece model. Raises UserError."""
    try:
        return Path(tokenizer).read_bytes()
    except OSError as error:
        raise UserError(f"data.tokenizer: {tokenizer} cannot be read ({error.strerror})") from error


def load_pieces(path: str) -> Any:
    """Return a SentencePiece model. Raises UserError."""
    content = read_tokenizer(path)
    try:
        from sentencepiece import SentencePieceProcessor
    except ImportError as error:
        raise UserError(
            f"data.tokenizer: reading {path} needs sentencepiece; pip install sentencepiece"
        ) from error
    model = SentencePieceProcessor()
    try:
        if not content or not model.LoadFromSerializedProto(content):
            raise RuntimeError("nothing in it")
    except RuntimeError as error:
        raise UserError(
            f"data.tokenizer: {path} is no SentencePiece model ({' '.join(str(error).split())});"
            " give the one that the shards were made with"
        ) from error
    return model


def load_tokenizer(path: str) -> Encode:
    """Return the encoder of a SentencePiece model."""
    model = load_pieces(path)
    return lambda text: [int(token) for token in model.encode(text)]


def sentences(text: str, num: int) -> str:
    """Return the first ``num`` sentences of a prompt; 0 is all of it.

    >>> sentences("You enjoy talking. Talk about tea. You are Kim.", 2)
    'You enjoy talking. Talk about tea.'
    """
    parts = split_sentences(text)
    return " ".join(parts[:num] if num else parts)


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a prompt."""
    return re.split(r"(?<=[.!?])\s+", text.strip())


def prompt_forms(
    batch: pa.RecordBatch,
    stored: Tokens,
    counts: NDArray[np.int64],
    encode: Encode | None,
    file: Path,
) -> tuple[Tokens, NDArray[np.int64]]:
    """Return all forms of the prompts, one after the other, and their lengths [N, NUM_PROMPTS].

    A form that is not to be had has length 0: without a tokenizer there is only the stored one.
    """
    forms = np.zeros((len(counts), NUM_PROMPTS), np.int64)
    if encode is None:
        forms[:, 0] = counts
        return stored, forms
    tokens: list[Tokens] = []
    ends = np.cumsum(counts)
    roles = zip(batch["role_prompt"], batch["user_role_prompt"], strict=True)
    for row, (agent, user) in enumerate(roles):
        whole = stored[ends[row] - counts[row] : ends[row]]
        texts = (agent.as_py(), user.as_py())
        if encode(wrap(texts[0])) != whole.tolist():
            raise UserError(
                f"data.tokenizer does not give {batch['dialog_id'][row]} the prompt tokens that"
                f" {file.name} has: give the SentencePiece model that the shards were made with"
            )
        for role, text in enumerate(texts):
            for level in range(NUM_LEVELS) if text else ():
                form = np.asarray(encode(wrap(sentences(text, level))), np.int16)
                forms[row, role * NUM_LEVELS + level] = len(form)
                tokens.append(form)
    return np.concatenate(tokens), forms


def wrap(role: str) -> str:
    """Put a role prompt between the tags that PersonaPlex reads (offline.py)."""
    return f"<system> {role} <system>"
