"""``datagen clean``: give back the room that a run folder no longer needs."""

from __future__ import annotations

import click

from datagen.cli.place import run_folder
from datagen.cli.terminal import echo


@click.command()
@click.argument("run", type=run_folder)
@click.option(
    "--stems",
    is_flag=True,
    help="Also the sound of dialogues whose tokens are packed; to go on with the run, or to listen"
    " to it, makes it again.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def clean(run: str, stems: bool, yes: bool) -> None:
    """List what RUN no longer needs, ask, and delete it.

    Only what is proven superseded: files made by another recipe than the run's, by their receipts,
    and what killed writers left half-written. A folder that a run is at work in is refused.
    """
    from datagen.runs.clean import Cleaning

    cleaning = Cleaning(run)
    with cleaning.hold():
        found = cleaning.useless(stems=stems)
        for item in found:
            echo(f"{item.name}  {item.num_bytes:,} bytes: {item.reason}")
        if not found:
            echo("nothing to delete")
            return
        total = sum(item.num_bytes for item in found)
        if not yes:
            click.confirm(f"delete {len(found):,} files, {total:,} bytes?", abort=True)
        cleaning.delete(found)
    echo(f"deleted {len(found):,} files, {total:,} bytes")
