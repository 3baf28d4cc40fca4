"""Does more of the data teach more? The same training on 0, 25, 50 and 100 % of it, side by side.

    config --Trainer on each fraction, as many steps--> models --scored on held-out dialogues-->
    OUT/rehearsal.{json,md,png}: loss by stream, role, voice, turn-taking

0 % is the model before its first step; 100 % is all but the dialogues it is scored on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from train import build
from train.config import Config, UserError
from train.distributed import Group, join
from train.evaluation import Values, report, role, turns, voice
from train.evaluation.continuation import continue_all
from train.evaluation.held_out import TRAINED, HeldOutDialogs
from train.evaluation.likelihood import gains
from train.evaluation.moments import Moment, find_moments
from train.loop import Trainer, open_corpus
from train.metrics import STREAMS
from train.model import DuplexLM
from train.prompt import AGENT, NO_TOKEN, NUM_CODEBOOKS, TEXT, Tokens
from train.sample import TokenSampling
from train.shards import find
from train.validation import Validation

logger = logging.getLogger(__name__)

PLAIN = TokenSampling(text_temperature=1.0, text_top_k=250, audio_temperature=1.0, audio_top_k=250)
"""Draws from what the model has learnt as it is. Moshi's cooler settings make a small model, which
is never sure of a word, say nothing at all."""
FRACTIONS = (0.0, 0.25, 0.5, 1.0)
"""The paper's ablation (PersonaPlex, table 5)."""


class Ablation:
    """One comparison: everything that is the same for all fractions."""

    def __init__(
        self,
        config: Config,
        group: Group,
        count: int = 24,
        decode: str | None = None,
    ) -> None:
        if group.size > 1:
            raise UserError("rehearse scores its models on one process: start it without torchrun")
        cache = config.data.cache or (Path(config.out) / "cache").as_posix()
        self.config = replace(config, data=replace(config.data, cache=cache))
        self.group, self._decode = group, decode
        self._sampling = replace(PLAIN, seed=config.seed)
        self._corpus = open_corpus(self.config, group)
        self.held_out = HeldOutDialogs(self.config, self._corpus, count)
        everything = find_moments(self.held_out, find(config.data.shards))
        self.moments: list[Moment] = turns.choose(everything, 4 * count)
        self._out = Path(config.out)

    def measure(self, fraction: float) -> Values:
        """Train on a fraction, or go on doing so, and score the model."""
        model = self._trained(fraction)
        scores = self._losses(model)
        model.eval()
        with build.precision(self.config, self.group):
            scores |= gains(model, self.held_out, self.config.optim.micro_batch)
            if model.config.dep_q >= NUM_CODEBOOKS:  # a model of fewer rows cannot be heard
                scores |= self._conversation(model, f"{100 * fraction:g}-percent")
        return scores

    def recorded(self) -> Values:
        """Return what the held-out dialogues themselves score: the mark to reach."""
        held_out = self.held_out
        said = []
        for row in held_out.rows:
            codes, start = held_out.example(row, 0, min(held_out.room, held_out.num_frames(row)))
            said.append(codes[:, start:])
        scores = turns.rates(self.moments, turns.recorded(held_out, self.moments))
        scores |= role.spoken(held_out, said)
        return scores | self._voices([codes[AGENT] for codes in said], "dialogues")

    def about(self) -> dict[str, object]:
        """Return what was compared."""
        counts: dict[str, int] = {}
        for moment in self.moments:
            counts[moment.kind] = counts.get(moment.kind, 0) + 1
        return {
            "held-out dialogues": len(self.held_out.rows),
            "frames seen of each": self.held_out.room,
            "moments": counts,
            "steps of each training": self.config.optim.steps,
            "stand-ins": list(self._corpus.metadata.stand_ins),
        }

    def _trained(self, fraction: float) -> DuplexLM:
        config = self.config
        data = replace(config.data, fraction=(fraction or 1.0) * TRAINED)
        out = (self._out / f"{100 * fraction:g}-percent").as_posix()
        trainer = Trainer(replace(config, out=out, data=data), self.group)
        if fraction and trainer.run() < config.optim.steps:
            raise UserError(f"{out} was told to stop; the same command goes on from there")
        return trainer.model

    def _losses(self, model: DuplexLM) -> Values:
        validation = Validation(self.config, self._corpus, self.group)
        validation.rows = {"held-out": self.held_out.rows}
        found = validation.run(model)
        return {name: found.get(f"validation/all/{name}") for name in ("loss", *STREAMS)}

    def _conversation(self, model: DuplexLM, name: str) -> Values:
        """Score what the model says when nobody tells it what was said."""
        held_out = self.held_out
        known, starts = zip(*(self._beginning(int(row)) for row in held_out.rows), strict=True)
        whole = continue_all(model, known, self._sampling, "dialogues")
        said = [codes[:, start:] for codes, start in zip(whole, starts, strict=True)]
        scores = role.spoken(held_out, said)
        scores |= self._voices([codes[AGENT] for codes in said], name)
        speech = turns.drawn(model, held_out, self.moments, self._sampling)
        return scores | turns.rates(self.moments, speech)

    def _beginning(self, row: int) -> tuple[Tokens, int]:
        stop = min(self.held_out.room, self.held_out.num_frames(row))
        codes, start = self.held_out.example(row, 0, stop)
        for rows in (TEXT, AGENT):
            codes[rows, start:] = NO_TOKEN
        return codes, start

    def _voices(self, said: Sequence[Tokens], name: str) -> Values:
        if self._decode is None:
            return {}
        return voice.similarity(self.held_out, said, self._decode, self._out / "decoded" / name)


def ablate(
    config: Config,
    fractions: Sequence[float] = FRACTIONS,
    *,
    count: int = 24,
    decode: str | None = None,
) -> dict[float, Values]:
    """Train on each fraction; write and return the scores of each."""
    found: dict[float, Values] = {}
    with join(config.run.device) as group:
        ablation = Ablation(config, group, count, decode)
        recorded = ablation.recorded()
        for fraction in fractions:
            found[fraction] = ablation.measure(fraction)
            logger.info("%g %% of the data: %s", 100 * fraction, found[fraction])
            report.write(Path(config.out), found, recorded, ablation.about())
    return found
