"""What a model is asked to do: its voice, its role, and what the user says.

    a dialogue of the shards, or --voice, --role, --user  -->  Conversation: prompt [17, P], user

Sound is turned into tokens by a command that knows the codec: `datagen encode --run RUN`.
"""

from __future__ import annotations

import logging
import shlex
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from train import prompt
from train.config import Config, UserError
from train.data import Corpus
from train.examples import Epoch
from train.prompt import NUM_CODEBOOKS, NUM_STREAMS, ExampleParts, PromptPolicy, Tokens
from train.prompt_text import load_tokenizer, wrap

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class SpeakRequest:
    """What the user of `train sample` wants to hear."""

    dialog_id: str | None = None
    """A dialogue of the shards, which gives what the other fields don't."""
    role: str | None = None
    """The role's text, without tags."""
    voice: Path | None = None
    """A voice sample: .wav, or .npz with codes [K, Tv]."""
    user: Path | None = None
    """What the user says: .wav, or .npz with codes [K, T]."""
    frames: int | None = None
    """Frames of dialogue to speak, beyond the user's side too, where the user is silent; None is as
    long as the user's side."""

    @property
    def name(self) -> str:
        """What files of it are called."""
        if self.user is not None:
            return self.user.stem
        return self.dialog_id or "conversation"


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A request as tokens."""

    name: str
    prompt: Tokens
    """The system prompt [17, P]."""
    user: Tokens
    """The user's codes [K, T]."""


def check_length(conversation: Conversation, config: Config, context: int) -> None:
    """Say that a conversation is longer than what training saw.

    Raises UserError if its prompt is longer than what the model attends to, ``context`` frames.
    """
    prompt = conversation.prompt.shape[1]
    if prompt > context:
        raise UserError(
            f"{conversation.name}: its prompt takes {prompt} frames, and the model attends to"
            f" {context}: give a shorter voice, as of 10 s, or a shorter role"
        )
    frames = prompt + conversation.user.shape[1]
    if frames > config.data.max_frames:
        logger.warning(
            "%s: %d frames with the prompt, and training saw %d at most",
            conversation.name,
            frames,
            config.data.max_frames,
        )


def prepare(
    request: SpeakRequest, corpus: Corpus, tokenizer: str | None, encode: str | None, work: Path
) -> Conversation:
    """Return a request as tokens; ``encode`` is the command that turns sound into codes."""
    parts = _parts(request, corpus, tokenizer)
    limit = corpus.metadata.cardinality
    if request.voice is not None:
        voice = read_codes(request.voice, limit, encode, work, voice=True)
        parts = replace(parts, voice=voice)
    if request.user is not None:
        parts = replace(parts, user=read_codes(request.user, limit, encode, work))
    frames = int(prompt.prompt_frames(parts.voice.shape[1], len(parts.prompt)))
    codes = np.empty((NUM_STREAMS, frames), np.int16)
    prompt.write_prompt(codes, parts.voice, parts.prompt, corpus.marks)
    user = _lengthen(parts.user, request.frames, corpus.marks.silence)
    return Conversation(name=request.name, prompt=codes, user=user)


def _parts(request: SpeakRequest, corpus: Corpus, tokenizer: str | None) -> ExampleParts:
    """Return what the shards give, with the role that is asked for."""
    if request.dialog_id is not None:
        row = corpus.row_of(request.dialog_id)
        parts = Epoch(corpus, PromptPolicy(), 0, 0).dialogue(row)
    elif request.role and request.voice and (request.user or request.frames):
        nothing = np.empty((NUM_CODEBOOKS, 0), np.int16)
        empty = np.empty(0, np.int16)
        parts = ExampleParts(text=empty, agent=nothing, user=nothing, voice=nothing, prompt=empty)
    else:
        raise UserError(
            "sample: give --dialog, or all of --role, --voice and --user (or --frames, for a user"
            " who says nothing)"
        )
    if request.role is None:
        return parts
    if not request.role.strip():
        raise UserError("sample: --role is empty, and PersonaPlex takes no empty role")
    if tokenizer is None:
        raise UserError("sample: --role needs --tokenizer, the SentencePiece model of the shards")
    return replace(parts, prompt=_role_tokens(request.role, tokenizer, corpus.metadata.vocabulary))


def _role_tokens(role: str, tokenizer: str, vocabulary: int) -> Tokens:
    tokens = load_tokenizer(tokenizer)(wrap(role))
    if max(tokens) >= vocabulary:
        raise UserError(
            f"--tokenizer {tokenizer} has pieces that the shards' has not: give the model they"
            " were made with"
        )
    return np.asarray(tokens, np.int16)


def _lengthen(user: Tokens, frames: int | None, silence: tuple[int, ...]) -> Tokens:
    """Cut the user's side [K, T] to ``frames``, or let the user be silent to the end of them."""
    if frames is None or frames <= user.shape[1]:
        return user[:, :frames]
    missing = frames - user.shape[1]
    rest = np.repeat(np.asarray(silence, np.int16)[:, None], missing, axis=1)
    return np.concatenate((user, rest), axis=1)


def read_codes(
    path: Path, limit: int, encode: str | None, work: Path, *, voice: bool = False
) -> Tokens:
    """Return the codes [K, T] of a sound file, or of an .npz that holds them as ``codes``."""
    if not path.is_file():
        raise UserError(f"{path} is not there")
    if path.suffix.lower() != ".npz":
        path = _encode(path, encode, work, voice)
    try:
        with np.load(path) as arrays:
            codes = np.asarray(arrays["codes"])
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise UserError(f"{path} cannot be read ({error}); it must be an .npz of codes") from error
    whole = np.issubdtype(codes.dtype, np.integer) and codes.ndim == 2
    if not whole or len(codes) != NUM_CODEBOOKS or not codes.size:
        raise UserError(
            f"{path} holds an array of {codes.dtype} {list(codes.shape)};"
            f" codes must be integers [{NUM_CODEBOOKS}, T]"
        )
    if codes.min() < 0 or codes.max() >= limit:
        raise UserError(f"{path} has codes outside [0, {limit}), which the model does not know")
    return codes.astype(np.int16)


def _encode(path: Path, command: str | None, work: Path, voice: bool) -> Path:
    if command is None:
        raise UserError(
            f"{path} is sound, and --encode must turn it into tokens,"
            ' e.g. --encode "datagen encode --run RUN"'
        )
    work.mkdir(parents=True, exist_ok=True)
    target = work / f"{path.stem}{'-voice' if voice else ''}.npz"
    arguments = [*shlex.split(command), *(["--voice"] if voice else []), str(path), str(target)]
    try:
        subprocess.run(arguments, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise UserError(f"--encode: {shlex.join(arguments)} failed ({error})") from error
    return target
