"""A speech server: Line -> POST /v1/audio/speech -> clip, as OpenAI began it and others extend it.

vLLM-Omni, Chatterbox-TTS-Server, Dia-TTS-Server and hosted services speak it. What differs goes
into ``voice`` and ``extra_body``, whose strings may name what is known of a line: {id}, {gender},
{speaker}, {emotion}, {path}. The key is read from the environment and stored nowhere.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_serializer

from datagen.backends.protocols import Synthesizer
from datagen.backends.servers.address import check_url
from datagen.backends.servers.client import Client, ServerDown
from datagen.backends.servers.gate import Refused
from datagen.backends.speech.finish import finish, spread_words, to_24_khz
from datagen.backends.speech.nonverbal import has_tags
from datagen.backends.speech.spoken import Spoken, read_spoken
from datagen.backends.speech.tempo import Tempo
from datagen.formats.shared_times import share
from datagen.seeds import seed_for
from datagen.types import SAMPLE_RATE, Line, Record, Rejected, SpokenWord, UserError, Utterance

OURS = frozenset(("model", "input", "response_format"))
"""Fields of a request that ``extra_body`` may not set."""
_MAX_SEED = 2**31
"""Servers take seeds of 31 bits."""
_CONNECT_SECONDS = 5.0
_OF_VOICES = re.compile(r"\b(?:voices?|speakers?)\b", re.IGNORECASE)
"""What servers say of a voice that they do not have."""
_OF_FORMATS = re.compile(
    r"response_format|\b(?:audio|output|response|file) ?formats?\b"
    r"|\bformats? (?:is |are )?(?:not|un)|\b(?:unsupported|invalid|unknown) format\b",
    re.IGNORECASE,
)
"""What servers say of a form of sound that they do not send."""
_OF_REFERENCES = re.compile(r"ref_|\b(?:references?|prompt|upload(?:ed)?)\b", re.IGNORECASE)
"""What they say of the sound that they were sent."""
EASY = "Hello."
"""What any server can say, in any voice it has."""


Name = Annotated[str, Field(min_length=1, max_length=200)]


class Http(Synthesizer):
    """Asks a server for one clip a line, several at once."""

    source: ClassVar[str] = "http"

    class Options(Record):
        """Which server, which voices, and what it wants besides the text."""

        model: str
        """Name of the model, as the server knows it."""
        voice: str = "{id}"
        """The server's name of a line's voice."""
        voices: dict[Literal["female", "male"], tuple[Name, ...]] = Field(default_factory=dict)
        """The server's own voices by gender (`datagen voices server URL` lists them), dealt like a
        bank's; without them each speaker's id is new. Not used with a bank."""
        extra_body: dict[str, Any] = Field(default_factory=dict)
        """Fields added to each request, such as exaggeration, instructions or task_type."""
        reference_field: str | None = None
        """Field that takes the voice's recording as a data URL, e.g. ref_audio."""
        response_format: Literal["wav", "flac", "opus", "mp3"] = "wav"
        """What is asked for, of servers that do not send WAV; the last two lose something."""
        seed_field: str | None = "seed"
        """Field that takes a seed; null for servers that refuse one."""
        url: Annotated[str, Field(exclude=True)] = "http://127.0.0.1:8000/v1"
        url_env: Annotated[str | None, Field(exclude=True)] = None
        """Environment variable that, if it is set, holds the URL instead."""
        key_env: Annotated[str, Field(exclude=True)] = "SPEECH_API_KEY"
        """Environment variable that holds the key, if the server wants one."""
        concurrency: Annotated[int, Field(ge=1, le=256, exclude=True)] = 8
        timeout_seconds: Annotated[float, Field(gt=0, exclude=True)] = 120.0
        """Most seconds that one clip may take."""
        patience_seconds: Annotated[float, Field(ge=0, exclude=True)] = 300.0
        """How long a server may be away or busy."""

        @model_serializer(mode="wrap")
        def _as_before(self, dump: Any) -> dict[str, Any]:
            """Leave out what is not set: fingerprints are those of before there was any."""
            data: dict[str, Any] = dump(self)
            unset = {"voices": {}, "response_format": "wav"}
            return {k: v for k, v in data.items() if k not in unset or v != unset[k]}

    def __init__(self, options: Options) -> None:
        self._options = options
        self._client = Client(
            f"{_url(options)}/audio/speech",
            name=f"the speech server at {_url(options)}",
            key=os.environ.get(options.key_env),
            key_name=options.key_env,
            concurrency=options.concurrency,
            timeout=options.timeout_seconds,
            patience=options.patience_seconds,
        )
        self._threads = ThreadPoolExecutor(options.concurrency, "speech")
        self._references: dict[str, str] = {}
        self._tempo = Tempo(self._client.name)

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if the options make no sense, or nothing listens at the URL."""
        if taken := sorted(OURS & options.extra_body.keys()):
            own = f"; set speech.options.{taken[0]}" if taken[0] in cls.Options.model_fields else ""
            raise UserError(f"speech.options.extra_body: {taken[0]} is set by datagen itself{own}")
        _fill({"voice": options.voice, "extra_body": options.extra_body}, _EXAMPLE)
        check_url(_url(options), "speech.options.url")
        url = urlsplit(_url(options))
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            socket.create_connection((url.hostname, port), _CONNECT_SECONDS).close()
        except OSError as error:
            raise UserError(
                f"no speech server answers at {url.hostname}:{port} ({error}); start one, or set"
                f" speech.options.url{f' or ${options.url_env}' if options.url_env else ''}"
            ) from error

    @classmethod
    def speakers(cls, options: Options) -> Mapping[str, Sequence[str]]:
        """Return the server's own voices."""
        return {str(gender): names for gender, names in options.voices.items()}

    def can_say(self, spoken: str) -> bool:
        """Return False for lines with tags such as [laughs]: a server may read them aloud."""
        return has_tags(spoken, {})

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        """Ask for each line; the answers come in the lines' order."""
        return list(self._threads.map(lambda line: self._say(line, seed), lines))

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _say(self, line: Line, seed: int) -> Utterance:
        body = self._body(line, seed)
        easy = {**body, "input": EASY}
        try:
            spoken = self._client.ask(
                json.dumps(body).encode(),
                read_spoken,
                easy=json.dumps(easy).encode(),
                seed=seed_for(seed, line.voice.id, line.spoken),
                advice=lambda said: self._advice(said, body),
            )
        except Refused as error:
            raise Rejected("speech_refused", f"{error} (voice {body['voice']!r})") from error
        except ServerDown as error:
            raise UserError(f"{error}; mend it and run the same command again") from error
        audio = to_24_khz(spoken.samples, spoken.rate)
        self._tempo.hear(line, audio, spoken.rate)
        return finish(audio, word_times(line.spoken, spoken, len(audio)))

    def _advice(self, said: str, body: Mapping[str, Any]) -> str:
        """Return what to do about a sentence of the voice or the format, "" for any other."""
        voice = str(body["voice"])
        if _OF_FORMATS.search(said) and not _OF_REFERENCES.search(said):
            return (
                f"it was asked for {body['response_format']}; set speech.options.response_format"
                " to a format that it has: wav or flac, else opus or mp3"
            )
        named = rf"(?<!\w){re.escape(voice)}(?!\w)"
        if not (_OF_VOICES.search(said) or (voice and re.search(named, said))):
            return ""
        return (
            f"it was asked for the voice {voice!r} (speech.options.voice is"
            f" {self._options.voice!r}); set speech.options.voice, or speech.options.voices, to"
            f" its own, which `datagen voices server {_url(self._options)}` lists"
        )

    def _body(self, line: Line, seed: int) -> dict[str, Any]:
        """Return the request for one line."""
        options = self._options
        known = _known(line)
        body: dict[str, Any] = {
            **_fill(options.extra_body, known),
            "model": options.model,
            "input": line.spoken,
            "voice": _fill(options.voice, known),
            "response_format": options.response_format,
        }
        if options.seed_field:
            own = seed_for(seed, line.voice.id, line.spoken)
            body[options.seed_field] = own % _MAX_SEED
        if options.reference_field:
            body[options.reference_field] = self._reference(line)
        return body

    def _reference(self, line: Line) -> str:
        """Return the voice's recording as a data URL."""
        path = line.voice.path
        if path is None:
            raise UserError(
                f"speech.options.reference_field: voice {line.voice.id} has no recording; choose a"
                " voices.catalogue of recorded voices, or leave the field out"
            )
        if path not in self._references:
            kind = "flac" if path.endswith(".flac") else "wav"
            data = base64.b64encode(Path(path).read_bytes()).decode()
            self._references[path] = f"data:audio/{kind};base64,{data}"
        return self._references[path]


