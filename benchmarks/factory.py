"""How fast the whole line is, and what it costs: embedded backends, this machine, one command.

    python benchmarks/factory.py [--hours 5]
    python benchmarks/factory.py --hours 1 --rooms 3 [--other CHECKOUT]

Prints realtime factors (seconds of audio per second): of each stage per CPU second, of the line per
second of wall clock; the engine's efficiency; and the memory of workers and driver. With --rooms it
says instead what rooms and lines cost: the line with and without them, in turn, so many times, and
CHECKOUT's line beside them (as it comes), all in CPU seconds an hour of audio.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

DRIVER = """
import resource, sys
from datagen.engine.scheduler import Flow
from datagen.engine.pipeline import LINE
from datagen.storage.run_folder import Receipt
flow = Flow({step.name: step.reads for step in LINE}, int(sys.argv[1]))
flow.start()
while not flow.finished:
    for stage in flow.stages:
        while (unit := flow.take(stage)) is not None:
            flow.finish(unit, Receipt(stage=stage, block=unit.block, fingerprint="f" * 16,
                reads=flow.expected_reads(unit), content=f"{unit!s:>32}", rows=16))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def make(
    hours: float, out: Path, settings: Sequence[str] = (), checkout: Path | None = None
) -> list[dict[str, Any]]:
    """Run the factory, this one or another checkout's; return its journal."""
    command = [sys.executable, "-m", "datagen", "run", "service", *settings]
    command += ["--hours", str(hours), "--out", str(out)]
    path = {} if checkout is None else {"PYTHONPATH": str(checkout.resolve())}
    subprocess.run(command, check=True, cwd=checkout, env=os.environ | path)
    return [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]


def driver_memory(blocks: int) -> float:
    """Return the driver's peak memory in MB for a run of that many blocks."""
    answer = subprocess.run(
        [sys.executable, "-c", DRIVER, str(blocks)], capture_output=True, text=True, check=True
    )
    return float(answer.stdout)


def cost(journal: list[dict[str, Any]]) -> Counter[str]:
    """Return the CPU seconds of each stage an hour of audio."""
    audio = next(event for event in journal if event["event"] == "finished")["audio_seconds"]
    cpu: Counter[str] = Counter()
    for event in journal:
        if event["event"] == "unit":
            cpu[event["unit"].partition("/")[0]] += event["cpu_seconds"] * 3600 / audio
    return cpu


def compare_rooms(hours: float, times: int, other: Path | None) -> None:
    """Print what the line costs with rooms, without, and in another checkout."""
    lines: dict[str, tuple[list[str], Path | None]] = {
        "with rooms": ([], None),
        "without": (["--set", "timeline.effects=null"], None),
    }
    if other is not None:
        lines["other"] = [], other
    found: dict[str, list[Counter[str]]] = {name: [] for name in lines}
    for _ in range(times):
        for name, (settings, checkout) in lines.items():
            with tempfile.TemporaryDirectory() as folder:
                found[name].append(cost(make(hours, Path(folder) / "run", settings, checkout)))
    print(f"\nCPU seconds an hour of audio, the median of {times} runs of {hours:g} h")
    for name, costs in found.items():
        stages = {stage: median(one[stage] for one in costs) for stage in costs[0]}
        parts = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in stages.items())
        ratios = [a.total() / b.total() for a, b in zip(found["with rooms"], costs, strict=True)]
        print(f"{name:>12} {median(one.total() for one in costs):>7.2f} ({parts})")
        if name != "with rooms":
            pairs = ", ".join(f"{ratio:.3f}" for ratio in ratios)
            print(f"{'':>12} rooms cost {median(ratios):.3f} times as much (pairs: {pairs})")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=5.0)
    parser.add_argument("--rooms", type=int, default=0, metavar="TIMES")
    parser.add_argument("--other", type=Path, metavar="CHECKOUT")
    chosen = parser.parse_args()
    if chosen.rooms:
        compare_rooms(chosen.hours, chosen.rooms, chosen.other)
        return
    hours = chosen.hours
    with tempfile.TemporaryDirectory() as folder:
        journal = make(hours, Path(folder) / "run")
    units = [event for event in journal if event["event"] == "unit"]
    finished = next(event for event in journal if event["event"] == "finished")
    ray = next(event for event in journal if event["event"] == "ray started")
    cpu: Counter[str] = Counter()
    for event in units:
        cpu[event["unit"].partition("/")[0]] += event["cpu_seconds"]
    audio = finished["audio_seconds"]
    wall = finished["wall_seconds"] - ray["seconds"]
    cores = os.cpu_count() or 1
    print(f"\n{audio / 3600:.2f} h of dialogue, {finished['dialogs']} dialogues, {cores} cores")
    for stage, seconds in cpu.items():
        print(f"{stage:>9} {audio / seconds:>9,.0f}x realtime per CPU second ({seconds:.1f} s)")
    print(f"      all {audio / sum(cpu.values()):>9,.0f}x realtime per CPU second")
    print(f"     line {audio / wall:>9,.0f}x realtime ({wall:.1f} s, Ray's start excluded)")
    print(f"   engine {sum(cpu.values()) / (wall * cores):>9.2f} of the cores' time is stage work")
    print(f"   worker {max(event['peak_memory'] for event in units) / 2**20:>9.0f} MB at most")
    for label, blocks in (("1 h", 4), ("1,840 h", 6_589)):
        print(f"   driver {driver_memory(blocks):>9.0f} MB for {label} of plan")


if __name__ == "__main__":
    main()
