"""Many conversations with one model, several at once: what an exam asks of it.

    lines of JSON (role, voice, user, ...)  --one stream a batch-->  OUT/NAME.npz, OUT/NAME.json

Each draws by its own name, so what comes of it does not depend on what is asked beside it; what
was had before is kept. A model that calls tools is asked one at a time, since its clock stops.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from train.config import UserError
from train.conversation import Conversation, SpeakRequest, check_length
from train.evaluation.continuation import DrawRow, continue_batch, stack
from train.prompt import TEXT, Tokens
from train.sample import SamplingSession, TokenSampling, generator_of, known
from train.stream import Stream

logger = logging.getLogger(__name__)

BATCH = 16
"""Conversations in one stream."""
FIELDS = tuple(field.name for field in fields(SpeakRequest))
_PATHS = ("voice", "user")


@contextmanager
def opened(source: str) -> Iterator[Iterable[str]]:
    """Open a file of requests; - is what comes in, read as it comes."""
    if source == "-":
        yield sys.stdin
        return
    if not Path(source).is_file():
        raise UserError(f"--requests {source}: there is no such file")
    with Path(source).open(encoding="utf-8") as lines:
        yield lines


def read_requests(lines: Iterable[str], source: str) -> Iterator[SpeakRequest]:
    """Yield the requests of a file, one a line: the fields of `SpeakRequest`, paths as text."""
    number = 0
    names: dict[str, int] = {}
    try:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            request = _request(line, f"{source}, line {number}")
            if (before := names.setdefault(request.name, number)) != number:
                raise UserError(
                    f"{source}, line {number}: {request.name} is what line {before} is written as,"
                    " too; give the user's file another name"
                )
            yield request
    except UnicodeDecodeError as error:
        raise UserError(f"{source}, after line {number}: it is no UTF-8 ({error})") from error


def _request(line: str, where: str) -> SpeakRequest:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise UserError(f"{where} is no JSON ({error})") from error
    if not isinstance(value, dict) or set(value) - set(FIELDS):
        raise UserError(f"{where} is no request: its fields may be {', '.join(FIELDS)}")
    wrong = [name for name in value if not _fits(name, value[name])]
    if wrong:
        raise UserError(f"{where}: {wrong[0]} is {value[wrong[0]]!r}, which it cannot be")
    given: dict[str, Any] = {
        name: Path(found) if name in _PATHS and found is not None else found
        for name, found in value.items()
    }
    return SpeakRequest(**given)


def _fits(name: str, value: Any) -> bool:
    if value is None:
        return True
    if name == "frames":
        return isinstance(value, int) and value >= 2
    return isinstance(value, str)


def answer(
    session: SamplingSession,
    requests: Iterable[SpeakRequest],
    *,
    batch: int = BATCH,
    decode: str | None = None,
    encode: str | None = None,
) -> int:
    """Have all conversations that were not had yet, ``batch`` at once; return how many."""
    missing = (request for request in requests if not is_done(session, request))
    number, size = 0, batch if session.calling is None else 1
    while some := list(islice(missing, size)):
        conversations = [session.prepare(request, encode) for request in some]
        if session.calling is not None:
            session.keep(
                some[0], some[0].name, *session.converse(some[0], conversations[0]), decode
            )
        else:
            for request, codes in zip(some, converse_all(session, conversations), strict=True):
                session.keep(request, request.name, codes, None, decode)
        number += len(some)
    return number


def is_done(session: SamplingSession, request: SpeakRequest) -> bool:
    """Tell whether a conversation was had with this model, role and seed before."""
    try:
        found = json.loads((session.out / f"{request.name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    about = session.about(request)
    return isinstance(found, dict) and all(found.get(name) == about[name] for name in about)


def converse_all(session: SamplingSession, conversations: Sequence[Conversation]) -> list[Tokens]:
    """Return codes [17, T - 1] of each conversation, all had in one stream."""
    for conversation in conversations:
        check_length(conversation, session.config, session.model.config.context)
    model = session.model
    device = next(model.parameters()).device
    prompts = [one.prompt[:, 1:] for one in conversations]  # as inference does, `sample.respond`
    given = stack(
        [known(p, one.user).numpy() for p, one in zip(prompts, conversations, strict=True)]
    )
    generators = [generator_of(one.name, session.sampling) for one in conversations]
    starts = [prompt.shape[1] for prompt in prompts]
    precise = session.config.run.precision == "bf16"
    with torch.autocast(device.type, torch.bfloat16, enabled=precise):
        codes = continue_batch(
            Stream(model), given, min(starts), draw_each(session.sampling, generators)
        )
    return [
        one[:, start : start + conversation.user.shape[1] - 1]
        for one, start, conversation in zip(codes, starts, conversations, strict=True)
    ]


def draw_each(sampling: TokenSampling, generators: Sequence[torch.Generator]) -> DrawRow:
    """Return what draws each of a batch with its own generator, as `sample.draw` would alone."""

    def draw_row(row: int, logits: Tensor, known: Tensor) -> Tensor:
        text = row == TEXT
        temperature = sampling.text_temperature if text else sampling.audio_temperature
        if temperature <= 0:
            return logits.argmax(-1)
        top_k = min(sampling.text_top_k if text else sampling.audio_top_k, logits.shape[-1])
        values, indices = logits.float().topk(top_k)
        weights, wanted = torch.softmax(values / temperature, -1).cpu(), (known < 0).tolist()
        choice = torch.zeros((len(weights), 1), dtype=torch.long)
        for one, generator in enumerate(generators):
            if wanted[one]:
                choice[one] = torch.multinomial(weights[one], 1, generator=generator)
        return indices.gather(-1, choice.to(indices.device))[:, 0]

    return draw_row


def run(
    session: SamplingSession,
    lines: Iterable[str],
    source: str,
    *,
    batch: int = BATCH,
    decode: str | None = None,
    encode: str | None = None,
) -> None:
    """Have the conversations of a file of requests, or of what comes in as it comes."""
    session.out.mkdir(parents=True, exist_ok=True)
    logger.info("%s is loaded", session.name)
    requests = read_requests(lines, source)
    number = answer(session, requests, batch=batch, decode=decode, encode=encode)
    logger.info("%s: %d conversations", session.out, number)
