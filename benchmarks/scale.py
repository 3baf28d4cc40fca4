"""The rehearsal at full size: what the line, its memory, resume, audit and manifest cost.

    python benchmarks/scale.py [--share 0.01] [--only line ...] [--folder DIR] [--hours 1 10]

All 105,410 service calls and 39,322 lessons of the paper go through scripts, timelines, receipts,
shards and manifest with a voice and a codec that cost nothing (recipe `dummy`), in three steps of
1, 10 and 100 %, so that what grows with a run is seen. A folder that is kept serves later parts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SETS = {"service": 105_410, "qa": 39_322}
"""Dialogues of each kind (PersonaPlex)."""
STEPS = (0.01, 0.1, 1.0)
PARTS = ("line", "resume", "audit", "deep", "manifest", "embedded")
MAX_MEMORY, MAX_RESUME, MAX_AUDIT = 600.0, 10.0, 60.0
"""MB of the driver; seconds to find all blocks finished; seconds of an audit."""
MAX_GROWTH, MIN_EFFICIENCY = 0.10, 0.90

CLI = """
import resource, sys
from datagen.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, file=sys.stderr)
sys.exit(code)
"""
RESUME = """
import sys, time
from datagen.config import Recipe
from datagen.engine.pipeline import fingerprints
from datagen.engine.plan import Plan
from datagen.runs.make import resume
from datagen.storage.run_folder import RunFolder
folder = RunFolder(sys.argv[1])
recipe = Recipe.model_validate(folder.read_json("run.json")["recipe"])
said = folder.read_json("plan.json")
plan = Plan(**{name: said[name] for name in ("kind", "hours", "dialogs", "blocks")})
fingerprints(recipe)
start = time.perf_counter()
flow = resume(folder, recipe, plan)
print(time.perf_counter() - start, sum(len(done) for done in flow.done.values()), flow.finished)
"""
DEEP = """
import resource, sys, time
from datagen.audit import audit
start = time.perf_counter()
report = audit(sys.argv[1], deep=True, shards=int(sys.argv[2]))
assert report.ok, report.findings[:3]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(report.totals.dialogues, time.perf_counter() - start, peak)
"""


@dataclass(frozen=True)
class Step:
    """What one command made, and what that cost."""

    dialogs: int
    hours: float
    cpu: Counter[str]
    """Seconds of stage work."""
    wall: float
    """Seconds, without Ray's start."""
    peak: float
    """MB of the driver, end-of-run summary included."""

    @property
    def cost(self) -> float:
        """Milliseconds of stage work for a dialogue."""
        return 1000 * self.cpu.total() / max(1, self.dialogs)

    @property
    def efficiency(self) -> float:
        """Share of the cores' time that is stage work."""
        return self.cpu.total() / (self.wall * (os.cpu_count() or 1))


def command(*arguments: str) -> tuple[float, str]:
    """Run a datagen command; return its peak memory in MB, and what it printed."""
    answer = subprocess.run([sys.executable, "-c", CLI, *arguments], capture_output=True, text=True)
    if answer.returncode:
        sys.exit(f"datagen {' '.join(arguments)}:\n{answer.stdout[-2000:]}{answer.stderr[-2000:]}")
    return float(answer.stderr.rpartition("peak ")[2]), answer.stdout


