"""Does the agent speak with the voice of its prompt?

    generated codes --codec's decoder--> sound --timbre, pitch--> nearest of all prompts' voices?

The decoder is a command (`--decode`). Without one only `likelihood.gains` speaks of voices.
"""

from __future__ import annotations

import shlex
import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train.config import UserError
from train.evaluation import Values
from train.evaluation.held_out import HeldOutDialogs
from train.evaluation.moments import speaking
from train.evaluation.timbre import describe
from train.prompt import Tokens

GAP_FRAMES = 12
"""Frames of silence between two speakers in one file: no decoder's sound reaches so far."""
FRAME = 1_920
"""Samples of a frame at 24 kHz."""
MIN_SPEECH = 12
"""Frames (1 s) of speech that a voice can be told from."""

Sound = NDArray[np.float32]


def similarity(
    held_out: HeldOutDialogs, said: Sequence[Tokens], command: str, folder: Path
) -> Values:
    """Return how often the agent sounds more like its own prompt than like another's; chance 0.5.

    ``said`` are codes [K, T] of each agent. Only who speaks for a second is counted.
    """
    silence = held_out.corpus.marks.silence
    prompts = [_voiced(held_out.parts(row).voice, silence) for row in held_out.rows]
    agents = [_voiced(codes, silence) for codes in said]
    usable = [
        index
        for index, pair in enumerate(zip(prompts, agents, strict=True))
        if min(codes.shape[1] for codes in pair) >= MIN_SPEECH
    ]
    if len(usable) < 2:
        return {"voice/nearest": None, "voice/speakers": float(len(usable))}
    sounds = [
        _decode([of_side[index] for index in usable], silence, command, folder / f"{name}.npz")
        for name, of_side in (("prompts", prompts), ("agents", agents))
    ]
    voices, heard = (np.stack([describe(sound) for sound in side]) for side in sounds)
    return {"voice/nearest": nearest(heard, voices), "voice/speakers": float(len(usable))}


def nearest(heard: NDArray[np.float64], voices: NDArray[np.float64]) -> float:
    """Return the share of pairs in which ``heard`` [N, D] is nearer to its voice than to another.

    Features are scaled by how voices differ; ties count half.
    """
    scale = voices.std(0) + 1e-9
    distances = np.linalg.norm((heard[:, None] - voices[None]) / scale, axis=2)
    own = np.diag(distances)[:, None]
    others = ~np.eye(len(voices), dtype=bool)
    wins = (own < distances) + 0.5 * (own == distances)
    return float(wins[others].mean())


def _voiced(codes: Tokens, silence: Sequence[int]) -> Tokens:
    """Return the frames of codes [K, T] in which somebody speaks."""
    return np.asarray(codes[:, speaking(codes, silence)])


def _decode(
    pieces: Sequence[Tokens], silence: Sequence[int], command: str, file: Path
) -> list[Sound]:
    """Decode all pieces [K, T] with one call of the command; return the sound of each."""
    gap = np.repeat(np.asarray(silence, np.int16)[:, None], GAP_FRAMES, axis=1)
    whole = np.concatenate([part for piece in pieces for part in (piece, gap)], axis=1)
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, agent_codes=whole, user_codes=np.repeat(gap[:, :1], whole.shape[1], axis=1))
    audio = file.with_suffix(".wav")
    arguments = [*shlex.split(command), str(file), str(audio)]
    try:
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        sound = _read(audio)
    except (OSError, EOFError, wave.Error, subprocess.CalledProcessError) as error:
        raise UserError(f"--decode: {shlex.join(arguments)} failed ({error})") from error
    if len(sound) != whole.shape[1] * FRAME:
        raise UserError(f"--decode: {audio} has {len(sound)} samples, not {FRAME} a frame")
    starts = np.cumsum([0, *(piece.shape[1] + GAP_FRAMES for piece in pieces)]) * FRAME
    return [
        sound[start : start + piece.shape[1] * FRAME]
        for start, piece in zip(starts, pieces, strict=False)
    ]


def _read(audio: Path) -> Sound:
    """Read the agent's channel of a file of 16-bit samples."""
    with wave.open(str(audio)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        channels = file.getnchannels()
    return np.asarray(samples.reshape(-1, channels)[:, 0] / 32_768, np.float32)
