"""Let a trained model take the agent's part: the user's channel goes in, a frame at a time.

    checkpoint, prompt, user codes [K, T]  --stream-->  agent codes [K, T - 1], text [T - 1]

As in inference the prompt is given whole, then each step reads what was said up to the frame
before it. What comes out is tokens; the program that made the shards turns them into sound.
"""

from __future__ import annotations

import json
import logging
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from train import build, prompt
from train import checkpoint as checkpoints
from train.config import Config, DataSpec, UserError
from train.conversation import Conversation, SpeakRequest, prepare
from train.data import Corpus
from train.delay import delay
from train.distributed import Group, choose_device
from train.model import DuplexLM
from train.prompt import AGENT, DELAYS, NUM_STREAMS, TEXT, USER, Tokens
from train.stream import Stream

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class TokenSampling:
    """How tokens are drawn: Moshi's own settings (moshi, lm.py LMGen). Temperature 0 takes the
    likeliest."""

    text_temperature: float = 0.7
    text_top_k: int = 25
    audio_temperature: float = 0.8
    audio_top_k: int = 250
    seed: int = 0


def respond(
    model: DuplexLM,
    prompt_codes: Tokens,
    user: Tokens,
    sampling: TokenSampling,
    generator: torch.Generator,
) -> Tokens:
    """Return codes [17, T - 1] of a dialogue: the user's [K, T] as given, the agent's drawn.

    The last frame is missing: its acoustic codes belong to the step after the last. The first frame
    of the prompt is left out, since PersonaPlex's inference never feeds it (lm.py, LMGen
    prepare_step_input): what training sees is later by one frame, and nothing else differs.
    """
    prompt_codes = prompt_codes[:, 1:]
    device = next(model.parameters()).device
    given = known(prompt_codes, user).to(device)
    start = prompt_codes.shape[1]
    initial = model.config.initial.to(device)
    codes = given.clone()
    forced = delay(given[:, :start], torch.ones_like(given[:, :start], dtype=torch.bool), initial)
    stream = Stream(model)
    stream.temporal(forced.inputs[None])
    tokens = forced.targets[:, -1]
    for step in range(start, codes.shape[1]):

        def choose(row: int, logits: Tensor, step: int = step) -> Tensor:
            token = given[row, step - DELAYS[row]]
            return token[None] if token >= 0 else draw(row, logits, sampling, generator)

        predicted = stream.step(tokens[None], choose)[0]
        tokens = torch.cat((predicted, _known_rows(given, len(predicted), step)))
        for row in range(NUM_STREAMS):
            codes[row, step - DELAYS[row]] = tokens[row]
    return codes[:, start:-1].cpu().numpy().astype(np.int16)


def known(prompt_codes: Tokens, user: Tokens) -> Tensor:
    """Return codes [17, T] with -1 where the model has to speak."""
    start = prompt_codes.shape[1]
    codes = np.full((NUM_STREAMS, start + user.shape[1]), prompt.NO_TOKEN, np.int64)
    codes[:, :start] = prompt_codes
    codes[USER, start:] = user
    return torch.from_numpy(codes)


def _known_rows(given: Tensor, first: int, step: int) -> Tensor:
    """Return what a step holds in the rows that a model of 8 audio rows does not predict."""
    rows = [given[row, step - DELAYS[row]] for row in range(first, NUM_STREAMS)]
    return torch.stack(rows) if rows else given[:0, 0]


def draw(row: int, logits: Tensor, sampling: TokenSampling, generator: torch.Generator) -> Tensor:
    """Draw one token [B] from logits [B, V] of the k likeliest."""
    text = row == TEXT
    temperature = sampling.text_temperature if text else sampling.audio_temperature
    if temperature <= 0:
        return logits.argmax(-1)
    top_k = min(sampling.text_top_k if text else sampling.audio_top_k, logits.shape[-1])
    values, indices = logits.float().topk(top_k)
    weights = torch.softmax(values / temperature, -1).cpu()
    choice = torch.multinomial(weights, 1, generator=generator).to(indices.device)
    return indices.gather(-1, choice)[:, 0]


def open_untrained(config: Config, corpus: Corpus) -> tuple[DuplexLM, Config]:
    """Return the model that a config starts from: what training is to improve on."""
    group = Group(0, 1, choose_device(config.run.device))
    return build.make_model(config, corpus.metadata, group).eval(), config


