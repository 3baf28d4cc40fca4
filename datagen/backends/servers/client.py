"""One client for every server: patient with the network, strict about what an answer is.

    JSON --POST--> Reply --read--> what the caller wants   busy, slow, broken: again; else: a reason

urllib3 in threads: the packages of servers' makers retry by themselves, which would hide ours, and
urllib3 comes with Ray, so that this needs no extra and its tests always run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from itertools import count
from typing import TypeVar

import urllib3

from datagen.backends.servers import wording
from datagen.backends.servers.address import (
    MAX_REDIRECTS,
    REDIRECTS,
    Connections,
    is_same_host,
    target,
)
from datagen.backends.servers.events import gathered, is_done
from datagen.backends.servers.gate import Gate, Refused, Trouble
from datagen.backends.servers.wording import LONGEST_WAIT, ErrorReply
from datagen.seeds import rng_for
from datagen.types import RunFailed, UserError

T = TypeVar("T")

OVERLOADED = frozenset((408, 429, 503, 529))
"""Statuses that ask for fewer requests."""
TRANSIENT = OVERLOADED | {409, 425, 500, 502, 504}
FORBIDDEN = frozenset((401, 402, 403, 404, 405))
"""Statuses that every request would get: the key, the account, the model or the URL is wrong."""
NOT_THERE = frozenset((404, 405))
"""Those of them that may be of something else that a request names."""
WAITS = (0.5, 20.0)
"""Seconds to wait after the first failure, doubled after each up to the second."""
FAILURES_OF_ITS_OWN = 6
"""Failures from which on the server is asked something easy before each try: if it answers that and
fails once more, it is the request that is bad, and not the server that is away."""
UNREADABLE_TRIES = 4
"""Replies that cannot be understood, of a server that never gave another, until that is said."""
WAIT_HEADERS = {
    "Retry-After": 1.0,
    "retry-after-ms": 0.001,
    "x-ms-retry-after-ms": 0.001,
    "llm_provider-retry-after": 1.0,
    "X-RateLimit-Reset": 1.0,
}
"""Headers that say when to come back, with their unit in seconds: HTTP's, those of OpenAI and
Azure, that in which LiteLLM passes on a provider's, and OpenRouter's, which is a point in time."""
EPOCH, EPOCH_MS = 1e9, 1e12
"""Numbers from which on they are no waits but points in time: in seconds, or thousandths of them,
since 1970."""
CHUNK = 256 * 1024
EVENTS = "text/event-stream"
_UNVERIFIED = ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "WRONG_VERSION_NUMBER")


def _no_advice(said: str) -> str:
    return ""


class ServerDown(RunFailed):
    """A server did not answer for as long as we are patient."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer; header names are looked up in any case."""

    data: bytes
    headers: Mapping[str, str]

    @property
    def kind(self) -> str:
        """The media type without its parameters, empty if the server names none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


@dataclass
class Client:
    """Posts to one address; threads may share it."""

    url: str
    """Address of the requests, e.g. http://127.0.0.1:8000/v1/chat/completions."""
    name: str
    """What messages call the server."""
    key: str | None = field(repr=False)
    key_name: str
    """The environment variable the key is from, for messages."""
    concurrency: int
    timeout: float
    """Seconds for one answer."""
    patience: float
    """Seconds in which nobody is answered until a server counts as down."""
    max_bytes: int = 64 * 2**20
    """Longest body that is read."""
    understood: bool = False
    """Whether any reply could be used so far."""

    def __post_init__(self) -> None:
        self.key = (self.key or "").strip() or None
        if self.key and not (self.key.isascii() and self.key.isprintable()):
            raise UserError(
                f"{self.key_name}: the key in this environment variable has characters that no"
                " header can carry; set it again, on one line"
            )
        self.gate = Gate(self.concurrency)
        self._connections = Connections(self.concurrency, self.timeout)

    def ask(
        self,
        body: bytes,
        read: Callable[[Reply], T],
        *,
        easy: bytes,
        seed: int,
        advice: Callable[[str], str] = _no_advice,
    ) -> T:
        """Return what ``read`` makes of the answer, however often it takes.

        ``easy`` is a request of the same form that any server of this kind answers. ``read`` may
        raise Trouble. ``advice`` returns what to do about a server's sentence that is of something
        this request asks for, "" for any other. Raises Refused if this request is at fault,
        ServerDown, or UserError.
        """
        failed_at = None
        for tries in count(1):
            is_up = tries > FAILURES_OF_ITS_OWN and self.answers(easy, read)
            try:
                return self._once(body, read, advice)
            except Refused as error:
                self._check_refusal(error, easy, read, advice)
                raise
            except Trouble as error:
                trouble = error
            now = time.monotonic()
            failed_at = failed_at or now
            is_patient = now - failed_at <= self.patience
            if is_up and not (trouble.kind == "busy" and is_patient):
                raise Refused(f"it failed {tries} times, and nothing else does, last: {trouble}")
            self._check_understood(trouble, tries)
            wait = max(trouble.after, _backoff(seed, tries))
            if now + wait - max(failed_at, self.gate.answered_at) > self.patience:
                raise ServerDown(
                    f"{self.name} has not answered for {self.patience:g} s in {tries} tries, last:"
                    f" {trouble}"
                )
            time.sleep(wait)
        raise AssertionError("count ends")

    def answers(self, easy: bytes, read: Callable[[Reply], T]) -> bool:
        """Tell whether something easy is answered now."""
        try:
            self._once(easy, read)
        except (Trouble, Refused):
            return False
        return True

    def _check_refusal(
        self,
        refused: Refused,
        easy: bytes,
        read: Callable[[Reply], T],
        advice: Callable[[str], str],
    ) -> None:
        """Raise UserError if a server that has never answered refuses something easy, too."""
        if not self.understood and not self.answers(easy, read):
            remedy = advice(str(refused)) or "mend its options"
            raise UserError(f"{self.name} refuses every request: {refused}; {remedy}") from refused

    def _check_understood(self, trouble: Trouble, tries: int) -> None:
        """Raise UserError if nothing that a server has ever said could be read."""
        if trouble.kind == "unreadable" and not self.understood and tries >= UNREADABLE_TRIES:
            raise UserError(f"{self.name} {trouble}; mend its URL or its options") from trouble

    def _once(
        self,
        body: bytes,
        read: Callable[[Reply], T],
        advice: Callable[[str], str] = _no_advice,
    ) -> T:
        """Ask once. Raises Trouble, Refused or UserError."""
        with self.gate.one():
            try:
                answer = read(self._post(body))
            except ErrorReply as error:
                raise self._verdict(error, advice) from error
        self.understood = True
        return answer

    def _post(self, body: bytes) -> Reply:
        """Send a request and follow redirects. Raises ErrorReply or Trouble."""
        url = self.url
        for _ in range(MAX_REDIRECTS + 1):
            status, reply = self._send(url, body)
            if status not in REDIRECTS:
                break
            url = target(url, reply.headers.get("Location"), status, self.name)
        else:
            raise UserError(f"{self.name} redirects in a circle, last to {url}; mend its URL")
        if not 200 <= status < 300:
            raise wording.http_error(status, reply.data, retry_after(reply.headers))
        reply = Reply(gathered(reply.data), reply.headers)
        if (error := wording.error_of(reply.data)) is not None:
            raise error
        return reply

    def _send(self, url: str, body: bytes) -> tuple[int, Reply]:
        """Send a request to one address, with the key if that is the server's own."""
        headers = {"Content-Type": "application/json"}
        if self.key and is_same_host(self.url, url):
            headers["Authorization"] = f"Bearer {self.key}"
        try:
            with self._connections.to(url).request(
                "POST",
                url,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                preload_content=False,
            ) as reply:
                data = self._data(reply)
                return reply.status, Reply(data, urllib3.HTTPHeaderDict(reply.headers))
        except urllib3.exceptions.NewConnectionError as error:  # which is a TimeoutError, too
            raise Trouble(f"no connection: {self._clean(str(error))}") from error
        except urllib3.exceptions.TimeoutError as error:
            raise Trouble(
                f"no answer within {self.timeout:g} s (timeout_seconds)", "slow"
            ) from error
        except urllib3.exceptions.HTTPError as error:
            raise self._broken(error) from error

    def _data(self, reply: urllib3.BaseHTTPResponse) -> bytes:
        """Read a body up to its limit; a slow trickle is as slow an answer as none."""
        parts, size, end = list[bytes](), 0, time.monotonic() + self.timeout
        kind = reply.headers.get("Content-Type", "")
        for part in reply.stream(CHUNK):
            size += len(part)
            if size > self.max_bytes:
                raise Refused(f"the answer is longer than {self.max_bytes / 2**20:.0f} MB")
            if time.monotonic() > end:
                raise Trouble(
                    f"no whole answer within {self.timeout:g} s (timeout_seconds)", "slow"
                )
            parts.append(part)
            if kind.startswith(EVENTS) and is_done(b"".join(parts[-2:])):
                break  # some leave the connection open
        return b"".join(parts)

    def _broken(self, error: urllib3.exceptions.HTTPError) -> Exception:
        """Return what a broken connection means."""
        said = self._clean(str(error))
        if any(sign in str(error) for sign in _UNVERIFIED):
            return UserError(
                f"{self.name}: no secure connection ({said}); mend the URL's scheme, or let"
                " SSL_CERT_FILE name the certificate it was signed with"
            )
        return Trouble(f"{type(error).__name__}: {said}")

    def _verdict(self, error: ErrorReply, advice: Callable[[str], str]) -> Exception:
        """Return what an error means: the user's to mend, to be waited for, or this request's."""
        status, said = error.status, self._clean(error.said)
        is_ours = any(word in said.casefold() for word in wording.OF_THE_REQUEST)
        if status is None and is_ours:
            return Refused(said)
        if status is None:
            return Trouble(f"answers with an error: {said}", "unreadable")
        if status in NOT_THERE and (remedy := advice(said)):
            return UserError(f"{self.name} answers {status} ({said}): {remedy}")
        if status in FORBIDDEN:
            state = "set" if self.key else "not set"
            return UserError(
                f"{self.name} answers {status} ({said}): {_REMEDIES.get(status, _CHECK)} the key in"
                f" the environment variable {self.key_name} ({state})"
            )
        if self.understood and wording.WITHOUT_MODEL.search(said):
            return Trouble(f"HTTP {status}: {said}", "broken", error.after)
        if (status in TRANSIENT or status > 504) and not is_ours:
            is_busy = status in OVERLOADED
            return Trouble(f"HTTP {status}: {said}", "busy" if is_busy else "broken", error.after)
        return Refused(f"HTTP {status}: {said}")

    def _clean(self, text: str) -> str:
        """Return the start of what a server said, on a line, without our key."""
        line = " ".join(text.split())
        return (line.replace(self.key, "***") if self.key else line)[: wording.MAX_LETTERS]


