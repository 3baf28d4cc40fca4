"""The report's pictures: PNGs by matplotlib, one run's figures or two runs' beside each other.

[Figures] --draw--> {name: PNG bytes}
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from datagen.audit.plot import reference
from datagen.report.figures import Figures, Numbers
from datagen.types import SPEAKERS, UserError

COLOURS = ("#1d5fbf", "#d9822b")
"""The run's colour, and that of the one it is compared with."""
_PEOPLE = "#b42318"
_MOST_BARS = 30
_LONGEST_WAIT = 4.0


def draw(runs: Sequence[Figures]) -> dict[str, bytes]:
    """Return all pictures that the runs' figures give something to draw for."""
    try:
        figures = import_module("matplotlib.figure")
        canvases = import_module("matplotlib.backends.backend_agg")
    except ImportError as error:
        raise UserError(
            "a report needs matplotlib, which is not here: pip install 'fullduplex-datagen[plot]'"
        ) from error
    drawn = {}
    for name, (width, height, paint) in _PICTURES.items():
        figure = figures.Figure(figsize=(width, height), layout="constrained")
        canvases.FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        if paint(axes, runs) is not False:
            file = io.BytesIO()
            figure.savefig(file, format="png", dpi=110, metadata={"Software": None})
            drawn[name] = file.getvalue()
    return drawn


def _named(runs: Sequence[Figures]) -> list[tuple[Figures, str, str]]:
    return [(run, run.name, colour) for run, colour in zip(runs, COLOURS, strict=False)]


def _histogram(axes: Any, runs: Sequence[Figures], of: Callable[[Figures], Numbers]) -> bool:
    """Draw the shares of values, of each run, in bins that all have in common."""
    values = [of(run)[np.isfinite(of(run))] for run in runs]
    if not any(len(one) for one in values):
        return False
    low = min(one.min() for one in values if len(one))
    high = max(one.max() for one in values if len(one))
    edges = np.linspace(low, high if high > low else low + 1, 41)
    for one, (_, name, colour) in zip(values, _named(runs), strict=True):
        weights = np.full(len(one), 1 / max(1, len(one)))
        axes.hist(one, edges, weights=weights, color=colour, alpha=0.6, label=name)
    axes.set_ylabel("share")
    return True


def _lengths(axes: Any, runs: Sequence[Figures]) -> bool:
    axes.set_xlabel("length of a dialogue, s")
    return _histogram(axes, runs, lambda run: run.lengths) and _legend(axes, runs)


def _legend(axes: Any, runs: Sequence[Figures]) -> bool:
    if len(runs) > 1:
        axes.legend(frameon=False, loc="upper right")
    return True


def _offsets(axes: Any, runs: Sequence[Figures]) -> bool:
    edges = np.arange(-1.5, 2.5 + 0.025, 0.05)
    if not any(len(run.offsets) for run in runs):
        return False
    for run, name, colour in _named(runs):
        label = f"{name}, n = {len(run.offsets):,}"
        shown = np.clip(run.offsets, -1.5, 2.5)
        axes.hist(shown, edges, density=True, color=colour, alpha=0.6, label=label)
    middles = (edges[:-1] + edges[1:]) / 2
    axes.plot(middles, reference(middles), color=_PEOPLE, label="a law fitted to telephone speech")
    axes.axvline(0, color="grey", linewidth=0.8)
    axes.set(xlabel="floor-transfer offset, s; overlap is negative", ylabel="density")
    axes.legend(frameon=False, loc="upper right")
    return True


def _bars(axes: Any, runs: Sequence[Figures], of: Callable[[Figures], dict[str, float]]) -> bool:
    """Draw named values as bars that lie, the largest on top."""
    values = [of(run) for run in runs]
    names = sorted(
        {n for one in values for n in one}, key=lambda n: -max(v.get(n, 0) for v in values)
    )
    names = names[:_MOST_BARS][::-1]
    if not names:
        return False
    height = 0.8 / len(runs)
    for place, (one, (_, name, colour)) in enumerate(zip(values, _named(runs), strict=True)):
        at = np.arange(len(names)) - (place - (len(runs) - 1) / 2) * height
        axes.barh(at, [one.get(n, 0) for n in names], height, color=colour, label=name)
    axes.set_yticks(np.arange(len(names)), [n.replace("_", " ") for n in names], fontsize=8)
    return _legend(axes, runs)


def _shares(counts: dict[str, int]) -> dict[str, float]:
    whole = max(1, sum(counts.values()))
    return {name: 100 * count / whole for name, count in counts.items()}


