"""``python -m train CONFIG``: train, or go on where the run in the config's `out` stopped."""

from __future__ import annotations

from collections.abc import Sequence

from train import config as configs
from train.cli import options


def command(arguments: Sequence[str]) -> int:
    """Train; go on where the run in the config's `out` stopped."""
    parser = options.parser("", command.__doc__)
    options.add_config(parser)
    chosen = parser.parse_args(arguments)
    from train import loop

    try:
        loop.train(configs.load(chosen.config, chosen.overrides))
    except loop.Diverged as error:
        raise configs.UserError(str(error)) from error
    return 0
