"""Who may ask the page's server: a browser of this machine that was given the whole address.

Other sites' pages cannot guess the token, cannot name another host (DNS rebinding), and are told by
headers to keep out. Scripts come from our own files alone, so text of a run is never executed.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

HOSTS = ("127.0.0.1", "localhost", "[::1]")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def policy(nonce: str) -> str:
    """Return the content security policy; the nonce is for styles that a library adds."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


class PageGate:
    """Lets requests through to an application; others get 403 or 404, and no word why."""

    def __init__(self, application: Any, token: str) -> None:
        self._application, self._token = application, token

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        scope["nonce"] = nonce = secrets.token_urlsafe(12)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_headers(nonce)]
            await send(message)

        status = self._refusal(scope)
        if status:
            await send_guarded({"type": "http.response.start", "status": status, "headers": []})
            await send_guarded({"type": "http.response.body", "body": b""})
        else:
            await self._application(scope, receive, send_guarded)

    def _refusal(self, scope: Message) -> int:
        """Return the status to refuse a request with, or 0."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        host = headers.get("host", "")
        if host.rpartition(":")[0] not in HOSTS and host not in HOSTS:
            return 403
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return 403
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return 403
        given = scope["path"].split("/", 2)[1] if "/" in scope["path"] else ""
        return 0 if secrets.compare_digest(given.encode(), self._token.encode()) else 404


def _headers(nonce: str) -> list[tuple[bytes, bytes]]:
    values = {
        "content-security-policy": policy(nonce),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cache-control": "no-store",
    }
    return [(name.encode(), value.encode()) for name, value in values.items()]
