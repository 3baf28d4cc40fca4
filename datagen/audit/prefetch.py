"""Reads shard after shard, each while the one before it is looked at.

RUN, plan --read_ahead--> Loaded, Loaded, ...       three shards in memory at a time
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from datagen.audit.files import ParquetFooter, Unusable, read_footer, read_table
from datagen.audit.receipts import UNIT_STAGES
from datagen.storage import Storage

AHEAD = 2
"""Shards that are read while another is looked at; each takes some 100 MB."""


@dataclass(frozen=True)
class Loaded:
    """A shard, and what the artifacts of its blocks say of themselves."""

    index: int
    blocks: range
    file: str
    footers: Mapping[str, ParquetFooter | Unusable]
    """Footers by file; the shard's own is among them."""
    table: pa.Table | Unusable | None
    """The shard's table, or what is wrong with it; None if there is no footer."""


def read_ahead(
    storage: Storage, plan: Mapping[str, Any], shards: Iterable[int]
) -> Iterator[Loaded]:
    """Yield shards in order."""
    waiting: deque[Future[Loaded]] = deque()
    with ThreadPoolExecutor(AHEAD) as threads:
        for index in shards:
            waiting.append(threads.submit(_load, storage, plan, index))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _load(storage: Storage, plan: Mapping[str, Any], index: int) -> Loaded:
    """Read a shard, and the footers of its blocks: many at once, where files are far away."""
    per_shard = plan["blocks_per_shard"]
    blocks = range(index * per_shard, min(plan["blocks"], (index + 1) * per_shard))
    file = f"shards/{plan['kind']}-{index:05d}.parquet"
    units = [(s, block, f"{s}/{block:06d}.parquet") for block in blocks for s in UNIT_STAGES]
    units.append(("shards", index, file))

    def look(unit: tuple[str, int, str]) -> ParquetFooter | Unusable:
        try:
            return read_footer(storage, *unit)
        except Unusable as error:
            return error

    names = [name for _, _, name in units]
    footers = dict(zip(names, storage.each(look, units), strict=True))
    footer = footers[file]
    return Loaded(
        index,
        blocks,
        file,
        footers,
        None if isinstance(footer, Unusable) else table_of(storage, footer),
    )


def table_of(storage: Storage, footer: ParquetFooter) -> pa.Table | Unusable:
    """Read all of a file, or return what is wrong with it."""
    try:
        return read_table(storage, footer)
    except Unusable as error:
        return error
