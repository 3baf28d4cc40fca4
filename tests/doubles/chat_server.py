"""A small OpenAI-compatible server that answers as a test tells it to, well or badly."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROBE = "What is 2 + 2?"
RETRY = "\nAn earlier attempt"
"""Begins what a model is told when its reply could not be used."""


@dataclass
class Reply:
    """What is sent back."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    """Seconds before anything is sent."""
    cut: bool = False
    """Close the connection in the middle of the body."""


Answer = Callable[[dict[str, Any], int], Reply]
"""A request's body and how many times its dialogue was asked for before -> a reply."""


def completion(text: str, finish_reason: str = "stop", **more: Any) -> Reply:
    """Return a chat completion that says ``text``."""
    usage = {
        "prompt_tokens": 1000,
        "completion_tokens": 500,
        "prompt_tokens_details": {"cached_tokens": 600},
    }
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
    return Reply(body=json.dumps({"choices": [choice], "usage": usage}).encode(), **more)


def probed(body: dict[str, Any]) -> Reply | None:
    """Return the answer of a server that keeps to schemas, if this is the startup probe."""
    if not body["messages"][-1]["content"].startswith(PROBE):
        return None
    schema = body["response_format"].get("json_schema", body["response_format"])["schema"]
    return completion(json.dumps({"colour": schema["properties"]["colour"]["enum"][0]}))


class ChatServer:
    """Runs in threads of this process; keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.most_at_once = 0
        self._times: dict[str, int] = {}
        self.inside = 0
        self._lock = threading.Lock()

    def take(self, body: dict[str, Any], headers: dict[str, str]) -> Reply:
        """Answer one request."""
        asked = next(one["content"] for one in body["messages"] if one["role"] == "user")
        key = asked.split(RETRY)[0]
        with self._lock:
            self.inside += 1
            self.most_at_once = max(self.most_at_once, self.inside)
            self.requests.append(body)
            self.headers.append(headers)
            times = self._times.get(key, 0)
            self._times[key] = times + 1
        try:
            reply = self.answer(body, times)
            time.sleep(reply.wait)
        finally:
            with self._lock:
                self.inside -= 1
        return reply

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The requests without the probes."""
        return [r for r in self.requests if not r["messages"][-1]["content"].startswith(PROBE)]


@contextmanager
def serving(answer: Answer, port: int = 0) -> Iterator[tuple[ChatServer, str]]:
    """Serve until the block ends, and then hang up; yields the server and its URL."""
    chat = ChatServer(answer)
    connections: set[socket.socket] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            connections.add(self.connection)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            assert self.path == "/v1/chat/completions", self.path
            reply = chat.take(body, dict(self.headers))
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body[: len(reply.body) // 2] if reply.cut else reply.body)
            except OSError:
                pass  # the client has gone: it was told to be impatient
            self.close_connection |= reply.cut

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield chat, f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for connection in connections:
            with suppress(OSError):  # it is closed
                connection.shutdown(socket.SHUT_RDWR)
