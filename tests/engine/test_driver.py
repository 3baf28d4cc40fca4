"""Which pools grow, shrink and yield, on a machine that is counted and not there."""

from __future__ import annotations

from typing import Any

import pytest

from datagen.config import Host, StageHost, load_recipe
from datagen.engine import driver as module
from datagen.engine.driver import BEHIND, Driver
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.pools import Capacity, Pool, WorkerReport, _Actor
from datagen.engine.scheduler import Flow
from datagen.engine.unit import Order, Unit
from datagen.storage.run_folder import SHARDS, Receipt
from tests.fixtures.short_calls import SMALL

READS = {"script": (), "speech": ("script",), "timeline": ("speech",), "tokens": ("timeline",)}
RECIPE = load_recipe("service", overrides=SMALL)


class FakePool(Pool):
    """Workers start at once and make a unit whenever a test says so."""

    def grow(self, units: int, room: Capacity) -> bool:
        needed = -(-units // self.host.units)
        while self.size < min(needed, self._wanted(room)):
            if not room.take(self.host):
                return False
            self.workers.append(_Actor(object(), since=0.0))
        return True

    def submit(self, unit: Unit, order: Order, *, exclusive: bool) -> bool:
        actor = self._free(exclusive)
        if actor is not None:
            actor.units[object()] = (unit, 0.0)
            actor.exclusive = exclusive
        return actor is not None

    def _is_alive(self, actor: _Actor) -> bool:
        return True

    def _dismiss(self, actors: Any) -> None:
        self.workers = [actor for actor in self.workers if actor not in actors]

    def make(self, flow: Flow) -> None:
        """Finish every unit that a worker has."""
        for actor in list(self.workers):
            for unit, _ in actor.units.values():
                flow.finish(unit, receipt(flow, unit))
            actor.units.clear()
            actor.exclusive = False
            if actor.leaving:
                self._dismiss([actor])


def receipt(flow: Flow, unit: Unit) -> Receipt:
    reads = flow.expected_reads(unit)
    assert reads is not None
    return Receipt(
        stage=unit.stage, block=unit.block, fingerprint="f", reads=reads, content=str(unit), rows=1
    )


class Bench:
    """A driver, its pools and its flow."""

    def __init__(self, blocks: int, **hosts: StageHost) -> None:
        self.flow = Flow(READS, blocks)
        self.flow.start()
        sliver = StageHost(cpus=0.1, workers=1)
        host = Host(**{**dict.fromkeys((*READS, SHARDS), sliver), **hosts})
        self._driver = Driver(
            self.flow, "/nowhere", ResolvedRecipe(RECIPE), host, lambda event: None
        )
        self.pools: dict[str, FakePool] = self._driver._pools  # type: ignore[assignment]

    def tick(self, *made_by: str, times: int = 1) -> None:
        """Let stages finish what they have, and the driver look around."""
        for _ in range(times):
            for stage in made_by:
                self.pools[stage].make(self.flow)
            self._driver._assign()
            self._driver._grow()
            self._driver._assign()
            room = Capacity(self.pools.values())
            assert room._gpus > -1e-6
            assert room._cpus > -1e-6

    def sizes(self, *stages: str) -> list[int]:
        return [self.pools[stage].size for stage in stages]


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Pool", FakePool)
    monkeypatch.setattr("ray.cluster_resources", lambda: {"CPU": 4.0, "GPU": 2.0})


GPU = StageHost(cpus=0.1, gpus=1.0)


def test_pools_grow_with_their_work() -> None:
    bench = Bench(3, speech=StageHost(cpus=0.5, workers=8))
    bench.tick()
    assert bench.sizes(*READS, SHARDS) == [1, 3, 1, 1, 1], "no more workers than blocks"


def test_several_units_share_a_worker() -> None:
    bench = Bench(100, script=StageHost(cpus=0.1, workers=2, units=16))
    bench.tick()
    assert bench.sizes("script") == [2]
    assert bench.pools["script"].num_units == 32
    assert sorted(len(actor.units) for actor in bench.pools["script"].workers) == [16, 16]


def test_a_unit_whose_worker_starved_is_no_suspect() -> None:
    bench = Bench(1, script=StageHost(cpus=0.1, workers=1))
    for starved in (True, True, False):
        unit = bench.flow.take("script")
        report = WorkerReport("lost", unit, reason="gone", alone=True, how="h", starved=starved)
        bench._driver._take_in(bench.pools["script"], report)
        assert bench.flow.next("script") == Unit("script", 0), "it is made again"


def test_a_shy_unit_has_a_worker_to_itself() -> None:
    bench = Bench(100, script=StageHost(cpus=0.1, workers=1, units=4))
    bench.tick()
    for unit in (Unit("script", 2), Unit("script", 1)):
        bench.flow.suspects.lost(unit, alone=False)
        bench.flow.lost(unit, "gone", alone=False, how="")
    bench.pools["script"].workers.clear()
    seen = []
    for _ in range(4):
        bench.tick("script")
        seen.append(
            {unit.block for a in bench.pools["script"].workers for unit, _ in a.units.values()}
        )
    assert seen[:2] == [{1}, {2}]
    assert len(seen[2]) == 4


def test_gpus_go_to_the_next_stage_when_one_is_through() -> None:
    bench = Bench(4, speech=GPU, tokens=GPU)
    bench.tick("script", times=6)
    assert bench.sizes("speech", "tokens") == [2, 0]
    bench.tick("speech", "timeline", times=6)
    assert bench.flow.complete("speech")
    assert bench.sizes("speech", "tokens") == [0, 2], "idle workers hold no GPU"


def test_an_idle_worker_yields_its_gpu_to_a_stage_that_waits() -> None:
    bench = Bench(100, speech=GPU, tokens=GPU)
    bench.tick("script", times=2)
    bench.tick("speech", times=2)
    bench.tick("timeline")
    assert bench.flow.backlog("speech") == 0, "scripts are slow"
    assert bench.flow.backlog("tokens")
    bench.tick()
    assert bench.sizes("speech", "tokens") == [1, 1]
    assert not bench.flow.complete("speech")


def test_a_busy_stage_yields_a_gpu_to_one_that_has_fallen_far_behind() -> None:
    bench = Bench(400, speech=GPU, tokens=GPU)
    bench.tick("script", times=390)
    assert bench.flow.backlog("speech") > BEHIND
    bench.tick("speech", "timeline", times=20)
    assert bench.sizes("speech", "tokens") == [2, 0], "downstream waits while little has come"
    bench.tick("speech", "timeline", times=BEHIND)
    assert bench.sizes("speech", "tokens") == [1, 1]
    bench.tick("speech", "timeline", times=50)
    assert bench.sizes("speech", "tokens") == [1, 1], "the last worker is never taken"


def test_a_whole_run_on_two_gpus_never_stands_still() -> None:
    bench = Bench(70, speech=GPU, tokens=GPU)
    for _ in range(500):
        if bench.flow.finished:
            break
        bench.tick(*READS, SHARDS)
    assert bench.flow.finished
    assert bench.sizes("speech", "tokens") == [0, 0]
