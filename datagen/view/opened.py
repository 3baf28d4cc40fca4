"""A run as the server holds it: its source, its index, its marks, and the last sounds.

settings of an address --Opened--> plain values for JSON, or WAV bytes
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from datagen.config import describe as describe_fault
from datagen.storage.marks import MarkFile, MarkLine, beside
from datagen.types import UserError
from datagen.view import waves
from datagen.view.index import RunIndex
from datagen.view.payload import describe
from datagen.view.query import Query
from datagen.view.source import RunSource

T = TypeVar("T")
_MARKED = "marked"
"""The setting that filters by tag or verdict; with "-" first, that leaves out."""


class Opened:
    """One run of the page."""

    def __init__(self, source: RunSource, index: RunIndex, marks: Path | None = None) -> None:
        self.source, self.index = source, index
        self.marks = MarkFile(marks or beside(source.folder.where))
        self._wavs, self._drawn = _Recent(6), _Recent(12)
        self._lock = threading.Lock()
        self._reading = threading.Lock()

    def about(self) -> dict[str, Any]:
        """Return what the page says of the run, and its filters."""
        return {
            "name": self.source.folder.where.rstrip("/").rpartition("/")[2],
            "where": self.source.folder.where,
            "kind": self.source.kind,
            "stand_ins": self.source.stand_ins,
            "totals": self.index.totals(),
            "facets": self.index.facets(),
            "tags": self.marks.tags(),
            "marks_file": str(self.marks.path),
        }

    def page(self, settings: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of dialogues."""
        query = self._query(settings)
        found, total = self.index.page(query)
        for row in found:
            row["id"] = self.source.id_of(row.pop("number"))
            mark = self.marks.by_id.get(row["id"])
            if mark is not None:
                row["marks"] = sorted(mark.labels)
        return {"rows": found, "total": total, "page": query.page, "size": query.size}

    def takes(self, settings: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of refused takes."""
        query = Query.read({k: v for k, v in settings.items() if k in ("page", "size")})
        found, total = self.index.takes(settings.get("reason", ""), query.page, query.size)
        for row in found:
            row["id"] = self.source.id_of(row.pop("number"))
        return {"rows": found, "total": total, "page": query.page, "size": query.size}

    def dialogue(self, dialog_id: str, settings: Mapping[str, str]) -> dict[str, Any]:
        """Return one dialogue with its marks, and its neighbours among what a search finds."""
        found = self.source.find(dialog_id)
        with self._reading:
            page = describe(self.source, found)
        before, after = self.index.neighbours(self._query(settings), found.index)
        mark = self.marks.by_id.get(dialog_id)
        return page | {
            "before": None if before is None else self.source.id_of(before),
            "after": None if after is None else self.source.id_of(after),
            "marks": mark.to_json() if mark else None,
        }

    def wav(self, dialog_id: str, sound: str) -> bytes:
        """Return a sound as a WAV file."""

        def make() -> bytes:
            return waves.encoded(self.source.find(dialog_id).stereo(sound), "WAV")

        return self._wavs.get((dialog_id, sound), make)

    def envelope(self, dialog_id: str, sound: str) -> dict[str, Any]:
        """Return a sound's envelopes."""
        wav = self.wav(dialog_id, sound)
        make = partial(waves.envelope_of, wav)
        return self._drawn.get((dialog_id, sound, "envelope"), make)

    def spectrogram(self, dialog_id: str, sound: str) -> dict[str, Any]:
        """Return a sound's spectrograms."""
        wav = self.wav(dialog_id, sound)
        make = partial(waves.spectrogram_of, wav)
        return self._drawn.get((dialog_id, sound, "spectrogram"), make)

    def marks_since(self, known: str) -> dict[str, Any]:
        """Return all marks, or nothing if the asker knows them by their size."""
        with self._lock:
            size = self.marks.refresh()
            if known == str(size):
                return {"known": size}
            marks = {dialog_id: mark.to_json() for dialog_id, mark in self.marks.by_id.items()}
            return {"known": size, "marks": marks, "tags": self.marks.tags()}

    def mark(self, body: bytes, who: str) -> dict[str, Any]:
        """Add a mark that a page sent; return all that is said of its dialogue now."""
        try:
            line = MarkLine.model_validate_json(body).model_copy(update={"who": who, "time": ""})
        except ValidationError as error:
            raise UserError(f"mark: {describe_fault(error, MarkLine)}") from error
        self.source.index_of(line.dialog_id)
        with self._lock:
            self.marks.add(line)
            said = self.marks.by_id[line.dialog_id].to_json()
            return {"marks": said, "tags": self.marks.tags(), "known": self.marks.refresh()}

    def _query(self, settings: Mapping[str, str]) -> Query:
        given = dict(settings)
        label = given.pop(_MARKED, "")
        query = Query.read(given)
        if not label:
            return query
        ids = self.marks.marked(label.removeprefix("-"))
        numbers = tuple(sorted(self.source.index_of(dialog_id) for dialog_id in ids))
        return query.model_copy(update={"without" if label.startswith("-") else "only": numbers})


class _Recent:
    """The last few things that were made, so that a seek does not make a sound again."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._made: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any, make: Callable[[], T]) -> T:
        """Return a thing, made if it is not here; one is made at a time."""
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
                if len(self._made) > self._size:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            found: T = self._made[key]
            return found
