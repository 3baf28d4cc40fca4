"""Train: the same steps whoever takes them, however often they are stopped and resumed.

    Config --(corpus, plan, model, optimiser)--> steps --> OUT/checkpoints, OUT/metrics.jsonl

A step is a pure function of weights, moments and its number. Its loss is one mean over all
micro-batches of all processes.
"""

from __future__ import annotations

import logging
import math
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import torch

from train import allocator, build
from train import checkpoint as checkpoints
from train.ahead import Ahead
from train.batches import BatchPlan, Rows, population, share, useful
from train.config import Config, UserError
from train.data import Corpus
from train.delay import Delayed
from train.distributed import Group, join
from train.examples import Batch, Epoch, View
from train.journal import Journal, open_journal
from train.loss import LossSums, counts, sums, total
from train.metrics import Meter, by_stream, flops_per_frame, peak_flops
from train.model import DuplexLM
from train.optim import adamw, set_rates
from train.texts import open_texts
from train.validation import Validation

logger = logging.getLogger(__name__)


Probe = Callable[[DuplexLM], Mapping[str, float | None]]
"""Measures a model at each validation; what it finds goes to the metrics."""


class Diverged(Exception):
    """The loss or a gradient is not a number any more."""


class StepBatches(NamedTuple):
    """What a step needs of the data."""

    rows: Rows
    """The dialogues of all processes."""
    useful: tuple[int, int]
    """Their frames, and the frames they take once filled up."""
    batches: list[Batch]
    """The micro-batches of this process."""


