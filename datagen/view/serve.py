"""Serves the page of one or more runs until Ctrl-C, on this machine's loopback address alone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from datagen.types import UserError
from datagen.view.index import open_index
from datagen.view.opened import Opened
from datagen.view.source import RunSource

NEEDS = (
    "the page needs starlette and uvicorn, which are not here:"
    " pip install 'fullduplex-datagen[view]'"
)


def open_runs(
    runs: Sequence[str],
    marks: Path | None,
    progress: Callable[[str, int, int], None],
    cache: Path | None = None,
) -> list[Opened]:
    """Open runs, and build the indexes that are not there; ``progress`` hears of those."""
    opened = []
    for run in runs:
        source = RunSource(run)

        def tell(done: int, of: int, run: str = run) -> None:
            progress(run, done, of)

        opened.append(Opened(source, open_index(source, cache, tell), marks))
    return opened


def listen(port: int) -> socket.socket:
    """Return a socket of the loopback address; port 0 takes any that is free."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen(128)  # who is told the address may come at once
    except OSError as error:
        server.close()
        raise UserError(
            f"port {port} of this machine is taken ({error.strerror}); give another with --port"
        ) from error
    return server


def serve(runs: list[Opened], port: int, who: str, ready: Callable[[str], None]) -> None:
    """Serve runs until a signal; ``ready`` is told the address, which holds the token."""
    try:
        import uvicorn

        from datagen.view.server import application, new_token
    except ImportError as error:
        raise UserError(NEEDS) from error
    token = new_token()
    bound = listen(port)
    config = uvicorn.Config(
        application(runs, token, who), access_log=False, log_level="warning", lifespan="off"
    )
    server = uvicorn.Server(config)
    ready(f"http://127.0.0.1:{bound.getsockname()[1]}/{token}/")
    asyncio.run(_until_stopped(server, bound))


async def _until_stopped(server: Any, bound: socket.socket) -> None:
    try:
        await server.serve(sockets=[bound])
    except (KeyboardInterrupt, asyncio.CancelledError):
        return
