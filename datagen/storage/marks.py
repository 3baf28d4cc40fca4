"""What people say of dialogues they read or heard: approve, reject, tags, comments.

    RUN.marks.jsonl, beside the run: one line a mark, only ever added to --MarkFile--> {id: Mark}

Lines are added under a lock, so two people lose nothing. A `Selection` by tags decides what an
export or a training leaves out; the run's own files never change.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from datagen.storage.disks import locked
from datagen.types import Record, UserError

APPROVE, REJECT = "approve", "reject"
"""Verdicts; a selection takes them like tags."""
WAIT = 30.0
"""Seconds for which others may be adding to the file."""
Tag = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\s,](?:[^\n,]*[^\s,])?$")]


class MarkLine(Record):
    """One line of the file: what one person said of one dialogue at one moment."""

    time: str = ""
    """UTC, ISO 8601."""
    who: Annotated[str, Field(max_length=80)] = ""
    dialog_id: Annotated[str, Field(min_length=1, max_length=80)]
    verdict: Literal["approve", "reject", ""] | None = None
    """This person's verdict; empty takes an earlier one back."""
    add: tuple[Tag, ...] = ()
    """Tags that the dialogue gets."""
    remove: tuple[Tag, ...] = ()
    comment: Annotated[str, Field(max_length=4000)] = ""
    seconds: Annotated[float, Field(ge=0)] | None = None
    """The moment of the dialogue that a comment is about."""

    @field_validator("comment")
    @classmethod
    def _stripped(cls, comment: str) -> str:
        return comment.strip()

    @property
    def says_something(self) -> bool:
        """False for a line that would change nothing."""
        return self.verdict is not None or bool(self.add or self.remove or self.comment)


@dataclass
class Mark:
    """All that was said of one dialogue."""

    verdicts: dict[str, str] = field(default_factory=dict)
    """Each person's verdict, by name."""
    tags: set[str] = field(default_factory=set)
    comments: list[dict[str, Any]] = field(default_factory=list)
    """Each has time, who, text and, if it is about a moment, seconds."""

    def add(self, line: MarkLine) -> None:
        """Take in a later line."""
        if line.verdict == "":
            self.verdicts.pop(line.who, None)
        elif line.verdict is not None:
            self.verdicts[line.who] = line.verdict
        self.tags |= set(line.add)
        self.tags -= set(line.remove)
        if line.comment:
            said = {"time": line.time, "who": line.who, "text": line.comment}
            self.comments.append(said | ({} if line.seconds is None else {"seconds": line.seconds}))

    @property
    def labels(self) -> set[str]:
        """Tags and verdicts; one person's reject counts, whoever approves."""
        said = set(self.verdicts.values())
        return self.tags | ({REJECT} if REJECT in said else said)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"verdicts": self.verdicts, "tags": sorted(self.tags), "comments": self.comments}


class MarkFile:
    """The marks of one run; `refresh` takes in what others added meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.by_id: dict[str, Mark] = {}
        self.unread = 0
        """Lines that are no marks: left alone, and counted."""
        self._offset = 0
        self.refresh()

    def refresh(self) -> int:
        """Read lines that were added since; return how many bytes are known."""
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            size = 0
        if size < self._offset:
            self.by_id, self.unread, self._offset = {}, 0, 0  # another file by this name
        if size > self._offset:
            for line in self._new_lines():
                self.by_id.setdefault(line.dialog_id, Mark()).add(line)
        return self._offset

    def _new_lines(self) -> Iterator[MarkLine]:
        with self.path.open("rb") as file:
            file.seek(self._offset)
            data = file.read()
        whole = data.rfind(b"\n") + 1
        self._offset += whole
        for text in data[:whole].splitlines():
            try:
                yield MarkLine.model_validate_json(text)
            except ValidationError:
                self.unread += bool(text.strip())

    def add(self, line: MarkLine) -> None:
        """Add one line to the file, safely beside others who add to it."""
        if not line.says_something:
            raise UserError("a mark needs a verdict, a tag or a comment")
        line = line.model_copy(update={"time": datetime.now(UTC).isoformat(timespec="seconds")})
        text = line.model_dump_json(exclude_defaults=True).encode() + b"\n"
        with locked(Path(f"{self.path}.lock"), WAIT) as free, self.path.open("ab+") as file:
            if not free:
                raise UserError(f"{self.path}: another program has locked it; try again")
            if file.seek(0, os.SEEK_END) and not _ends_in_newline(file):
                text = b"\n" + text  # a writer was killed in the middle of its line
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        self.refresh()

    def tags(self) -> list[list[Any]]:
        """Return every tag and verdict with its number of dialogues, the most frequent first."""
        counts: dict[str, int] = {}
        for mark in self.by_id.values():
            for label in mark.labels:
                counts[label] = counts.get(label, 0) + 1
        return [list(pair) for pair in sorted(counts.items(), key=lambda p: (-p[1], p[0]))]

    def marked(self, label: str) -> list[str]:
        """Return the ids of dialogues with a tag or verdict; ``*``: with any mark."""
        return [i for i, mark in self.by_id.items() if label == "*" or label in mark.labels]


@dataclass(frozen=True)
class Selection:
    """Which dialogues are taken, by what people marked."""

    by_id: dict[str, Mark]
    keep: frozenset[str] = frozenset()
    """Tags or verdicts of which a dialogue must have one; empty: it need not."""
    leave_out: frozenset[str] = frozenset()
    """Tags or verdicts of which it must have none."""

    @classmethod
    def read(cls, path: Path, keep: Collection[str], leave_out: Collection[str]) -> Selection:
        """Return the selection of a marks file. Raises UserError if there is none."""
        if (keep or leave_out) and not path.exists():
            raise UserError(f"{path}: there are no marks; `datagen view` makes them")
        marks = MarkFile(path)
        if (keep or leave_out) and marks.unread and not marks.by_id:
            raise UserError(f"{path}: none of its lines is a mark; give what `datagen view` wrote")
        return cls(marks.by_id, frozenset(keep), frozenset(leave_out))

    def takes(self, dialog_id: str) -> bool:
        """Say whether a dialogue is taken."""
        mark = self.by_id.get(dialog_id)
        labels = mark.labels if mark else set()
        return not labels & self.leave_out and (not self.keep or bool(labels & self.keep))


def _ends_in_newline(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")


def beside(run: str) -> Path:
    """Return the marks file of a run: beside its folder; of a bucket, in this folder."""
    if "://" in run:
        name = run.partition("?")[0].rstrip("/").rpartition("/")[2]
        return Path(f"{name}.marks.jsonl")
    folder = Path(run).absolute()
    return folder.with_name(f"{folder.name}.marks.jsonl")
