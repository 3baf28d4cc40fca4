"""Options that several commands share: what to make, and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

AMOUNT = (
    click.option("--hours", type=float, help="Hours of audio to make."),
    click.option("--dialogs", type=int, help="Dialogues to make, instead of hours."),
)
RECIPE = (
    click.option(
        "--recipe",
        default="embedded",
        show_default=True,
        help="Which backends: a name from pipelines/recipes, or a .yaml file.",
    ),
    click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Change one setting of the recipe, e.g. --set timeline.preset=strict.",
    ),
    click.option("--seed", type=int, help="Another seed, for another dataset."),
)
HOST = click.option(
    "--host",
    default="laptop",
    show_default=True,
    help="Where to work: a name from pipelines/hosts, or a .yaml file.",
)
ADDRESS = click.option(
    "--address",
    help="A Ray cluster to join, e.g. auto. [default: what the host says; if it says a cluster,"
    " $RAY_ADDRESS first]",
)


def adding(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return a decorator that adds options, in the order given."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate
