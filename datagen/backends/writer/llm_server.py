"""One model behind an OpenAI-compatible server: patient with the network, strict with the answer.

    Request --POST {url}/chat/completions--> Completion | Refusal

urllib3 in threads and not the openai package: its own retries would hide ours, the request is one
JSON body, and urllib3 comes with Ray, so that this needs no extra and its tests always run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Condition
from typing import Any, Literal
from urllib.request import getproxies, proxy_bypass

import urllib3

from datagen.scripting.llm.completion import Completion, Message, Refusal, Request, Usage
from datagen.seeds import rng_for
from datagen.types import RunFailed, UserError

OVERLOADED = frozenset((408, 429, 503, 529))
"""Statuses that ask for fewer requests."""
TRANSIENT = OVERLOADED | {409, 425, 500, 502, 504}
FORBIDDEN = frozenset((401, 403, 404))
"""Statuses that every request would get: the key, the model or the URL is wrong."""
WAITS = (0.5, 20.0)
"""Seconds to wait after the first failure, doubled after each up to the second."""
FAILURES_OF_ITS_OWN = 6
"""From so many failures on, the server is asked something easy before each try: if it answers that
and fails once more, it is the request that is bad, and not the server that is away."""
SCHEMA_FIELDS: Mapping[str, Any] = {
    "json_schema": lambda schema: {
        "type": "json_schema",
        "json_schema": {"name": "reply", "schema": schema, "strict": True},
    },
    "json_object": lambda schema: {"type": "json_object", "schema": schema},
}
"""How a schema is sent: as OpenAI, vLLM and SGLang take it, and as llama.cpp does."""
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


class ServerDown(RunFailed):
    """A server did not answer for as long as we are patient."""


class _Trouble(Exception):
    """An answer that another try may better: the server is busy or slow, or something broke."""

    def __init__(
        self, reason: str, kind: Literal["busy", "slow", "broken"] = "broken", after: float = 0.0
    ) -> None:
        super().__init__(reason)
        self.kind, self.after = kind, after


class Gate:
    """Lets so many requests through at once: additive increase, multiplicative decrease (AIMD)."""

    def __init__(self, most: int) -> None:
        self._most, self.limit = most, float(most)
        self._inside = 0
        self._cut_at = 0.0
        self._condition = Condition()
        self.answered_at = 0.0
        """On the monotonic clock, when a request was last answered."""

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a place; what is raised inside says if there were too many."""
        began = self._enter()
        try:
            yield
        except _Trouble as trouble:
            self._leave(began, overload=trouble.kind != "broken")
            raise
        except BaseException:
            self._leave(began, overload=False)
            raise
        self._leave(began, overload=False, answered=True)

    def _enter(self) -> float:
        with self._condition:
            self._condition.wait_for(lambda: self._inside < max(1, int(self.limit)))
            self._inside += 1
            return time.monotonic()

    def _leave(self, began: float, *, overload: bool, answered: bool = False) -> None:
        """Adjust the limit; requests sent before the last cut cannot ask for another."""
        with self._condition:
            self._inside -= 1
            if answered:
                self.answered_at = time.monotonic()
            if overload and began > self._cut_at:
                self.limit, self._cut_at = max(1.0, self.limit / 2), time.monotonic()
            elif answered:
                self.limit = min(float(self._most), self.limit + 1 / self.limit)
            self._condition.notify(max(1, int(self.limit) - self._inside))


