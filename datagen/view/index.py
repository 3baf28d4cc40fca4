"""The index of a run: a SQLite file, built once, that answers searches over 100,000 dialogues.

    RunSource --build--> index file (whole or not at all)      Query --RunIndex.page--> rows, total

It lies in the user's cache folder, named by what it was made of; deleting it costs a minute.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from datagen import assets
from datagen.storage.run_folder import SHARDS, UNIT_STAGES
from datagen.types import UserError
from datagen.view.index_rows import Chunk, Entry, TakeRow, rows
from datagen.view.query import SORTED_EVENTS, Query, number_of, where
from datagen.view.source import RunSource

VERSION = 2
"""The tables' version: an index of another one is built anew."""
FACETS = ("state", "split", "domain", "direction", "level", "outcome", "reason", "stage", "writer")
"""Columns whose values are counted once, for the page's filters."""
_MOST_VALUES = 400
"""Values of a filter that are listed, the most frequent first."""
_TABLES = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA page_size = 8192;
CREATE TABLE dialogues({", ".join(Entry._fields)}, PRIMARY KEY(number)) WITHOUT ROWID;
CREATE TABLE takes({", ".join(TakeRow._fields)});
CREATE TABLE names(id INTEGER PRIMARY KEY, label TEXT UNIQUE);
CREATE TABLE labels(label INTEGER, number INTEGER, count INTEGER);
CREATE TABLE facets(facet TEXT, value TEXT, count INTEGER);
CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT);
CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize="unicode61 tokenchars '$'");
"""
_COLUMNS = ("state", "split", "domain", "outcome", "reason", "num_samples")
_CREATE_INDEXES = "\n".join(
    [f"CREATE INDEX of_{name} ON dialogues({name}, number);" for name in _COLUMNS]
    + [f"CREATE INDEX of_{name} ON dialogues({number_of(name)}, number);" for name in SORTED_EVENTS]
    + ["CREATE UNIQUE INDEX of_label ON labels(label, number, count);"]
    + ["CREATE INDEX of_take ON takes(reason, number);"]
)


def cache_folder() -> Path:
    """Return where indexes are kept: of the user, and none of them is ever needed."""
    return assets.cache_root() / "fullduplex-datagen" / "view"


def key(source: RunSource) -> str:
    """Name what an index is made of: the recipe and every file that is there."""
    parts = [str(VERSION), source.folder.where, source.plan.model_dump_json()]
    parts.append(source.made.fingerprint)
    for stage in (*UNIT_STAGES, SHARDS):
        parts += sorted(source.names(stage))
    for shard in range(source.plan.shards):
        receipt = source.folder.receipt(source.folder.shard(source.kind, shard))
        parts.append(receipt.content if receipt else "")
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()


def open_index(
    source: RunSource,
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RunIndex:
    """Return a run's index, built now if it is not there."""
    path = (folder or cache_folder()) / f"{key(source)}.sqlite"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        build(source, path, progress or (lambda done, of: None))
    return RunIndex(path)


