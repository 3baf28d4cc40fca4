"""Checkpoints that a run continues from exactly, on any number of processes.

    model, optimizer, step  <->  OUT/checkpoints/step-00001000/   (sharded, torch DCP) + run.json

The step is the whole state of data, schedule and random numbers: all are functions of it.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.distributed.checkpoint import state_dict_loader, state_dict_saver
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_state_dict,
    set_model_state_dict,
    set_state_dict,
)

from train.config import Config, RunSpec, UserError, parse
from train.distributed import Group

logger = logging.getLogger(__name__)

RECORD = "run.json"
_HOLDS = {"step": int, "config": dict, "corpus": dict}
"""What a record says."""
TRAINED = StateDictOptions(ignore_frozen_params=True, strict=False)
"""With LoRA the frozen weights are not kept again in each checkpoint."""
FREE = (
    "out",
    "data.shards",
    "data.cache",
    "model.compile",
    "model.checkpoint_activations",
    "optim.micro_batch",
    *(f"run.{field.name}" for field in fields(RunSpec) if field.name != "precision"),
)
"""Settings that may change when a run is resumed: they do not change what a step computes. The
shards may lie elsewhere: what is in them is compared."""
STEPS = "optim.steps"
"""May grow on resume: the rates of the steps to come are then those of the longer schedule."""


def folder_of(out: str | Path) -> Path:
    """Return where a run's checkpoints are."""
    return Path(out) / "checkpoints"


def list_checkpoints(out: str | Path) -> list[Path]:
    """List the whole checkpoints of a run, oldest first."""
    return sorted(path.parent for path in folder_of(out).glob(f"step-*/{RECORD}"))


def latest(out: str | Path) -> Path | None:
    """Return the newest whole checkpoint of a run."""
    found = list_checkpoints(out)
    return found[-1] if found else None


def save(
    config: Config,
    corpus: dict[str, Any],
    step: int,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    group: Group,
) -> Path:
    """Write a checkpoint after ``step`` steps: wholly, or not at all. ``corpus`` names the data."""
    path = folder_of(config.out) / f"step-{step:08d}"
    working = path.with_name(f".{path.name}.tmp")
    if group.first:
        shutil.rmtree(working, ignore_errors=True)
        working.mkdir(parents=True)
    group.barrier()
    with _quiet():
        weights, moments = get_state_dict(model, optimizer, options=TRAINED)
        state_dict_saver.save({"model": weights, "optimizer": moments}, checkpoint_id=working)
    group.barrier()
    if group.first:
        record = {"step": step, "config": config.to_dict(), "corpus": corpus}
        _write(working / RECORD, json.dumps(record, indent=2, sort_keys=True))
        shutil.rmtree(path, ignore_errors=True)
        working.rename(path)
        for old in list_checkpoints(config.out)[: -config.run.keep]:
            shutil.rmtree(old)
    group.barrier()
    return path


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_record(path: Path) -> dict[str, Any]:
    """Return the step, config and corpus that a checkpoint was written with."""
    try:
        record: dict[str, Any] = json.loads((path / RECORD).read_text(encoding="utf-8"))
        if not all(isinstance(record[key], kind) for key, kind in _HOLDS.items()):
            raise ValueError(f"its {RECORD} is of something else")
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = f"its {RECORD} has no {error}" if isinstance(error, KeyError) else error
        raise UserError(
            f"{path} is not a checkpoint ({reason}); give the `out` of a training, or one of the"
            " folders in its checkpoints/"
        ) from error
    return record


def read_config(path: Path) -> Config:
    """Return the config of a checkpoint."""
    return parse(read_record(path)["config"], str(path / RECORD))


def restore(
    path: Path,
    config: Config,
    corpus: dict[str, Any],
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> int:
    """Load a checkpoint into a model and its optimizer; return the steps it has done."""
    record = read_record(path)
    _check_same(path, record, config, corpus)
    with _quiet(), _whole(path):
        weights, moments = get_state_dict(model, optimizer, options=TRAINED)
        state: dict[str, Any] = {"model": weights, "optimizer": moments}
        state_dict_loader.load(state, checkpoint_id=path)
        set_state_dict(
            model,
            optimizer,
            model_state_dict=weights,
            optim_state_dict=state["optimizer"],
            options=TRAINED,
        )
    return int(record["step"])


def load_model(path: Path, model: nn.Module) -> None:
    """Load only the weights of a checkpoint, e.g. to sample from it."""
    with _quiet(), _whole(path):
        weights = get_model_state_dict(model, options=TRAINED)
        state_dict_loader.load({"model": weights}, checkpoint_id=path)
        set_model_state_dict(model, weights, options=TRAINED)


def _check_same(path: Path, record: dict[str, Any], config: Config, corpus: dict[str, Any]) -> None:
    """Refuse to continue a run as another one, or as a shorter one."""
    changed = _changed(record["config"], config)
    before, now = changed.pop(STEPS, (0, 0))
    if now < before:
        raise UserError(
            f"{path.parent.parent} was begun with {STEPS} {before}, which may grow but not shrink"
            f" to {now}: set it back, or choose another out"
        )
    names = [*changed, *sorted(key for key in corpus if corpus[key] != record["corpus"].get(key))]
    if names:
        raise UserError(
            f"{path.parent.parent} was begun with another {', '.join(names)}:"
            " set it back, or choose another out"
        )


def check_done(config: Config, *, first: bool) -> None:
    """Raise UserError if what lies finished in a config's folder was trained by another config.

    Stages after the first begin with the weights beside them, wherever the folder has been moved.
    """
    path = latest(config.out)
    if path is None:
        return
    changed = _changed(read_record(path)["config"], config)
    if not first:
        changed.pop("model.weights", None)
    if changed:
        told = ", ".join(f"{key} {before}, not {now}" for key, (before, now) in changed.items())
        raise UserError(
            f"{config.out} is finished, with {told}: set it back, choose another out, or delete"
            " this folder and those of the stages after it"
        )


def _changed(record: dict[str, Any], config: Config) -> dict[str, tuple[Any, Any]]:
    """Return the settings that a resumed run must share and does not, as they were and are."""
    before, now = bound(record), bound(config.to_dict())
    return {
        key: (before.get(key), now.get(key))
        for key in sorted(before | now)
        if before.get(key) != now.get(key)
    }


def bound(config: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that a resumed run must share, by name."""
    flat: dict[str, Any] = {}
    for section, value in config.items():
        inner = value if isinstance(value, dict) else {}
        flat |= {f"{section}.{key}": item for key, item in inner.items()} or {section: value}
    return {name: value for name, value in flat.items() if name not in FREE}


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Say that a checkpoint is damaged, where DCP shows what each process met."""
    try:
        yield
    except CheckpointException as error:
        first = next(iter(error.failures.values()))[0]
        raise UserError(
            f"{path} cannot be read ({' '.join(str(first).split())[:200]}): files of it are missing"
            " or damaged; copy it again, or take an older one beside it"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence DCP where it warns of what is meant: one process needs no process group."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.distributed is disabled")
        yield
