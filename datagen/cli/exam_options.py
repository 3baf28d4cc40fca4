"""What the commands of ``datagen exam`` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

FOLDER = click.Path(path_type=Path, file_okay=False)
EXAM = click.option(
    "--exam", type=FOLDER, default="exam", show_default=True, help="The exam's folder."
)
TRACK = click.option(
    "--track", "tracks", multiple=True, help="Only this track; may be given often. [default: all]"
)
LIMIT = click.option("--limit", type=click.IntRange(1), help="At most this many of each track.")


@contextmanager
def bar(name: str, total: int | None) -> Iterator[Callable[[int, int], None]]:
    """Show progress; yield what is told how far it is."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(name, total=total)
        yield lambda done, of: bars.update(task, completed=done, total=of)
