"""The hybrid system prompt: the one place with PersonaPlex's constants and its prompt layout.

    voice [K, Tv], prompt tokens, dialogue  --assemble-->  codes [17, T] undelayed, prompt frames

Voice, 6 pause frames, text at one token a frame, 6 pause frames, dialogue: as inference feeds it
(NVIDIA/personaplex, moshi/models/lm.py, step_system_prompts).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

NUM_CODEBOOKS = 8
"""K: codebooks of one audio stream (AUDIO_TOKENS_PER_STREAM)."""
NUM_STREAMS = 17
"""Rows of a sequence: the agent's text, its 8 codebooks, the user's 8 codebooks."""
TEXT, AGENT, USER = 0, slice(1, 9), slice(9, 17)
"""Which rows are whose."""
DELAYS = (0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1)
"""Frames by which each row is delayed (loaders.py); shards and prompts are undelayed."""
SEMANTIC_ROWS = (0, 8)
"""Audio rows (text not counted) that carry meaning: each speaker's first codebook."""
FRAME_RATE = 12.5
"""Frames per second."""
PAUSE_FRAMES = 6
"""int(0.5 s * 12.5): frames of silence after the voice, and after the text (offline.py)."""
MAX_FRAMES = 2_048
"""Longest sequence, prompt included: 163.84 s (PersonaPlex, section 4)."""
NO_TOKEN = -1
"""Moshi's zero token: no input and no target. It fills up rows of a batch, never a prompt."""
EPAD, BOS, EOS, PAD = 0, 1, 2, 3
"""Text ids of Moshi's tokenizer: end of padding, begin, end, padding."""
MOSHI_SILENCE = (948, 243, 1178, 546, 1736, 1030, 1978, 2008)
"""Mimi's codes [K] of a frame of silence (SILENCE_TOKENS)."""
MOSHI_SINE = (430, 1268, 381, 1611, 1095, 1495, 56, 472)
"""Mimi's codes [K] that stand for a 440 Hz tone (SINE_TOKENS): the user's side of a prompt."""

Tokens: TypeAlias = NDArray[np.int16]


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The constant rows of a prompt, in the codec and tokenizer of the shards."""

    silence: tuple[int, ...] = MOSHI_SILENCE
    sine: tuple[int, ...] = MOSHI_SINE
    pad: int = PAD


@dataclass(frozen=True, kw_only=True)
class ExampleParts:
    """What one example is made of: both speakers as the model sees them, and the agent's prompt."""

    text: Tokens
    """The agent's text [T]."""
    agent: Tokens
    """[K, T]"""
    user: Tokens
    """[K, T]"""
    voice: Tokens
    """The agent's voice sample [K, Tv]."""
    prompt: Tokens
    """Tokens of ``<system> role <system>`` [N]."""
    off_clock: NDArray[np.int8] | None = None
    """Which of the T frames hold a tool's call (1) or result (2) and no sound; None if none do."""
    heard: NDArray[np.bool_] | None = None
    """Which of the T text tokens are the user's words; None if none are."""

    def on_clock(self) -> ExampleParts:
        """Return the example without calls of tools and their results."""
        if self.off_clock is None:
            return self
        kept = self.off_clock == 0
        return replace(
            self,
            text=self.text[kept],
            agent=self.agent[:, kept],
            user=self.user[:, kept],
            off_clock=None,
        )

    def later(self, first: int) -> ExampleParts:
        """Return the example without its frames before ``first``."""
        return replace(
            self,
            text=self.text[first:],
            agent=self.agent[:, first:],
            user=self.user[:, first:],
            off_clock=None if self.off_clock is None else self.off_clock[first:],
            heard=None if self.heard is None else self.heard[first:],
        )


def prompt_frames(voice_frames: Any, num_tokens: Any) -> Any:
    """Return the frames a prompt takes; ints or arrays of them."""
    return voice_frames + PAUSE_FRAMES + num_tokens + PAUSE_FRAMES


def write_prompt(codes: Tokens, voice: Tokens, prompt: Tokens, marks: Marks) -> int:
    """Write a prompt into the first frames of codes [17, T]; return how many frames it took."""
    voice_frames, num_tokens = voice.shape[1], len(prompt)
    text_start = voice_frames + PAUSE_FRAMES
    end = int(prompt_frames(voice_frames, num_tokens))
    codes[TEXT, :end] = marks.pad
    codes[TEXT, text_start : text_start + num_tokens] = prompt
    codes[AGENT, :voice_frames] = voice
    codes[AGENT, voice_frames:end] = np.asarray(marks.silence, np.int16)[:, None]
    codes[USER, :end] = np.asarray(marks.sine, np.int16)[:, None]
    return end


