"""Does the data teach, and more of it more? The same training on 0, 25, 50 and 100 % of it.

    stages --curriculum on each fraction, as many steps--> models --scored on held-out dialogues-->
    OUT/rehearsal.{json,md,png}: facts of the prompt, loss by stream, role, voice, turn-taking

0 % is the model before its first step; 100 % is all but the dialogues it is scored on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from train import build, curriculum
from train.answers import COLUMNS, AnswerTable, decode, read_records
from train.checkpoint import bound
from train.config import UserError
from train.curriculum import TrainingStage
from train.distributed import Group, join
from train.evaluation import Values, kept, report, role, summary, transition, turns, voice
from train.evaluation.continuation import continue_all
from train.evaluation.facts import FactScores, find_answers, find_mentions
from train.evaluation.held_out import TRAINED, HeldOutDialogs, spread
from train.evaluation.likelihood import gains
from train.evaluation.moments import Moment, find_moments, why_unheard
from train.loop import Probe, open_corpus
from train.metrics import STREAMS
from train.model import DuplexLM
from train.prompt import AGENT, NO_TOKEN, NUM_CODEBOOKS, TEXT, Tokens
from train.prompt_text import load_tokenizer
from train.remote import local
from train.sample import TokenSampling
from train.shards import bare_ids, find
from train.validation import Validation

logger = logging.getLogger(__name__)

PLAIN = TokenSampling(text_temperature=1.0, text_top_k=250, audio_temperature=1.0, audio_top_k=250)
"""Draws from what the model has learnt as it is. Moshi's cooler settings make a small model, which
is never sure of a word, say nothing at all."""
FACT_DIALOGS = 256
"""Held-out dialogues whose facts are looked for."""
ASKED_DIALOGS = 1_024
"""Those whose answers are: a fourth of them has one to a probe that holds a fact of the role."""
VERSION = 1
"""Raised when a change here or in `train.evaluation` changes what is scored."""
FRACTIONS = (0.0, 0.25, 0.5, 1.0)
"""The paper's ablation (PersonaPlex, table 5)."""


