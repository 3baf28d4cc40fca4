"""The page's server: it answers one machine's browser, and nobody who has not got the address.

    browser --/TOKEN/api/...--> PageGate (token, host, headers) --> Runs

Nothing of an address becomes a path of a file: runs go by number, dialogues by an id that is
checked, sounds by three names.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from datagen.storage.run_folder import Damaged
from datagen.types import UserError
from datagen.view.gate import PageGate
from datagen.view.opened import Opened

STATIC = Path(__file__).parent / "static"
_MOST_BYTES = 64 * 1024
"""Largest mark that is taken from a page."""

Handler = Callable[[Request], Awaitable[Response]]


def application(runs: list[Opened], token: str, who: str) -> Any:
    """Return the ASGI application; ``who`` signs the marks."""
    api = _Api(runs, who)
    routes = [
        Route("/", _page),
        Route("/api/runs", _handled(api.runs)),
        Route("/api/runs/{run:int}/dialogues", _handled(api.page)),
        Route("/api/runs/{run:int}/takes", _handled(api.takes)),
        Route("/api/runs/{run:int}/dialogues/{dialog_id}", _handled(api.dialogue)),
        Route("/api/runs/{run:int}/dialogues/{dialog_id}/envelope/{sound}", _handled(api.envelope)),
        Route(
            "/api/runs/{run:int}/dialogues/{dialog_id}/spectrogram/{sound}",
            _handled(api.spectrogram),
        ),
        Route("/api/runs/{run:int}/dialogues/{dialog_id}/sound/{sound}", _handled(api.sound)),
        Route("/api/runs/{run:int}/marks", _handled(api.marks), methods=["GET"]),
        Route("/api/runs/{run:int}/marks", _handled(api.mark), methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    return PageGate(Starlette(routes=[Mount(f"/{token}", routes=routes)]), token)


async def _page(request: Request) -> Response:
    text = (STATIC / "index.html").read_text("utf-8")
    return HTMLResponse(text.replace("{{nonce}}", request.scope["nonce"]))


def _handled(handler: Handler) -> Handler:
    """Return a handler that answers mistakes with a sentence."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except UserError as error:
            return JSONResponse({"error": str(error)}, 400)
        except Damaged as error:
            return JSONResponse({"error": f"{error}; `datagen audit` says what to do"}, 500)

    return handle


class _Api:
    """Answers with values of the opened runs; reading is done in threads."""

    def __init__(self, runs: list[Opened], who: str) -> None:
        self._runs, self._who = runs, who

    def _run(self, request: Request) -> Opened:
        number = int(request.path_params["run"])
        if number >= len(self._runs):
            raise UserError(f"there is no run {number} on this page")
        return self._runs[number]

    async def runs(self, request: Request) -> Response:
        """Say which runs there are, and what each can be filtered by."""
        found = [await run_in_threadpool(run.about) for run in self._runs]
        return JSONResponse({"runs": found, "who": self._who})

    async def page(self, request: Request) -> Response:
        """Return a page of dialogues."""
        settings = dict(request.query_params)
        return JSONResponse(await run_in_threadpool(self._run(request).page, settings))

    async def takes(self, request: Request) -> Response:
        """Return a page of refused takes."""
        settings = dict(request.query_params)
        return JSONResponse(await run_in_threadpool(self._run(request).takes, settings))

    async def dialogue(self, request: Request) -> Response:
        """Return one dialogue, and its neighbours in a search."""
        run, dialog_id = self._run(request), request.path_params["dialog_id"]
        settings = dict(request.query_params)
        return JSONResponse(await run_in_threadpool(run.dialogue, dialog_id, settings))

    async def envelope(self, request: Request) -> Response:
        """Return the envelopes of a sound."""
        run, names = self._run(request), request.path_params
        found = await run_in_threadpool(run.envelope, names["dialog_id"], names["sound"])
        return JSONResponse(found)

    async def spectrogram(self, request: Request) -> Response:
        """Return the spectrograms of a sound."""
        run, names = self._run(request), request.path_params
        found = await run_in_threadpool(run.spectrogram, names["dialog_id"], names["sound"])
        return JSONResponse(found)

    async def sound(self, request: Request) -> Response:
        """Return a sound as WAV, or the part of it that is asked for."""
        names = request.path_params
        run, name = self._run(request), names["sound"].removesuffix(".wav")
        data = await run_in_threadpool(run.wav, names["dialog_id"], name)
        return _part(data, request.headers.get("range"))

    async def marks(self, request: Request) -> Response:
        """Return all marks, if there are more than ``known`` bytes of them."""
        known = request.query_params.get("known", "")
        return JSONResponse(await run_in_threadpool(self._run(request).marks_since, known))

    async def mark(self, request: Request) -> Response:
        """Take a mark."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return PlainTextResponse("send JSON", 415)
        body = await request.body()
        if len(body) > _MOST_BYTES:
            return PlainTextResponse("too long", 413)
        run = self._run(request)
        return JSONResponse(await run_in_threadpool(run.mark, body, self._who))


def _part(data: bytes, wanted: str | None) -> Response:
    """Answer a request for bytes FIRST-LAST of a sound, as browsers seek."""
    headers = {"accept-ranges": "bytes"}
    if not wanted or not wanted.startswith("bytes=") or "," in wanted:
        return Response(data, media_type="audio/wav", headers=headers)
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    try:
        start = int(first) if first else max(0, len(data) - int(last))
        stop = min(len(data), int(last) + 1) if first and last else len(data)
    except ValueError:
        start, stop = 0, 0
    if not 0 <= start < stop:
        return Response(status_code=416, headers={"content-range": f"bytes */{len(data)}"})
    headers["content-range"] = f"bytes {start}-{stop - 1}/{len(data)}"
    return Response(data[start:stop], 206, headers, "audio/wav")


def new_token() -> str:
    """Return a token that cannot be guessed."""
    return secrets.token_urlsafe(24)
