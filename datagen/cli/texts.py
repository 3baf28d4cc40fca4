"""``datagen texts``: many calls as text alone, for a trainer."""

from __future__ import annotations

from pathlib import Path

import click

from datagen.cli.options import RECIPE, adding
from datagen.cli.stopping import STOPPED, stoppable
from datagen.cli.terminal import echo


@click.command()
@click.argument("kind")
@click.option("--dialogs", type=click.IntRange(min=1), required=True, help="Scripts to write.")
@adding(*RECIPE)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The Parquet file to write; one that exists is refused.",
)
def texts(
    kind: str, dialogs: int, recipe: str, overrides: tuple[str, ...], seed: int | None, out: Path
) -> None:
    """Write the scripts of KIND as tokens, a row each: role and what the agent says, no sound.

    For `data.texts` of the trainer, which learns from many more roles than have been voiced. They
    are those that `datagen run` with the same recipe and seed would voice.
    """
    from rich.console import Console
    from rich.progress import Progress

    from datagen.config import Recipe
    from datagen.runs.texts import write
    from datagen.types import UserError

    if out.exists():
        raise UserError(f"{out} is there already: give another --out, or delete it")
    loaded = Recipe.load(kind, recipe, overrides, seed)
    console = Console(stderr=True)
    with (
        stoppable(STOPPED),
        Progress(console=console, transient=True, disable=not console.is_terminal) as bars,
    ):
        bar = bars.add_task("scripts", total=dialogs)
        made = write(loaded, dialogs, out, lambda done: bars.advance(bar, done))
    echo(f"wrote {out}: {made.texts:,} texts; {made.rejects:,} scripts were rejected")
