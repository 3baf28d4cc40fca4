"""How fast the whole line is, and what it costs: embedded backends, this machine, one command.

    python benchmarks/factory.py [--hours 5]

Prints realtime factors (seconds of audio per second): of each stage per CPU second, of the line per
second of wall clock; the engine's efficiency; and the memory of workers and driver.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
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


def make(hours: float, out: Path) -> list[dict[str, Any]]:
    """Run the factory; return its journal."""
    command = [sys.executable, "-m", "datagen", "run", "service"]
    subprocess.run([*command, "--hours", str(hours), "--out", str(out)], check=True)
    return [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]


def driver_memory(blocks: int) -> float:
    """Return the driver's peak memory in MB for a run of that many blocks."""
    answer = subprocess.run(
        [sys.executable, "-c", DRIVER, str(blocks)], capture_output=True, text=True, check=True
    )
    return float(answer.stdout)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=5.0)
    hours = parser.parse_args().hours
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
