"""Where a server is, and how it is reached: checked URLs, proxies, redirects that may be followed.

A redirect is followed with the same method and body, or not at all. The key goes to the configured
host alone.
"""

from __future__ import annotations

from ipaddress import ip_address
from threading import Lock
from urllib.parse import urljoin
from urllib.request import getproxies, proxy_bypass

import urllib3

from datagen.types import UserError

REDIRECTS = frozenset((300, 301, 302, 303, 307, 308))
KEEP_METHOD = frozenset((307, 308))
"""Redirects that keep method and body by their definition (RFC 9110, 15.4)."""
MOVED = frozenset((301, 302))
"""Redirects that clients turn into GET; on the same host they are followed as a POST."""
MAX_REDIRECTS = 5
CONNECT_SECONDS = 10.0
_PORTS = {"http": 80, "https": 443}


def check_url(url: str, section: str = "script.options") -> None:
    """Raise UserError if a URL is none, or holds a password."""
    parts = _parse(url)
    if parts.scheme not in _PORTS or not parts.host:
        raise UserError(f"{section}: {url!r} is no URL, e.g. http://127.0.0.1:8000/v1")
    if parts.auth:
        raise UserError(
            f"{section}: the URL of {parts.host} holds a password; put the key into the"
            " environment and name the variable in key_env"
        )


def is_same_host(url: str, other: str) -> bool:
    """Return whether a key for ``url`` may be sent to ``other``.

    It may to the same scheme, host and port, or from http to https on the usual ports of one host.
    """
    one, two = _parse(url), _parse(other)
    if one.host != two.host:
        return False
    ports = _port(one), _port(two)
    return (one.scheme, ports[0]) == (two.scheme, ports[1]) or (
        (one.scheme, two.scheme) == ("http", "https") and ports == (80, 443)
    )


def is_here(url: str) -> bool:
    """Return whether a URL is this machine's, which no proxy of another one can reach."""
    host = (_parse(url).host or "").strip("[]").casefold()
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def target(url: str, location: str | None, status: int, name: str) -> str:
    """Return where a redirect leads; raise UserError if it may not be followed."""
    there = urljoin(url, location or "")
    if not location or _parse(there).scheme not in _PORTS or not _parse(there).host:
        raise UserError(f"{name} answers {status} and names no address to go to; mend its URL")
    same = is_same_host(url, there)
    is_downgrade = _parse(url).scheme == "https" and _parse(there).scheme == "http"
    if is_downgrade or not (status in KEEP_METHOD or (status in MOVED and same)):
        raise UserError(
            f"{name} redirects ({status}) to {_bare(there)}, which is not followed; set the URL to"
            " where the server really is"
        )
    return there


class Connections:
    """Kept-alive connections to the hosts of one server, through the environment's proxies."""

    def __init__(self, concurrency: int, timeout: float) -> None:
        self._concurrency = concurrency
        self._limits = urllib3.Timeout(connect=min(CONNECT_SECONDS, timeout), read=timeout)
        self._pools: dict[tuple[str | None, str | None], urllib3.PoolManager] = {}
        self._lock = Lock()

    def to(self, url: str) -> urllib3.PoolManager:
        """Return the connections to a URL's host."""
        parts = _parse(url)
        with self._lock:
            key = (parts.scheme, parts.host)
            if key not in self._pools:
                self._pools[key] = self._pool(url)
            return self._pools[key]

    def _pool(self, url: str) -> urllib3.PoolManager:
        parts = _parse(url)
        proxy = getproxies().get(parts.scheme or "")
        if proxy and parts.host and not (is_here(url) or proxy_bypass(parts.host)):
            return urllib3.ProxyManager(proxy, maxsize=self._concurrency, timeout=self._limits)
        return urllib3.PoolManager(maxsize=self._concurrency, timeout=self._limits)


def _parse(url: str) -> urllib3.util.Url:
    try:
        return urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError:
        return urllib3.util.Url()


def _port(parts: urllib3.util.Url) -> int | None:
    return parts.port or _PORTS.get(parts.scheme or "")


def _bare(url: str) -> str:
    """Return a URL without what may be secret in it."""
    parts = _parse(url)
    return parts._replace(auth=None, query=None, fragment=None).url
