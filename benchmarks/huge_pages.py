"""What memory in huge pages is worth to a worker and to a trainer on a CPU.

    python benchmarks/huge_pages.py [--rounds 5] [--dialogs 4096] [--shards RUN --trainer PYTHON]

Processes that differ only in `worker_env.HUGE_PAGES` work in turns, so that all see the same
machine; what each makes a CPU second is compared, round by round.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks import training
from datagen.engine.worker_env import HUGE_PAGES, ONE_THREAD

ROOT = Path(__file__).resolve().parents[1]
COMPOSED = """
import gc, sys, time
from datagen.backends.writer.composer import Composer
from datagen.types import Job
composer, kind, count = Composer(Composer.Options()), sys.argv[1], int(sys.argv[2])
def write(begin, end):
    for at in range(begin, end, 512):
        some = range(at, min(end, at + 512))
        composer.write([Job(dialog_id=f"{kind}-{i:07d}", kind=kind, index=i, seed=0) for i in some])
write(0, 512)
gc.freeze()  # as a worker does once its stage is loaded
begun = time.process_time()
write(512, 512 + count)
print(count / (time.process_time() - begun))
"""


def composed(kind: str, count: int) -> Callable[[dict[str, str]], float]:
    """Return what measures dialogues a CPU second, in a process with an environment."""
    return lambda env: float(said([sys.executable, "-c", COMPOSED, kind, str(count)], env))


def trained(shards: Path, python: str) -> Callable[[dict[str, str]], float]:
    """Return what measures examples a CPU second of a small model's steps."""
    settings = [f"data.shards={shards}", *training.SIZES, *training.CASES["all rows"]]

    def measure(env: dict[str, str]) -> float:
        with tempfile.TemporaryDirectory() as out:
            words = json.dumps([*settings, f"out={out}"])
            command = [python, "-c", training.TIMED, "1", words, str(training.STEPS)]
            return float(json.loads(said(command, env))["rate"])

    return measure


def said(command: list[str], env: dict[str, str]) -> str:
    """Return the last line that a command prints."""
    rest = {name: value for name, value in os.environ.items() if name not in HUGE_PAGES}
    done = subprocess.run(
        command, env=rest | env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


def main() -> None:
    """Measure in turns, and print rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dialogs", type=int, default=4_096)
    parser.add_argument("--shards", type=Path, help="a run, to measure training on")
    parser.add_argument("--trainer", default=".venv-train/bin/python", help="Python with torch")
    arguments = parser.parse_args()
    subjects = {
        f"{kind} dialogues composed": composed(kind, arguments.dialogs)
        for kind in ("service", "qa", "casual")
    }
    if arguments.shards:
        subjects["training examples"] = trained(arguments.shards.resolve(), arguments.trainer)
    print(f"{'a CPU second, median (best)':<30} {'else':>18} {'huge pages':>18}   ratio")
    for name, measure in subjects.items():
        rounds = [
            (measure(ONE_THREAD), measure(ONE_THREAD | HUGE_PAGES)) for _ in range(arguments.rounds)
        ]
        usual, huge = zip(*rounds, strict=True)
        ratio = median(after / before for before, after in rounds)
        cells = (f"{median(some):,.4g} ({max(some):,.4g})" for some in (usual, huge))
        print(f"{name:<30}", *(f"{cell:>18}" for cell in cells), f"{ratio:>7.2f}", flush=True)


if __name__ == "__main__":
    main()
