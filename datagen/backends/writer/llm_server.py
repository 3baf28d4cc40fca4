"""One model behind an OpenAI-compatible server, strict with the answer.

Request --POST {url}/chat/completions--> Completion | Refusal
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from datagen.backends.servers.chat import completion
from datagen.backends.servers.client import Client
from datagen.backends.servers.gate import Gate, Refused
from datagen.scripting.llm.answer import objects
from datagen.scripting.llm.completion import Completion, Message, Refusal, Request
from datagen.types import UserError
from datagen.visible import visible_line

logger = logging.getLogger(__name__)

SchemaField = Literal["json_schema", "json_object"]
SCHEMA_FIELDS: Mapping[SchemaField, Any] = {
    "json_schema": lambda schema: {
        "type": "json_schema",
        "json_schema": {"name": "reply", "schema": schema, "strict": True},
    },
    "json_object": lambda schema: {"type": "json_object", "schema": schema},
}
"""How a schema is sent: as OpenAI, vLLM, SGLang, Ollama and llama.cpp's own server take it, and as
llama-cpp-python's server does (and llama.cpp's, too)."""
MAX_BYTES = 16 * 2**20
"""Longest answer; a dialogue has some 10 kB."""
_NOT_TAKEN = re.compile(
    r"unsupported|not supported|does not support|unknown|unrecogni[sz]ed|not permitted|not allowed"
    r"|extra_forbidden|unexpected|additional propert",
    re.IGNORECASE,
)
"""How servers say that they do not take a field (OpenAI's reasoning models, Mistral, Gemini)."""
COLOUR = "periwinkle"
_QUESTION: Message = {"role": "user", "content": "What is 2 + 2? Answer in one short line."}
EASY = Request(
    model=0,
    messages=(_QUESTION,),
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["colour"],
        "properties": {"colour": {"type": "string", "enum": [COLOUR]}},
    },
    seed=0,
)
"""What every server answers, and in this one way only if it keeps to schemas."""


@dataclass
class Server:
    """A model and where it is served; threads may share it."""

    model: str
    url: str
    """Address of the API, e.g. http://127.0.0.1:8000/v1."""
    key: str | None = field(repr=False)
    key_name: str
    """The environment variable the key is from, for messages."""
    body: Mapping[str, Any]
    """Added to every request: sampling, limits, what a server takes beside."""
    schema_field: SchemaField
    concurrency: int
    timeout: float
    """Seconds for one answer."""
    patience: float
    """Seconds in which nobody is answered until a server counts as down."""
    ours: frozenset[str] = frozenset(("seed",))
    """Fields of a request that no user chose: one that the server does not take is left out."""

    def __post_init__(self) -> None:
        self._not_taken: set[str] = set()
        self._client = Client(
            f"{self.url.rstrip('/')}/chat/completions",
            name=f"{self.model} at {self.url}",
            key=self.key,
            key_name=self.key_name,
            concurrency=self.concurrency,
            timeout=self.timeout,
            patience=self.patience,
            max_bytes=MAX_BYTES,
        )

    @property
    def gate(self) -> Gate:
        """What limits the requests in flight."""
        return self._client.gate

    def ask(self, request: Request) -> Completion | Refusal:
        """Return the answer, however often it takes. Raises ServerDown or UserError."""
        while True:
            body, easy = self._body(request), self._body(EASY)
            try:
                return self._client.ask(body, completion, easy=easy, seed=request.seed)
            except (Refused, UserError) as error:
                if self._does_without(str(error)):
                    continue
                if isinstance(error, UserError):
                    raise
                return Refusal(str(error))

    def _does_without(self, said: str) -> bool:
        """Leave out a field of ours that a server says it does not take; False if it says none."""
        names = self.ours - self._not_taken if _NOT_TAKEN.search(said) else ()
        found = {name for name in names if re.search(rf"\b{name}\b", said)}
        self._not_taken |= found
        return bool(found)

    def probe(self) -> None:
        """Raise UserError if the server ignores a schema, as some do without a word."""
        try:
            answer = self.ask(EASY)
        except UserError as error:
            if "refuses every request" in str(error) and (other := self._other_field()):
                raise UserError(f"{error}: it answers with schema_field: {other}") from error
            raise
        if isinstance(answer, Refusal):
            said = answer.reason
        elif _obeys(answer.text):
            self._tell_model(answer.model)
            return
        else:
            if answer.is_reasoning and next(objects(answer.text), None) is None:
                raise UserError(
                    f"{self.model} at {self.url} reasons and gives no answer"
                    f" ({answer.text[:80]!r}): raise max_tokens, or what the server has room for,"
                    " or have the model reason less or not at all"
                )
            cut = "" if answer.is_whole else ", cut off at max_tokens"
            said = f"it answered {answer.text[:80]!r}{cut}"
        raise UserError(
            f"{self.model} at {self.url} does not keep to a JSON schema ({said}): {self._remedy()}"
        )

    def _tell_model(self, name: str) -> None:
        """Warn if a server says that another model answered: some take whichever is loaded."""
        asked, answered = _plain(self.model), _plain(name)
        if answered and asked not in answered and answered not in asked:
            logger.warning(
                "%s: the server was asked for %r and answers as %r; if that is another model, have"
                " it load the right one",
                self.url, self.model, visible_line(name)[:80],
            )  # fmt: skip

    def _remedy(self) -> str:
        """Say how to have schemas enforced: in the other form, if the server keeps to that."""
        if other := self._other_field():
            return f"it does with schema_field: {other}, so set that"
        return (
            "serve it with vLLM 0.27 or newer, SGLang, llama.cpp, Ollama 0.5 or newer, or another"
            " server that enforces response_format"
        )

    def _other_field(self) -> SchemaField | None:
        """Return the other way to send a schema, if the server keeps to that."""
        other: SchemaField = "json_object" if self.schema_field == "json_schema" else "json_schema"
        body = self._body(EASY, other)
        try:
            answer = self._client.ask(body, completion, easy=self._body(EASY), seed=0)
        except (Refused, UserError):
            return None
        return other if _obeys(answer.text) else None

    def _body(self, request: Request, schema_field: SchemaField | None = None) -> bytes:
        body = {
            "model": self.model,
            "messages": request.messages,
            "seed": request.seed,
            **self.body,
            "response_format": SCHEMA_FIELDS[schema_field or self.schema_field](request.schema),
        }
        taken = {name: body[name] for name in body if name not in self._not_taken}
        return json.dumps(taken).encode()


def _plain(name: str) -> str:
    """Return a model's name without its owner, in small letters and figures."""
    return re.sub(r"[^a-z0-9]", "", name.rpartition("/")[2].casefold())


def _obeys(text: str) -> bool:
    """Return whether an answer is what the easy request's schema allows."""
    return any(value == {"colour": COLOUR} for value in objects(text))
