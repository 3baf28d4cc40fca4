"""``python -m train launch``: from a finished run to the command that trains on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from train.cli import options


def command(arguments: Sequence[str]) -> int:
    """Print, or run, the command that trains on a finished run's shards."""
    from train import launch

    parser = options.parser("launch", command.__doc__)
    parser.add_argument("--manifest", type=Path, required=True, help="RUN/run.json")
    parser.add_argument("--config", default="paper")
    options.add_overrides(parser)
    parser.add_argument("--launcher", choices=launch.LAUNCHERS, default="torchrun")
    parser.add_argument("--processes", type=int, default=1, help="on each node, one a GPU")
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--address", help="HOST:PORT of the first node, or of the Ray cluster")
    parser.add_argument("--submit", action="store_true", help="run it instead of printing it")
    chosen = parser.parse_args(arguments)
    shards = options.listed("data.shards", [launch.data_of(chosen.manifest)])
    job = launch.LaunchJob(
        config=chosen.config,
        overrides=(shards, *chosen.overrides),
        launcher=chosen.launcher,
        processes=chosen.processes,
        nodes=chosen.nodes,
        address=chosen.address,
    )
    launch.check(job)
    argv = launch.command(job)
    if chosen.submit:
        return launch.submit(argv)
    print(launch.show(argv))
    return 0
