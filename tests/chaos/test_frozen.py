"""Freeze a node until it counts as dead, and wake it while others do its work: the same bytes."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.chaos.test_chaos import STAGES
from tests.runs import artifacts, hashes, make_plainly, running
from tests.two_nodes import two_nodes

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS_SEED" not in os.environ, reason="make chaos runs it"),
]
BLOCKS = 16
FROZEN = 15.0
"""Seconds; the cluster of the tests gives a silent node up after about four."""
PATIENCE = 180.0


def test_a_frozen_node_is_given_up_and_does_no_harm_when_it_wakes(tmp_path: Path) -> None:
    make_plainly(tmp_path / "clean", BLOCKS)
    out, host = tmp_path / "run", tmp_path / "host.yaml"
    stage = {"cpus": 0.2, "workers": 1, "unit_seconds": 60}
    host.write_text(json.dumps(dict.fromkeys(STAGES, stage) | {"speech": stage | {"workers": 4}}))
    with two_nodes() as nodes:
        more = ("--host", str(host), "--address", nodes.address)
        with running(out, 16 * BLOCKS, *more) as driver:
            deadline = time.monotonic() + PATIENCE
            while artifacts(out) < BLOCKS:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            frozen = nodes.freeze()
            assert len(frozen) > 1, "nothing ran there"
            time.sleep(FROZEN)
            for process in frozen:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)
            _, said = driver.communicate(timeout=PATIENCE)
            assert driver.returncode == 0, said
        time.sleep(2)  # for whoever woke up to do its worst
    lost = [line for line in (out / "journal.jsonl").read_text().splitlines() if "lost" in line]
    print(f"\n{len(frozen) - 1} workers frozen, {len(lost)} units given to others")
    assert lost
    assert hashes(out) == hashes(tmp_path / "clean")
    assert not list(out.glob("**/.*.tmp"))
