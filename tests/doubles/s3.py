"""Moto's S3 server on loopback, behind a proxy that can fail: what a store does on a bad day.

    pyarrow --> Proxy (faults to order) --> moto_server (a process of its own)

Moto may be in this environment, or in .venv-moto (python3 -m venv .venv-moto, then
.venv-moto/bin/pip install 'moto[s3]' flask flask-cors).
"""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "expect", "content-length"}
ERROR = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    "<Error><Code>{code}</Code><Message>ordered</Message></Error>"
)


def python() -> str | None:
    """Return an interpreter that has moto's server."""
    if all(importlib.util.find_spec(name) for name in ("moto", "flask", "flask_cors")):
        return sys.executable
    own = ROOT / ".venv-moto" / "bin" / "python"
    return str(own) if own.is_file() else None


@dataclass
class Fault:
    """What happens to the next requests that fit."""

    status: int
    """HTTP status; 0 drops the connection, 200 lets it pass after ``seconds``."""
    code: str = ""
    method: str = ""
    part: str = ""
    """In the path and query."""
    count: int = 1
    seconds: float = 0.0


@dataclass
class S3:
    """A running store: ``uri`` names a folder of its bucket."""

    port: int
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def uri(self, folder: str, bucket: str = "data", port: int | None = None) -> str:
        """Return the address of a folder."""
        where = f"endpoint_override=127.0.0.1:{port or self.port}&scheme=http&region=us-east-1"
        return f"s3://{bucket}/{folder}?{where}"

    def take(self, method: str, path: str) -> Fault | None:
        """Return what is to go wrong with a request."""
        with self.lock:
            self.requests.append(f"{method} {path}")
            for fault in self.faults:
                if fault.count and method.startswith(fault.method) and fault.part in path:
                    fault.count -= 1
                    return fault
        return None


@contextmanager
def serving() -> Iterator[S3]:
    """Run a store with one bucket, ``data``."""
    interpreter = python()
    assert interpreter is not None
    behind = free_port()
    command = [interpreter, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(behind)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(behind, process)
            _ask(behind, "PUT", "/data")
            with _proxy(behind) as store:
                yield store
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Handler(BaseHTTPRequestHandler):
    """Answers one client of the proxy."""

    protocol_version = "HTTP/1.1"
    server: _Proxy

    def _forward(self) -> None:
        body = self._body()
        fault = self.server.store.take(self.command, self.path)
        if fault is not None:
            time.sleep(fault.seconds)
        if fault is None or fault.status == 200:
            sent = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
            self._answer(*_ask(self.server.behind, self.command, self.path, body, sent))
        elif fault.status:
            self._answer(fault.status, {}, ERROR.format(code=fault.code).encode())
        else:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _forward  # noqa: N815 - http.server's

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for key, value in headers.items():
            if key.lower() not in HOP_BY_HOP:
                self.send_header(key, value)
        length = headers.get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


class _Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, store: S3, behind: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.store, self.behind = store, behind
        store.port = self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that was killed."""


@contextmanager
def _proxy(behind: int) -> Iterator[S3]:
    store = S3(0)
    with _Proxy(store, behind) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield store
        finally:
            server.shutdown()
            thread.join()


def _ask(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            _ask(port, "GET", "/moto-api/data.json")
            return
        time.sleep(0.1)
    raise AssertionError("moto's server does not start")
