"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

from train.config import UserError


def parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Return the parser of a command."""
    return argparse.ArgumentParser(prog=f"python -m train {name}".strip(), description=description)


def add_config(options: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add CONFIG and --set."""
    shape = {} if default is None else {"nargs": "?", "default": default}
    options.add_argument("config", help="a YAML file, or a shipped config's name", **shape)  # type: ignore[arg-type]
    add_overrides(options)


def add_overrides(options: argparse.ArgumentParser) -> None:
    """Add --set."""
    options.add_argument("--set", action="append", default=[], metavar="a.b=v", dest="overrides")


def checkpoint(path: Path) -> Path:
    """Return a checkpoint: itself, or the newest of a run."""
    from train import checkpoint as checkpoints

    found = path if (path / checkpoints.RECORD).is_file() else checkpoints.latest(path)
    if found is None:
        raise UserError(f"--checkpoint {path}: there is no checkpoint there")
    return found
