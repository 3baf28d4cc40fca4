"""What a rehearsal found, as a table and a plot, and whether it went the right way.

scores of each fraction, scores of the dialogues themselves  ->  rehearsal.{json,md,png}
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.evaluation import Values
from train.evaluation.summary import INTERVAL
from train.metrics import STREAMS

logger = logging.getLogger(__name__)

ERROR = "its standard error over dialogues; a model that is deaf to prompts gains 0"
MARGIN_ERROR = "its standard error over moments"

Found = Mapping[float, Mapping[str, float | None]]


@dataclass(frozen=True)
class Metric:
    """One number that is followed over fractions of the data."""

    name: str
    meaning: str
    better: int
    """1 if more is better, -1 if less is, 0 if it says nothing alone: who always speaks takes every
    turn, and every pause too."""


METRICS = (
    Metric("loss", "loss on held-out dialogues, streams weighted as in training", -1),
    *(Metric(name, f"loss of {name}, nats", -1) for name in STREAMS),
    Metric("role/gain", "nats that its own prompt saves on a token quoted from it", 1),
    Metric("role/gain_error", ERROR, 0),
    Metric("role/first", "quoted tokens that come first, teacher-forced", 1),
    Metric("role/spoken", "tokens quoted from its prompt, free-running, per one in the data", 0),
    Metric("role/strange", "the same from another's prompt: what chance quotes", 0),
    Metric("role/spoken_margin", "the difference of both", 1),
    Metric(
        "voice/gain", "nats its own voice sample saves on a code of the agent's first 0.16 s", 1
    ),
    Metric("voice/gain_error", ERROR, 0),
    Metric("voice/nearest", "nearer to its own prompt than to another's; chance 0.5", 1),
    Metric("voice/speakers", "agents that spoke for a second, so that a voice can be told", 0),
    Metric("turns/takeover", "takes the turn when the user has finished", 0),
    Metric("turns/pause_takeover", "takes the turn in a pause of the user", 0),
    Metric("turns/takeover_margin", "the difference of both", 1),
    Metric("turns/takeover_margin_error", MARGIN_ERROR, 0),
    Metric("turns/latency", "median time to its answer, s", 0),
    Metric("turns/yield", "falls silent when interrupted", 0),
    Metric("turns/hold_yield", "falls silent when not interrupted", 0),
    Metric("turns/yield_margin", "the difference of both", 1),
    Metric("turns/yield_margin_error", MARGIN_ERROR, 0),
    Metric("turns/yield_latency", "median time to silence when interrupted, s", 0),
)
TABLE_5 = (
    ("voice/gain", "own voice saves, nats a code"),
    ("turns/takeover_margin", "takes the turn, less in pauses"),
    ("turns/yield_margin", "stops when interrupted, less undisturbed"),
    ("facts/company/own", "company, exactly"),
    ("facts/first_name/own", "first name, exactly"),
)
"""Scores beside the paper's SSIM, FDB and SDB, and what they are."""
PANELS = {
    "Loss on held-out dialogues": ("text", "agent_0", "agent_7", "user_0", "user_7"),
    "Role": ("role/gain", "role/first", "role/spoken", "role/strange"),
    "Voice": ("voice/gain", "voice/nearest"),
    "Turn-taking": ("turns/takeover", "turns/pause_takeover", "turns/yield", "turns/hold_yield"),
}


def verdict(found: Found, metric: Metric) -> str:
    """Say how a metric moves with more data: right everywhere, from 0 to all, wrong, or unknown."""
    values = [scores.get(metric.name) for _, scores in sorted(found.items())]
    known = [value for value in values if value is not None]
    if not metric.better or len(known) < 2 or len(known) < len(values):
        return "-"
    signed = [metric.better * value for value in known]
    if signed == sorted(signed) and signed[0] < signed[-1]:
        return "yes"
    return "from first to last" if signed[0] < signed[-1] else "**no**"


