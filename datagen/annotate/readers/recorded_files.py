"""Which files are a call's sound, what the call is named, and which transcript is of which call.

    sound files, folders --RecordedFiles--> {id: FilesOfCall};  transcript, name --of--> id

A call is named like its file. Where files of several folders have one name, the folder is a part
of it: `mon/call1`. Transcripts go with the sound beside them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile

from datagen.types import UserError

PAIRS = (
    ("a", "b"),
    ("1", "2"),
    ("0", "1"),
    ("l", "r"),
    ("left", "right"),
    ("agent", "user"),
    ("agent", "customer"),
)
"""What the two sides are called, the first channel's name first."""
MARKED = re.compile(r"(.+)[._-](a|b|[012]|l|r|left|right|agent|user|customer)", re.I)
"""A file's name that ends in that of a side."""


@dataclass(frozen=True)
class FilesOfCall:
    """The sound of one call."""

    name: str
    """What its file is called, without suffix and side."""
    paths: tuple[Path, ...]
    """One file of both sides, or a file of each."""


class RecordedFiles:
    """The calls of some folders."""

    def __init__(self, paths: Sequence[Path], folders: Sequence[Path]) -> None:
        """Pair and name the sound files. Raises UserError if two calls cannot be told apart."""
        roots = sorted((folder.resolve() for folder in folders), key=lambda one: len(one.parts))
        self._by_name: dict[str, list[FilesOfCall]] = {}
        for one in _paired(paths):
            self._by_name.setdefault(one.name, []).append(one)
        self.calls: dict[str, FilesOfCall] = {}
        self._ids: dict[FilesOfCall, str] = {}
        for calls in self._by_name.values():
            for call_id, one in zip(_ids(calls, roots), calls, strict=True):
                self.calls[call_id] = one
                self._ids[one] = call_id
        self._sides: dict[str, list[FilesOfCall]] = {}
        """Calls of a file of each side, by what either file is called, in small letters."""
        for one in self._ids:
            for path in one.paths if len(one.paths) > 1 else ():
                self._sides.setdefault(path.stem.casefold(), []).append(one)
        self._folded: dict[str, list[FilesOfCall]] = {}
        for name, calls in self._by_name.items():
            self._folded.setdefault(name.casefold(), []).extend(calls)

    def of(self, file: Path, name: str) -> str | None:
        """Return the id of the call that ``file``, or a line of it, is of by ``name``.

        None if no sound has this name. Raises UserError if it may be of two.
        """
        if name in self.calls and "/" in name:
            return name
        calls = self._by_name.get(name) or self._folded.get(name.casefold(), [])
        beside = [one for one in calls if any(path.parent == file.parent for path in one.paths)]
        one = self._only(file, name, beside or _nearest(file, calls))
        return self._ids[one] if one else None

    def of_side(self, file: Path, name: str) -> tuple[str, int] | None:
        """Return the id of the call of which ``name`` is one side's sound file, and which side.

        None if no such file has this name. Raises UserError if it may be of two.
        """
        calls = self._sides.get(name.casefold(), [])
        beside = [one for one in calls if any(path.parent == file.parent for path in one.paths)]
        one = self._only(file, name, beside or _nearest(file, calls))
        if one is None:
            return None
        stems = [path.stem.casefold() for path in one.paths]
        return self._ids[one], stems.index(name.casefold())

    def _only(self, file: Path, name: str, calls: Sequence[FilesOfCall]) -> FilesOfCall | None:
        if len(calls) > 1:
            raise UserError(
                f"{file}: {name} may be of {calls[0].paths[0]} or of {calls[1].paths[0]}; put it"
                f" beside its sound, or have its lines name the call as {self._ids[calls[0]]}"
            )
        return calls[0] if calls else None


def _nearest(file: Path, calls: Sequence[FilesOfCall]) -> list[FilesOfCall]:
    """Return the calls whose folders have the most names in common with a transcript's."""
    first = {one.paths[0]: one for one in calls}
    return [first[path] for path in _closest(file, list(first))]