def build(source: RunSource, path: Path, progress: Callable[[int, int], None]) -> None:
    """Write a run's index, wholly or not at all; calls ``progress`` with chunks done and of all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        database = sqlite3.connect(temporary)
        try:
            database.executescript(_TABLES)
            _fill(database, source, progress)
            database.commit()
        finally:
            database.close()
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _fill(
    database: sqlite3.Connection, source: RunSource, progress: Callable[[int, int], None]
) -> None:
    chunks = max(1, source.plan.shards)
    names: dict[str, int] = {}
    progress(0, chunks)
    for done, chunk in enumerate(_chunks(source, chunks), 1):
        _insert(database, chunk, names)
        progress(done, chunks)
    database.executemany(
        "INSERT INTO names VALUES (?, ?)", ((n, name) for name, n in names.items())
    )
    database.executescript(_CREATE_INDEXES)
    _count_facets(database)
    about = {"kind": source.kind, "where": source.folder.where, "version": str(VERSION)}
    database.executemany("INSERT INTO about VALUES (?, ?)", about.items())


def _chunks(source: RunSource, count: int) -> Iterable[Chunk]:
    """Yield all chunks in order; more than a few are read by processes at the same time."""
    workers = min(4, os.cpu_count() or 1)
    if count <= 2 or workers == 1:
        yield from (rows(source, shard) for shard in range(count))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:

        def ask(shard: int) -> Future[Chunk]:
            return pool.submit(_rows_of, source.folder.where, shard)

        depth = workers + 2
        ahead = deque(ask(shard) for shard in range(min(count, depth)))
        for shard in range(depth, count + depth):
            if not ahead:
                return
            chunk = ahead.popleft().result()
            if shard < count:
                ahead.append(ask(shard))
            yield chunk


_OPEN: dict[str, RunSource] = {}
"""The run that a worker process reads."""


def _rows_of(run: str, shard: int) -> Chunk:
    if run not in _OPEN:
        _OPEN[run] = RunSource(run)
    return rows(_OPEN[run], shard)


def _insert(database: sqlite3.Connection, chunk: Chunk, names: dict[str, int]) -> None:
    chunk.entries.sort()
    marks = ", ".join("?" * len(Entry._fields))
    database.executemany(f"INSERT INTO dialogues VALUES ({marks})", chunk.entries)
    database.executemany("INSERT INTO takes VALUES (?, ?, ?, ?, ?, ?)", chunk.takes)
    chunk.texts.sort()
    database.executemany("INSERT INTO texts(rowid, text) VALUES (?, ?)", chunk.texts)
    for label, _, _ in chunk.labels:
        names.setdefault(label, len(names) + 1)
    rows_ = ((names[label], number, count) for label, number, count in chunk.labels)
    database.executemany("INSERT INTO labels VALUES (?, ?, ?)", rows_)


def _count_facets(database: sqlite3.Connection) -> None:
    for name in FACETS:
        database.execute(
            f"INSERT INTO facets SELECT ?, {name}, count(*) AS n FROM dialogues"
            f" WHERE {name} != '' GROUP BY {name} ORDER BY n DESC LIMIT ?",
            (name, _MOST_VALUES),
        )
    for name in ("event", "probe", "effect", "voice"):
        database.execute(
            "INSERT INTO facets SELECT ?, substr(names.label, ?), count(*) AS n"
            " FROM labels JOIN names ON names.id = labels.label WHERE names.label LIKE ?"
            " GROUP BY labels.label ORDER BY n DESC LIMIT ?",
            (name, len(name) + 2, f"{name}:%", _MOST_VALUES),
        )
    database.execute(
        "INSERT INTO facets SELECT 'take', reason, count(*) AS n FROM takes GROUP BY reason"
        " ORDER BY n DESC LIMIT ?",
        (_MOST_VALUES,),
    )


class RunIndex:
    """An index that is open for reading; threads may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._database.row_factory = sqlite3.Row

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def facets(self) -> dict[str, list[list[Any]]]:
        """Return the values of each filter with their counts, the most frequent first."""
        found: dict[str, list[list[Any]]] = {}
        for row in self._read("SELECT * FROM facets"):
            found.setdefault(row["facet"], []).append([row["value"], row["count"]])
        return found

    def totals(self) -> dict[str, int]:
        """Return how many dialogues there are, made and rejected, and their samples."""
        row = self._read(
            "SELECT sum(state = 'made') AS made, sum(state = 'rejected') AS rejected,"
            " sum(iif(state = 'made', num_samples, 0)) AS samples FROM dialogues"
        )[0]
        return {name: int(row[name] or 0) for name in ("made", "rejected", "samples")}

    def page(self, query: Query) -> tuple[list[dict[str, Any]], int]:
        """Return a page of what a query finds, and how much it finds in all."""
        condition, values = where(query)
        total = self._read(f"SELECT count(*) AS n FROM dialogues WHERE {condition}", values)[0]["n"]
        rows_ = self._read(
            f"SELECT * FROM dialogues WHERE {condition} ORDER BY {query.order()} LIMIT ? OFFSET ?",
            [*values, query.size, query.page * query.size],
        )
        return [_listed(dict(row)) for row in rows_], int(total)

    def takes(self, reason: str, page: int, size: int) -> tuple[list[dict[str, Any]], int]:
        """Return a page of the takes that the gates refused, for one reason or (empty) any."""
        condition, values = ("reason = ?", [reason]) if reason else ("1", [])
        total = self._read(f"SELECT count(*) AS n FROM takes WHERE {condition}", values)[0]["n"]
        found = self._read(
            f"SELECT * FROM takes WHERE {condition} ORDER BY number, turn LIMIT ? OFFSET ?",
            [*values, size, page * size],
        )
        return [dict(row) for row in found], int(total)

    def neighbours(self, query: Query, number: int) -> tuple[int | None, int | None]:
        """Return the numbers before and after one, among what a query finds in order of ids."""
        condition, values = where(query)
        found = []
        for sign, order in (("<", "DESC"), (">", "ASC")):
            rows_ = self._read(
                f"SELECT number FROM dialogues WHERE ({condition}) AND number {sign} ?"
                f" ORDER BY number {order} LIMIT 1",
                [*values, number],
            )
            found.append(int(rows_[0]["number"]) if rows_ else None)
        return found[0], found[1]

    def _read(self, sql: str, values: Iterable[Any] = ()) -> list[sqlite3.Row]:
        cursor = self._database.cursor()
        try:
            return cursor.execute(sql, list(values)).fetchall()
        except sqlite3.OperationalError as error:
            if "fts5" in str(error):
                raise UserError(f"this search cannot be read: {error}") from error
            raise
        finally:
            cursor.close()


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("events", "probes"):
        row[name] = json.loads(row[name])
    return row
