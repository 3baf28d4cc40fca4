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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from train import build, prompt
from train import checkpoint as checkpoints
from train.actions import MarkedTokens
from train.config import Config, DataSpec, UserError
from train.conversation import Conversation, SpeakRequest, check_length, prepare
from train.data import Corpus
from train.delay import delay
from train.distributed import Group, choose_device
from train.model import DuplexLM
from train.prompt import AGENT, DELAYS, NUM_STREAMS, TEXT, USER, Tokens
from train.prompt_text import load_pieces
from train.stream import Stream
from train.tools import Call, Caller, Sheet, Tools, read_tools

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


@dataclass(frozen=True)
class SampledDialogue:
    """What came of a dialogue: the codes of its clock, and what was called beside it."""

    codes: Tokens
    """[17, T - 1]"""
    calls: tuple[Call, ...] = ()


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
    return respond_with_tools(model, prompt_codes, user, sampling, generator).codes


def respond_with_tools(
    model: DuplexLM,
    prompt_codes: Tokens,
    user: Tokens,
    sampling: TokenSampling,
    generator: torch.Generator,
    caller: Caller | None = None,
) -> SampledDialogue:
    """Return what `respond` does; ``caller`` stops the clock while a tool is called or answers."""
    prompt_codes = prompt_codes[:, 1:]
    device = next(model.parameters()).device
    sheet = Sheet(known(prompt_codes, user).to(device), prompt_codes.shape[1])
    start = sheet.start
    forced = delay(
        sheet.given[:, :start],
        torch.ones_like(sheet.given[:, :start], dtype=torch.bool),
        model.config.initial.to(device),
    )
    stream = Stream(model)
    stream.temporal(forced.inputs[None])
    tokens, step = forced.targets[:, -1], start
    while step < sheet.num_frames:

        def choose(row: int, logits: Tensor, step: int = step) -> Tensor:
            token = sheet.given[row, step - DELAYS[row]]
            if token >= 0:
                return token[None]
            drawn = draw(row, logits, sampling, generator)
            if row == TEXT and caller is not None:
                caller.drawn(sheet, step, int(drawn))
            return drawn

        predicted = stream.step(tokens[None], choose)[0]
        tokens = torch.cat((predicted, _known_rows(sheet.given, len(predicted), step)))
        sheet.keep(step, tokens)
        if caller is not None:
            caller.stepped(sheet, step, int(tokens[TEXT]))
        step += 1
    return SampledDialogue(sheet.dialogue(), tuple(caller.calls) if caller is not None else ())


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


def open_model(
    checkpoint: Path, corpus: Corpus, device: str = "auto", *, narrow: bool = False
) -> tuple[DuplexLM, Config]:
    """Return the model of a checkpoint, checked to know the tokens of the shards.

    With ``narrow`` it is in bfloat16, in half the memory, unless adapters are to be merged.
    """
    record, config = checkpoints.read_record(checkpoint), checkpoints.read_config(checkpoint)
    metadata = corpus.metadata
    for part, found in (("codec", metadata.codec_hash), ("tokenizer", metadata.tokenizer_hash)):
        if record["corpus"][part] != found:
            raise UserError(f"{checkpoint} was trained on tokens of another {part} than the shards")
    group = Group(0, 1, choose_device(device))
    has_adapters = config.lora.rank > 0
    dtype = torch.bfloat16 if narrow and not has_adapters else torch.float32
    model = build.make_model(
        config, metadata, group, fill=has_adapters or config.text_alone, dtype=dtype
    )
    checkpoints.load_model(checkpoint, model)
    return model.eval(), config


def converse(
    model: DuplexLM, config: Config, conversation: Conversation, sampling: TokenSampling
) -> Tokens:
    """Return codes [17, T - 1] of a conversation, the agent's part spoken by the model."""
    return converse_with_tools(model, config, conversation, sampling, None).codes


def converse_with_tools(
    model: DuplexLM,
    config: Config,
    conversation: Conversation,
    sampling: TokenSampling,
    caller: Caller | None,
) -> SampledDialogue:
    """Return what `converse` does, and the tools that the model called."""
    check_length(conversation, config, model.config.context)
    generator = generator_of(conversation.name, sampling)
    device = next(model.parameters()).device
    with torch.autocast(device.type, torch.bfloat16, enabled=config.run.precision == "bf16"):
        return respond_with_tools(
            model, conversation.prompt, conversation.user, sampling, generator, caller
        )


def generator_of(name: str, sampling: TokenSampling) -> torch.Generator:
    """Return what a conversation draws with: by its name, whatever is drawn beside it."""
    digest = blake2b(f"{sampling.seed}/{name}/sample".encode(), digest_size=7).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big"))