def _closest(file: Path, others: Sequence[Path]) -> list[Path]:
    """Return the files whose folders have the most names in common with those of ``file``."""
    own = set(file.parent.parts)
    common = [len(own & set(one.parent.parts)) for one in others]
    return [one for one, count in zip(others, common, strict=True) if count == max(common)]


def _ids(calls: Sequence[FilesOfCall], roots: Sequence[Path]) -> list[str]:
    """Return the ids of calls of one name: the name, or the path if there are several."""
    if len(calls) == 1:
        return [calls[0].name]
    below = [_below(one, roots) for one in calls]
    for depth in (0, 1):
        found = [_path(one, root, depth) for one, root in zip(calls, below, strict=True)]
        twice = [name for name, count in Counter(found).items() if count > 1]
        if not twice:
            return found
    one, other = [call for call, name in zip(calls, found, strict=True) if name == twice[0]][:2]
    raise UserError(_told(one.paths[0], other.paths[0]))


def _below(one: FilesOfCall, roots: Sequence[Path]) -> Path:
    """Return the outermost folder that was given and holds a call."""
    return next(root for root in roots if one.paths[0].is_relative_to(root))


def _path(one: FilesOfCall, root: Path, depth: int) -> str:
    """Return where a call lies below a folder, with so many of the folders around that."""
    base = root.parents[depth - 1] if depth else root
    return (one.paths[0].parent.relative_to(base) / one.name).as_posix()


def _told(one: Path, other: Path) -> str:
    return f"{one} and {other} are both of a call named {one.stem}; move one of them away"


def _paired(paths: Sequence[Path]) -> Iterator[FilesOfCall]:
    """Yield each recording's name and its file, or its two files: of one folder if it may be."""
    here: dict[tuple[Path, str], Path] = {}
    places: dict[str, list[Path]] = {}
    for path in paths:
        other = here.setdefault((path.parent, path.stem), path)
        if other != path:
            raise UserError(_told(other, path))
        places.setdefault(path.stem.casefold(), []).append(path)
    taken: set[Path] = set()
    names: dict[tuple[Path, str], Path] = {}
    for path in paths:
        pair = None if path in taken else _partner(path, places, taken)
        if pair is not None:
            taken |= {path, pair[1]}
            names[path.parent, pair[0]] = path
            yield FilesOfCall(pair[0], (path, pair[1]))
    for path in paths:
        if path not in taken:
            if (pair_there := names.get((path.parent, path.stem))) is not None:
                raise UserError(_told(path, pair_there))
            yield FilesOfCall(path.stem, (path,))


def _partner(
    path: Path, places: Mapping[str, Sequence[Path]], taken: set[Path]
) -> tuple[str, Path] | None:
    """Return the call's name and the second side's file, if a file is that of a first side."""
    match = MARKED.fullmatch(path.stem)
    for first, second in PAIRS if match else ():
        if match is None or match[2].casefold() != first:
            continue
        stem = f"{match[1]}{path.stem[len(match[1])]}{second}".casefold()
        others = [one for one in places.get(stem, ()) if one not in taken]
        beside = [one for one in others if one.parent == path.parent]
        others = beside or [
            one
            for one in _closest(path, others)
            if path in _closest(one, places[path.stem.casefold()])
        ]
        others = [one for one in others if not (first.isdigit() and _are_calls(path, one))]
        if len(others) > 1:
            raise UserError(
                f"{path}: its other side may be {others[0]} or {others[1]}; put both sides into one"
                " folder, or annotate the folders one by one"
            )
        if others:
            return match[1], others[0]
    return None


def _are_calls(one: Path, other: Path) -> bool:
    """Return whether two files that are numbered are calls of two channels, and not its sides."""
    try:
        return all(soundfile.info(path).channels == 2 for path in (one, other))
    except (OSError, soundfile.SoundFileError):
        return False  # why it cannot be read is said where it is
