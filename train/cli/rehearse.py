"""``python -m train rehearse``: what the data teaches, on a CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from train import config as configs
from train.cli import options


def command(arguments: Sequence[str]) -> int:
    """Train on 0, 25, 50 and 100 % of the data and compare what was learnt."""
    parser = options.parser("rehearse", command.__doc__)
    options.add_config(parser, "rehearsal")
    parser.add_argument("--shards", action="append", default=[], help="a run, or its shards")
    parser.add_argument("--dialogs", type=int, default=24, help="held-out dialogues to score")
    parser.add_argument("--decode", metavar="COMMAND", help="is given IN.npz and OUT.wav")
    chosen = parser.parse_args(arguments)
    from train.ablate import ablate

    overrides = [f"data.shards=[{','.join(chosen.shards)}]"] if chosen.shards else []
    config = configs.load(chosen.config, [*overrides, *chosen.overrides])
    ablate(config, count=chosen.dialogs, decode=chosen.decode)
    print((Path(config.out) / "rehearsal.md").read_text(encoding="utf-8"), end="")
    return 0
