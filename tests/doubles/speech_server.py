"""A speech server of its own: espeak-ng behind OpenAI's path, with the ways real servers fail.

It is a real HTTP server on loopback: ``with serve() as server: server.url``.
"""

from __future__ import annotations

import io
import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import soundfile
import soxr

from datagen.backends.speech.espeak import Espeak
from datagen.types import SAMPLE_RATE, Line, Utterance, Voice


class SpeechServer(ThreadingHTTPServer):
    """Speaks, unless ``failures`` holds something to do first: a status, or drop, html, garbage."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failures: deque[int | str] = deque()
        self.poison = ""
        self.poisoned = 500
        """A text that breaks the server each time, and the status it gets."""
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.rate = 16_000
        self.with_words = True
        self._espeak = Espeak(Espeak.Options())
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def next_failure(self) -> int | str | None:
        with self._lock:
            return self.failures.popleft() if self.failures else None

    def say(self, body: dict[str, Any]) -> Utterance:
        voice = Voice(
            id=body["voice"],
            source="espeak",
            license="synthetic",
            synthetic=True,
            gender=body.get("gender", "female"),
        )
        line = Line(body["input"], voice, "agent", body.get("emotion", "neutral"))
        return self._espeak.speak([line], seed=body.get("seed", 0))[0]


class _Handler(BaseHTTPRequestHandler):
    server: SpeechServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.keys.append(self.headers["Authorization"])
        self.server.requests.append(body)
        is_poison = body["input"] == self.server.poison
        failure = self.server.poisoned if is_poison else self.server.next_failure()
        if failure == "drop":
            self.close_connection = True
        elif failure == "short":
            self._answer(200, "audio/wav", b"RIFF", length=9_999)
            self.close_connection = True
        elif failure == "html":
            self._answer(200, "text/html", b"<h1>welcome</h1>")
        elif failure == "garbage":
            self._answer(200, "audio/wav", b"RIFFthis is no sound")
        elif failure is not None or self.path != "/v1/audio/speech":
            assert not isinstance(failure, str)
            self._answer(failure or 404, "application/json", b'{"error": "not now"}')
        else:
            self._speak(body)

    def _speak(self, body: dict[str, Any]) -> None:
        made, rate = self.server.say(body), self.server.rate
        file = io.BytesIO()
        sound = soxr.resample(made.audio, SAMPLE_RATE, rate)
        soundfile.write(file, sound, rate, format="WAV", subtype="PCM_16")
        words = [
            {
                "word": word.text,
                "start_ms": word.start * 1_000 / SAMPLE_RATE,
                "end_ms": word.end * 1_000 / SAMPLE_RATE,
            }
            for word in made.words or ()
        ]
        headers = {"X-Word-Timestamps": json.dumps(words)} if self.server.with_words else {}
        self._answer(200, "audio/wav", file.getvalue(), headers)

    def _answer(
        self,
        status: int,
        kind: str,
        data: bytes,
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length or len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serve() -> Iterator[SpeechServer]:
    """Serve until the block ends."""
    with SpeechServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
