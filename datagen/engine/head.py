"""Whether the head of the Ray cluster (its GCS) and this machine's raylet are still there.

    address --HeadWatch, a thread--> lost or not --require_head--> RunFailed, in words

Without its head Ray ends the process: its client waits 60 seconds for one that may come back, and
then leaves with a line of its own; we are a little sooner, so that a run ends as every other does.
Without a raylet beside it a driver gets no worker any more and is told nothing: it would wait for
ever.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from datagen.types import RunFailed

PATIENCE = float(os.environ.get("RAY_gcs_rpc_server_reconnect_timeout_s", "60"))  # noqa: SIM112 - Ray's
"""Seconds that Ray's own client waits."""
SAY = 0.7
"""Part of them after which the run is stopped."""
LEAVE = 0.9
"""Part of them after which the process is ended, if it hangs in a call to Ray."""
LOOK = 2.0
"""Seconds between looks."""
ASK = 10.0
"""Seconds between questions to the head whether it counts this driver's node as lost."""


class HeadWatch:
    """Looks whether somebody listens at the head's address, and whether our node is lost."""

    def __init__(self, address: str, node: str = "") -> None:
        """Take the address of the head, and Ray's name of this driver's node."""
        host, _, port = address.rpartition(":")
        self._place = host.strip("[]"), int(port)
        self.address = address
        self.heard = self._asked = time.monotonic()
        self._node = node
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

    def node_is_lost(self) -> bool:
        """Ask now and then, while the head is there, whether our node's raylet is gone."""
        now = time.monotonic()
        if not self._node or now - self._asked < ASK or self.silence > 2 * LOOK:
            return False
        self._asked = now
        import ray

        found: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
        return any(node["NodeID"] == self._node and not node["Alive"] for node in found)

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

    here = ray.get_runtime_context()
    address = here.gcs_address
    _watch = HeadWatch(address, here.get_node_id()) if ":" in address else None
    try:
        yield
    finally:
        if _watch is not None:
            _watch.end()
        _watch = None


def require_head() -> None:
    """Raise RunFailed if the cluster's head has been gone for long, or our node; never a test's."""
    if _watch is None:
        return
    if _watch.silence > SAY * PATIENCE:
        raise RunFailed(_watch.sentence)
    if _watch.node_is_lost():
        raise RunFailed(
            "the process of Ray on this machine (raylet) has ended, so that no worker starts any"
            " more: it was killed (for want of memory? dmesg says so), or cut off from its head for"
            " long; give the same command again, it goes on from here"
        )
