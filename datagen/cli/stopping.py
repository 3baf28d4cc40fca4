"""Ctrl-C, SIGTERM and what batch systems send before them: what is done stays done.

A sentence says so, and 128 + the signal is the code.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from datagen.cli.terminal import echo

LAST_WORDS = 4.0
"""Seconds that a run which is stopped waits for its store: to give back its lease, and so on."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_WARNINGS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU)
"""What says that time is up, or the terminal gone; left to whoever has a use for them (nohup)."""


GOES_ON = "stopped; the same command goes on from here"
STOPPED = "stopped"


@contextmanager
def stoppable(last_words: str = GOES_ON) -> Iterator[None]:
    """Stop at once, wherever the program is; the last words are said then."""
    from datagen.storage import requests

    received = signal.SIGINT

    def stop(number: int, frame: object) -> NoReturn:
        nonlocal received  # Ray may raise another KeyboardInterrupt in place of ours
        received = signal.Signals(number)
        for one in (*_SIGNALS, *_WARNINGS):
            signal.signal(one, signal.SIG_IGN)
        requests.hurry(LAST_WORDS)
        raise KeyboardInterrupt

    with _handled_by(stop):
        try:
            yield
        except KeyboardInterrupt:
            _leave(received, last_words)
        finally:
            requests.take_time()


@contextmanager
def stoppable_between() -> Iterator[Callable[[], None]]:
    """Yield what stops if that was asked for; to be called between pieces of work.

    An exception of a signal may come up inside a callback from C, which drops it.
    """
    received: list[signal.Signals] = []

    def look() -> None:
        if received:
            _leave(received[0])

    with _handled_by(lambda number, frame: received.append(signal.Signals(number))):
        yield look


@contextmanager
def _handled_by(handler: Callable[[int, object], None]) -> Iterator[None]:
    unused = [one for one in _WARNINGS if signal.getsignal(one) == signal.SIG_DFL]
    before = {number: signal.signal(number, handler) for number in (*_SIGNALS, *unused)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _leave(received: signal.Signals, last_words: str = GOES_ON) -> NoReturn:
    echo(last_words, err=True)
    raise SystemExit(128 + received) from None