class Trainer:
    """One run: knows how to take a step, and when to report, validate, save and stop."""

    def __init__(self, config: Config, group: Group, probes: Sequence[Probe] = ()) -> None:
        self._config, self._group, self._probes = config, group, probes
        self._check_split()
        allocator.keep_blocks(group.device)
        self._current: Epoch | None = None
        self.corpus = open_corpus(config, group)
        self.taught = _taught(config, self.corpus)
        """What is trained on: the corpus, or texts in its place."""
        self.plan = make_plan(config, self.taught, self._epoch)
        self._epoch(0)  # a policy that cannot work is said now
        self.model = build.make_model(config, self.corpus.metadata, group)
        self.optimizer = adamw(self.model, config.optim)
        self._num_audio = 0 if config.text_alone else self.model.config.dep_q
        """Audio rows that are predicted."""
        self._identity = identity(self.taught, self.plan)
        for corpus in self.corpus.metadata.corpora:
            logger.info("real conversations of %s", corpus)
        self.step = 0
        if (checkpoint := checkpoints.latest(config.out)) is not None:
            self.step = checkpoints.restore(
                checkpoint, config, self._identity, self.model, self.optimizer
            )
            logger.info("continuing after step %d from %s", self.step, checkpoint)
        self._ahead = Ahead(self._make, config.optim.steps)
        self._validation = Validation(config, self.corpus, group)
        share = 0.0 if config.text_alone else config.loss.depth_frames
        flops = flops_per_frame(self.model, share)
        self._meter = Meter(flops, peak_flops(group.device))
        self._since: LossSums | None = None
        self._asked = False
        """Whether this process was told to stop."""
        self._stop = False
        """Whether one of them was, as all know since the last step."""

    def _check_split(self) -> None:
        optim, group = self._config.optim, self._group
        if optim.batch_size % (optim.micro_batch * group.size):
            raise UserError(
                f"optim.batch_size {optim.batch_size} does not divide among {group.size} processes"
                f" of optim.micro_batch {optim.micro_batch}: change one of them"
            )

    def _epoch(self, number: int) -> Epoch:
        if self._current is None or self._current.number != number:
            config = self._config
            self._current = Epoch(
                self.taught,
                config.prompt,
                config.seed,
                number,
                config.data.max_frames,
                replace(View.of(config.data, config.loss.quoted), renamed=config.data.renamed),
            )
        return self._current

    def run(self) -> int:
        """Take the steps that are left, or as many as until somebody asks to stop."""
        with self._listening(), self._journal() as journal:
            while self.step < self._config.optim.steps and not self._stop:
                self._advance(journal)
        logger.info("stopped after step %d of %d", self.step, self._config.optim.steps)
        return self.step

    def _advance(self, journal: Journal | None) -> None:
        """Take a step, and do what is due after it."""
        run, steps = self._config.run, self._config.optim.steps
        with self._meter.step():
            rates, norm = self.take_step()
        last = self.step == steps or self._stop
        values: dict[str, float | None] = {}
        if self.step % run.log_every == 0 or last:
            values |= self._report(rates, norm)
        if run.validate_every and (self.step % run.validate_every == 0 or self.step == steps):
            values |= self.validate()
        self._write(journal, values)
        if self.step % run.checkpoint_every == 0 or last:
            checkpoints.save(
                self._config, self._identity, self.step, self.model, self.optimizer, self._group
            )

    @contextmanager
    def _journal(self) -> Iterator[Journal | None]:
        """Open the metrics, on the first process."""
        if not self._group.first:
            yield None
            return
        run = self._config.run
        journal = open_journal(
            Path(self._config.out),
            self.step,
            tensorboard=run.tensorboard,
            wandb=run.wandb,
            config=self._config.to_dict(),
        )
        try:
            if journal.empty:
                self._describe(journal)
            yield journal
        finally:
            journal.close()

    def take_step(self) -> tuple[dict[str, float], float]:
        """Take one optimiser step; return the learning rates and the norm of the gradient."""
        wanted = self._ahead.at(self.step)
        self._meter.add(*wanted.useful)
        rates = set_rates(self.optimizer, self.step, self._config.optim)
        self.optimizer.zero_grad(set_to_none=True)
        found = self._gradients(wanted.batches)
        clip = self._config.optim.clip or math.inf
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), clip)
        norm = norm.full_tensor() if hasattr(norm, "full_tensor") else norm
        if not math.isfinite(float(norm) + float(found.numerators.sum())):
            ids = ", ".join(self.taught.dialog_ids[wanted.rows].tolist())
            raise Diverged(
                f"step {self.step} gives no number (gradient norm {float(norm)}); its dialogues:"
                f" {ids}; the weights before it are in"
                f" {checkpoints.latest(self._config.out) or 'no checkpoint yet'}"
            )
        self.optimizer.step()
        self.step += 1
        self._since = found if self._since is None else self._since + found
        return rates, float(norm)

    def validate(self) -> dict[str, float | None]:
        """Return the losses on the validation split, by kind and stream, and what probes find."""
        values = self._validation.run(self.model)
        self.model.eval()
        for probe in self._probes:
            values |= probe(self.model)
        self.model.train()
        return values

    def _make(self, step: int) -> StepBatches:
        """Put together what a step needs; done on another thread."""
        group, micro = self._group, self._config.optim.micro_batch
        number, rows = self.plan.at(step)
        epoch = self._epoch(number)
        parts = share(rows, epoch.lengths, group.rank, group.size, micro)
        everyone = [
            part
            for rank in range(group.size)
            for part in share(rows, epoch.lengths, rank, group.size, micro)
        ]
        counted = useful(everyone, epoch.lengths)
        return StepBatches(rows, counted, [epoch.batch(part) for part in parts])

    def _gradients(self, micro_batches: Sequence[Batch]) -> LossSums:
        """Fill the gradients of a step; return its sums over all processes."""
        config, group = self._config, self._group
        weights = config.loss.drawn()
        batches = [self._steps(batch) for batch in micro_batches]
        denominators = torch.stack(
            [
                counts(item.targets, item.mask, weights, self._num_audio, quoted)
                for item, _, quoted in batches
            ]
        ).sum(0)
        stopping = torch.tensor([float(self._asked)], device=group.device)
        reduced = group.sum(torch.cat((denominators, stopping)))
        denominators, self._stop = reduced[:-1], bool(reduced[-1])
        numerators = torch.zeros_like(denominators)
        for item, chosen, quoted in batches:
            with build.precision(config, group):
                out = build.predict(self.model, item, chosen, config.text_alone)
            found = sums(
                out.text,
                out.audio,
                item.targets,
                item.mask,
                weights,
                out.depth_steps,
                text_steps=out.text_steps,
                quoted=quoted,
            )
            loss = total(found, config.loss, denominators) * group.size
            loss.backward()  # type: ignore[no-untyped-call]
            numerators += found.numerators.detach()
        return LossSums(group.sum(numerators), denominators)

    def _steps(self, batch: Batch) -> tuple[Delayed, torch.Tensor | None, torch.Tensor | None]:
        """Return a micro-batch, which of its steps go through the depth transformer, and which
        are quoted."""
        steps = build.steps_of(batch, self.model.config, self._group.device)
        quoted = build.quotes_of(batch, self._group.device)
        names = [f"{self._config.seed}/{self.step}/{name}" for name in batch.dialog_ids]
        steps = build.draw_pads(steps, self._config.loss, names)
        share = 1.0 if self._config.text_alone else self._config.loss.depth_frames
        return *build.draw_depth(steps, share, names), quoted

    def _report(self, rates: dict[str, float], norm: float) -> dict[str, float | None]:
        """Return what was measured since the last report."""
        assert self._since is not None
        values: dict[str, float | None] = {"loss": float(total(self._since, self._config.loss))}
        values |= by_stream(self._since.per_row())
        values |= {"gradient_norm": norm, **rates, **self._meter.report(self._group.size)}
        if self._group.device.type == "cuda":
            values["memory_gb"] = torch.cuda.max_memory_allocated(self._group.device) / 1e9
        self._since = None
        return values

    def _write(self, journal: Journal | None, values: dict[str, float | None]) -> None:
        if journal is None or not values:
            return
        journal.write(self.step, values)
        for name, key in (("loss", "loss"), ("validation", "validation/all/loss")):
            if (loss := values.get(key)) is not None:
                logger.info(
                    "step %d of %d: %s %.4f", self.step, self._config.optim.steps, name, loss
                )

    def _describe(self, journal: Journal) -> None:
        """Write what the data came to: dialogues, epochs, tails that are cut."""
        epoch, rows = self._epoch(0), self.plan.rows
        left_out = int((~self.taught.fits(self._config.data.max_frames)).sum())
        cut = epoch.cut_frames[rows]
        values = {
            "data/dialogs": float(len(rows)),
            "data/steps_per_epoch": float(self.plan.steps_per_epoch),
            "data/cut_dialogs": float((cut > 0).sum()),
            "data/cut_frames": float(cut.sum()),
            "data/left_out_for_long_prompts": float(left_out),
        }
        journal.write(self.step, dict(values))
        logger.info(
            "data: %s", ", ".join(f"{k.removeprefix('data/')} {v:.0f}" for k, v in values.items())
        )

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Stop after the step in hand at Ctrl-C, or SIGTERM, which clusters send before they kill.

        A second Ctrl-C does not wait for that.
        """

        def stop(signum: int, frame: Any) -> None:
            if self._asked and signum == signal.SIGINT:
                raise KeyboardInterrupt
            logger.warning("told to stop: saving after this step")
            self._asked = True

        if threading.current_thread() is not threading.main_thread():
            yield  # a launcher's thread may not catch signals
            return
        before = {told: signal.signal(told, stop) for told in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for told, handler in before.items():
                signal.signal(told, handler)


def open_corpus(config: Config, group: Group) -> Corpus:
    """Open the shards; the first process decodes them, the others find them decoded."""
    cache = Path(config.out) / "cache"
    corpus = Corpus.open(config.data, cache) if group.first else None
    group.barrier()
    return corpus or Corpus.open(config.data, cache)


def _taught(config: Config, corpus: Corpus) -> Corpus:
    """Return the texts of a config, without what is held out of the corpus; or the corpus."""
    data = config.data
    if not data.texts:
        return corpus
    rows, _ = population(corpus.kinds, corpus.splits, "train", data.fraction, data.mix)
    texts = open_texts(data, Path(config.out) / "cache", corpus, rows)
    texts.names = corpus.names
    logger.info("texts: %d, of companies held out: %d", len(texts), texts.num_left_out)
    return texts


def make_plan(config: Config, corpus: Corpus, epoch_of: Any) -> BatchPlan:
    """Return the batches of the whole run."""
    data = config.data
    rows, weights = population(corpus.kinds, corpus.splits, "train", data.fraction, data.mix)
    fits = corpus.fits(data.max_frames)[rows]
    if data.view == "answers":
        chosen = corpus.has_answers()[rows]
        rows, weights, fits = rows[chosen], weights[chosen], fits[chosen]
    return BatchPlan(
        seed=config.seed,
        batch_size=config.optim.batch_size,
        window=data.bucket_batches,
        rows=rows[fits],
        weights=weights[fits],
        lengths_of=lambda number: epoch_of(number).lengths,
        num_too_long=int((~fits).sum()),
    )


def identity(corpus: Corpus, plan: BatchPlan) -> dict[str, Any]:
    """Name the data of a run, so that it is not continued on other data."""
    hasher = blake2b(digest_size=12)
    hasher.update("/".join(corpus.dialog_ids[plan.rows].tolist()).encode())
    hasher.update(corpus.num_frames[plan.rows].tobytes())
    hasher.update(plan.weights.tobytes())
    metadata = corpus.metadata
    named = {"corpora": list(metadata.corpora)} if metadata.corpora else {}
    return {
        "dialogues": hasher.hexdigest(),
        "codec": metadata.codec_hash,
        "tokenizer": metadata.tokenizer_hash,
        **named,
    }


def train(config: Config) -> int:
    """Train, or go on training; return how many steps are done."""
    with join(config.run.device) as group:
        return Trainer(config, group).run()
