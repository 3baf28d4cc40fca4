"""Runs of the quick recipe as a user starts them, and what can be seen of them from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from datagen.config import load_recipe
from datagen.engine import pipeline
from datagen.engine.packing import Packer
from datagen.engine.worker import Done, UnitRunner
from datagen.storage.run_folder import RunFolder
from tests.small import SMALL

ROOT = Path(__file__).parent.parent


def command(out: Path, dialogs: int, *more: str) -> list[str]:
    settings = [part for item in SMALL for part in ("--set", item)]
    amount = ["--dialogs", str(dialogs)]
    start = [sys.executable, "-m", "datagen", "run", "service"]
    return [*start, *amount, *settings, "--out", str(out), *more]


def run(out: Path, dialogs: int, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(out, dialogs, *more), capture_output=True, text=True, cwd=ROOT, timeout=300
    )


@contextmanager
def running(out: Path, dialogs: int, *more: str) -> Iterator[subprocess.Popen[str]]:
    """Start a run in a process group of its own, as a shell does."""
    with subprocess.Popen(
        command(out, dialogs, *more),
        cwd=ROOT,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def make_plainly(root: Path, blocks: int) -> None:
    """Make a run's files without an engine, stage by stage, its blocks in another order."""
    recipe = load_recipe("service", overrides=SMALL)
    for step in pipeline.LINE:
        runner = UnitRunner(root, recipe, step.name)
        for block in reversed(range(blocks)):
            assert isinstance(runner.make(block), Done)
        runner.close()
    Packer(RunFolder(root), "service", pipeline.LINE[-1].name).pack(0, range(blocks))


def hashes(out: Path) -> dict[str, str]:
    """Return the sha256 of everything that is data."""
    return {
        path.relative_to(out).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.glob("*/*.parquet"))
    }


def artifacts(out: Path) -> int:
    return len(list(out.glob("*/*.parquet")))


def workers(ancestor: int) -> list[int]:
    """Return the processes of actors that descend from a process."""
    parents: dict[int, int] = {}
    actors = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rsplit(")")[-1].split()[1]
                )
                if b"ray::Worker" in (entry / "cmdline").read_bytes():
                    actors.append(int(entry.name))

    def descends(process: int) -> bool:
        while process > 1 and process != ancestor:
            process = parents.get(process, 0)
        return process == ancestor

    return sorted(actor for actor in actors if descends(actor))
