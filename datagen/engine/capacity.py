"""What a cluster has, less what its pools and other runs hold: where a worker would find room.

cluster's CPUs, GPUs, custom resources --Capacity.take--> True, and less of them
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from datagen.config import StageHost

if TYPE_CHECKING:
    from datagen.engine.pools import Pool

PLACED = 5.0
"""Seconds after which a worker that was asked for has been given its place, if there was one."""
_HAIR = 1e-6


class Capacity:
    """What the cluster has, less what the pools hold.

    A worker is asked for only when there is room for it: one that waits in Ray's queue could not
    be told from one that hangs.
    """

    def __init__(self, pools: Iterable[Pool], *, shared: bool = False) -> None:
        """Count; on a ``shared`` cluster other runs hold something, too."""
        import ray

        have: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        self.total = have
        self.total_cpus, self.total_gpus = have.get("CPU", 0.0), have.get("GPU", 0.0)
        self._left: dict[str, float] = defaultdict(float, have)
        asked: dict[str, float] = defaultdict(float)
        now = time.monotonic()
        for pool in pools:
            for name, amount in needs(pool.host).items():
                self._left[name] -= amount * pool.size
                new = sum(now - actor.since < PLACED for actor in pool.starting.values())
                asked[name] += amount * new
        if shared:
            free: dict[str, float] = ray.available_resources()  # type: ignore[no-untyped-call]
            for name in self._left:
                ours = self._left[name]
                # what others hold may leave us nothing, but only a lost node less than nothing
                found = min(ours, max(0.0, free.get(name, 0.0) - asked[name]))
                self._left[name] = found

    @property
    def _cpus(self) -> float:
        return self._left["CPU"]

    @property
    def _gpus(self) -> float:
        return self._left["GPU"]

    def take(self, host: StageHost) -> bool:
        """Take room for one worker, if there is; one that needs nothing always finds room."""
        wanted = needs(host)
        if any(amount > self._left[name] + _HAIR for name, amount in wanted.items()):
            return False
        for name, amount in wanted.items():
            self._left[name] -= amount
        return True

    def leave(self, names: Iterable[str]) -> None:
        """Leave to others what is left of some resources."""
        for name in names:
            self._left[name] = min(self._left[name], 0.0)

    def lacks(self, host: StageHost) -> bool:
        """Return whether more is held than there is, of what a worker needs: a node is lost."""
        return any(self._left[name] < -_HAIR for name in needs(host))

    def give_back(self, host: StageHost) -> None:
        """Take in that a worker is gone."""
        for name, amount in needs(host).items():
            self._left[name] += amount


def needs(host: StageHost) -> dict[str, float]:
    """Return what a worker holds, in Ray's names, without what it holds nothing of."""
    held = {"CPU": host.cpus, "GPU": host.gpus, **host.resources}
    return {name: amount for name, amount in held.items() if amount}
