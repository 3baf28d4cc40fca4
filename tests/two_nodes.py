"""Two Ray nodes on this machine, one of which may be lost and come back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from datagen.engine.cluster import ONE_THREAD, QUIET
from tests.runs import workers

NODE = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
PATIENCE = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 2000,
    "health_check_failure_threshold": 4,
}


class TwoNodes:
    """A head with one CPU, and a second node with one."""

    def __init__(self, **resources: Any) -> None:
        from ray.cluster_utils import Cluster

        self._node = {**NODE, **resources}
        head = {**self._node, "include_dashboard": False, "_system_config": PATIENCE}
        self._cluster = Cluster(initialize_head=True, head_node_args=head)
        self._second = self._cluster.add_node(**self._node)

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    @property
    def whole(self) -> bool:
        return self._second is not None

    def lose(self) -> None:
        """Kill the second node's raylet, and with it its workers."""
        self._cluster.remove_node(self._second, allow_graceful=False)
        self._second = None

    def freeze(self) -> list[int]:
        """Stop the second node's raylet and workers where they are; return these processes.

        To the head it looks like a network that is cut, or a machine that is paused.
        """
        assert self._second is not None
        (raylet,) = self._second.all_processes["raylet"]
        frozen = [raylet.process.pid, *workers(raylet.process.pid)]
        for process in frozen:
            os.kill(process, signal.SIGSTOP)
        return frozen

    def join(self) -> None:
        """Start a second node again."""
        self._second = self._cluster.add_node(wait=False, **self._node)

    def close(self) -> None:
        self._cluster.shutdown()


@contextmanager
def two_nodes(**resources: Any) -> Iterator[TwoNodes]:
    os.environ.update({**QUIET, **ONE_THREAD})
    nodes = TwoNodes(**resources)
    try:
        yield nodes
    finally:
        nodes.close()