@dataclass
class Server:
    """A model and where it is served; threads may share it."""

    model: str
    url: str
    """Of the API, e.g. http://127.0.0.1:8000/v1."""
    key: str | None = field(repr=False)
    key_name: str
    """The environment variable the key is from, for messages."""
    body: Mapping[str, Any]
    """Added to every request: sampling, limits, what a server takes beside."""
    schema_field: Literal["json_schema", "json_object"]
    concurrency: int
    timeout: float
    """Seconds for one answer."""
    patience: float
    """Seconds in which nobody is answered until a server counts as down."""

    def __post_init__(self) -> None:
        self.gate = Gate(self.concurrency)
        self._http = _connections(self.url, self.concurrency, self.timeout)

    def ask(self, request: Request) -> Completion | Refusal:
        """Return the answer, however often it takes. Raises ServerDown or UserError."""
        body = self._body(request)
        failed_at = None
        for tries in count(1):
            is_up = tries > FAILURES_OF_ITS_OWN and self._is_up()
            try:
                with self.gate.one():
                    return self._post(body)
            except _Trouble as trouble:
                reason, is_busy = str(trouble), trouble.kind == "busy"
                wait = max(trouble.after, _backoff(request.seed, tries))
            now = time.monotonic()
            failed_at = failed_at or now
            if is_up and (not is_busy or now - failed_at > self.patience):
                return Refusal(f"it failed {tries} times, and nothing else does, last: {reason}")
            if now + wait - max(failed_at, self.gate.answered_at) > self.patience:
                raise ServerDown(
                    f"{self.model} at {self.url} has not answered for {self.patience:g} s in"
                    f" {tries} tries, last: {reason}"
                )
            time.sleep(wait)
        raise AssertionError("count ends")

    def probe(self) -> None:
        """Raise UserError if the server ignores a schema, as some do without a word."""
        answer = self.ask(EASY)
        if isinstance(answer, Refusal):
            said = answer.reason
        elif _obeys(answer.text, {"colour": COLOUR}):
            return
        else:
            said = repr(answer.text[:80])
        raise UserError(
            f"{self.model} at {self.url} does not keep to a JSON schema (it answered {said}): serve"
            " it with vLLM 0.27 or newer or another server that enforces response_format, or set"
            " schema_field: json_object for llama.cpp"
        )

    def _is_up(self) -> bool:
        """Tell whether something easy is answered now."""
        try:
            with self.gate.one():
                self._post(self._body(EASY))
        except _Trouble:
            return False
        return True

    def _body(self, request: Request) -> bytes:
        body = {
            "model": self.model,
            "messages": request.messages,
            "seed": request.seed,
            **self.body,
            "response_format": SCHEMA_FIELDS[self.schema_field](request.schema),
        }
        return json.dumps(body).encode()

    def _post(self, body: bytes) -> Completion | Refusal:
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        url = f"{self.url.rstrip('/')}/chat/completions"
        try:
            reply = self._http.request("POST", url, body=body, headers=headers, retries=False)
        except urllib3.exceptions.NewConnectionError as error:  # which is a TimeoutError, too
            raise _Trouble(f"no connection: {self._clean(str(error))}") from error
        except urllib3.exceptions.TimeoutError as error:
            raise _Trouble(f"no answer within {self.timeout:g} s", "slow") from error
        except urllib3.exceptions.HTTPError as error:
            raise _Trouble(f"{type(error).__name__}: {self._clean(str(error))}") from error
        if reply.status == 200:
            return _completion(reply.data)
        return self._turned_down(reply)

    def _turned_down(self, reply: urllib3.BaseHTTPResponse) -> Refusal:
        """Return what is the request's fault; raise what is not."""
        status = reply.status
        if status in FORBIDDEN:
            raise UserError(
                f"{self.model} at {self.url} answers {status}: check the model's name, the URL, and"
                f" the key in the environment variable {self.key_name}"
                f" ({'set' if self.key else 'not set'})"
            )
        said = f"HTTP {status}: {self._clean(reply.data.decode(errors='replace'))}"
        if status in TRANSIENT or status > 504:
            kind: Literal["busy", "broken"] = "busy" if status in OVERLOADED else "broken"
            raise _Trouble(said, kind, _retry_after(reply))
        return Refusal(said)

    def _clean(self, text: str) -> str:
        """Return the start of what a server said, on a line, without our key."""
        line = " ".join(text.split())
        return (line.replace(self.key, "***") if self.key else line)[:200]


def check_url(url: str) -> None:
    """Raise UserError if a URL is none, or holds a password."""
    try:
        parts = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError:
        parts = urllib3.util.Url()
    if parts.scheme not in ("http", "https") or not parts.host:
        raise UserError(f"script.options: {url!r} is no URL, e.g. http://127.0.0.1:8000/v1")
    if parts.auth:
        raise UserError(
            f"script.options: the URL of {parts.host} holds a password; put the key into the"
            " environment and name the variable in key_env"
        )


def _connections(url: str, concurrency: int, timeout: float) -> urllib3.PoolManager:
    """Return kept-alive connections, through the environment's proxy if there is one."""
    parts = urllib3.util.parse_url(url)
    limits = urllib3.Timeout(connect=min(10.0, timeout), read=timeout)
    proxy = getproxies().get(parts.scheme or "")
    if proxy and parts.host and not proxy_bypass(parts.host):
        return urllib3.ProxyManager(proxy, maxsize=concurrency, timeout=limits)
    return urllib3.PoolManager(maxsize=concurrency, timeout=limits)


def _completion(data: bytes) -> Completion:
    """Read a chat completion; what is none (a proxy's page, half a body) may pass."""
    try:
        value = json.loads(data)
        choice = value["choices"][0]
        text, reason = choice["message"]["content"] or "", choice["finish_reason"]
        usage = _usage(value.get("usage") or {})
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise _Trouble(f"the answer is no chat completion ({type(error).__name__})") from error
    return Completion(text, is_whole=reason != "length", usage=usage)


def _usage(value: Mapping[str, Any]) -> Usage:
    details = value.get("prompt_tokens_details") or {}
    return Usage(
        prompt=int(value.get("prompt_tokens") or 0),
        cached=int(details.get("cached_tokens") or 0),
        completion=int(value.get("completion_tokens") or 0),
    )


def _obeys(text: str, wanted: Mapping[str, str]) -> bool:
    try:
        return bool(json.loads(text, strict=False) == wanted)
    except ValueError:
        return False


def _backoff(seed: int, tries: int) -> float:
    """Return seconds to wait, spread so that requests that failed together come back apart."""
    longest = min(WAITS[1], WAITS[0] * 2.0 ** min(tries - 1, 10))
    return float(longest * rng_for(seed, "backoff", tries).uniform(0.5, 1.0))


def _retry_after(reply: urllib3.BaseHTTPResponse) -> float:
    """Return the seconds a server asks us to wait, at most a minute."""
    try:
        return min(60.0, max(0.0, float(reply.headers.get("Retry-After", 0))))
    except ValueError:
        return 0.0
