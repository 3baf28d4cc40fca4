"""Workers that Ray ends as their node has no memory left: whose fault it is, what is done."""

from __future__ import annotations

import pytest

from datagen.engine import memory
from datagen.engine.scheduler import TRIES_LOST
from datagen.engine.unit import GaveUp, Unit
from tests.engine.test_scheduler import started

SAID = (
    "1 worker(s) were killed due to the node running low on memory.\n"
    "Memory on the node (IP: 10.0.0.1, ID: abc) was 29.10GB used / 30.59GB limit (0.951291)\n"
    "Ray killed 1 worker(s) based on the killing policy: [\n"
    "(job ID=01000000, pid=7, actual memory used={}GB, worker ID=f00)]\n"
    "Refer to the documentation on how to address the out of memory issue: https://docs.ray.io"
)
BEFORE = (
    "Task was killed due to the node running low on memory.\n"
    "Memory on the node (IP: 172.17.0.2, ID: 8c) where the task (task ID: 61, name=a, pid=5,"
    " memory used={}GB) was running was 21.91GB / 33.28GB (0.658192), which exceeds the memory"
    " usage threshold of 0.65."
)


@pytest.mark.parametrize("said", [SAID, BEFORE])
def test_a_worker_is_to_blame_only_if_it_has_most_of_the_memory(said: str) -> None:
    """Ray may take a file cache for memory in use (ray-project/ray#59796)."""
    assert memory.starved(RuntimeError(said.format("0.31")))
    assert not memory.starved(RuntimeError(said.format("20.5")))


def test_other_ends_are_none_of_memory() -> None:
    assert not memory.starved(RuntimeError("The actor died: SIGSEGV, memory used=0.1GB"))


def test_it_is_said_what_to_do() -> None:
    said = memory.said(RuntimeError(SAID.format("0.31")), "speech")
    assert "nearly full (29.10GB used / 30.59GB), and most of it is not its own" in said
    assert "speech.workers" in said


def test_no_dialogue_is_accused_for_a_node_without_memory() -> None:
    flow, unit = started(2), Unit("script", 0)
    for _ in range(TRIES_LOST - 1):
        assert flow.take("script") == unit
        flow.starved(unit, "no memory")
        assert not flow.suspects.exclusive(unit)
    with pytest.raises(GaveUp, match="no memory"):
        flow.starved(unit, "no memory")


def test_a_trial_on_a_node_without_memory_is_made_again() -> None:
    flow, unit = started(1), Unit("script", 0)
    for _ in range(2):
        flow.lost(unit, "gone", alone=True, how="it ended")
    trial = flow.take("script")
    assert trial == unit._replace(only=0)
    for _ in range(3):
        flow.starved(trial, "no memory")
        assert flow.take("script") == trial
    assert not flow.suspects.culprits(unit)