class Ablation:
    """One comparison: everything that is the same for all fractions."""

    def __init__(
        self,
        stages: Sequence[TrainingStage],
        group: Group,
        count: int = 24,
        *,
        decode: str | None = None,
        tokenizer: str | None = None,
    ) -> None:
        if group.size > 1:
            raise UserError("rehearse scores its models on one process: start it without torchrun")
        last = stages[-1].config
        cache = last.data.cache or (Path(last.out) / "cache").as_posix()
        self._stages = [_with_data(stage, cache=cache) for stage in stages]
        self.config = self._stages[-1].config
        self.group, self._decode = group, decode
        self._sampling = replace(PLAIN, seed=self.config.seed)
        self._corpus = open_corpus(self.config, group)
        self._files = find(local(self.config.data.shards, Path(cache)))
        spec = self.config.data
        if spec.tokenizer and any(stage.config.data.needs_answers for stage in stages):
            ids = bare_ids(self._corpus.dialog_ids)
            self._corpus.find_answers(self._files, Path(cache), spec.tokenizer, ids)
        self._encode = None if tokenizer is None else load_tokenizer(tokenizer)
        self._count = count
        self.held_out = HeldOutDialogs(self.config, self._corpus, count)
        self.moments: list[Moment] = []
        self._left_out = "" if self.config.text_alone else why_unheard(self.held_out)
        if self._left_out:
            logger.warning("left out: %s", self._left_out)
        elif not self.config.text_alone:
            self.moments = turns.choose(find_moments(self.held_out, self._files), 4 * count)
        self._facts: dict[str, FactScores] = {}
        self._answers: AnswerTable | None = None
        self._out = Path(last.out)

    def measure(self, fraction: float, seed: int = 0) -> Values:
        """Train on a fraction, or go on doing so, and score the model, if that was not done."""
        folder, asked = self.folder(fraction, seed), self._scored(fraction, seed)
        is_trained = any((folder / stage.name).is_dir() for stage in self._stages)
        found = kept.read(folder, asked, can_repeat=is_trained or not fraction)
        if found is None:
            found = self._measured(fraction, seed)
            kept.write(folder, asked, found)
        return found

    def _scored(self, fraction: float, seed: int) -> kept.Asked:
        """Return what the scores of a training depend on."""
        asked = {
            f"{stage.name}.{name}": value
            for stage in self._shared(fraction, self.config.seed + seed)
            for name, value in bound(stage.config.to_dict()).items()
            if name not in ("data.texts", "data.tokenizer")  # wherever they lie
        }
        return asked | {
            "version": VERSION,
            "dialogues": len(self._corpus),
            "held out": self._corpus.dialog_ids[self.held_out.rows].tolist(),
            "facts": self._encode is not None,
            "decoded": self._decode is not None,
        }

    def _measured(self, fraction: float, seed: int) -> Values:
        config = self.config
        model = self._trained(fraction, config.seed + seed)
        scores = self._losses(model)
        model.eval()
        with build.precision(config, self.group):
            if self._encode is not None:
                facts = self._fact_scores(self._stages[-1])
                scores |= facts.teacher_forced(model)
                scores |= facts.free_running(model, self._said, config.text_alone)
                if (asked := self._asked(self._stages[-1])) is not None:
                    scores |= asked.teacher_forced(model)
            if config.text_alone:
                return scores
            scores |= gains(model, self.held_out, config.optim.micro_batch)
            if model.config.dep_q >= NUM_CODEBOOKS:  # a model of fewer rows cannot be heard
                scores |= self._conversation(model, f"{100 * fraction:g}-percent")
        if self._left_out:
            return {name: scores[name] for name in scores if not name.startswith("voice/")}
        return scores

    @property
    def _said(self) -> TokenSampling:
        return TokenSampling(seed=self.config.seed)

    def recorded(self) -> Values:
        """Return what the held-out dialogues themselves score: the mark to reach."""
        if self.config.text_alone:
            return {}
        held_out = self.held_out
        said = []
        for row in held_out.rows:
            codes, start = held_out.example(row, 0, min(held_out.room, held_out.num_frames(row)))
            said.append(codes[:, start:])
        scores = role.spoken(held_out, said)
        if self._left_out:
            return scores
        scores |= turns.rates(self.moments, turns.recorded(held_out, self.moments))
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
            "steps of each training": {
                stage.name: stage.config.optim.steps for stage in self._stages
            },
            "stand-ins": list(self._corpus.metadata.stand_ins),
        } | ({"left out": self._left_out} if self._left_out else {})

    def folder(self, fraction: float, seed: int = 0) -> Path:
        """Return where the training on a fraction lies, a stage a folder."""
        name = f"{100 * fraction:g}-percent"
        return self._out / (f"{name}-seed-{seed}" if seed else name)

    def _trained(self, fraction: float, seed: int) -> DuplexLM:
        if not fraction:
            config = replace(self.config, seed=seed)
            return build.make_model(config, self._corpus.metadata, self.group)
        stages = self._shared(fraction, seed)
        out = self.folder(fraction, seed - self.config.seed)
        return curriculum.train(stages, self.group, out, self._probes)

    def _shared(self, fraction: float, seed: int) -> list[TrainingStage]:
        """Return the stages on a fraction of the data."""
        stages = [_with_data(stage, fraction=fraction * TRAINED) for stage in self._stages]
        return [TrainingStage(s.name, replace(s.config, seed=seed)) for s in stages]

    def _probes(self, stage: TrainingStage) -> Sequence[Probe]:
        """Return what is asked at each validation of a stage, so that the transition is seen."""
        if self._encode is None:
            return ()
        asked = self._asked(stage) if stage.config.data.needs_answers else None
        scores = (self._fact_scores(stage), *((asked,) if asked else ()))
        return tuple(one.teacher_forced for one in scores)

    def _fact_scores(self, stage: TrainingStage) -> FactScores:
        if stage.name not in self._facts:
            assert self._encode is not None
            held_out = HeldOutDialogs(stage.config, self._corpus, self._count)
            rows = spread(held_out.unseen, FACT_DIALOGS).tolist()
            mentions = find_mentions(held_out, rows, self._files, self._encode)
            self._facts[stage.name] = FactScores(held_out, mentions)
        return self._facts[stage.name]

    def _asked(self, stage: TrainingStage) -> FactScores | None:
        """Return what scores answers to what the user asked: prices, times."""
        held_out = HeldOutDialogs(stage.config, self._corpus, self._count)
        if stage.config.data.view == "openings":
            return None
        rows = spread(held_out.unseen, ASKED_DIALOGS).tolist()
        if self._answers is None:
            self._answers = self._corpus.answers
        if self._answers is None:
            assert self._encode is not None
            ids = set(bare_ids(self._corpus.dialog_ids[rows]).tolist())
            records = read_records(self._files, (*COLUMNS, "probes"))
            chosen = (record for record in records if record["dialog_id"] in ids)
            arrays = decode(chosen, self._encode, self._corpus.silent)
            self._answers = AnswerTable(arrays, bare_ids(self._corpus.dialog_ids))
        found = find_answers(held_out, rows, self._answers)
        return FactScores(held_out, found) if found else None

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
        if self._left_out:
            return scores
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


def _with_data(stage: TrainingStage, **changes: Any) -> TrainingStage:
    config = stage.config
    return TrainingStage(stage.name, replace(config, data=replace(config.data, **changes)))


def ablate(
    stages: Sequence[TrainingStage],
    fractions: Sequence[float] = FRACTIONS,
    *,
    seeds: int = 1,
    count: int = 24,
    decode: str | None = None,
    tokenizer: str | None = None,
) -> dict[float, Values]:
    """Train on each fraction, from each seed; write and return the mean scores of each."""
    found: dict[float, list[Values]] = {}
    config = stages[-1].config
    curriculum.need_texts(stages)
    with join(config.run.device) as group:
        ablation = Ablation(stages, group, count, decode=decode, tokenizer=tokenizer)
        recorded = ablation.recorded()
        for seed in range(seeds):
            for fraction in fractions:
                scores = ablation.measure(fraction, seed)
                found.setdefault(fraction, []).append(scores)
                logger.info("%g %% of the data, seed %d: %s", 100 * fraction, seed, scores)
                means = {share: summary.over_seeds(values) for share, values in found.items()}
                report.write(Path(config.out), means, recorded, ablation.about())
                transition.plot(Path(config.out), ablation.folder(fraction, seed), stages)
    return {share: summary.over_seeds(values) for share, values in found.items()}
