"""``python -m train dpo``: what is better, and not only what was said."""

from __future__ import annotations

import math
from collections.abc import Sequence

from train import config as configs
from train.cli import options


def command(arguments: Sequence[str]) -> int:
    """Train a model on preference pairs, or go on doing so; print what it prefers afterwards."""
    parser = options.parser("dpo", command.__doc__)
    options.add_config(parser)
    parser.add_argument("--pairs", action="append", default=[], help="a run with pairs, or files")
    parser.add_argument("--weights", help="the model to begin with: an export, or a hub id")
    chosen = parser.parse_args(arguments)
    given = [options.listed("dpo.pairs", chosen.pairs)] if chosen.pairs else []
    given += [f"model.weights={chosen.weights}"] if chosen.weights else []
    from train import dpo

    found = dpo.train(configs.load(chosen.config, [*given, *chosen.overrides]))
    print("| pairs | held out | margin, nats a token | chosen is likelier |")
    print("|---|---|---|---|")
    for name, liked in found.items():
        error = "-" if math.isnan(liked.error) else f"{liked.error:.4f}"  # of one pair
        margin = f"{liked.margin:.4f} ± {error}"
        print(f"| {name} | {liked.pairs} | {margin} | {liked.preferred:.2f} |")
    return 0