def _domains(axes: Any, runs: Sequence[Figures]) -> bool:
    axes.set_xlabel("% of dialogues")
    return _bars(axes, runs, lambda run: _shares(dict(run.totals.domains)))


def _probes(axes: Any, runs: Sequence[Figures]) -> bool:
    axes.set_xlabel("% of probes")
    return _bars(axes, runs, lambda run: _shares(dict(run.totals.probes)))


def _outcomes(axes: Any, runs: Sequence[Figures]) -> bool:
    axes.set_xlabel("% of dialogues")
    return _bars(axes, runs, lambda run: _shares(dict(run.counts.get("outcome", {}))))


def _rejects(axes: Any, runs: Sequence[Figures]) -> bool:
    axes.set_xlabel("dialogues")
    return _bars(axes, runs, lambda run: {n: reason.count for n, reason in run.rejects.items()})


def _events(axes: Any, runs: Sequence[Figures]) -> bool:
    axes.set_xlabel("events a minute")

    def rates(run: Figures) -> dict[str, float]:
        counts = run.totals.events
        shown = {n: c for n, c in counts.items() if n not in ("slot", "effect")}
        return {name: run.totals.per_minute(count) for name, count in shown.items()}

    return _bars(axes, runs, rates)


def _waits(axes: Any, runs: Sequence[Figures]) -> bool:
    names = sorted({name for run in runs for name in run.waits}, reverse=True)
    if not names:
        return False
    for place, (run, label, colour) in enumerate(_named(runs)):
        shift = (place - (len(runs) - 1) / 2) * 0.3
        for at, name in enumerate(names):
            if len(run.waits.get(name, ())):
                low, middle, high = np.percentile(run.waits[name], (10, 50, 90))
                axes.plot([low, high], [at - shift] * 2, color=colour, linewidth=3, alpha=0.5)
                axes.plot(middle, at - shift, "o", color=colour, label=label)
                label = None  # type: ignore[assignment]
    axes.set_yticks(range(len(names)), [n.replace("_", " ") for n in names])
    axes.set(xlabel="s, 10th percentile, median, 90th", xlim=(0, _LONGEST_WAIT))
    return _legend(axes, runs)


def _of_channels(measure: str, label: str) -> Callable[[Any, Sequence[Figures]], bool]:
    """Return what draws a level of both channels; silence at -120 dBFS is left out."""

    def paint(axes: Any, runs: Sequence[Figures]) -> bool:
        some = False
        for run, name, colour in _named(runs):
            for speaker, style in zip(SPEAKERS, ("-", "--"), strict=True):
                values = run.hygiene.get(f"{speaker}_{measure}", np.empty(0))
                values = np.sort(values[np.isfinite(values) & (values > -119)])
                if len(values):
                    some = True
                    share = np.arange(1, len(values) + 1) / len(values)
                    text = f"{speaker} of {name}" if len(runs) > 1 else speaker
                    axes.plot(values, share, style, color=colour, label=text)
        axes.set(xlabel=label, ylabel="share of dialogues at most this")
        if some:
            axes.legend(frameon=False, loc="upper right")
        return some

    return paint


def _voices(axes: Any, runs: Sequence[Figures]) -> bool:
    axes.set_xlabel("sides that a voice speaks")
    drawn = _histogram(axes, runs, lambda run: np.array(list(run.voices.values()), np.float64))
    axes.set_ylabel("share of voices")
    return drawn and _legend(axes, runs)


def _costs(axes: Any, runs: Sequence[Figures]) -> bool:
    axes.set_xlabel("workers' seconds for an hour of dialogue")

    def seconds(run: Figures) -> dict[str, float]:
        hours = run.totals.hours or 1.0
        return {stage: cost.seconds / hours for stage, cost in run.costs.items()}

    return _bars(axes, runs, seconds)


_PICTURES: dict[str, tuple[float, float, Callable[[Any, Sequence[Figures]], bool]]] = {
    "lengths": (7, 3, _lengths),
    "offsets": (7, 3.2, _offsets),
    "domains": (7, 5.5, _domains),
    "probes": (7, 3.2, _probes),
    "outcomes": (7, 2.6, _outcomes),
    "events": (7, 3, _events),
    "waits": (7, 3, _waits),
    "levels": (7, 3, _of_channels("level", "level of speech, dBFS")),
    "noise": (7, 3, _of_channels("floor", "noise floor, dBFS")),
    "leakage": (7, 3, _of_channels("leakage", "leakage of the other channel, dBFS")),
    "voices": (7, 2.8, _voices),
    "rejects": (7, 2.6, _rejects),
    "costs": (7, 2.2, _costs),
}
"""Width and height in inches, and what draws each."""