def word_times(spoken: str, answer: Spoken, num_samples: int) -> tuple[SpokenWord, ...] | None:
    """Return the server's word times if its words are the line's, else None: an aligner's task."""
    tokens = spoken.split()
    if answer.words is None or list(map(_bare, tokens)) != [_bare(w) for w, _, _ in answer.words]:
        return None
    times = [
        (round(start * SAMPLE_RATE / 1_000), round(end * SAMPLE_RATE / 1_000))
        for _, start, end in answer.words
    ]
    return spread_words(tokens, share(tokens, times), num_samples)


def _bare(word: str) -> str:
    return re.sub(r"[^\w]", "", word.casefold())


_EXAMPLE = {"id": "", "gender": "", "speaker": "", "emotion": "", "path": ""}


def _known(line: Line) -> dict[str, str]:
    """Return what a template may name."""
    return {
        "id": line.voice.id,
        "gender": line.voice.gender,
        "speaker": line.speaker,
        "emotion": line.emotion,
        "path": line.voice.path or "",
    }


def _fill(template: Any, known: Mapping[str, str]) -> Any:
    """Fill the names into every string of a JSON value."""
    if isinstance(template, str):
        try:
            return template.format_map(known)
        except (KeyError, ValueError, IndexError) as error:
            raise UserError(
                f"speech.options: {template!r} may only name {', '.join(f'{{{k}}}' for k in known)}"
            ) from error
    if isinstance(template, dict):
        return {key: _fill(value, known) for key, value in template.items()}
    if isinstance(template, list):
        return [_fill(value, known) for value in template]
    return template


def _url(options: Http.Options) -> str:
    found = os.environ.get(options.url_env) if options.url_env else None
    return (found or options.url).rstrip("/")
