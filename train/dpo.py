"""Learn from preference pairs: direct preference optimisation, normalised by length.

    PairSet, model  --log-probabilities of text and semantic rows after the decision-->  margins
    loss = -log sigmoid(beta (margin - margin of the model before training))

Kyutai (2506.21463) normalises by length on text tokens; the agent's semantic row is judged beside
it, since text alone does not tell when a turn is taken, but not where the rejected side is another
voice's: that would be told by its sound. What comes before the decision is shared.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from train import allocator, build
from train import checkpoint as checkpoints
from train.config import Config, UserError
from train.delay import delay
from train.distributed import Group, join
from train.journal import Journal, open_journal
from train.model import DuplexLM
from train.optim import adamw, set_rates
from train.pairs import PairBatch, PairSet, find
from train.prompt import TEXT, Tokens
from train.weights import FILE_NAME, save_weights

logger = logging.getLogger(__name__)

SEMANTIC = 0
"""The audio row that is judged: the agent's first codebook."""
Rows = NDArray[np.int64]


class SideScores(NamedTuple):
    """Mean log-probability of what is judged, of each pair's sides [B]."""

    chosen: Tensor
    rejected: Tensor

    @property
    def margin(self) -> Tensor:
        """How much likelier the chosen side is, nats a token [B]."""
        return self.chosen - self.rejected


def score(model: DuplexLM, batch: PairBatch, pad_ids: tuple[int, ...], pad: float) -> SideScores:
    """Return how likely a model holds both sides of each pair."""
    means = likelihood(model, batch.codes, batch.judged, pad_ids, pad, batch.heard)
    return SideScores(*means.chunk(2))


def likelihood(
    model: DuplexLM,
    tokens: Tokens,
    frames: NDArray[np.bool_],
    pad_ids: tuple[int, ...],
    pad: float,
    heard: NDArray[np.bool_] | None = None,
) -> Tensor:
    """Return the mean log-probability [B] of codes [B, 17, T] in some ``frames`` [B, T].

    Text and semantic tokens count alike, padded text by ``pad``; all are divided by their number.
    Of sequences that are not ``heard`` [B] the text alone counts.
    """
    device = next(model.parameters()).device
    codes = torch.from_numpy(tokens).to(device).long()
    judged = torch.from_numpy(frames).to(device)
    mask = judged[:, None].repeat(1, codes.shape[1], 1)
    if heard is not None:
        mask[:, 1 + SEMANTIC] &= torch.from_numpy(heard).to(device)[:, None]
    steps = delay(codes, mask, model.config.initial.to(device))
    read = steps.mask[:, TEXT] | steps.mask[:, 1 + SEMANTIC]
    text, audio = model(steps.inputs, steps.targets, None, read, read)
    totals = torch.zeros(len(codes), device=device)
    counts = torch.zeros(len(codes), device=device)
    lines = read.nonzero()[:, 0]
    for logits, row in ((text[0], TEXT), (audio[0, SEMANTIC], 1 + SEMANTIC)):
        targets = steps.targets[:, row][read].clamp(0, logits.shape[-1] - 1)
        weights = steps.mask[:, row][read].float()
        if row == TEXT:
            silent = torch.isin(targets, torch.tensor(pad_ids, device=device))
            weights = torch.where(silent, weights * pad, weights)
        found = torch.log_softmax(logits, -1, dtype=torch.float32).gather(1, targets[:, None])[:, 0]
        totals = totals.index_add(0, lines, found * weights)
        counts = counts.index_add(0, lines, weights)
    return totals / counts.clamp(min=1e-6)


def loss(scores: SideScores, before: Tensor, beta: float, anchor: float) -> Tensor:
    """Return the loss of some pairs; ``before`` are the margins of the model before training [B].

    ``anchor`` weighs the chosen side's own likelihood, which DPO alone lets fall.
    """
    preferred = -functional.logsigmoid(beta * (scores.margin - before)).mean()
    return preferred - anchor * scores.chosen.mean()


@dataclass(frozen=True)
class Preference:
    """How a model likes held-out pairs."""

    pairs: int
    margin: float
    """Mean over pairs, nats a token."""
    error: float
    """Its standard error over dialogues' pairs."""
    preferred: float
    """Share of pairs whose chosen side is the likelier."""


