"""``python -m train rehearse``: what the data teaches, on a CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from train.cli import options
from train.config import UserError


def command(arguments: Sequence[str]) -> int:
    """Train in stages on all of the data, or on shares of it, and measure what was learnt."""
    parser = options.parser("rehearse", command.__doc__)
    options.add_config(parser, "rehearsal")
    parser.add_argument("--shards", action="append", default=[], help="a run, or its shards")
    parser.add_argument(
        "--texts",
        action="append",
        default=[],
        help="a file of `datagen texts`, for the stages that learn from text alone",
    )
    parser.add_argument(
        "--tokenizer",
        help="SentencePiece model of the shards: finds facts of the prompt, and shortens it",
    )
    parser.add_argument(
        "--fractions", default="0,1", help="shares of the data to train on, e.g. 0,0.25,0.5,1"
    )
    parser.add_argument("--seeds", type=int, default=1, help="trainings on each share")
    parser.add_argument("--dialogs", type=int, default=24, help="held-out dialogues to score")
    parser.add_argument("--decode", metavar="COMMAND", help="is given IN.npz and OUT.wav")
    chosen = parser.parse_args(arguments)
    from train import ablate, curriculum

    overrides = [options.listed("data.shards", chosen.shards)] if chosen.shards else []
    if chosen.tokenizer:
        overrides.append(f"data.tokenizer={chosen.tokenizer}")
    stages = curriculum.load(chosen.config, [*overrides, *chosen.overrides])
    if chosen.texts:
        stages = curriculum.with_texts(stages, chosen.texts)
    ablate.ablate(
        stages,
        _fractions(chosen.fractions),
        seeds=chosen.seeds,
        count=chosen.dialogs,
        decode=chosen.decode,
        tokenizer=chosen.tokenizer,
    )
    out = Path(stages[-1].config.out)
    print((out / "rehearsal.md").read_text(encoding="utf-8"), end="")
    return 0


def _fractions(text: str) -> list[float]:
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise UserError(f"--fractions {text}: give numbers from 0 to 1, with commas") from error
    if not all(0 <= fraction <= 1 for fraction in found):
        raise UserError(f"--fractions {text}: each must be between 0 and 1")
    return found
