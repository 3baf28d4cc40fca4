"""``python -m train ray``: the same training as a Ray Train job."""

from __future__ import annotations

from collections.abc import Sequence

from train import config as configs
from train.cli import options


def command(arguments: Sequence[str]) -> int:
    """Train on a Ray cluster; a worker that dies is replaced and the run resumed."""
    parser = options.parser("ray", command.__doc__)
    options.add_config(parser)
    parser.add_argument("--workers", type=int, default=1, help="processes, one for each GPU")
    parser.add_argument("--storage", help="folder or URI that all nodes reach, for Ray's own files")
    chosen = parser.parse_args(arguments)
    from train import launch

    launch.fit(configs.load(chosen.config, chosen.overrides), chosen.workers, chosen.storage)
    return 0
