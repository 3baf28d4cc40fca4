"""Files of a corpus by name, wherever below its folders they lie."""

from __future__ import annotations

import filecmp
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from datagen.types import UserError

Key = TypeVar("Key")
HIDDEN = "._"
"""Begins the names of macOS's shadows of files, which hold nothing."""


def find(folders: Iterable[Path], *patterns: str) -> list[Path]:
    """Return the files under some folders that fit one of the patterns, sorted, each once."""
    found = {
        path
        for folder in folders
        for pattern in patterns
        for path in folder.resolve().rglob(pattern)
        if path.is_file() and not path.name.startswith(HIDDEN)
    }
    return sorted(found)


def by_stem(paths: Iterable[Path]) -> dict[str, Path]:
    """Return files by their names without suffix. Raises UserError as `one_each`."""
    return one_each((path.stem, path) for path in paths)


def one_each(named: Iterable[tuple[Key, Path]]) -> dict[Key, Path]:
    """Return the file of each name.

    Of copies the first counts; two files of one name that differ are a UserError: which of them is
    meant cannot be known, and one would be lost.
    """
    found: dict[Key, Path] = {}
    for key, path in named:
        there = found.setdefault(key, path)
        if not same_content(there, path):
            raise UserError(
                f"{there} and {path} have one name and are different files; keep the one that is"
                " meant, or annotate their folders one by one"
            )
    return found


def same_content(one: Path, other: Path) -> bool:
    """Return whether two files hold the same bytes."""
    try:
        return one == other or filecmp.cmp(one, other, shallow=False)
    except OSError as error:
        raise UserError(f"{one} and {other} cannot be compared ({error.strerror})") from error


def need(paths: Sequence[Path], folders: Sequence[Path], what: str) -> Sequence[Path]:
    """Return files, or raise UserError with what is missing."""
    if not paths:
        raise UserError(f"{', '.join(map(str, folders))}: there is no {what} below it")
    return paths
