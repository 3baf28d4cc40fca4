"""Runs that share a cluster: each gets its part, none waits for the end of another."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from datagen.engine import shares as module
from datagen.engine.shares import ClusterShare, Shares, added_up, over_their_part
from tests.engine.test_lost_and_shared import STAGES, host_file
from tests.fixtures.runs import ROOT, command, running
from tests.fixtures.two_nodes import two_nodes

CPUS = {"CPU": 8.0}
LACKING = frozenset(("CPU",))


@pytest.mark.parametrize(
    ("held", "other", "lacks", "yields"),
    [
        (8.0, 0.0, LACKING, True),
        (5.0, 3.0, LACKING, True),
        (4.0, 4.0, LACKING, False),
        (3.0, 5.0, LACKING, False),
        (8.0, 0.0, frozenset(), False),
        (8.0, 0.0, frozenset(("GPU",)), False),
    ],
)
def test_more_than_an_equal_part_is_given_up_to_one_who_lacks_it(
    held: float, other: float, lacks: frozenset[str], yields: bool
) -> None:
    found = over_their_part(
        ClusterShare({"CPU": held}, frozenset()), [ClusterShare({"CPU": other}, lacks)], CPUS
    )
    assert found == (LACKING if yields else frozenset())


def test_two_large_runs_do_not_take_from_each_other() -> None:
    one, two = ClusterShare({"CPU": 4.0}, LACKING), ClusterShare({"CPU": 4.0}, LACKING)
    assert not over_their_part(one, [two], CPUS)
    late = ClusterShare({"CPU": 0.0}, LACKING)
    assert over_their_part(one, [two, late], CPUS), "a third has its part too"
    assert not over_their_part(ClusterShare({"CPU": 2.5}, LACKING), [two, late], CPUS)


def test_what_is_held_is_added_up() -> None:
    assert added_up([({"CPU": 0.5}, 4), ({"CPU": 0.25, "GPU": 1.0}, 2), ({"CPU": 1.0}, 0)]) == {
        "CPU": 2.5,
        "GPU": 2.0,
    }


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, bytes]:
    """Ray's store, in a mapping."""
    kept: dict[bytes, bytes] = {}
    monkeypatch.setattr(module, "_put", kept.__setitem__)
    monkeypatch.setattr(module, "_get", kept.get)
    monkeypatch.setattr(module, "_list", lambda: list(kept))
    monkeypatch.setattr(module, "_delete", lambda key: kept.pop(key, None))
    monkeypatch.setattr(module, "EVERY", 0.0)
    return kept


def test_runs_hear_each_other_until_they_end(store: dict[bytes, bytes]) -> None:
    large, small = Shares(), Shares()
    large.tell({"CPU": 8.0}, frozenset())
    assert not large.to_yield(CPUS), "it is alone"
    small.tell({"CPU": 0.0}, LACKING)
    large.tell({"CPU": 8.0}, frozenset())
    assert large.to_yield(CPUS) == LACKING
    small.end()
    large.tell({"CPU": 8.0}, frozenset())
    assert not large.to_yield(CPUS)


def test_a_run_that_was_killed_is_forgotten(
    store: dict[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GONE", 0.05)
    large, killed = Shares(), Shares()
    killed.tell({}, LACKING)
    large.tell({"CPU": 8.0}, frozenset())
    assert large.to_yield(CPUS)
    time.sleep(0.1)
    large.tell({"CPU": 8.0}, frozenset())
    assert not large.to_yield(CPUS)
    killed.tell({}, LACKING)
    large.tell({"CPU": 8.0}, frozenset())
    assert large.to_yield(CPUS), "it lives after all"


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b'{"held": 1}', b'{"held": {"CPU": "x"}}'])
def test_what_another_version_says_is_no_error(said: bytes, store: dict[bytes, bytes]) -> None:
    large = Shares()
    store[b"share/other"] = said
    large.tell({"CPU": 8.0}, frozenset())
    assert not large.to_yield(CPUS)


@pytest.mark.slow
@pytest.mark.long
def test_a_second_run_gets_workers_of_a_stage_that_is_under_way(tmp_path: Path) -> None:
    """The first one's speech workers are busy, and hold what those of the second need."""
    with two_nodes() as nodes:
        stages = {stage: {"cpus": 0.05, "workers": 1} for stage in STAGES}
        stages["speech"] = {"cpus": 0.7, "workers": 2}
        host = host_file(tmp_path / "host.yaml", **stages)
        address = ("--host", host, "--address", nodes.address)
        with running(tmp_path / "a", 16 * 200, *address) as long_one:
            deadline = time.monotonic() + 120
            while len(list((tmp_path / "a").glob("speech/*.parquet"))) < 4:
                assert time.monotonic() < deadline
                assert long_one.poll() is None
                time.sleep(0.2)
            short = subprocess.run(
                command(tmp_path / "b", 16, *address),
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=200,
            )
            assert short.returncode == 0, short.stderr
            assert long_one.poll() is None, "it was still at work"
