"""Requests to a store that may never answer: made in threads of their own, so nobody waits longer.

    function --call--> its result, or TimeoutError; `hurry` bounds all waits from now on

pyarrow cannot cut a request short, so one that hangs is left behind. It would also keep the
process from ending (S3's client waits for it at exit), therefore `leave` ends a process at once.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any, TypeVar

T = TypeVar("T")

SLICE = 0.25
"""Seconds of one wait, after which it is seen whether to hurry."""
_until = float("inf")
"""When all requests must be over, in monotonic seconds."""
_open: set[threading.Thread] = set()
"""Threads of requests that have not been answered."""


def hurry(seconds: float) -> None:
    """Let no request of this process be waited for later than so many seconds from now."""
    global _until
    _until = min(_until, time.monotonic() + seconds)


def take_time() -> None:
    """Take back what `hurry` said."""
    global _until
    _until = float("inf")


def left(seconds: float) -> float:
    """Return how many of so many seconds may be spent now."""
    return max(0.0, min(seconds, _until - time.monotonic()))


def call(function: Callable[[], T], seconds: float) -> T:
    """Return what a function returns, or raise what it raises; TimeoutError if it takes longer."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = function()
        except BaseException as error:
            _open.discard(thread)
            future.set_exception(error)
        else:
            _open.discard(thread)
            future.set_result(result)

    thread = threading.Thread(target=run, name="storage request", daemon=True)
    _open.add(thread)
    thread.start()
    return _wait(future, time.monotonic() + seconds)


def _wait(future: Future[T], until: float) -> T:
    while True:
        wait = left(until - time.monotonic())
        try:
            return future.result(timeout=min(SLICE, wait))
        except NotYet:
            if future.done():
                raise  # it is the function's own
            if wait <= SLICE:
                raise TimeoutError("no answer in time") from None


def hanging() -> bool:
    """Return whether a request has not been answered, whether somebody waits for it or not."""
    return any(thread.is_alive() for thread in list(_open))


def leave(code: Any) -> None:
    """End this process with an exit code, if a request that hangs would keep it; else return."""
    if hanging():
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))
