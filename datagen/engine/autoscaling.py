"""What a run asks of a cluster that grows and shrinks by itself (KubeRay, a cloud).

    units that wait, units that are left --Demand--> Ray's autoscaler

Workers are started only where there is room, so nothing would grow the cluster if nobody asked.
"""

from __future__ import annotations

from datagen.config import Host, StageHost
from datagen.engine.capacity import needs

AUTO = 64
"""Workers to ask for at most where the host leaves their number to the cluster."""


class Demand:
    """Asks for nodes from when a stage first has units waiting until it is done."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._begun: set[str] = set()
        self._wanted: dict[str, int] = {}
        self._told: dict[str, int] = {}

    def note(self, stage: str, waiting: int, left: int) -> None:
        """Take in how many units of a stage are ready, and how many are not made yet."""
        if waiting:
            self._begun.add(stage)
        place: StageHost = getattr(self._host, stage)
        most = AUTO if place.workers == "auto" else place.workers
        units = left if stage in self._begun else 0
        self._wanted[stage] = min(most, -(-units // place.units))

    def tell(self) -> None:
        """Tell the autoscaler, if anything has changed; a private Ray has none."""
        if self._host.address is None or self._wanted == self._told:
            return
        from ray.autoscaler.sdk import request_resources

        bundles = [
            needs(getattr(self._host, stage))
            for stage, workers in self._wanted.items()
            for _ in range(workers)
        ]
        request_resources(bundles=[bundle for bundle in bundles if bundle])
        self._told = dict(self._wanted)

    def end(self) -> None:
        """Take back what was asked for."""
        if self._told:
            self._wanted = {}
            self.tell()
