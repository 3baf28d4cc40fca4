"""``datagen doctor``: is everything there that a run needs, here and on every node?"""

from __future__ import annotations

import click

from datagen.cli.options import ADDRESS, HOST, RECIPE, adding
from datagen.cli.place import run_folder
from datagen.cli.terminal import echo


@click.command()
@click.argument("kind")
@adding(*RECIPE, HOST, ADDRESS)
@click.option("--out", type=run_folder, help="The run folder. [default: runs/KIND]")
def doctor(
    kind: str,
    recipe: str,
    overrides: tuple[str, ...],
    seed: int | None,
    host: str,
    address: str | None,
    out: str | None,
) -> None:
    """Look for all that a run of KIND needs: give it the options of `datagen run`.

    One line each, ok or missing: storage that every node sees, equal versions, the interpreter of
    each stage, weights, servers, GPU memory. Makes nothing; exits with 2 if anything is missing.
    """
    from datagen.config import load_recipe
    from datagen.doctor.node_checks import survey
    from datagen.runs.prepare import host_at

    what, where = load_recipe(kind, recipe, overrides, seed), host_at(host, address)
    num_missing = 0
    for finding in survey(what, where, out or f"runs/{kind}"):
        problem = finding.check.problem
        num_missing += problem is not None
        line = f"{finding.place}: {finding.check.subject}"
        echo(f"missing  {line}: {problem}" if problem else f"ok       {line}")
    if num_missing:
        raise SystemExit(2)
