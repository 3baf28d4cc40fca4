"""``python -m train plan``: memory, hours and money of a config, before a GPU is rented."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from train import config as configs
from train.cli import options
from train.config import Config, UserError


def command(arguments: Sequence[str]) -> int:
    """Say whether a config fits on some GPUs, how long it takes and what it costs.

    Exit code 1 if it does not fit.
    """
    from train import planner
    from train.metrics import PEAK_FLOPS

    chosen = _parser(sorted(PEAK_FLOPS)).parse_args(arguments)
    if min(chosen.gpus, chosen.memory) <= 0:
        raise UserError("plan: --gpus and --memory must be more than 0")
    config = configs.load(chosen.config, chosen.overrides)
    frames, cards = _data(config)
    model = planner.network(config, cards)
    found = planner.memory(config, model, chosen.gpus)
    fits = planner.fits(found, chosen.memory)
    parameters = sum(weight.numel() for weight in model.parameters())
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    print(f"{parameters / 1e9:.3f} B parameters, {trained / 1e9:.3f} B of them train")
    for name, size in vars(found).items():
        print(f"  {name:12} {size / planner.GIB:8.2f} GiB")
    word = "fits" if fits else "does not fit"
    print(
        f"  {'together':12} {found.total / planner.GIB:8.2f} GiB and {planner.RESERVED_GIB:g} of"
        f" CUDA's: {word} on {chosen.gpus} x {chosen.gpu} of {chosen.memory:g} GiB"
    )
    if not fits:
        print(f"  try {', '.join(planner.remedies(config, chosen.gpus))}")
    steps, batch = config.optim.steps, config.optim.batch_size
    print(f"{steps} steps of {batch} dialogues of {frames:.0f} frames, prompt included:")
    for pace in planner.paces(
        config,
        model,
        chosen.gpus,
        gpu=chosen.gpu,
        frames=frames,
        price=chosen.price,
        measured=_measured(chosen.metrics, chosen.gpus),
    ):
        money = "" if pace.dollars is None else f", ${pace.dollars:,.0f}"
        print(f"  {pace.hours:8.1f} h{money}, {pace.tokens_per_second:,.0f} tokens/s: {pace.name}")
    return 0 if fits else 1


def _parser(gpus: list[str]) -> argparse.ArgumentParser:
    parser = options.parser("plan", command.__doc__)
    options.add_config(parser, "paper")
    parser.add_argument("--gpus", type=int, default=8)
    parser.add_argument("--gpu", choices=gpus, default="H100")
    parser.add_argument("--memory", type=float, default=80.0, help="GiB of one GPU")
    parser.add_argument("--price", type=float, help="dollars an hour for one GPU")
    parser.add_argument(
        "--metrics",
        type=Path,
        help="metrics.jsonl of a run whose frames a second count as measured",
    )
    return parser


def _data(config: Config) -> tuple[float, dict[str, int] | None]:
    """Return mean frames of an example and the vocabularies: of the shards, if there are any."""
    from train import planner

    if not config.data.shards:
        return float(planner.MEAN_FRAMES), None
    from train.data import Corpus
    from train.examples import Epoch

    corpus = Corpus.open(config.data, Path(config.out) / "cache")
    lengths = Epoch(corpus, config.prompt, config.seed, 0, config.data.max_frames).lengths
    metadata = corpus.metadata
    return float(lengths.mean()), {"card": metadata.cardinality, "text_card": metadata.vocabulary}


def _measured(metrics: Path | None, gpus: int) -> float | None:
    """Return the frames a second that one GPU made in a run of as many GPUs."""
    if metrics is None:
        return None
    try:
        lines = [json.loads(line) for line in metrics.read_text(encoding="utf-8").splitlines()]
        rates = [float(line["frames_per_second"]) for line in lines if "frames_per_second" in line]
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"--metrics {metrics} cannot be read ({error})") from error
    if not rates:
        raise UserError(f"--metrics {metrics} has no frames_per_second yet")
    return float(median(rates)) / gpus