def table(found: Found, recorded: Mapping[str, float | None] | None = None) -> str:
    """Return the scores as Markdown: a row a metric, a column a fraction."""
    fractions, recorded = sorted(found), recorded or {}
    heads = ["score", *(f"{100 * f:g} %" for f in fractions), "dialogues", "right way", "meaning"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for metric in METRICS:
        values = [found[fraction].get(metric.name) for fraction in fractions]
        cells = [_cell(value) for value in (*values, recorded.get(metric.name))]
        row = [metric.name, *cells, verdict(found, metric), metric.meaning]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"


def facts_table(found: Found) -> str:
    """Return what of the own prompt is said exactly, by type of fact: a row a fraction and type."""
    kinds = sorted(
        {name.split("/")[1] for scores in found.values() for name in scores if "facts/" in name}
    )
    if not kinds:
        return ""
    columns: tuple[str, ...] = ("own", "exchanged", "plain", "said", "said_exchanged")
    if any(name.endswith("/chance") for scores in found.values() for name in scores):
        columns += ("chosen", "chosen_exchanged", "chance")
    lines = [
        "| data | fact | mentions | "
        + " | ".join(name.replace("_", ", ") for name in columns)
        + " |",
        "|---" * (3 + len(columns)) + "|",
    ]
    for fraction, scores in sorted(found.items()):
        for kind in kinds:
            mentions = _cell(scores.get(f"facts/{kind}/mentions"))
            cells = [_with_error(scores, f"facts/{kind}/{name}") for name in columns]
            lines.append(f"| {100 * fraction:g} % | {kind} | {mentions} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def shares_table(found: Found) -> str:
    """Return the main scores in the shape of the paper's table 5: a row a share of the data."""
    heads = [meaning for _, meaning in TABLE_5]
    lines = ["| data | " + " | ".join(heads) + " |", "|---" * (1 + len(heads)) + "|"]
    for fraction, scores in sorted(found.items(), reverse=True):
        cells = [_with_error(scores, name) for name, _ in TABLE_5]
        lines.append(f"| {100 * fraction:g} % | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _with_error(scores: Mapping[str, float | None], name: str) -> str:
    """Return a score with its interval over seeds, or else its error over dialogues."""
    value = scores.get(name)
    error = scores.get(name + INTERVAL) or scores.get(f"{name}_error")
    return _cell(value) if value is None or error is None else f"{value:.3f} ± {error:.3f}"


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def write(out: Path, found: Found, recorded: Values, about: dict[str, Any]) -> None:
    """Write rehearsal.json, rehearsal.md, and rehearsal.png if matplotlib is installed."""
    out.mkdir(parents=True, exist_ok=True)
    content = {
        "about": about,
        "fractions": {f"{fraction:g}": dict(scores) for fraction, scores in found.items()},
        "dialogues": recorded,
        "right_way": {metric.name: verdict(found, metric) for metric in METRICS},
        "meaning": {metric.name: metric.meaning for metric in METRICS},
    }
    text = json.dumps(content, indent=2)
    (out / "rehearsal.json").write_text(text + "\n", encoding="utf-8")
    lines = [f"{key}: {value}  " for key, value in about.items()]
    parts = [
        "\n".join(lines) + "\n",
        shares_table(found),
        facts_table(found),
        table(found, recorded),
    ]
    page = "\n".join(part for part in parts if part)
    (out / "rehearsal.md").write_text(page, encoding="utf-8")
    plot(out / "rehearsal.png", found, recorded)


def plot(path: Path, found: Found, recorded: Mapping[str, float | None]) -> bool:
    """Draw a panel of curves for each subject; return whether matplotlib was there to do it."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        logger.info("matplotlib is not installed: %s is not drawn", path)
        return False
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    FigureCanvasAgg(figure)
    fractions = sorted(found)
    for axes, (title, names) in zip(figure.subplots(2, 2).flat, PANELS.items(), strict=True):
        for name in names:
            points = [
                (100 * f, value, found[f].get(f"{name}_error") or 0.0)
                for f in fractions
                if (value := found[f].get(name)) is not None
            ]
            x, y, errors = zip(*points, strict=True) if points else ((), (), ())
            line = axes.errorbar(x, y, errors, fmt="o-", label=name.rpartition("/")[2]).lines[0]
            if (mark := recorded.get(name)) is not None:
                axes.axhline(mark, color=line.get_color(), linestyle=":", linewidth=1)
        axes.set(title=title, xlabel="% of the data (bars: standard error; dotted: the dialogues)")
        axes.legend(loc="upper right")
    figure.savefig(path)
    return True