def program(code: str, *arguments: str) -> list[str]:
    """Run a program; return the words of its last line."""
    process = subprocess.run(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    return process.stdout.splitlines()[-1].split()


def make(run: Path, kind: str, *amount: str) -> Step:
    """Make a run, or go on with one; return what this command did."""
    journal = run / "journal.jsonl"
    before = len(journal.read_text().splitlines()) if journal.exists() else 0
    peak, _ = command("run", kind, "--out", str(run), *amount)
    events = [json.loads(line) for line in journal.read_text().splitlines()[before:]]
    units = [event for event in events if event["event"] == "unit"]
    cpu: Counter[str] = Counter()
    for event in units:
        cpu[event["unit"].partition("/")[0]] += event["cpu_seconds"]
    ray = next((event["seconds"] for event in events if event["event"] == "ray started"), 0.0)
    finished = events[-1]
    hours = finished["audio_seconds"] / 3600
    made = 16 * sum(event["unit"].startswith("tokens/") for event in units)
    return Step(made, hours, cpu, finished["wall_seconds"] - ray, peak)


def say(name: str, figure: str, good: bool | None = None) -> None:
    verdict = "" if good is None else "  ok" if good else "  NOT MET"
    print(f"{name:<34}{figure}{verdict}", flush=True)


def show(name: str, step: Step, usual: float | None, base: float) -> None:
    """Print a step; ``usual`` is the cost to compare with, ``base`` the memory."""
    stages = ", ".join(f"{n} {1000 * s / max(1, step.dialogs):.1f}" for n, s in step.cpu.items())
    growth = None if usual is None else step.cost <= usual * (1 + MAX_GROWTH)
    say(f"{name}, cost a dialogue", f"{step.cost:.1f} ms CPU ({stages})", growth)
    memory = f"{step.peak:.0f} MB at most ({step.peak - base:+.0f})"
    say("  driver", memory, step.peak < MAX_MEMORY)
    say(
        "  engine",
        f"{step.efficiency:.2f} of the cores' time is stage work; {step.dialogs:,} dialogues in"
        f" {step.wall:,.0f} s",
        step.efficiency >= MIN_EFFICIENCY,
    )


def line(folder: Path, share: float) -> None:
    """Make all sets in three steps."""
    for kind, dialogs in SETS.items():
        first: Step | None = None
        for part in STEPS:
            amount = max(16, round(dialogs * share * part))
            step = make(folder / kind, kind, "--dialogs", str(amount), "--recipe", "dummy")
            if not step.dialogs:
                continue  # so many were there already
            first = first or step
            usual = None if step is first else first.cost
            show(f"{kind}, up to {amount:,}", step, usual, first.peak)


def resume(folder: Path) -> None:
    """Find that everything is done."""
    seconds, units = 0.0, 0
    for kind in SETS:
        said = program(RESUME, str(folder / kind))
        seconds, units = seconds + float(said[0]), units + int(said[1])
    say("resume", f"{seconds:.1f} s for {units:,} finished units", seconds < MAX_RESUME)


def audit(folder: Path) -> None:
    """Check everything, not deeply."""
    total, dialogues = 0.0, 0
    for kind in SETS:
        start = os.times().elapsed
        peak, said = command("audit", str(folder / kind), "--json", "--against", "paper")
        total += os.times().elapsed - start
        report = json.loads(said)
        dialogues += report["totals"]["dialogues"]
        say(
            f"audit {kind}", f"{peak:.0f} MB at most, {report['against']['share']:.1%} of the paper"
        )
    say("audit", f"{total:.1f} s for {dialogues:,} dialogues", total < MAX_AUDIT)


def deep(folder: Path) -> None:
    """Read everything of a few shards: memory must not depend on how many."""
    for shards in (1, 4):
        dialogues, seconds, peak = map(float, program(DEEP, str(folder / "service"), str(shards)))
        each = 1000 * seconds / dialogues
        say(f"audit --deep, {shards} shards", f"{each:.0f} ms a dialogue, {peak:.0f} MB at most")


def manifest(folder: Path) -> None:
    """Describe, sign and verify."""
    for kind in SETS:
        file = folder / f"{kind}.json"
        start = os.times().elapsed
        peak, _ = command("manifest", str(folder / kind), "--out", str(file))
        command("manifest", str(folder / kind), "--verify", str(file))
        seconds, size = os.times().elapsed - start, file.stat().st_size / 1e6
        say(
            f"manifest {kind}",
            f"{seconds:.1f} s with its verification, {size:.1f} MB file, {peak:.0f} MB",
        )


def embedded(folder: Path, hours: list[float]) -> None:
    """Make real stand-in data."""
    first: Step | None = None
    for amount in hours:
        step = make(folder / f"embedded-{amount:g}", "service", "--hours", str(amount))
        first = first or step
        usual = None if step is first else first.cost
        show(f"embedded, {amount:g} h", step, usual, first.peak)
        say("  line", f"{3600 * step.hours / step.wall:,.0f}x realtime")


def main() -> None:
    """Measure and print."""
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the paper's sets")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    hours = [1.0, 10.0, 100.0]
    parser.add_argument("--hours", nargs="+", type=float, default=hours, help="of embedded")
    parser.add_argument("--folder", type=Path, help="keep the runs here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        calls: dict[str, Any] = {
            "line": lambda: line(folder, options.share),
            "resume": lambda: resume(folder),
            "audit": lambda: audit(folder),
            "deep": lambda: deep(folder),
            "manifest": lambda: manifest(folder),
            "embedded": lambda: embedded(folder, options.hours),
        }
        for part in PARTS:
            if part in options.only:
                calls[part]()


if __name__ == "__main__":
    main()
