"""Sound that is in no shard, as tokens: what a user says to a trained model, or a voice for it.

SOUND (.wav, .flac)  --first channel, 24 kHz, codec of RUN-->  TOKENS.npz: codes [K, T]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr

from datagen.audio.headers import require_whole
from datagen.backends.registry import CODECS
from datagen.show.decode import codec_of
from datagen.stages.tokens import voice_prompt
from datagen.storage import Where
from datagen.types import FRAME, SAMPLE_RATE, Audio, UserError


def encode(run: Where, sound: Path, tokens: Path, *, voice: bool = False) -> int:
    """Write a sound file's tokens; return their frames.

    A ``voice`` sample is brought to the loudness of a prompt and encoded as inference does it.
    """
    if tokens.suffix != ".npz":
        raise UserError(f"{tokens}: tokens are written as .npz")
    audio = read_sound(sound)
    codec = CODECS.load(codec_of(run))
    try:
        codes = codec.encode_prompt(voice_prompt(audio)) if voice else codec.encode(audio)
    finally:
        codec.close()
    tokens.parent.mkdir(parents=True, exist_ok=True)
    np.savez(tokens, codes=codes)
    return int(codes.shape[1])


def read_sound(path: Path) -> Audio:
    """Return a file's first channel at 24 kHz [S], at least a frame of it."""
    try:
        require_whole(path)
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UserError(f"{path} cannot be read as sound ({error})") from error
    mono = soxr.resample(np.ascontiguousarray(audio[:, 0]), rate, SAMPLE_RATE)
    if len(mono) < FRAME or not np.abs(mono).max() > 0:
        raise UserError(f"{path} holds no sound of a frame (80 ms) or more")
    return np.asarray(mono, np.float32)