def open_model(checkpoint: Path, corpus: Corpus, device: str = "auto") -> tuple[DuplexLM, Config]:
    """Return the model of a checkpoint, checked to know the tokens of the shards."""
    record, config = checkpoints.read_record(checkpoint), checkpoints.read_config(checkpoint)
    metadata = corpus.metadata
    for part, found in (("codec", metadata.codec_hash), ("tokenizer", metadata.tokenizer_hash)):
        if record["corpus"][part] != found:
            raise UserError(f"{checkpoint} was trained on tokens of another {part} than the shards")
    group = Group(0, 1, choose_device(device))
    model = build.make_model(
        config, metadata, group, fill=config.lora.rank > 0 or config.text_alone
    )
    checkpoints.load_model(checkpoint, model)
    return model.eval(), config


def converse(
    model: DuplexLM, config: Config, conversation: Conversation, sampling: TokenSampling
) -> Tokens:
    """Return codes [17, T - 1] of a conversation, the agent's part spoken by the model."""
    frames = conversation.prompt.shape[1] + conversation.user.shape[1]
    if frames > config.data.max_frames:
        logger.warning(
            "%s: %d frames with the prompt, and training saw %d at most",
            conversation.name,
            frames,
            config.data.max_frames,
        )
    seed = f"{sampling.seed}/{conversation.name}/sample"
    digest = blake2b(seed.encode(), digest_size=7).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest, "big"))
    device = next(model.parameters()).device
    with torch.autocast(device.type, torch.bfloat16, enabled=config.run.precision == "bf16"):
        return respond(model, conversation.prompt, conversation.user, sampling, generator)


def write(path: Path, codes: Tokens, text: str | None, record: dict[str, Any]) -> None:
    """Write tokens as PATH.npz, and what is known of them as PATH.json."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path.with_suffix(".npz"), agent_codes=codes[AGENT], user_codes=codes[USER], text=codes[TEXT]
    )
    content = json.dumps({**record, "text": text}, indent=2, ensure_ascii=False)
    path.with_suffix(".json").write_text(content + "\n", encoding="utf-8")


def spell(tokens: Sequence[int], tokenizer: str, silent: Sequence[int]) -> str:
    """Return what a text row says; ``silent`` ids are padding."""
    from sentencepiece import SentencePieceProcessor

    model = SentencePieceProcessor(model_file=tokenizer)
    return str(model.decode([token for token in tokens if token not in silent]))


def run(
    source: Path | Config,
    data: DataSpec,
    requests: Sequence[SpeakRequest],
    out: Path,
    sampling: TokenSampling,
    *,
    decode: str | None = None,
    encode: str | None = None,
) -> list[Path]:
    """Let the model of a checkpoint, or what a config starts from, speak; return the token files.

    ``decode`` is a command that is given each .npz and the .wav to write, ``encode`` one that is
    given a sound file and the .npz to write.
    """
    corpus = Corpus.open(data, out / "cache")
    if isinstance(source, Config):
        model, config, name = *open_untrained(source, corpus), source.model.weights or "noise"
    else:
        model, config, name = *open_model(source, corpus), str(source)
    tokenizer = data.tokenizer or config.data.tokenizer
    files = []
    for request in requests:
        conversation = prepare(request, corpus, tokenizer, encode, out / "encoded")
        codes = converse(model, config, conversation, sampling)
        silent = (corpus.metadata.pad, corpus.metadata.epad)
        text = spell(codes[TEXT].tolist(), tokenizer, silent) if tokenizer else None
        file = out / f"{conversation.name}.npz"
        record = {"dialog_id": request.dialog_id, "role": request.role, "model": name}
        write(file, codes, text, record)
        logger.info("%s: %d frames, %s", file, codes.shape[1], text or "text as tokens")
        if decode is not None:
            _decode(decode, file)
        files.append(file)
    return files


def _decode(command: str, file: Path) -> None:
    arguments = [*shlex.split(command), str(file), str(file.with_suffix(".wav"))]
    try:
        subprocess.run(arguments, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise UserError(f"--decode: {shlex.join(arguments)} failed ({error})") from error
