"""A picture of a run's floor-transfer offsets against telephone speech's: a PNG, by matplotlib.

The reference is the law that gives Fisher's seconds a minute and Levinson & Torreira's medians:
36 % overlap, log-normal around 0.20 s (sigma 0.75), the rest gaps around 0.32 s (sigma 0.80).
"""

from __future__ import annotations

import math
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen.audit.totals import Totals
from datagen.storage import atomic
from datagen.types import SAMPLE_RATE, UserError

_RANGE = (-1.5, 2.5)
"""First and last offset shown, in seconds."""
_BIN = 0.05
_OVERLAPS = (0.36, 0.20, 0.75)
_GAPS = (0.64, 0.32, 0.80)
"""Share, median in seconds, and sigma of the gaps, as of the overlaps above."""


def drawing() -> tuple[Any, Any]:
    """Return matplotlib's figures and its canvas. Raises UserError if it is not installed."""
    try:
        figures = import_module("matplotlib.figure")
        return figures, import_module("matplotlib.backends.backend_agg")
    except ImportError as error:
        raise UserError(
            "a plot needs matplotlib, which is not here: pip install 'fullduplex-datagen[plot]'"
        ) from error


def plot(totals: Totals, path: Path) -> None:
    """Write the histogram of a run's offsets and the reference's density to a PNG file."""
    figures, canvases = drawing()
    _, offsets = totals.heard_or_planned()
    if not offsets:
        raise UserError("there is nothing to plot: no speaker takes the floor from the other")
    edges = np.arange(_RANGE[0], _RANGE[1] + _BIN / 2, _BIN)
    seconds = np.clip(np.array(offsets) / SAMPLE_RATE, *_RANGE)
    figure = figures.Figure(figsize=(8, 4), layout="constrained")
    canvases.FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.hist(seconds, edges, density=True, color="#9bb7d4", label=f"yours, n = {len(offsets):,}")
    middles = (edges[:-1] + edges[1:]) / 2
    axes.plot(
        middles, reference(middles), color="#b03a2e", label="a law fitted to telephone speech"
    )
    axes.axvline(0, color="grey", linewidth=0.8)
    axes.set(xlabel="floor-transfer offset in s; overlap is negative", ylabel="density")
    axes.legend(loc="upper right")
    try:
        with atomic(path) as file:
            figure.savefig(file, format="png", dpi=120, metadata={"Software": None})
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror})") from error


def reference(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the density of telephone speech's offsets."""
    return _log_normal(-seconds, *_OVERLAPS) + _log_normal(seconds, *_GAPS)


def _log_normal(
    lengths: NDArray[np.float64], share: float, median: float, sigma: float
) -> NDArray[np.float64]:
    inside = np.maximum(lengths, 1e-9)
    density = np.exp(-((np.log(inside / median) / sigma) ** 2) / 2)
    density *= share / (inside * sigma * math.sqrt(2 * math.pi))
    return np.where(lengths > 0, density, 0.0)
