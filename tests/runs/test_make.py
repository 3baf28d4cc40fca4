"""Whole runs on Ray: few workers or many, killed, stopped, extended, damaged: the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from datagen.audit import audit
from datagen.engine import pipeline
from datagen.storage.run_folder import RunFolder
from tests.fixtures import runs
from tests.fixtures.runs import artifacts, hashes, make_plainly, running, workers

pytestmark = pytest.mark.slow
BLOCKS = 3


def run(out: Path, dialogs: int = 16 * BLOCKS, *more: str) -> subprocess.CompletedProcess[str]:
    return runs.run(out, dialogs, *more)


def wait_until(out: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Wait until a run has made ``count`` files, or is over."""
    deadline = time.monotonic() + 120
    while artifacts(out) < count and process.poll() is None:
        assert time.monotonic() < deadline, "the run makes no progress"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an undisturbed run makes, made without Ray, block by block, in another order."""
    root = tmp_path_factory.mktemp("clean")
    make_plainly(root, BLOCKS)
    return hashes(root)


def workers_each(folder: Path, count: int) -> list[str]:
    """Return what gives each stage so many workers."""
    host = folder / "host.yaml"
    stages = [f"{s}: {{workers: {count}, cpus: 0.1}}\n" for s in ("script", "speech", "tokens")]
    host.write_text("".join(stages) + "timeline: {cpus: 0.1}\nshards: {cpus: 0}\n")
    return ["--host", str(host)]


@pytest.mark.long
@pytest.mark.parametrize("count", [1, 2])
def test_any_number_of_workers_makes_the_same_bytes(
    tmp_path: Path, clean: dict[str, str], count: int
) -> None:
    out = tmp_path / "run"
    answer = run(out, 16 * BLOCKS, *workers_each(tmp_path, count))
    assert answer.returncode == 0, answer.stderr
    assert hashes(out) == clean


@pytest.mark.parametrize("seed", [1])
def test_kills_of_workers_and_driver_change_nothing(
    tmp_path: Path, clean: dict[str, str], seed: int
) -> None:
    rng, out = random.Random(seed), tmp_path / "run"
    for _ in range(2):
        before = artifacts(out)
        with running(out, 16 * BLOCKS) as process:
            wait_until(out, before + rng.randrange(1, 3), process)
            for worker in rng.sample(found := workers(process.pid), min(2, len(found))):
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            wait_until(out, before + rng.randrange(2, 5), process)
            process.kill()
    answer = run(out, 16 * BLOCKS, *workers_each(tmp_path, 2))
    assert answer.returncode == 0, answer.stderr
    assert hashes(out) == clean
    assert not list(out.glob("**/.*.tmp"))
    assert "script=tests.fixtures.short_calls:ShortCalls" in answer.stderr, "stand-ins are named"


@pytest.mark.parametrize(
    ("number", "send"),
    [
        pytest.param(signal.SIGINT, os.killpg, id="Ctrl-C in a terminal"),
        pytest.param(
            signal.SIGTERM, os.killpg, id="a batch system's time is up", marks=pytest.mark.long
        ),
        pytest.param(signal.SIGTERM, os.kill, id="kill PID", marks=pytest.mark.long),
    ],
)
def test_a_stop_is_clean_and_the_same_command_goes_on(
    tmp_path: Path,
    clean: dict[str, str],
    number: signal.Signals,
    send: Callable[[int, int], None],
) -> None:
    with running(tmp_path, 16 * BLOCKS) as process:
        wait_until(tmp_path, 2, process)
        send(process.pid, number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "the same command goes on" in err
    assert "Traceback" not in err
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*.parquet")}
    assert run(tmp_path).returncode == 0
    assert hashes(tmp_path) == clean
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())


def test_a_longer_run_extends_a_shorter_one(tmp_path: Path, clean: dict[str, str]) -> None:
    assert run(tmp_path, 16).returncode == 0
    assert artifacts(tmp_path) == 5
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/0*.parquet")}
    assert run(tmp_path).returncode == 0
    assert hashes(tmp_path) == clean
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())
    again = run(tmp_path, 16)
    assert again.returncode == 0
    assert hashes(tmp_path) == clean, "a shorter command shrinks nothing"


@pytest.mark.long
def test_hours_are_reached_although_some_are_rejected_and_some_repeat_others(
    tmp_path: Path,
) -> None:
    recipe = ["script.use=tests.fixtures.short_calls:Repeats", "mean_seconds=20"]
    settings = [part for item in recipe for part in ("--set", item)]
    start = [sys.executable, "-m", "datagen", "run", "service", "--hours", "0.08"]
    answer = subprocess.run(
        [*start, *settings, "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=runs.ROOT,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stderr
    folder = RunFolder(tmp_path)
    plan = folder.read_json("plan.json")
    assert plan is not None
    receipt = folder.receipt(folder.shard("service", 0))
    assert receipt is not None
    assert receipt.num_samples >= 0.08 * 3600 * 24_000
    assert plan["blocks"] > 1, "one block was planned at 20 s a call"
    twins = {reject.dialog_id: reject.evidence for reject in receipt.rejects}
    made = receipt.rows + len(twins)
    assert made / 8 < len(twins) < made / 4, "every fifth repeats another"
    assert twins["service-0000004"] == "like service-0000000, J = 1.00"
    rows = folder.read(folder.shard("service", 0))["dialog_id"].to_pylist()
    assert receipt.rows == len(rows)
    assert not twins.keys() & set(rows)
    assert audit(tmp_path).findings == ()


@pytest.mark.long
def test_a_dialogue_that_kills_or_hangs_its_worker_is_left_out(
    tmp_path: Path, clean: dict[str, str]
) -> None:
    host, out = tmp_path / "host.yaml", tmp_path / "run"
    host.write_text(
        "script: {workers: 1, cpus: 0.1, units: 3, unit_seconds: 3,"
        ' env_vars: {FATES: "3=exit 20=hang"}}\n'
        "speech: {cpus: 0.4}\ntimeline: {cpus: 0.1}\ntokens: {cpus: 0.4}\nshards: {cpus: 0}\n"
    )
    answer = run(out, 16 * BLOCKS, "--host", str(host))
    assert answer.returncode == 0, answer.stderr
    folder = RunFolder(out)
    receipts = folder.receipts("script", range(BLOCKS))
    rejects = [r for receipt in receipts.values() for r in receipt.rejects if r.evidence]
    assert [(r.dialog_id, r.reason, r.evidence) for r in rejects] == [
        ("service-0000003", "kills_worker", "twice, alone in its worker: its worker ended"),
        ("service-0000020", "kills_worker", "twice, alone in its worker: it took over 3 s"),
    ]
    found = hashes(out)
    assert {name for name in found if found[name] != clean[name]} == {
        *(f"{step.name}/{block:06d}.parquet" for step in pipeline.LINE for block in (0, 1)),
        "shards/service-00000.parquet",
    }
    ids = folder.read(folder.shard("service", 0))["dialog_id"].to_pylist()
    assert len(ids) == 16 * BLOCKS - 3 - 2, "three are unlucky"
    assert audit(out).findings == ()


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.long
def test_damage_is_mended_and_other_recipes_refused(tmp_path: Path, clean: dict[str, str]) -> None:
    assert run(tmp_path).returncode == 0
    damage(tmp_path / "shards" / "service-00000.parquet")
    (tmp_path / "speech" / "000001.parquet").write_bytes(b"PAR1")
    answer = run(tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert hashes(tmp_path) == clean
    other = run(tmp_path, 48, "--set", "timeline.preset=strict")
    assert other.returncode == 2
    assert "timeline.preset: service -> strict" in other.stderr
    assert "Traceback" not in other.stderr
    assert hashes(tmp_path) == clean


def failing(out: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return run(out, 16, *arguments)


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("{py_executable: /nowhere/bin/python}", 2, "/nowhere/bin/python"),
        pytest.param(
            "{env_vars: {PYTHONHOME: /nowhere}, start_seconds: 3}",
            1,
            "no script worker can start",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_worker_that_cannot_start_stops_the_run_in_words(
    tmp_path: Path, script: str, code: int, says: str
) -> None:
    host = tmp_path / "host.yaml"
    host.write_text(f"script: {script}\n")
    answer = failing(tmp_path / "run", ["--host", str(host)])
    assert answer.returncode == code
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr
