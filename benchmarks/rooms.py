"""What rooms and lines cost: stages with and without them, side by side, in CPU seconds.

    python benchmarks/rooms.py [--blocks 2]

The same dialogues (embedded backends, 16 a block) go through the four stages in this process,
twice: with the effects that service calls have, and with `timeline.effects=null`. Without Ray, so
that a busy machine says the same.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")  # as Ray's workers

from datagen.config import load_recipe
from datagen.engine import pipeline
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.worker import Done, UnitRunner

VARIANTS = {"with rooms": (), "without": ("timeline.effects=null",)}


def cost(root: Path, overrides: tuple[str, ...], blocks: range, spent: Counter[str]) -> None:
    """Add the CPU seconds of each stage for these blocks."""
    recipe = ResolvedRecipe(load_recipe("service", overrides=list(overrides)))
    for step in pipeline.LINE:
        runner = UnitRunner(root, recipe, step.name)
        for block in blocks:
            begun = time.process_time()
            assert isinstance(runner.make(block), Done)
            spent[step.name] += time.process_time() - begun
        runner.close()


def main() -> None:
    """Measure block by block, in turn, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, default=2)
    blocks = parser.parse_args().blocks
    spent: dict[str, Counter[str]] = {name: Counter() for name in VARIANTS}
    with tempfile.TemporaryDirectory() as folder:
        cost(Path(folder) / "first", (), range(1), Counter())  # what is loaded once
        for block in range(1, blocks + 1):
            for name, overrides in VARIANTS.items():
                root = Path(folder) / name.replace(" ", "_")
                cost(root, overrides, range(block, block + 1), spent[name])
    print(f"CPU seconds for {16 * blocks} dialogues")
    for name, stages in spent.items():
        parts = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in stages.items())
        print(f"{name:>12} {stages.total():>7.2f} ({parts})")
    rooms, plain = (spent[name] for name in VARIANTS)
    print(f"rooms cost {rooms.total() / plain.total():.2f} times as much, of which: ", end="")
    shares = {stage: rooms[stage] - plain[stage] for stage in rooms}
    added = sum(shares.values())
    print(", ".join(f"{stage} {100 * share / added:.0f} %" for stage, share in shares.items()))


if __name__ == "__main__":
    main()
