"""When a model begins to quote its prompt: facts said exactly, over the steps of all stages.

metrics.jsonl of each stage  ->  transition.png
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from train import journal
from train.curriculum import TrainingStage

logger = logging.getLogger(__name__)

Curve = list[tuple[int, float]]
"""Examples seen since the first stage began, and a share."""


def curves(folder: Path, stages: Sequence[TrainingStage]) -> tuple[dict[str, Curve], list[int]]:
    """Return each share over the examples seen, and where stages end."""
    found: dict[str, Curve] = {}
    ends, seen = [], 0
    for stage in stages:
        file = folder / stage.name / journal.FILE
        for record in journal.read(file) if file.is_file() else ():
            examples = seen + record["step"] * stage.config.optim.batch_size
            for name, value in record.items():
                if name.startswith("facts/") and name.endswith(("/own", "/exchanged")):
                    found.setdefault(name.removeprefix("facts/"), []).append((examples, value))
        seen += stage.config.optim.steps * stage.config.optim.batch_size
        ends.append(seen)
    return found, ends


def plot(out: Path, folder: Path, stages: Sequence[TrainingStage]) -> bool:
    """Draw the curves; return whether there are any, and matplotlib to draw them."""
    found, ends = curves(folder, stages)
    if not found:
        return False
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        logger.info("matplotlib is not installed: the transition is not drawn")
        return False
    figure = Figure(figsize=(10, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for name, curve in sorted(found.items()):
        style = "--" if name.endswith("exchanged") else "-"
        axes.plot(*zip(*curve, strict=True), style, marker=".", label=name)
    for end, stage in zip(ends, stages, strict=True):
        axes.axvline(end, color="grey", linewidth=0.8)
        axes.text(end, 1.02, stage.name, ha="right", fontsize=8)
    axes.set(xlabel="examples seen", ylabel="said exactly, teacher-forced", ylim=(-0.02, 1.08))
    axes.legend(fontsize=7, loc="upper right")
    figure.savefig(out / "transition.png")
    return True
