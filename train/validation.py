"""Loss on dialogues that are never trained on, by kind and by stream.

validation split --fixed batches, no draws--> LossSums of each kind --> metrics
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from train import batches, build
from train.config import Config
from train.data import Corpus
from train.distributed import Group
from train.examples import Batch, Epoch, View
from train.loss import LossSums, sums, total
from train.metrics import by_stream
from train.model import DuplexLM
from train.prompt import PromptPolicy


class Validation:
    """The same dialogues each time: the first of each kind by id, with their prompts as stored."""

    def __init__(self, config: Config, corpus: Corpus, group: Group) -> None:
        self._config, self._group = config, group
        data = config.data
        view = View.of(data, config.loss.quoted)
        self._epoch = Epoch(corpus, PromptPolicy(), config.seed, 0, data.max_frames, view)
        rows, weights = batches.population(corpus.kinds, corpus.splits, "validation", 1.0, data.mix)
        rows = rows[(weights > 0) & corpus.fits(data.max_frames)[rows]]
        limit = config.run.validate_batches * config.optim.batch_size
        self.rows = {
            str(kind): rows[corpus.kinds[rows] == kind][:limit]
            for kind in np.unique(corpus.kinds[rows])
        }

    def run(self, model: DuplexLM) -> dict[str, float | None]:
        """Return validation/KIND/STREAM and validation/KIND/loss, and the same over all kinds."""
        model.eval()
        kinds = {kind: self._sums(model, rows) for kind, rows in self.rows.items()}
        model.train()
        values: dict[str, float | None] = {}
        everything = [*kinds.values()]
        if not everything:
            return values
        overall = everything[0]
        for more in everything[1:]:
            overall = overall + more
        for name, found in {**kinds, "all": overall}.items():
            values[f"validation/{name}/loss"] = float(total(found, self._config.loss))
            values |= by_stream(found.per_row(), f"validation/{name}")
        return values

    @torch.no_grad()
    def _sums(self, model: DuplexLM, rows: batches.Rows) -> LossSums:
        config, group = self._config, self._group
        num_audio = 0 if config.text_alone else model.config.dep_q
        zero = torch.zeros(1 + num_audio, device=group.device)
        found = LossSums(zero, zero.clone())
        for batch in self._batches(rows):
            steps = build.steps_of(batch, model.config, group.device)
            with build.precision(config, group):
                out = build.predict(model, steps, None, config.text_alone)
            found = found + sums(
                out.text,
                out.audio,
                steps.targets,
                steps.mask,
                config.loss,
                out.depth_steps,
                text_steps=out.text_steps,
                quoted=build.quotes_of(batch, group.device),
            )
        return LossSums(group.sum(found.numerators), group.sum(found.denominators))

    def _batches(self, rows: batches.Rows) -> Iterator[Batch]:
        """Yield this process's batches: as many on each, those that are too many without loss."""
        micro, group = self._config.optim.micro_batch, self._group
        lengths = self._epoch.lengths
        ordered = rows[np.argsort(-lengths[rows], kind="stable")]
        for start in range(0, len(ordered), micro * group.size):
            first = start + group.rank * micro
            mine = ordered[first : first + micro]
            batch = self._epoch.batch(mine if len(mine) else ordered[-1:])
            if not len(mine):
                batch.prompt_frames[:] = batch.num_frames
            yield batch
