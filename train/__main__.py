"""The command line of training.

python -m train CONFIG | export | sample | launch | ray      torchrun -m train CONFIG
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from train import ablate, launch, loop, sample
from train import checkpoint as checkpoints
from train import config as configs
from train.config import DataSpec, UserError
from train.data import Corpus
from train.weights import save_weights


def _settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", help="a YAML file, or a shipped config: paper, lora, small, tiny")
    parser.add_argument("--set", action="append", default=[], metavar="a.b=v", dest="overrides")


def train(arguments: Sequence[str]) -> int:
    """Train; go on where the run in the config's `out` stopped."""
    parser = argparse.ArgumentParser(prog="python -m train", description=USAGE)
    _settings(parser)
    options = parser.parse_args(arguments)
    loop.train(configs.load(options.config, options.overrides))
    return 0


def ray(arguments: Sequence[str]) -> int:
    """Train on a Ray cluster."""
    parser = argparse.ArgumentParser(prog="python -m train ray", description=ray.__doc__)
    _settings(parser)
    parser.add_argument("--workers", type=int, default=1, help="processes, one for each GPU")
    parser.add_argument("--storage", help="folder or URI that all nodes reach, for Ray's own files")
    options = parser.parse_args(arguments)
    config = configs.load(options.config, options.overrides)
    launch.fit(config, options.workers, options.storage)
    return 0


def export(arguments: Sequence[str]) -> int:
    """Write a checkpoint as PersonaPlex's server reads it, adapters merged."""
    parser = argparse.ArgumentParser(prog="python -m train export", description=export.__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="OUT, or OUT/checkpoints/…")
    parser.add_argument("--shards", required=True, action="append", help="what it was trained on")
    parser.add_argument("--out", type=Path, default=Path("model.safetensors"))
    options = parser.parse_args(arguments)
    checkpoint = _checkpoint(options.checkpoint)
    corpus = Corpus.open(DataSpec(shards=tuple(options.shards)), options.out.parent / "cache")
    model, _ = sample.open_model(checkpoint, corpus, "cpu")
    save_weights(model, options.out)
    print(f"{options.out} holds {checkpoint}")
    return 0


def sample_dialogs(arguments: Sequence[str]) -> int:
    """Let a model take the agent's part in dialogues of the shards."""
    parser = argparse.ArgumentParser(
        prog="python -m train sample", description=sample_dialogs.__doc__
    )
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--checkpoint", type=Path, help="OUT, or OUT/checkpoints/…")
    model.add_argument("--config", help="take what a config starts from, untrained")
    parser.add_argument("--shards", required=True, action="append", help="a run, or its shards")
    parser.add_argument("--dialog", required=True, action="append", metavar="ID")
    parser.add_argument("--out", type=Path, default=Path("samples"))
    parser.add_argument("--tokenizer", help="SentencePiece model, to spell the text")
    parser.add_argument("--decode", metavar="COMMAND", help="is given IN.npz and OUT.wav")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--greedy", action="store_true", help="take the likeliest tokens")
    options = parser.parse_args(arguments)
    sampling = sample.TokenSampling(seed=options.seed)
    if options.greedy:
        sampling = replace(sampling, text_temperature=0.0, audio_temperature=0.0)
    sample.run(
        configs.load(options.config) if options.config else _checkpoint(options.checkpoint),
        DataSpec(shards=tuple(options.shards), tokenizer=options.tokenizer),
        options.dialog,
        options.out,
        sampling,
        options.decode,
    )
    return 0


def launch_job(arguments: Sequence[str]) -> int:
    """Print, or run, the command that trains on a finished run's shards."""
    parser = argparse.ArgumentParser(prog="python -m train launch", description=launch_job.__doc__)
    parser.add_argument("--manifest", type=Path, required=True, help="RUN/run.json")
    parser.add_argument("--config", default="paper")
    parser.add_argument("--set", action="append", default=[], metavar="a.b=v", dest="overrides")
    parser.add_argument("--launcher", choices=launch.LAUNCHERS, default="torchrun")
    parser.add_argument("--processes", type=int, default=1, help="on each node, one a GPU")
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--address", help="HOST:PORT of the first node, or of the Ray cluster")
    parser.add_argument("--submit", action="store_true", help="run it instead of printing it")
    options = parser.parse_args(arguments)
    job = launch.LaunchJob(
        config=options.config,
        overrides=(f"data.shards=[{launch.data_of(options.manifest)}]", *options.overrides),
        launcher=options.launcher,
        processes=options.processes,
        nodes=options.nodes,
        address=options.address,
    )
    launch.check(job)
    argv = launch.command(job)
    if options.submit:
        return launch.submit(argv)
    print(launch.show(argv))
    return 0


def _checkpoint(path: Path) -> Path:
    """Return a checkpoint: itself, or the newest of a run."""
    found = path if (path / checkpoints.RECORD).is_file() else checkpoints.latest(path)
    if found is None:
        raise UserError(f"--checkpoint {path}: there is no checkpoint there")
    return found


USAGE = (
    "Fine-tune a full-duplex model on token shards. Other commands: export, sample, launch,"
    " rehearse, ray (each with --help)."
)
COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "ray": ray,
    "export": export,
    "sample": sample_dialogs,
    "launch": launch_job,
    "rehearse": ablate.command,
}


def main(arguments: Sequence[str]) -> int:
    """Run a command; what the user can mend is one line."""
    level = logging.INFO if os.environ.get("RANK", "0") == "0" else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    first = arguments[0] if arguments else ""
    try:
        if first in COMMANDS:
            return COMMANDS[first](arguments[1:])
        return train(arguments)
    except (UserError, loop.Diverged) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
