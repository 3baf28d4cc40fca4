"""Files of a corpus by name, wherever below its folders they lie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from datagen.types import UserError

HIDDEN = "._"
"""Begins the names of macOS's shadows of files, which hold nothing."""


def find(folders: Iterable[Path], *patterns: str) -> list[Path]:
    """Return the files under some folders that fit one of the patterns, sorted."""
    found = {
        path
        for folder in folders
        for pattern in patterns
        for path in folder.rglob(pattern)
        if path.is_file() and not path.name.startswith(HIDDEN)
    }
    return sorted(found)


def by_stem(paths: Iterable[Path]) -> dict[str, Path]:
    """Return files by their names without suffix; of two of one name the first."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(path.stem, path)
    return found


def need(paths: Sequence[Path], folders: Sequence[Path], what: str) -> Sequence[Path]:
    """Return files, or raise UserError with what is missing."""
    if not paths:
        raise UserError(f"{', '.join(map(str, folders))}: there is no {what} below it")
    return paths
