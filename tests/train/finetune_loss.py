"""The loss of a batch of shards beside moshi-finetune's own function: run by hand.

    git clone https://github.com/kyutai-labs/moshi-finetune   (checked at 2acc879)
    python tests/train/finetune_loss.py moshi-finetune RUN

Text and the agent's audio must be equal. Over both speakers' rows they differ, and are printed:
its weight is on the first row alone, so that the user's semantic row counts as an acoustic one.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from train import build, config
from train.distributed import Group
from train.examples import Epoch
from train.loop import Trainer
from train.loss import LossWeights, sums

TOLERANCE = 2e-6


def main(checkout: Path, shards: str) -> int:
    """Compare; return 1 if anything differs."""
    theirs = _function(checkout)
    with tempfile.TemporaryDirectory() as out:
        settings = [f"data.shards=[{shards}]", f"out={out}", "run.tensorboard=false"]
        made = config.load("tiny", [*settings, "optim.batch_size=4", "optim.micro_batch=4"])
        trainer = Trainer(made, Group(0, 1, torch.device("cpu")))
        number, rows = trainer.plan.at(0)
        batch = Epoch(trainer.corpus, made.prompt, made.seed, number, 320).batch(rows)
        steps = build.steps_of(batch, trainer.model.config, torch.device("cpu"))
        with torch.no_grad():
            text, audio = trainer.model(steps.inputs, steps.targets)
    text_ids = {"text_padding_weight": 0.3, "text_padding_ids": {0, 3}}
    target, mask = steps.targets, steps.mask
    weights = {"agent": LossWeights(user_stream=0.0), "both": LossWeights()}
    ours = {name: _terms(text, audio, steps, one) for name, one in weights.items()}
    cases = {
        "text": (ours["agent"][0], theirs(text, target[:, :1], mask[:, :1], "text", **text_ids)),
        "the agent's audio": (
            ours["agent"][1],
            theirs(*map(_agent, (audio, target[:, 1:], mask[:, 1:])), "audio", 50.0),
        ),
    }
    for name, (one, other) in cases.items():
        print(f"{name}: {one:.6f} here, {float(other):.6f} there, apart {abs(one - other):.1e}")
    both = theirs(audio, target[:, 1:].contiguous(), mask[:, 1:].contiguous(), "audio", 50.0)
    print(f"both speakers' audio: {ours['both'][1]:.6f} here, {float(both):.6f} there")
    return int(any(abs(one - other) > TOLERANCE * one for one, other in cases.values()))


def _terms(text: Any, audio: Any, steps: Any, weights: LossWeights) -> tuple[float, float]:
    """Return our mean of text and our mean of audio."""
    found = sums(text, audio, steps.targets, steps.mask, weights)
    rows = torch.tensor(weights.rows(16))
    above, below = rows * found.numerators, rows * found.denominators
    return float(above[0] / below[0]), float(above[1:].sum() / below[1:].sum())


def _agent(rows: torch.Tensor) -> torch.Tensor:
    """Return the first speaker's 8 of 16 rows [B, 16, ...]."""
    return rows[:, :8].contiguous()


def _function(checkout: Path) -> Any:
    """Return compute_loss_with_mask of a checkout, without the rest of its program."""
    spec = importlib.util.spec_from_file_location("their_loss", checkout / "finetune" / "loss.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.compute_loss_with_mask


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
