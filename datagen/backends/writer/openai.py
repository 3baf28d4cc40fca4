"""Writes scripts with language models behind any OpenAI-compatible server: vLLM, SGLang, hosted.

    Job --Author--> Requests --Server, one for each model--> Script | Reject

Where a model is served, its key and its prices are left out of the fingerprint: they may change
when a run is resumed. A key is read from the environment by the worker and stored nowhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal

from pydantic import Field

from datagen.backends.protocols import ScriptWriter
from datagen.backends.servers.address import check_url
from datagen.backends.writer.llm_server import Server
from datagen.scripting.llm.accounts import FREE, Price
from datagen.scripting.llm.author import Author, Writing
from datagen.scripting.llm.completion import Completion, Refusal, Request
from datagen.scripting.llm.options import AuthorOptions, check_judge
from datagen.types import Job, Record, Reject, Script, UserError

OURS = frozenset(("model", "messages", "seed", "response_format", "stream", "n"))
"""Fields of a request that options may not set."""


class Model(Record):
    """One model, its share of the dialogues, and where it is served."""

    name: str
    """Name of the model, as the server knows it."""
    quota: Annotated[int, Field(ge=1, le=100)] = 1
    """Dialogues it writes of each round of all quotas."""
    request: dict[str, Any] = Field(default_factory=dict)
    """Fields added to each request, such as temperature, max_tokens or chat_template_kwargs."""
    schema_field: Annotated[Literal["json_schema", "json_object"], Field(exclude=True)] = (
        "json_schema"
    )
    url: Annotated[str, Field(exclude=True)] = "http://127.0.0.1:8000/v1"
    url_env: Annotated[str | None, Field(exclude=True)] = None
    """Environment variable that, if it is set, holds the URL instead."""
    key_env: Annotated[str, Field(exclude=True)] = "OPENAI_API_KEY"
    """Environment variable that holds the key, if the server wants one."""
    price: Annotated[Price, Field(exclude=True)] = FREE
    """US dollars for a million tokens: prompt, cached (of the prompt) and completion."""


class OpenAI(ScriptWriter):
    """Asks servers, many requests at once; threads share one limit for each model.

    A server that ignores schemas is refused at the start. Trouble on the way is waited out
    (``patience_seconds``); what a model words badly is worded anew (``attempts``), and each such
    reply is kept in ``records``/quarantine-*.jsonl. Too many rejects among the last dialogues stop
    the run (``reject_limit``). Tokens and dollars (``price``) go into the journal.
    """

    class Options(AuthorOptions):
        """Models, and how hard to press their servers."""

        models: Annotated[tuple[Model, ...], Field(min_length=1)]
        concurrency: Annotated[int, Field(ge=1, le=4096, exclude=True)] = 128
        """Most requests in flight for each model and worker; fewer when a server is overloaded."""
        timeout_seconds: Annotated[float, Field(gt=0, exclude=True)] = 600.0
        patience_seconds: Annotated[float, Field(gt=0, exclude=True)] = 300.0
        """How long a server may be away."""

    def __init__(self, options: Options) -> None:
        self._servers = [_server(model, options) for model in options.models]
        for server in self._servers:
            server.probe()
        self._threads = [ThreadPoolExecutor(options.concurrency, "llm") for _ in self._servers]
        models = [Writing(model.name, model.quota, model.price) for model in options.models]
        self._author = Author(options, self, writer="openai", models=models)

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if what is wrong can be seen without asking a server."""
        check_judge(options, len(options.models))
        for model in options.models:
            check_url(_url(model))
            if taken := sorted(OURS & model.request.keys()):
                raise UserError(
                    f"script.options.models: {model.name} may not set request.{taken[0]}, which"
                    " datagen sets itself"
                )

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Return the digest of prompts and packs; a model's weights are known by its name only."""
        return Author.identity()

    def write(self, jobs: Sequence[Job]) -> list[Script | Reject]:
        """Return a script or a reject for each job, in order; threads may call it at once."""
        return self._author.write(jobs)

    def complete(self, requests: Sequence[Request]) -> list[Completion | Refusal]:
        """Ask everything at once, as far as the gates let it; no model waits for another."""
        asked = [
            self._threads[one.model].submit(self._servers[one.model].ask, one) for one in requests
        ]
        try:
            return [future.result() for future in asked]
        finally:
            for future in asked:
                future.cancel()

    def spent(self) -> Mapping[str, Mapping[str, float]]:
        """Return dialogues, tokens and dollars of each model since this was last asked."""
        return self._author.spent()

    def close(self) -> None:
        """Let the threads go."""
        for threads in self._threads:
            threads.shutdown(wait=False, cancel_futures=True)


def _server(model: Model, options: OpenAI.Options) -> Server:
    return Server(
        model=model.name,
        url=_url(model),
        key=os.environ.get(model.key_env) or None,
        key_name=model.key_env,
        body=model.request,
        schema_field=model.schema_field,
        concurrency=options.concurrency,
        timeout=options.timeout_seconds,
        patience=options.patience_seconds,
    )


def _url(model: Model) -> str:
    return (os.environ.get(model.url_env) if model.url_env else None) or model.url