class PreferenceTrainer:
    """One training on pairs, on one process."""

    def __init__(self, config: Config, group: Group) -> None:
        if group.size > 1:
            raise UserError("dpo runs on one process: start it without torchrun")
        if config.model.weights is None:
            raise UserError("dpo begins with a trained model: give model.weights")
        self._config, self._group = config, group
        allocator.keep_blocks(group.device)
        self.pairs = PairSet(find(config.dpo.pairs), config.dpo.respects)
        self.rows, self.held_out = self.pairs.split()
        batch = config.optim.batch_size
        if len(self.rows) < batch or len(self.held_out) < 2:
            raise UserError(
                f"dpo: {len(self.rows)} pairs to train on and {len(self.held_out)} held out are"
                f" too few for batches of {batch}: make more, or lower optim.batch_size"
            )
        self.model = build.make_model(config, self.pairs.metadata, group)
        self._before = self._margins(np.arange(len(self.pairs)))
        self.optimizer = adamw(self.model, config.optim)
        self.step = 0
        names = "/".join(self.pairs.labels["pair_id"].tolist())
        self._identity = {"pairs": blake2b(names.encode(), digest_size=12).hexdigest()}
        if (found := checkpoints.latest(config.out)) is not None:
            self.step = checkpoints.restore(
                found, config, self._identity, self.model, self.optimizer
            )

    def run(self) -> dict[str, Preference]:
        """Train to the last step; write the model; return what held-out pairs look like."""
        config, out = self._config, Path(self._config.out)
        journal = open_journal(out, self.step, tensorboard=config.run.tensorboard)
        try:
            if journal.empty:
                self._write(journal, {})
            while self.step < config.optim.steps:
                value, norm = self.take_step()
                if self.step % config.run.log_every == 0 or self.step == config.optim.steps:
                    self._write(journal, {"loss": value, "gradient_norm": norm})
                if self.step % config.run.checkpoint_every == 0:
                    self._save()
        finally:
            journal.close()
        self._save()
        hashes = self.pairs.metadata.hashes
        save_weights(self.model, out / FILE_NAME, torch.float32, hashes)
        return self.preferences()

    def take_step(self) -> tuple[float, float]:
        """Take a step; return its loss and the norm of its gradient."""
        config, optim = self._config, self._config.optim
        rng = np.random.default_rng([config.seed, self.step])
        rows = rng.choice(self.rows, optim.batch_size, replace=False)
        set_rates(self.optimizer, self.step, optim)
        self.optimizer.zero_grad(set_to_none=True)
        total = 0.0
        for part in np.split(rows, optim.batch_size // optim.micro_batch):
            with build.precision(config, self._group):
                scores = self._score(part)
            before = self._before[torch.from_numpy(part)].to(scores.chosen)
            share = len(part) / len(rows)
            value = share * loss(scores, before, config.dpo.beta, config.dpo.anchor)
            value.backward()  # type: ignore[no-untyped-call]
            total += float(value.detach())
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), optim.clip or math.inf)
        if not math.isfinite(total + float(norm)):
            raise UserError(f"dpo: step {self.step} gives no number; lower the rates or dpo.beta")
        self.optimizer.step()
        self.step += 1
        return total, float(norm)

    def preferences(self) -> dict[str, Preference]:
        """Return how held-out pairs are liked: all of them, by axis and by respect."""
        margins = self._margins(self.held_out).numpy()
        found = {"all": _preference(margins)}
        for label in ("axis", "respect"):
            names = self.pairs.labels[label][self.held_out]
            for name in np.unique(names):
                found[f"{label}/{name}"] = _preference(margins[names == name])
        return found

    def _score(self, rows: Rows) -> SideScores:
        config = self._config
        batch = self.pairs.batch(rows, config.prompt.max_voice_frames)
        return score(self.model, batch, config.loss.pad_ids, config.loss.pad)

    @torch.no_grad()
    def _margins(self, rows: Rows) -> Tensor:
        self.model.eval()
        micro, found = self._config.optim.micro_batch, []
        for start in range(0, len(rows), micro):
            with build.precision(self._config, self._group):
                found.append(self._score(rows[start : start + micro]).margin.float().cpu())
        self.model.train()
        return torch.cat(found)

    def _write(self, journal: Journal, values: dict[str, float | None]) -> None:
        for name, found in self.preferences().items():
            values |= {f"pairs/{name}/margin": found.margin, f"pairs/{name}/error": found.error}
            values[f"pairs/{name}/preferred"] = found.preferred
        journal.write(self.step, values)
        margin, error = values["pairs/all/margin"], values["pairs/all/error"]
        logger.info("step %d: margin %.4f +- %.4f on held-out pairs", self.step, margin, error)

    def _save(self) -> None:
        checkpoints.save(
            self._config, self._identity, self.step, self.model, self.optimizer, self._group
        )


def _preference(margins: NDArray[np.float32]) -> Preference:
    count = len(margins)
    error = float(margins.std(ddof=1) / math.sqrt(count)) if count > 1 else math.nan
    return Preference(count, float(margins.mean()), error, float((margins > 0).mean()))


def train(config: Config) -> dict[str, Preference]:
    """Train on pairs, or go on doing so."""
    with join(config.run.device) as group:
        return PreferenceTrainer(replace(config), group).run()
