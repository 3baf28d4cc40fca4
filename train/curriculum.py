"""Training in stages: each begins with the weights of the one before it, on a harder view.

    rehearsal.yaml: base + stages  ->  Config of each  --Trainer-->  OUT/STAGE/model.safetensors

A small model learns from dense text to quote its prompt, and only then from timed text and audio.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from train import build, checkpoint
from train import config as configs
from train.config import Config, UserError
from train.distributed import Group
from train.loop import Probe, Trainer, open_corpus
from train.model import DuplexLM
from train.weights import FILE_NAME, load_weights, save_weights

logger = logging.getLogger(__name__)

STAGES = "stages"
QUIET = 0.1
"""Factor on the first vectors of audio after stages of text."""
ALONE = "all"
"""Name of the only stage of a config without stages."""


@dataclass(frozen=True)
class TrainingStage:
    """One training among several."""

    name: str
    config: Config


def load(path: str | Path, overrides: Sequence[str] = ()) -> list[TrainingStage]:
    """Read a config with `stages`, a list of changes to it, each with a `name`.

    ``a.b=v`` changes all stages, ``NAME.a.b=v`` the one of that name.
    """
    base = configs.read(path)
    stages = base.pop(STAGES, None) or [{"name": ALONE}]
    names = [_name(stage, path) for stage in stages]
    if len(set(names)) < len(names):
        raise UserError(f"{path}: two stages have the same name")
    found = []
    for name, changes in zip(names, stages, strict=True):
        data = merge(base, {key: value for key, value in changes.items() if key != "name"})
        for item in overrides:
            first, _, rest = item.partition(".")
            if first not in names:
                configs.override(data, item)
            elif first == name:
                configs.override(data, rest)
        found.append(TrainingStage(name, configs.parse(data, f"{path}, stage {name}")))
    return found


def _name(stage: Any, path: str | Path) -> str:
    name = stage.get("name") if isinstance(stage, dict) else None
    if not isinstance(name, str) or not name.isidentifier() or name in Config.__annotations__:
        raise UserError(f"{path}: each of {STAGES} needs a name, a word that is no setting's")
    return name


def with_texts(stages: Sequence[TrainingStage], texts: Sequence[str]) -> list[TrainingStage]:
    """Return the stages with other files of texts, where they have any."""
    if not any(stage.config.data.texts for stage in stages):
        raise UserError("--texts: no stage of this config has data.texts")
    return [
        TrainingStage(
            stage.name,
            replace(
                stage.config,
                data=replace(
                    stage.config.data, texts=tuple(texts) if stage.config.data.texts else ()
                ),
            ),
        )
        for stage in stages
    ]


def need_texts(stages: Sequence[TrainingStage]) -> None:
    """Raise UserError if a stage's file of texts is not there, before any stage is trained."""
    for stage in stages:
        for path in stage.config.data.texts:
            if not Path(path).is_file():
                raise UserError(
                    f"stage {stage.name}: there is no file of texts {path}; `datagen texts` writes"
                    " one, and --texts names it"
                )


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested settings with changes laid over them.

    >>> merge({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}})
    {'a': {'b': 3, 'c': 2}}
    """
    found = {
        key: merge(value, {}) if isinstance(value, dict) else value for key, value in base.items()
    }
    for key, value in changes.items():
        inner = found.get(key)
        found[key] = merge(inner or {}, value) if isinstance(value, dict) else value
    return found


def train(
    stages: Sequence[TrainingStage],
    group: Group,
    out: Path,
    probes_of: Callable[[TrainingStage], Sequence[Probe]] = lambda stage: (),
) -> DuplexLM:
    """Train all stages under ``out``, or go on where they stopped; return the last one's model.

    A stage that has written its weights is done.
    """
    model: DuplexLM | None = None
    weights: str | None = stages[0].config.model.weights
    has_heard = weights is not None
    for stage in stages:
        spec = replace(stage.config.model, weights=weights)
        folder = out / stage.name
        config = replace(stage.config, out=folder.as_posix(), model=spec)
        weights = (folder / FILE_NAME).as_posix()
        deaf = not (has_heard or config.text_alone or stage is stages[0])
        has_heard |= not config.text_alone
        if Path(weights).is_file():
            checkpoint.check_done(config, first=stage is stages[0])
        if Path(weights).is_file() and stage is not stages[-1]:
            logger.info("stage %s is done", stage.name)
            continue
        model = _train(stage.name, config, group, Path(weights), probes_of(stage), deaf=deaf)
    assert model is not None
    return model


@torch.no_grad()
def quieten(model: DuplexLM) -> None:
    """Make the vectors of audio small, so that a model of text alone begins as what it was.

    They are noise still, and 16 of them are added to that of the text: what was learnt of text
    would be lost among them.
    """
    for embedding in model.emb:
        assert isinstance(embedding, torch.nn.Embedding)
        embedding.weight.mul_(QUIET)


def _train(
    name: str,
    config: Config,
    group: Group,
    weights: Path,
    probes: Sequence[Probe],
    *,
    deaf: bool,
) -> DuplexLM:
    """Train a stage, or load what it came to; ``deaf``: the stages before it read text alone."""
    if weights.is_file():
        corpus = open_corpus(config, group)
        model = build.make_model(config, corpus.metadata, group, fill=False)
        load_weights(model, weights)
        return model
    logger.info("stage %s, from %s", name, config.model.weights or "noise")
    trainer = Trainer(config, group, probes)
    if deaf and not trainer.step:
        quieten(trainer.model)
    if trainer.run() < config.optim.steps:
        raise UserError(f"{config.out} was told to stop; the same command goes on from there")
    tokens = trainer.corpus.metadata.hashes
    save_weights(trainer.model, weights, torch.float32, tokens)
    return trainer.model
