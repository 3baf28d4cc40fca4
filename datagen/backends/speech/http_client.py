"""One question to a speech server: ask, wait while it is busy, and refuse what is not sound.

JSON --POST--> Spoken     429, 5xx, lost connections: again; 4xx: Rejected or UserError
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from itertools import count
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from datagen.backends.speech.finish import decode
from datagen.types import Rejected, UserError

WORDS_HEADER = "X-Word-Timestamps"
"""JSON: a list of {word, start_ms, end_ms} (vLLM-Omni)."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0
"""Seconds between tries; each pause is twice the one before."""
_BUSY = frozenset((408, 425, 429, 503))
FAILURES_OF_ITS_OWN = 6
"""From so many failures on, something easy is asked for before each try: if that is spoken, and a
text fails once more, it is the text that is bad, and not the server that is away."""
EASY = "Hello."


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the server answered."""

    samples: NDArray[np.float32]
    """[S, C]"""
    rate: int
    """Hz, from the file and not from what was asked for."""
    words: tuple[tuple[str, float, float], ...] | None
    """Text, start and end in milliseconds."""


class Client:
    """Posts requests to one address."""

    def __init__(
        self, url: str, *, key: str | None, key_env: str, timeout: float, patience: float
    ) -> None:
        self._url = url
        self._key = key
        self._key_env = key_env
        self._timeout = timeout
        self._patience = patience

    def ask(self, body: Mapping[str, Any]) -> Spoken:
        """Return the server's sound. Raises Rejected if it refuses this text, or breaks on it."""
        pause, waited = _FIRST_PAUSE, 0.0
        for tries in count(1):
            is_up = tries > FAILURES_OF_ITS_OWN and self._is_up(body)
            is_busy = False
            try:
                return self._read(*self._post(body))
            except urllib.error.HTTPError as error:
                is_busy = error.code in _BUSY
                with error:
                    problem = self._refusal(error)
            except (OSError, http.client.HTTPException) as error:
                problem = f"{type(error).__name__}: {error}"
            if is_up and (not is_busy or waited >= self._patience):
                said = f"{tries} times {problem}, while the server says {EASY!r}"
                raise Rejected("speech_refused", said)
            if waited >= self._patience:
                raise UserError(
                    f"the speech server at {self._url} has not answered for {waited:.0f} s"
                    f" ({problem}); mend it and run the same command again"
                )
            time.sleep(min(pause, self._patience - waited))
            waited += min(pause, self._patience - waited)
            pause = min(2 * pause, _LONGEST_PAUSE)
        raise AssertionError("count ends")

    def _is_up(self, body: Mapping[str, Any]) -> bool:
        """Tell whether something easy is spoken now, in the same voice."""
        try:
            self._read(*self._post({**body, "input": EASY}))
        except (OSError, http.client.HTTPException):
            return False
        return True

    def _post(self, body: Mapping[str, Any]) -> tuple[bytes, Message]:
        headers = {"Content-Type": "application/json", "Accept": "audio/wav"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = urllib.request.Request(self._url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=self._timeout) as response:
            return response.read(), response.headers

    def _refusal(self, error: urllib.error.HTTPError) -> str:
        """Return what to wait for, or raise what waiting cannot mend."""
        if error.code in _BUSY or error.code >= 500:
            return f"status {error.code}"
        said = " ".join(error.read(2_000).decode(errors="replace").split())[:200]
        if error.code in (401, 403):
            raise UserError(
                f"the speech server at {self._url} wants another key: set ${self._key_env}"
            )
        if error.code in (404, 405):
            raise UserError(
                f"the speech server has no {self._url} or no such model ({said}); mend"
                " speech.options.url or speech.options.model"
            )
        raise Rejected("speech_refused", f"the server answered {error.code}: {said}")

    def _read(self, data: bytes, headers: Message) -> Spoken:
        """Decode an answer; what is no sound at all is the user's to mend."""
        kind = headers.get_content_type()
        if not kind.startswith("audio/") and kind != "application/octet-stream":
            raise UserError(f"the speech server at {self._url} sends {kind}, not audio")
        try:
            samples, rate = decode(data)
        except soundfile.LibsndfileError as error:
            raise http.client.IncompleteRead(data[:0]) from error
        return Spoken(samples, rate, _words(headers.get(WORDS_HEADER)))


def _words(header: str | None) -> tuple[tuple[str, float, float], ...] | None:
    """Read the header of word times; None if there is none, or it was cut short."""
    if not header:
        return None
    try:
        return tuple(
            (str(word["word"]), float(word["start_ms"]), float(word["end_ms"]))
            for word in json.loads(header)
        )
    except (ValueError, KeyError, TypeError):
        return None
