"""``datagen report``: what a run came to, as one page with pictures."""

from __future__ import annotations

from pathlib import Path

import click

from datagen.cli.place import run_folder
from datagen.cli.terminal import echo


@click.command()
@click.argument("run", type=run_folder)
@click.option(
    "--compare", "other", type=run_folder, metavar="RUN", help="Set another run beside it."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where to write it. [default: reports/NAME, NAME from RUN]",
)
def report(run: str, other: str | None, out: Path | None) -> None:
    """Write a page about RUN: report.html, which holds all it needs, and its pictures as PNGs.

    Hours and pace, rejects with examples, domains, probes, lengths, turn-taking beside people's,
    events and waits, loudness, noise and leakage, voices, variety of text, what each stage took.
    """
    from rich.console import Console
    from rich.progress import Progress

    from datagen.report.page import write_report

    folder = out or Path("reports") / Path(run.partition("?")[0].rstrip("/")).absolute().name
    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks = {one: bars.add_task(f"figures of {one}", total=None) for one in (run, other) if one}

        def tell(name: str, done: int, of: int) -> None:
            bars.update(tasks[name], completed=done, total=of)

        page = write_report(run, folder, other, tell)
    echo(f"wrote {page}")
