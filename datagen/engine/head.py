"""Whether the head of the Ray cluster (its GCS) is still there: without it Ray ends the process.

    address --HeadWatch, a thread--> lost or not --require_head--> RunFailed, in words

Ray's client waits 60 seconds for a head that may come back, and then ends the process with a line
of its own; we are a little sooner, so that a run ends as every other does.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from datagen.types import RunFailed

PATIENCE = float(os.environ.get("RAY_gcs_rpc_server_reconnect_timeout_s", "60"))  # noqa: SIM112 - Ray's
"""Seconds that Ray's own client waits."""
SAY = 0.7
"""Part of them after which the run is stopped."""
LEAVE = 0.9
"""Part of them after which the process is ended, if it hangs in a call to Ray."""
LOOK = 2.0
"""Seconds between looks."""


class HeadWatch:
    """Looks whether somebody listens at the head's address."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._place = host.strip("[]"), int(port)
        self.address = address
        self.heard = time.monotonic()
        self._ended = threading.Event()
        threading.Thread(target=self._look_now_and_then, daemon=True).start()

    @property
    def silence(self) -> float:
        """Seconds since the head was last heard of."""
        return time.monotonic() - self.heard

    @property
    def sentence(self) -> str:
        """What to tell of it."""
        return (
            f"the head of the Ray cluster ({self.address}) has been gone for"
            f" {self.silence:.0f} s: it was ended, or its machine is lost; see that it runs, and"
            " give the same command again, it goes on from here"
        )

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def _look_now_and_then(self) -> None:
        while not self._ended.wait(LOOK):
            with suppress(OSError), socket.create_connection(self._place, timeout=LOOK):
                self.heard = time.monotonic()
            if self.silence > LEAVE * PATIENCE:
                print(f"error: {self.sentence}", file=sys.stderr, flush=True)
                os._exit(1)


_watch: HeadWatch | None = None


@contextmanager
def watched_head() -> Iterator[None]:
    """HeadWatch the head of the cluster that is joined."""
    global _watch
    import ray

    address = ray.get_runtime_context().gcs_address
    _watch = HeadWatch(address) if ":" in address else None
    try:
        yield
    finally:
        if _watch is not None:
            _watch.end()
        _watch = None


def require_head() -> None:
    """Raise RunFailed if the cluster's head has been gone for long; never for a test's."""
    if _watch is not None and _watch.silence > SAY * PATIENCE:
        raise RunFailed(_watch.sentence)
