"""Does more of the data teach more? The same training on 0, 25, 50 and 100 % of it, side by side.

Config --Trainer on each fraction, as many steps--> OUT/rehearsal.json, OUT/rehearsal.md

The validation split is the same for all. 0 % is the model before its first step. Only losses are
compared: whether the model keeps its role and its voice has to be heard (`train sample`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from train.config import Config
from train.loop import Trainer
from train.metrics import STREAMS
from train.world import World, join

logger = logging.getLogger(__name__)

FRACTIONS = (0.0, 0.25, 0.5, 1.0)
"""The paper's ablation (PersonaPlex, table 5)."""

Losses: TypeAlias = dict[str, float | None]


def rehearse(config: Config, fractions: Sequence[float] = FRACTIONS) -> dict[float, Losses]:
    """Train on each fraction; write and return the validation losses of each."""
    found: dict[float, Losses] = {}
    with join(config.run.device) as world:
        for fraction in fractions:
            found[fraction] = measure(config, fraction, world)
            logger.info("%.0f %% of the data: %s", 100 * fraction, found[fraction])
        if world.first:
            _write(Path(config.out), found)
    return found


def measure(config: Config, fraction: float, world: World) -> Losses:
    """Train on a fraction, or go on doing so, and return the loss of each stream."""
    out = Path(config.out) / f"{100 * fraction:g}-percent"
    data = replace(
        config.data,
        fraction=fraction or 1.0,
        cache=config.data.cache or (Path(config.out) / "cache").as_posix(),
    )
    trainer = Trainer(replace(config, out=out.as_posix(), data=data), world)
    if fraction:
        trainer.run()
    found = trainer.validate()
    return {name: found.get(f"validation/all/{name}") for name in ("loss", *STREAMS)}


def falling(found: dict[float, Losses], name: str) -> bool:
    """Say whether a loss falls with every step up in data."""
    values = [losses[name] for _, losses in sorted(found.items())]
    known = [value for value in values if value is not None]
    return len(known) == len(values) and known == sorted(known, reverse=True)


def table(found: dict[float, Losses]) -> str:
    """Return the losses as a Markdown table; what does not fall with more data is marked."""
    fractions = sorted(found)
    lines = [
        "| validation loss | " + " | ".join(f"{100 * f:g} %" for f in fractions) + " | falls |",
        "|---|" + "---|" * (len(fractions) + 1),
    ]
    for name in ("loss", *STREAMS):
        values = [found[fraction][name] for fraction in fractions]
        cells = ["-" if value is None else f"{value:.4f}" for value in values]
        verdict = "yes" if falling(found, name) else "**no**"
        lines.append(f"| {name} | {' | '.join(cells)} | {verdict} |")
    return "\n".join(lines) + "\n"


def _write(out: Path, found: dict[float, Losses]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    content = {f"{fraction:g}": losses for fraction, losses in found.items()}
    (out / "rehearsal.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (out / "rehearsal.md").write_text(table(found), encoding="utf-8")