def write_example(codes: Tokens, dialogue: ExampleParts, marks: Marks) -> tuple[int, int]:
    """Write prompt and dialogue into codes [17, T]; what does not fit is cut from the tail.

    Returns the frames of the prompt, and the frames written in all.
    """
    start = write_prompt(codes, dialogue.voice, dialogue.prompt, marks)
    stop = min(start + len(dialogue.text), codes.shape[1])
    kept = stop - start
    codes[TEXT, start:stop] = dialogue.text[:kept]
    codes[AGENT, start:stop] = dialogue.agent[:, :kept]
    codes[USER, start:stop] = dialogue.user[:, :kept]
    return start, stop


def assemble(
    dialogue: ExampleParts, marks: Marks, max_frames: int = MAX_FRAMES
) -> tuple[Tokens, NDArray[np.bool_]]:
    """Return codes [17, T] and the loss mask [17, T] (True trains) of one example."""
    length = int(prompt_frames(dialogue.voice.shape[1], len(dialogue.prompt))) + len(dialogue.text)
    codes = np.empty((NUM_STREAMS, min(length, max_frames)), np.int16)
    start, _ = write_example(codes, dialogue, marks)
    mask = np.zeros(codes.shape, np.bool_)
    mask[:, start:] = True
    return codes, mask


@dataclass(frozen=True, kw_only=True)
class PromptPolicy:
    """What of a prompt is drawn anew in each epoch. The defaults draw nothing."""

    min_voice_frames: int = 0
    """Shortest voice sample to draw, in frames; 0 always takes the whole reference.

    A shorter sample is the beginning of the reference: Mimi is causal, so its codes are those of
    the shorter recording. A piece from the middle would have codes that inference never sees.
    """
    max_voice_frames: int = 125
    """Longest voice sample, in frames (10 s)."""
    swap_roles: float = 0.0
    """Chance that the model plays the user, where the user has a role prompt."""
    shorten: float = 0.0
    """Chance that a prompt of ``shorten_kinds`` is cut to its first one or two sentences."""
    shorten_kinds: tuple[str, ...] = ("casual",)
    """Kinds whose prompts stay true when shortened. A service prompt holds the facts: never."""
    begin_later: float = 0.0
    """Chance that what follows the prompt begins at a drawn frame of the dialogue, as far as more
    is there than fits, and not with its first. Nothing is learnt of later turns otherwise."""


@dataclass(frozen=True, kw_only=True)
class Roll:
    """The draws for dialogues in one epoch, [N] each."""

    swapped: NDArray[np.bool_]
    level: NDArray[np.int64]
    """Sentences of the prompt that are kept: 1, 2, or 0 for all."""
    voice_frames: NDArray[np.int64]
    begin: NDArray[np.float64]
    """Share, below 1, of the frames that do not fit which are left out at the beginning."""
    uniform: NDArray[np.float64]
    """What ``begin`` was drawn with, from 0 to 1."""


def draw(seed: int, epoch: int, dialog_ids: Sequence[str]) -> NDArray[np.float64]:
    """Return five uniform numbers for each dialogue [N, 5]; ids decide them, not their order."""
    digests = b"".join(
        blake2b(f"{seed}/{epoch}/{name}/prompt".encode(), digest_size=20).digest()
        for name in dialog_ids
    )
    return np.frombuffer(digests, ">u4").reshape(-1, 5) / 2.0**32


def roll(
    uniform: NDArray[np.float64],
    policy: PromptPolicy,
    *,
    swappable: NDArray[np.bool_],
    shortenable: NDArray[np.bool_],
    voice_frames: NDArray[np.int64],
) -> Roll:
    """Turn uniform draws [N, 5] into choices; ``voice_frames`` [N, 2] is (agent's, user's)."""
    swapped = swappable & (uniform[:, 0] < policy.swap_roles)
    shortened = shortenable & (uniform[:, 1] < policy.shorten)
    level = np.where(shortened, 1 + (uniform[:, 2] < 0.5), 0)
    longest = np.where(swapped, voice_frames[:, 1], voice_frames[:, 0])
    longest = np.minimum(longest, policy.max_voice_frames)
    shortest = np.minimum(longest, policy.min_voice_frames or policy.max_voice_frames)
    span = longest - shortest + 1
    later = policy.begin_later
    return Roll(
        swapped=swapped,
        level=level.astype(np.int64),
        voice_frames=shortest + (uniform[:, 3] * span).astype(np.int64),
        begin=np.where(uniform[:, 4] < later, uniform[:, 4] / max(later, 1e-9), 0.0),
        uniform=uniform[:, 4],
    )
