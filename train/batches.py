"""Which dialogues are in which batch: a pure function of seed, epoch, lengths and batch size.

    rows, lengths --shuffle, sort in windows, cut--> batches [N, B] --share--> each process's part

Nothing depends on the number of processes, and the state to resume from is the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.config import UserError

Rows = NDArray[np.int64]


def population(
    kinds: NDArray[Any],
    splits: NDArray[Any],
    split: str,
    fraction: float = 1.0,
    mix: Mapping[str, float] | None = None,
) -> tuple[Rows, NDArray[np.float64]]:
    """Return the rows of a split, and how often each is to be seen in an epoch.

    Rows are in the order of their ids, so a fraction is the beginning of a larger one.
    """
    mix = mix or {}
    if unknown := set(mix) - {name for kind in kinds.tolist() for name in (kind, _whole(kind))}:
        known = ", ".join(sorted(set(kinds.tolist())))
        raise UserError(f"data.mix names {sorted(unknown)[0]!r}; the shards have {known}")
    rows, weights = [np.empty(0, np.int64)], [np.empty(0)]
    for kind in sorted(set(kinds.tolist())):
        of_kind = np.flatnonzero((kinds == kind) & (splits == split))
        kept = of_kind[: int(np.ceil(len(of_kind) * fraction))]
        rows.append(kept)
        weights.append(np.full(len(kept), float(mix.get(kind, mix.get(_whole(kind), 1.0)))))
    return np.concatenate(rows), np.concatenate(weights)


def _whole(kind: str) -> str:
    """Return a kind without its corpus: ``annotated/fisher`` is of ``annotated``."""
    return kind.partition("/")[0]


def repeat(rows: Rows, weights: NDArray[np.float64], rng: np.random.Generator) -> Rows:
    """Return each row as often as its weight says; a part of a time is a draw without replacement.

    The number of rows is the same in every epoch.
    """
    times = np.floor(weights).astype(np.int64)
    for weight in np.unique(weights):
        of_weight = np.flatnonzero(weights == weight)
        extra = round(float(weight - np.floor(weight)) * len(of_weight))
        times[of_weight[np.argsort(rng.random(len(of_weight)), kind="stable")[:extra]]] += 1
    return np.repeat(rows, times)


def batches(
    rows: Rows, lengths: NDArray[np.int64], batch_size: int, window: int, rng: np.random.Generator
) -> Rows:
    """Return rows in batches [N, B] of similar length, in random order; a rest is left out.

    Rows are shuffled, sorted by length within windows of ``window`` batches, cut, shuffled again.
    """
    rows = rows[np.argsort(rng.random(len(rows)), kind="stable")]
    num_batches = len(rows) // batch_size
    rows = rows[: num_batches * batch_size]
    group = np.arange(len(rows)) // (window * batch_size)
    cut = rows[np.lexsort((lengths[rows], group))].reshape(num_batches, batch_size)
    return cut[np.argsort(rng.random(num_batches), kind="stable")]


def share(batch: Rows, lengths: NDArray[np.int64], rank: int, size: int, micro: int) -> list[Rows]:
    """Return the micro-batches of one process; rows of a moment are alike in length everywhere."""
    assert len(batch) % (size * micro) == 0, (len(batch), size, micro)
    ordered = batch[np.argsort(-lengths[batch], kind="stable")]
    return list(ordered.reshape(-1, size, micro)[:, rank])


def useful(micro_batches: list[Rows], lengths: NDArray[np.int64]) -> tuple[int, int]:
    """Return the frames of the rows, and the frames they take once filled up."""
    frames = sum(int(lengths[rows].sum()) for rows in micro_batches)
    filled = sum(len(rows) * int(lengths[rows].max()) for rows in micro_batches)
    return frames, filled


@dataclass
class BatchPlan:
    """The batches of a run, by step. Keeps the epoch it was asked for last."""

    seed: int
    batch_size: int
    window: int
    rows: Rows
    weights: NDArray[np.float64]
    lengths_of: Callable[[int], NDArray[np.int64]]
    """Frames of every example in an epoch."""
    num_too_long: int = 0
    """Dialogues that are not in ``rows`` since their prompts leave no frame to learn."""

    def __post_init__(self) -> None:
        self._epoch, self._batches = -1, np.empty((0, self.batch_size), np.int64)
        total = len(repeat(self.rows, self.weights, np.random.default_rng(0)))
        self.steps_per_epoch = total // self.batch_size
        if not self.steps_per_epoch:
            long = self.num_too_long
            beside = f", beside {long} whose prompts alone fill data.max_frames" if long else ""
            remedy = "raise data.max_frames" if long else "make more"
            raise UserError(
                f"a batch needs {self.batch_size} dialogues and there are {total} to train on"
                f"{beside}: lower optim.batch_size, or {remedy}"
            )

    def at(self, step: int) -> tuple[int, Rows]:
        """Return the epoch and the rows [B] of a step."""
        epoch, index = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            rng = np.random.default_rng([self.seed, epoch])
            rows = repeat(self.rows, self.weights, rng)
            lengths = self.lengths_of(epoch)
            self._batches = batches(rows, lengths, self.batch_size, self.window, rng)
            self._epoch = epoch
        return epoch, self._batches[index]
