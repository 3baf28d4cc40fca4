"""Runs on emulated object stores whose driver is killed and whose store freezes: the same bytes.

CHAOS_SEED=3 CHAOS_KILLS=50 pytest -s tests/chaos/test_stores.py     (make stores first)
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from datagen.storage import open_storage
from datagen.storage.run_folder import RunFolder
from tests.chaos.test_chaos import BLOCKS, SEED
from tests.doubles import emulators
from tests.fixtures.runs import ROOT, command, hashes, make_plainly

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("'CHAOS_SEED' not in os.environ", reason="make chaos runs it"),
]
KILLS = max(3, int(os.environ.get("CHAOS_KILLS", "50")) // 10)
"""A start of a run takes most of the time here."""
FROZEN = (1.0, 8.0)
"""Seconds for which a store does not answer."""
LIMIT = 1200.0


def on_the_store(where: str) -> dict[str, str]:
    place = open_storage(where)
    return {
        f"{folder}/{name}": sha256(place.read(f"{folder}/{name}")).hexdigest()
        for folder in ("script", "speech", "timeline", "tokens", "shards")
        for name in place.names(folder)
    }


@pytest.mark.parametrize("name", emulators.NAMES)
def test_a_run_on_a_store(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if why := emulators.missing(name):
        pytest.skip(why)
    make_plainly(tmp_path / "clean", BLOCKS)
    rng, done = random.Random(f"{SEED} {name}"), Counter[str]()
    with emulators.serving(name) as store:
        for key, value in store.environment.items():
            monkeypatch.setenv(key, value)
        monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
        uri, deadline = store.uri("runs/chaos"), time.monotonic() + LIMIT
        while True:
            assert time.monotonic() < deadline, "too slow"
            log = tmp_path / f"{done['driver']}.log"
            code = disturbed(uri, log, store, rng, done)
            if code is None:
                continue
            assert code == 0, log.read_text()
            break
        print(f"\n{name}, seed {SEED}: {dict(done)}")
        assert on_the_store(uri) == hashes(tmp_path / "clean")
        assert open_storage(uri).names("", hidden=True) == []
        assert RunFolder(uri).events()[-1]["event"] == "finished"


def disturbed(
    uri: str, log: Path, store: emulators.Emulator, rng: random.Random, done: Counter[str]
) -> int | None:
    """Run until the driver is killed (None) or ends (its exit code), while the store freezes."""
    assert store.process is not None
    with (
        log.open("w") as said,
        subprocess.Popen(
            [*command(Path("x"), 16 * BLOCKS)[:-1], uri],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=said,
        ) as driver,
    ):
        while driver.poll() is None:
            time.sleep(rng.uniform(1.0, 6.0))
            if done["driver"] < KILLS and rng.random() < 0.3:
                driver.kill()
                driver.wait()
                done["driver"] += 1
                return None
            if done["frozen"] < 2 * KILLS:
                store.process.send_signal(signal.SIGSTOP)
                time.sleep(rng.uniform(*FROZEN))
                store.process.send_signal(signal.SIGCONT)
                done["frozen"] += 1
        return driver.returncode
