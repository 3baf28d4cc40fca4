"""Tokens that are in no shard, such as what a trained model says, as sound.

TOKENS.npz (agent_codes, user_codes [K, T])  --codec of RUN-->  stereo [2, S], left the agent
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import soundfile

from datagen.backends.protocols import Codec
from datagen.backends.registry import CODECS
from datagen.config import BackendSpec
from datagen.engine.run_files import read_run
from datagen.storage import Where
from datagen.storage.run_folder import RunFolder
from datagen.types import SAMPLE_RATE, SPEAKERS, Codes, UserError

FORMATS = (".flac", ".wav")


def decode(run: Where, tokens: Path, path: Path) -> None:
    """Write the sound of both speakers' tokens, 16 bits at 24 kHz."""
    if path.suffix.lower() not in FORMATS:
        raise UserError(f"{path}: write it as one of {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.parent}; make it first")
    codes = read_codes(tokens)
    codec = CODECS.load(codec_of(run))
    try:
        check(codes, codec, tokens)
        stereo = np.stack([codec.decode(channel) for channel in codes])
    finally:
        codec.close()
    soundfile.write(path, stereo.T, SAMPLE_RATE, subtype="PCM_16")


def codec_of(run: Where) -> BackendSpec:
    """Return which codec a run's tokens are of."""
    return read_run(RunFolder(run)).recipe.codec


def read_codes(tokens: Path) -> list[Codes]:
    """Return the tokens [K, T] of each speaker."""
    names = [f"{speaker}_codes" for speaker in SPEAKERS]
    try:
        with np.load(tokens) as arrays:
            codes: list[Any] = [arrays[name] for name in names]
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise UserError(
            f"{tokens} cannot be read ({error}); it must be an .npz of {' and '.join(names)}"
        ) from error
    return codes


def check(codes: list[Codes], codec: Codec, tokens: Path) -> None:
    """Raise UserError unless the codec knows these tokens."""
    shapes = [channel.shape for channel in codes]
    whole = all(np.issubdtype(channel.dtype, np.integer) for channel in codes)
    good = whole and shapes[0] == shapes[1] and shapes[0][:-1] == (codec.codebooks,)
    if not good:
        raise UserError(
            f"{tokens} holds arrays of shapes {shapes}; both must be integers"
            f" of shape [{codec.codebooks}, T]"
        )
    for channel in codes:
        if channel.size and not (channel.min() >= 0 and channel.max() < codec.cardinality):
            raise UserError(
                f"{tokens} has tokens outside [0, {codec.cardinality}), which {codec.id} does not"
                " know; give the run whose tokens they are"
            )
