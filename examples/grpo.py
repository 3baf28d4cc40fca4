"""Reinforcement on clips in a page: draw answers, reward them by axis, prefer the better ones.

    datagen pairs RUN
    python examples/grpo.py --clips RUN --weights model.safetensors [--axis pause] [--steps 20]

GRPO in its plainest form: one update a group, no clipping, and the model before as an anchor only
through few steps and a low rate. The rewards are what is meant to be taken from here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from train import build, config, dpo, pairs
from train.clips import ClipSet
from train.distributed import Group
from train.evaluation.continuation import continue_all
from train.model import DuplexLM
from train.prompt import NO_TOKEN, NUM_STREAMS, Tokens
from train.sample import TokenSampling
from train.weights import save_weights

Reward = Callable[[int, Tokens], float]
"""What an answer [17, T] to a clip is worth, -1 to 1."""


@dataclass(frozen=True)
class AnswerGroup:
    """Answers to one clip, and what they are worth."""

    codes: list[Tokens]
    rewards: np.ndarray

    @property
    def advantages(self) -> np.ndarray:
        """How much better than the group an answer is, in its standard deviations [G]."""
        centred = self.rewards - self.rewards.mean()
        return np.asarray(centred / (self.rewards.std() + 1e-4))


def draw_group(
    model: DuplexLM, clips: ClipSet, row: int, size: int, seed: int, reward: Reward
) -> AnswerGroup:
    """Return ``size`` answers of the model to a clip."""
    known = [clips.known(row, voice_frames=12)] * size
    model.eval()
    codes = continue_all(model, known, TokenSampling(seed=seed), f"grpo/{row}")
    model.train()
    return AnswerGroup(codes, np.array([reward(row, one) for one in codes]))


def loss(
    model: DuplexLM, clips: ClipSet, rows: Sequence[int], groups: Sequence[AnswerGroup]
) -> torch.Tensor:
    """Return the loss: likelihoods of text and semantic rows, weighed by the advantages."""
    answers = [codes for group in groups for codes in group.codes]
    longest = max(codes.shape[1] for codes in answers)
    stacked = np.full((len(answers), NUM_STREAMS, longest), NO_TOKEN, np.int16)
    judged = np.zeros((len(answers), longest), np.bool_)
    of_answer = [row for row, group in zip(rows, groups, strict=True) for _ in group.codes]
    for line, (row, codes) in enumerate(zip(of_answer, answers, strict=True)):
        stacked[line, :, : codes.shape[1]] = codes
        judged[line, : codes.shape[1]] = clips.judged(row, codes.shape[1])
    means = dpo.likelihood(model, stacked, judged, pad_ids=(0, 3), pad=1.0)
    advantages = np.concatenate([group.advantages for group in groups])
    return -(torch.from_numpy(advantages).to(means) * means).mean()


def learn(
    model: DuplexLM,
    clips: ClipSet,
    rows: np.ndarray,
    *,
    steps: int,
    group: int = 8,
    at_once: int = 4,
    rate: float = 1e-4,
    reward: Reward | None = None,
) -> list[float]:
    """Train on some rows of the clips; return the mean reward of each step."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.0)
    means = []
    for step in range(steps):
        chosen = np.random.default_rng(step).choice(rows, min(at_once, len(rows)), replace=False)
        groups = [
            draw_group(model, clips, int(row), group, step, reward or clips.reward)
            for row in chosen
        ]
        optimizer.zero_grad(set_to_none=True)
        loss(model, clips, chosen.tolist(), groups).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        means.append(float(np.mean([one.rewards.mean() for one in groups])))
        print(f"step {step + 1}: mean reward {means[-1]:.3f}")
    return means


def main() -> None:
    """Read the options, learn, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", action="append", required=True, help="a run with pairs")
    parser.add_argument("--weights", required=True, help="a model that was exported by train")
    parser.add_argument("--config", default="tiny", help="whose model.* fit the weights")
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    parser.add_argument("--axis", help="pause, turn_taking, backchannel, interruption [all]")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("grpo.safetensors"))
    chosen = parser.parse_args()
    clips = ClipSet(pairs.find(chosen.clips, "clips"))
    made = config.load(chosen.config, [f"model.weights={chosen.weights}", *chosen.overrides])
    model = build.make_model(made, clips.metadata, Group(0, 1, torch.device("cpu")))
    rows = np.arange(len(clips))
    if chosen.axis:
        rows = np.flatnonzero(clips.labels["axis"] == chosen.axis)
    learn(model, clips, rows, steps=chosen.steps)
    save_weights(model, chosen.out, tokens=clips.metadata.hashes)


if __name__ == "__main__":
    main()