_CHECK = "check the model's name, the URL, and"
_REMEDIES = {
    401: "set another key; it takes",
    402: "pay, or set another key; it takes",
    403: "set another key; it takes",
}


def _backoff(seed: int, tries: int) -> float:
    """Return seconds to wait, spread so that requests that failed together come back apart."""
    longest = min(WAITS[1], WAITS[0] * 2.0 ** min(tries - 1, 10))
    return float(longest * rng_for(seed, "backoff", tries).uniform(0.5, 1.0))


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds a server asks us to wait, at most a minute, 0 if it does not."""
    waits = (_seconds(headers.get(name, ""), unit) for name, unit in WAIT_HEADERS.items())
    return next(filter(None, waits), 0.0)


def _seconds(said: str, unit: float) -> float:
    """Return seconds to wait: of a number, a point in time, or a date."""
    try:
        number = unit * float(said)
    except ValueError:
        pass
    else:
        if number >= EPOCH:
            number = number / (1000 if number >= EPOCH_MS else 1) - time.time()
        return min(LONGEST_WAIT, max(0.0, number))  # of NaN, 0
    try:
        return min(LONGEST_WAIT, max(0.0, parsedate_to_datetime(said).timestamp() - time.time()))
    except (ValueError, TypeError, OverflowError):
        return 0.0
