"""Kill workers, drivers and a node at random instants, fail commits, freeze a node: the same bytes.

    CHAOS_SEED=3 CHAOS_KILLS=50 pytest -s tests/chaos

Prints what was done and what it cost: a kill may waste at most one unit of each worker it hits.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from tests.chaos.site import sitecustomize
from tests.fixtures.runs import (
    ROOT,
    artifacts,
    command,
    hashes,
    make_plainly,
    running,
    workers,
)
from tests.fixtures.two_nodes import TwoNodes, two_nodes

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS_SEED" not in os.environ, reason="make chaos runs it"),
]
SEED = int(os.environ.get("CHAOS_SEED", "0"))
KILLS = int(os.environ.get("CHAOS_KILLS", "50"))
BLOCKS = 8
FULL = "stopped by a full disk"
STAGES = ("script", "speech", "timeline", "tokens", "shards")
VICTIMS = {"worker": 6, "node": 2, "driver": 2}
"""How often each is drawn, of ten."""
WORKERS = 6
"""Of a run; a node may have all of them."""
HIT = {"worker": 1, "node": WORKERS, "driver": WORKERS, FULL: WORKERS}
"""How many workers may lose a unit by a kill, or when a full disk stops the run."""
PAUSE = (0.2, 2.0)
"""Seconds from one look to the next."""
BLIND = 0.2
"""Part of all kills that come although nothing was made since the one before."""
FROZEN = 15.0
"""Seconds that a node is frozen; a silent one is given up after about four."""
LIMIT = 1800.0
"""Seconds that a campaign may take."""


class Campaign:
    """Runs of one command on one cluster, each disturbed until enough has been killed."""

    def __init__(self, nodes: TwoNodes, folder: Path) -> None:
        self.nodes, self.folder = nodes, folder
        self.rng = random.Random(SEED)
        self.kills: Counter[str] = Counter()
        self.rounds, self.starts, self.resumed = 0, 0, 0
        self.faults: Counter[str] = Counter()
        self.begun, self.made, self.lost = 0, 0, 0
        self._driver: subprocess.Popen[str] | None = None
        self._seen = 0
        """Files that were there at the last kill."""
        self._deadline = time.monotonic() + LIMIT

    def round(self) -> Path:
        """Disturb one run until it is finished, or enough has been killed; return its folder."""
        self.rounds += 1
        out = self.folder / f"round{self.rounds}"
        host = self._host(out)
        while True:
            assert time.monotonic() < self._deadline, "too slow"
            if self._driver is None:
                self._start(out, host)
            elif (code := self._driver.poll()) is not None:
                if self._ended(code):
                    break
            elif self.kills.total() < KILLS:
                self._disturb(artifacts(out))
            time.sleep(self.rng.uniform(*PAUSE) if self.kills.total() < KILLS else 0.5)
        self._count(out)
        return out

    def _host(self, out: Path) -> Path:
        """Write a host whose workers fail some commits and note what they begin."""
        notes = out.with_suffix(".notes")
        notes.mkdir()
        site = Path(sitecustomize.__file__).parent
        variables = {
            "CHAOS_FOLDER": str(notes),
            "CHAOS_SEED": f"{SEED} {self.rounds}",
            "PYTHONPATH": f"{site}:{ROOT}",
        }
        settings = {"cpus": 0.2, "workers": 1, "unit_seconds": 60, "env_vars": variables}
        host = out.with_suffix(".yaml")
        host.write_text(
            json.dumps(dict.fromkeys(STAGES, settings) | {"speech": settings | {"workers": 2}})
        )
        return host

    def _start(self, out: Path, host: Path) -> None:
        self.starts += 1
        more = ("--host", str(host), "--address", self.nodes.address)
        with out.with_suffix(f".{self.starts}.log").open("w") as log:
            self._driver = subprocess.Popen(
                command(out, 16 * BLOCKS, *more),
                cwd=ROOT,
                text=True,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def _ended(self, code: int) -> bool:
        """Return whether the run is finished; a full disk is the one other way for it to end."""
        log = (self.folder / f"round{self.rounds}.{self.starts}.log").read_text()
        self._driver = None
        if code == 2:
            assert "No space left on device" in log, log
            self.faults[FULL] += 1
        else:
            assert code == 0, log
        return code == 0

    def _disturb(self, num_files: int) -> None:
        if not self.nodes.whole:
            self.nodes.join()
            return
        if num_files == self._seen and self.rng.random() > BLIND:
            return
        self._seen = num_files
        victim = self.rng.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        if victim == "driver":
            assert self._driver is not None
            self._driver.kill()
            self._driver.wait()
            self._driver = None
        elif victim == "node":
            self.nodes.lose()
        elif found := workers(os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(self.rng.choice(found), signal.SIGKILL)
        else:
            return
        self.kills[victim] += 1

    def _count(self, out: Path) -> None:
        notes = out.with_suffix(".notes")
        begun = (notes / "begun").read_text().splitlines()
        self.begun += len(begun)
        self.made += len(hashes(out))
        for path in notes.glob("* *"):
            self.faults[os.strerror(int(path.name.rpartition(" ")[2]))] += 1
        for line in (out / "journal.jsonl").read_text().splitlines():
            with suppress(ValueError):  # a killed driver may leave half a line
                event = json.loads(line)
                self.resumed += sum(event.get("resumed", {}).values())
                self.lost += event["event"] == "worker lost"

    @property
    def wasted(self) -> int:
        """How many units were begun in vain."""
        return self.begun - self.made

    @property
    def excused(self) -> int:
        """How many units kills and faults account for: one of each worker that was hit."""
        kills = sum(
            HIT[what] * times for what, times in (self.kills + self.faults).items() if what in HIT
        )
        return kills + sum(times for what, times in self.faults.items() if what not in HIT)

    def report(self) -> str:
        return (
            f"seed {SEED}: {self.kills.total()} kills {dict(self.kills)}, faults"
            f" {dict(self.faults)}; {self.rounds} runs of {4 * BLOCKS + 1} units in {self.starts}"
            f" starts, {self.resumed} units found made at a start; {self.lost} units lost their"
            f" worker; {self.wasted} were begun in vain (at most {self.excused} may be),"
            f" {self.wasted / max(1, self.kills.total()):.2f} a kill"
        )


def test_chaos(tmp_path: Path) -> None:
    make_plainly(tmp_path / "clean", BLOCKS)
    clean = hashes(tmp_path / "clean")
    with two_nodes() as nodes:
        campaign = Campaign(nodes, tmp_path)
        while campaign.kills.total() < KILLS:
            out = campaign.round()
            assert hashes(out) == clean
            assert not list(out.glob("**/.*.tmp"))
        print(f"\n{campaign.report()}")
        assert campaign.wasted <= campaign.excused


def test_a_frozen_node_is_given_up_and_does_no_harm_when_it_wakes(tmp_path: Path) -> None:
    num_blocks = 2 * BLOCKS
    make_plainly(tmp_path / "clean", num_blocks)
    out, host = tmp_path / "run", tmp_path / "host.yaml"
    stage = {"cpus": 0.2, "workers": 1, "unit_seconds": 60}
    host.write_text(json.dumps(dict.fromkeys(STAGES, stage) | {"speech": stage | {"workers": 4}}))
    with two_nodes() as nodes:
        more = ("--host", str(host), "--address", nodes.address)
        with running(out, 16 * num_blocks, *more) as driver:
            deadline = time.monotonic() + LIMIT
            while artifacts(out) < num_blocks:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            frozen = nodes.freeze()
            assert len(frozen) > 1, "nothing ran there"
            time.sleep(FROZEN)
            for process in frozen:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)
            _, said = driver.communicate(timeout=LIMIT)
            assert driver.returncode == 0, said
        time.sleep(2)  # for whoever woke up to do its worst
    lost = [line for line in (out / "journal.jsonl").read_text().splitlines() if "lost" in line]
    print(f"\n{len(frozen) - 1} workers frozen, {len(lost)} units given to others")
    assert lost
    assert hashes(out) == hashes(tmp_path / "clean")
    assert not list(out.glob("**/.*.tmp"))
