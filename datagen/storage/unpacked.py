"""How much a Parquet file holds when it is unpacked: a small one may fill the memory.

Footers give the size of pages. A page of a dictionary may stand for as many copies of a long text
as there are rows, so such columns are read as dictionaries first, and their copies counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

MAX_UNPACKED = 256 * 2**20
"""Bytes that any file may hold when it is unpacked."""
MAX_RATIO = 20
"""Bytes that a larger one may hold, for each byte of its own length."""


def too_much(file: Any, said: pq.FileMetaData, *, is_ours: bool) -> str | None:
    """Return what is wrong with an open file that holds more than any of ours, else None.

    The footer of a file that is not ``is_ours``, byte for byte as it was written, is read through
    its pages first. Raises OSError if they contradict it.
    """
    groups = [said.row_group(index) for index in range(said.num_row_groups)]
    if not is_ours:
        size = sum(group.total_byte_size for group in groups)
        if size > max(MAX_UNPACKED, MAX_RATIO * file.size()):
            return f"its {file.size():,} bytes hold {size:,}"
        _read_once(file, said)
    columns = [group.column(at) for group in groups for at in range(group.num_columns)]
    packed = sum(column.total_compressed_size for column in columns)
    most = max(MAX_UNPACKED, MAX_RATIO * packed)
    size = sum(column.total_uncompressed_size for column in columns)
    if size <= most and (repeated := _repeated(columns, most)):
        size = max(size, _copies(file, repeated))
    return f"its {packed:,} bytes hold {size:,}" if size > most else None


def _read_once(file: Any, said: pq.FileMetaData) -> None:
    """Read all columns, texts as dictionaries. Reading raises for a damaged footer, where asking
    pyarrow (26.0.1) for a column of it can end the process."""
    leaves = [said.schema.column(at) for at in range(said.num_columns)]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    parquet = pq.ParquetFile(file, read_dictionary=texts)
    for index in range(parquet.num_row_groups):
        parquet.read_row_group(index, use_threads=False)


def _repeated(columns: list[Any], most: int) -> list[str]:
    """Return the columns whose dictionaries could stand for more than ``most`` bytes."""
    could: dict[str, int] = {}
    for column in columns:
        if column.has_dictionary_page and column.physical_type == "BYTE_ARRAY":
            path = column.path_in_schema
            could[path] = could.get(path, 0) + column.num_values * column.total_uncompressed_size
    return sorted(path for path, size in could.items() if size > most)


def _copies(file: Any, paths: list[str]) -> int:
    """Return the bytes of all values of some columns, each copy counted."""
    parquet = pq.ParquetFile(file, read_dictionary=paths)
    total = 0
    for index in range(parquet.num_row_groups):
        table = parquet.read_row_group(index, columns=paths, use_threads=False)
        for column in table.columns:
            for chunk in column.chunks:
                total += sum(map(_bytes, _leaves(chunk)))
    return total


def _leaves(array: Any) -> Iterator[Any]:
    if pa.types.is_dictionary(array.type):
        yield array
    elif pa.types.is_struct(array.type):
        for part in array.flatten():
            yield from _leaves(part)
    elif pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        yield from _leaves(array.flatten())


def _bytes(array: Any) -> int:
    """Return the bytes that a dictionary's indices stand for."""
    lengths: Any = pc.binary_length(array.dictionary).cast(pa.int64())
    return int(pc.sum(lengths.take(array.indices)).as_py() or 0)
