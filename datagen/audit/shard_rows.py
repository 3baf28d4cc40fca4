"""Checks a shard's rows: all of them by `prefilter` and `cross_checks`, some of them word by word.

    shard --Look.rows--> what is wrong, by check;  totals

Of a large run `SAMPLE` dialogues, chosen by id, are looked at word by word, and so is every one
that the prefilter suspects. Of a small run, or in a deep audit, all are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from zlib import crc32

import pyarrow as pa

from datagen.audit import dialogue, held_out, levels, streams
from datagen.audit.cross_checks import DialogueChecks
from datagen.audit.files import ParquetFooter
from datagen.audit.prefilter import suspects
from datagen.audit.rows import Row, null_rows, rows
from datagen.audit.totals import Totals

SAMPLE = 2_048
"""Dialogues, on average, that an audit that is not deep looks at word by word: some seconds."""
Problems = dict[str, list[tuple[str, str]]]
"""What is wrong, as (dialogue id, sentence), by check."""
_TIERS: tuple[tuple[Callable[[Row], Iterator[str]], ...], ...] = (
    (*streams.CHECKS, *dialogue.CHECKS, *levels.CHECKS, *held_out.CHECKS),
    (*streams.CHECKS_OF_WORDS, *dialogue.CHECKS_OF_TURNS),
)
"""Checks of a row; a tier is run only if the row passes the one before."""


class Look:
    """The rows of a run, shard by shard."""

    def __init__(self, totals: Totals, num_dialogues: int, deep: bool) -> None:
        self._totals = totals
        self._dialogues = DialogueChecks()
        self._share = 1.0 if deep else SAMPLE / max(1, num_dialogues)
        """Share of the dialogues that is looked at closely."""

    def rows(self, footer: ParquetFooter, table: pa.Table) -> Problems:
        """Check and count a shard's rows."""
        found: Problems = {}
        lacking = null_rows(table)
        for position, column in lacking.items():
            dialog_id = str(table["dialog_id"][position])
            found.setdefault("nulls", []).append((dialog_id, f"{column} lacks a value"))
        if lacking:
            table = table.filter(pa.array([n not in lacking for n in range(table.num_rows)]))
        for row in self._dialogues.rows(table, footer.data):
            for check in self._dialogues.checks:
                for sentence in check(row):
                    found.setdefault(check.__name__, []).append((row.dialog_id, sentence))
        for row in rows(table.take(self._places(footer, table)), footer.data):
            for name, sentence in _problems(row):
                found.setdefault(name, []).append((row.dialog_id, sentence))
            self._totals.measure(row)
        self._totals.count(table)
        return found

    def _places(self, footer: ParquetFooter, table: pa.Table) -> Any:
        """Return the positions of the rows to look at closely."""
        places: Iterable[int] = range(table.num_rows)
        if self._share < 1:
            ids = map(str, table["dialog_id"].to_pylist())
            chosen = {n for n, one in enumerate(ids) if crc32(one.encode()) < self._share * 2**32}
            places = sorted(chosen | suspects(table, footer.data))
        return pa.array(places, pa.int64())


def _problems(row: Row) -> Iterator[tuple[str, str]]:
    """Yield (check, sentence) for everything that is wrong with a row."""
    for tier in _TIERS:
        found = [(check.__name__, sentence) for check in tier for sentence in check(row)]
        yield from found
        if found:
            return
