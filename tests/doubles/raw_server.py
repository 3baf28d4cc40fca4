"""A server that sends the bytes it is told to, however wrong, and keeps what it was sent."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By name in lower case."""
    body: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What is sent back; the connection is closed after it, or after ``open`` seconds."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: bool = True
    """Send a Content-Length."""
    open: float = 0.0


Reply = Callable[[Asked], Answer]


class RawServer(socketserver.ThreadingTCPServer):
    """Answers in threads of this process."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, reply: Reply) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = reply
        self.asked: list[Asked] = []

    @property
    def root(self) -> str:
        """Return its address without a path."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        """Return the address of its API."""
        return f"{self.root}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that have heard enough hang up."""


class _Handler(socketserver.StreamRequestHandler):
    server: RawServer

    def handle(self) -> None:
        first = self.rfile.readline().decode().split()
        if len(first) < 2:
            return
        headers: dict[str, str] = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        data = self.rfile.read(int(headers.get("content-length", 0)))
        asked = Asked(first[0], first[1], headers, json.loads(data) if data else {})
        self.server.asked.append(asked)
        answer = self.server.reply(asked)
        lines = [f"HTTP/1.1 {answer.status} OK", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if answer.length and "Content-Length" not in answer.headers:
            lines.append(f"Content-Length: {len(answer.body)}")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + answer.body)
        time.sleep(answer.open)


@contextmanager
def raw(reply: Reply) -> Iterator[RawServer]:
    """Serve until the block ends."""
    with RawServer(reply) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
