"""``datagen plan``: what a run would make, what it would cost, and what would hold it up."""

from __future__ import annotations

import click

from datagen.cli.options import AMOUNT, RECIPE, adding
from datagen.cli.place import run_folder
from datagen.cli.terminal import echo


@click.command()
@click.argument("kind")
@adding(*AMOUNT, *RECIPE)
@click.option(
    "--host",
    help="Where to work: a name from pipelines/hosts, or a .yaml file. [default: laptop; with"
    " --gpus, cluster]",
)
@click.option(
    "--gpus",
    type=click.IntRange(min=1),
    help="Find the pools that balance so many GPUs, instead of the host's.",
)
@click.option("--price", type=click.FloatRange(min=0), help="Of a GPU for an hour.")
@click.option(
    "--rates",
    default="published",
    show_default=True,
    help="What the stages cost: a name from pipelines/rates, or a .yaml file.",
)
@click.option(
    "--calibrate",
    type=run_folder,
    metavar="RUN",
    help="Use what this run really took, on the same host.",
)
def plan(
    kind: str,
    hours: float | None,
    dialogs: int | None,
    recipe: str,
    overrides: tuple[str, ...],
    seed: int | None,
    host: str | None,
    gpus: int | None,
    price: float | None,
    rates: str,
    calibrate: str | None,
) -> None:
    """Show what a run of KIND would make: dialogues, bytes, GPU-hours, wall time, money.

    The figures are published ones, measured ones and guesses, each printed with its source. After
    a pilot run of some blocks, --calibrate RUN puts its own figures in their place.
    """
    from datagen.config import load_host, load_recipe
    from datagen.costs.estimate import estimate
    from datagen.costs.pilot import measure
    from datagen.costs.rates import load_rates
    from datagen.costs.table import render
    from datagen.engine.plan import describe, make_plan

    what = load_recipe(kind, recipe, overrides, seed)
    where = load_host(host or ("cluster" if gpus else "laptop"))
    amount = make_plan(what, hours, dialogs)
    believed = load_rates(rates)
    if price is not None:
        prices = believed.prices.model_copy(update={"gpu_hour": price})
        believed = believed.model_copy(update={"prices": prices})
    pilot = measure(calibrate) if calibrate else None
    found = estimate(what, amount, where, believed, gpus=gpus, pilot=pilot)
    echo(describe(what, amount))
    echo()
    echo(render(found, where, balanced=gpus is not None))