def write(path: Path, codes: Tokens, text: str | None, record: dict[str, Any]) -> None:
    """Write tokens as PATH.npz, then what is known of them as PATH.json: now all is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path.with_suffix(".npz"), agent_codes=codes[AGENT], user_codes=codes[USER], text=codes[TEXT]
    )
    content = json.dumps({**record, "text": text}, indent=2, ensure_ascii=False)
    temporary = path.with_suffix(".json.tmp")
    temporary.write_text(content + "\n", encoding="utf-8")
    temporary.replace(path.with_suffix(".json"))


def spell(tokens: Sequence[int], tokenizer: str, silent: Sequence[int]) -> str:
    """Return what a text row says; ``silent`` ids are padding."""
    return str(load_pieces(tokenizer).decode([token for token in tokens if token not in silent]))


def run(
    source: Path | Config,
    data: DataSpec,
    requests: Sequence[SpeakRequest],
    out: Path,
    sampling: TokenSampling,
    *,
    decode: str | None = None,
    encode: str | None = None,
    tools: Path | None = None,
) -> list[Path]:
    """Let the model of a checkpoint, or what a config starts from, speak; return the token files.

    ``decode`` is a command that is given each .npz and the .wav to write, ``encode`` one that is
    given a sound file and the .npz to write; ``tools`` is a file of what tools answer a model that
    was trained to call them.
    """
    if len({request.name for request in requests}) < len(requests):
        raise UserError(
            f"sample: {len(requests)} conversations would be written as {requests[0].name}: give"
            " each --dialog once, and --user with one of them"
        )
    session = SamplingSession.open(source, data, out, sampling, tools)
    files = []
    for request in requests:
        conversation = session.prepare(request, encode)
        codes, calls = session.converse(request, conversation)
        files.append(session.keep(request, conversation.name, codes, calls, decode))
    return files


@dataclass(frozen=True, kw_only=True)
class SamplingSession:
    """A model that is loaded, and what its conversations are read with and written to."""

    model: DuplexLM
    config: Config
    name: str
    """What records call the model."""
    corpus: Corpus
    tokenizer: str | None
    out: Path
    sampling: TokenSampling
    calling: _Calling | None
    """What a model that calls tools is given them by."""
    tools: Mapping[str, tuple[int, str]]

    @classmethod
    def open(
        cls,
        source: Path | Config,
        data: DataSpec,
        out: Path,
        sampling: TokenSampling,
        tools: Path | None,
    ) -> SamplingSession:
        """Load the model of a checkpoint, or what a config starts from."""
        corpus = Corpus.open(data, out / "cache")
        if isinstance(source, Config):
            model, config, name = *open_untrained(source, corpus), source.model.weights or "noise"
        else:
            model, config, name = *open_model(source, corpus), str(source)
        tokenizer = data.tokenizer
        if tokenizer is None and Path(config.data.tokenizer or "").is_file():  # as it was here
            tokenizer = config.data.tokenizer
        calling = _calling(config, data, tokenizer, out / "cache")
        if tools is not None and calling is None:
            raise UserError("--tools is for a model that was trained with data.actions=text")
        return cls(
            model=model,
            config=config,
            name=name,
            corpus=corpus,
            tokenizer=tokenizer,
            out=out,
            sampling=sampling,
            calling=calling,
            tools={} if tools is None else read_tools(tools),
        )

    def prepare(self, request: SpeakRequest, encode: str | None) -> Conversation:
        """Return a request as tokens."""
        return prepare(request, self.corpus, self.tokenizer, encode, self.out / "encoded")

    def converse(
        self, request: SpeakRequest, conversation: Conversation
    ) -> tuple[Tokens, list[dict[str, Any]] | None]:
        """Return codes [17, T - 1], and the tools called if the model was trained to call some."""
        caller = None
        if self.calling is not None:
            caller = self.calling.caller(request.dialog_id, self.tools)
        reply = converse_with_tools(self.model, self.config, conversation, self.sampling, caller)
        calls = None if caller is None else [caller.written(call) for call in reply.calls]
        return reply.codes, calls

    def about(self, request: SpeakRequest) -> dict[str, Any]:
        """Return what a record says of a conversation before it was had."""
        return {
            "dialog_id": request.dialog_id,
            "role": request.role,
            "model": self.name,
            "seed": self.sampling.seed,
        }

    def keep(
        self,
        request: SpeakRequest,
        name: str,
        codes: Tokens,
        calls: list[dict[str, Any]] | None = None,
        decode: str | None = None,
    ) -> Path:
        """Write a conversation's tokens, record and, with ``decode``, sound."""
        silent = (self.corpus.metadata.pad, self.corpus.metadata.epad)
        text = spell(codes[TEXT].tolist(), self.tokenizer, silent) if self.tokenizer else None
        file = self.out / f"{name}.npz"
        write(file, codes, text, self.about(request) | ({} if calls is None else {"calls": calls}))
        logger.info("%s: %d frames, %s", file, codes.shape[1], text or "text as tokens")
        if decode is not None:
            _decode(decode, file)
        return file


@dataclass(frozen=True)
class _Calling:
    """What a model that calls tools is given them by."""

    corpus: Corpus
    """The dialogues with their recorded calls."""
    config: Config
    tokenizer: str

    def caller(self, dialog_id: str | None, by_name: Mapping[str, tuple[int, str]]) -> Caller:
        """Return who answers the calls of a conversation."""
        actions, marks = self.corpus.actions, self.config.data.action_marks
        recorded = None
        if dialog_id is not None and actions is not None:
            recorded = actions.of(self.corpus.row_of(dialog_id))
        tools = Tools.of(MarkedTokens.load(self.tokenizer, marks), recorded, by_name)
        return Caller(tools, self.corpus.marks, lambda ids: spell(ids, self.tokenizer, ()))


def _calling(config: Config, data: DataSpec, tokenizer: str | None, cache: Path) -> _Calling | None:
    """Return what a model's calls take, if it was trained to make some."""
    if config.data.marks_in_text is None:
        return None
    if tokenizer is None:
        raise UserError("sample: the model calls tools; give --tokenizer, the shards' own")
    marks = config.data.action_marks
    spec = replace(data, tokenizer=tokenizer, actions="text", action_marks=marks)
    return _Calling(Corpus.open(spec, cache), config, tokenizer)


def _decode(command: str, file: Path) -> None:
    arguments = [*shlex.split(command), str(file), str(file.with_suffix(".wav"))]
    try:
        subprocess.run(arguments, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise UserError(f"--decode: {shlex.join(arguments)} failed ({error})") from error
