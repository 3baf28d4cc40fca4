"""Examples a second of a CPU in training, and of the loader: this checkout beside another.

    python benchmarks/training.py --shards RUN [--against PATH_OF_ANOTHER_CHECKOUT] [--threads 1]

Both train the same configs on the same shards from the same seed, in turns, each in a process of
its own; CPU seconds are compared, as the clock knows who else is at work. The losses are printed,
as a faster step that learns something else is no gain.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
CASES = {
    # the rehearsal's last stage as one training, with what an older checkout knows too
    "all rows": [
        *("data.max_frames=304", "loss.acoustic=0.3", "loss.depth_frames=0.25"),
        *("optim.batch_size=16", "optim.micro_batch=16", "prompt.max_voice_frames=25"),
    ],
    "every frame through the depth transformer": [
        *("data.max_frames=304", "loss.acoustic=0.3"),
        *("optim.batch_size=4", "optim.micro_batch=4", "prompt.max_voice_frames=25"),
    ],
}
"""Settings over `tiny`, by what they measure."""
SIZES = ["model.overrides={dim: 128, num_layers: 2, depformer_num_layers: 1}"]
STEPS = 4

TIMED = """
import json, sys, time
import torch
torch.set_num_threads(int(sys.argv[1]))
from train import config
from train.loop import Trainer
try:
    from train.distributed import Group as Alone
except ImportError:
    from train.world import World as Alone
from train.loss import total
made = config.load("tiny", json.loads(sys.argv[2]))
trainer = Trainer(made, Alone(0, 1, torch.device("cpu")))
trainer.take_step()
trainer._since = None
start = time.process_time()
for _ in range(int(sys.argv[3])):
    trainer.take_step()
seconds = time.process_time() - start
examples = int(sys.argv[3]) * made.optim.batch_size
print(json.dumps({"rate": examples / seconds, "loss": float(total(trainer._since, made.loss))}))
"""


def measure(checkout: Path, settings: list[str], threads: int) -> dict[str, float]:
    """Return examples a CPU second and the mean loss of some steps, in a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONPATH": str(checkout)}
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-c", TIMED, str(threads)]
        command += [json.dumps([*settings, f"out={out}"]), str(STEPS)]
        done = subprocess.run(
            command, cwd=checkout, env=environment, capture_output=True, text=True, check=True
        )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", required=True, type=Path)
    parser.add_argument("--against", type=Path, help="another checkout, e.g. a git worktree")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    checkouts = {"this": ROOT} | ({"other": options.against.resolve()} if options.against else {})
    with tempfile.TemporaryDirectory() as cache:
        for case, settings in CASES.items():
            common = [f"data.shards=[{options.shards.resolve()}]", f"data.cache={cache}"]
            found: dict[str, list[dict[str, float]]] = {name: [] for name in checkouts}
            for _ in range(options.repeat):
                for name, checkout in checkouts.items():
                    whole = [*SIZES, *common, *settings]
                    found[name].append(measure(checkout, whole, options.threads))
            rates = {name: median(one["rate"] for one in all_) for name, all_ in found.items()}
            losses = {name: all_[0]["loss"] for name, all_ in found.items()}
            print(f"{case}, {options.threads} threads")
            for name, rate in rates.items():
                print(f"  {name:6} {rate:8.2f} examples a CPU second, loss {losses[name]:.6f}")
            if "other" in rates:
                print(f"  {rates['this'] / rates['other']:.2f} times the other's")


if __name__ == "__main__":
    main()
