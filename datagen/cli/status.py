"""``datagen status``: how a run is doing, from another terminal."""

from __future__ import annotations

import click

from datagen.cli.place import run_folder
from datagen.cli.terminal import echo


@click.command()
@click.argument("run", type=run_folder)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def status(run: str, as_json: bool) -> None:
    """Say how RUN is doing: units, busy workers, pace, time to go, rejects, the last event's age.

    Reads the run folder only, so it works while the run does, and on any machine that sees it.
    """
    import json

    from datagen.runs.status import render
    from datagen.runs.status import status as read

    found = read(run)
    echo(json.dumps(found.to_json(), indent=2) if as_json else render(found))
