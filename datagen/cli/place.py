"""What a command takes as a run folder: a path of this machine, or an object store's URI."""

from __future__ import annotations

from pathlib import Path

import click


def run_folder(value: str) -> str:
    """Return the path or URI as it was given; a file is refused."""
    if "://" not in value and Path(value).is_file():
        raise click.BadParameter(f"{value} is a file; give the folder of a run")
    return value
