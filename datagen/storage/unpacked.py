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

from datagen.storage import parquet_file

MAX_UNPACKED = 256 * 2**20
"""Bytes that any file may hold when it is unpacked."""
MAX_RATIO = 20
"""Bytes that a larger one may hold, for each byte of its own length."""

PIECE = 16
"""Rows that are read at once where a column's size is not known."""
OTHER_BYTES = "its bytes are not those that were written"


def open_table(file: Any, *, is_kept: bool) -> pq.ParquetFile:
    """Open a file of a run that holds what was written and no more than any of ours.

    Where a store keeps checksums of its own (``is_kept``), its bytes are those. The footer of a
    file without a checksum, which another program has written, is read through its pages first.
    Raises OSError and pa.ArrowInvalid.
    """
    sound = is_kept or parquet_file.holds(file)
    if sound is False:
        raise pa.ArrowInvalid(OTHER_BYTES)
    parquet = pq.ParquetFile(file, page_checksum_verification=True)
    said = parquet.metadata
    groups = [said.row_group(index) for index in range(said.num_row_groups)]
    if not sound:
        _require(sum(group.total_byte_size for group in groups), file.size())
        _read_once(file, said)
    columns = [group.column(at) for group in groups for at in range(group.num_columns)]
    packed = sum(column.total_compressed_size for column in columns)
    _require(sum(column.total_uncompressed_size for column in columns), packed)
    if repeated := _repeated(columns, _most(packed)):
        _require(_copies(file, repeated), packed)
    return parquet


def _most(packed: int) -> int:
    """Return how many bytes so many packed ones may hold."""
    return max(MAX_UNPACKED, MAX_RATIO * packed)


def _require(size: int, packed: int) -> None:
    """Raise pa.ArrowInvalid if packed bytes hold too many."""
    if size > _most(packed):
        raise pa.ArrowInvalid(f"its {packed:,} bytes hold {size:,}, which is no table of a run")


def _read_once(file: Any, said: pq.FileMetaData) -> None:
    """Read all columns, texts as dictionaries. Reading raises for a damaged footer, where asking
    pyarrow (26.0.1) for a column of it can end the process."""
    leaves = [said.schema.column(at) for at in range(said.num_columns)]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    parquet = pq.ParquetFile(file, read_dictionary=texts)
    try:
        for index in range(parquet.num_row_groups):
            parquet.read_row_group(index, use_threads=False)
    except OSError as error:  # texts of DuckDB's newer pages, of which it makes no dictionaries
        if "Not yet implemented" not in str(error):
            raise
        _read_in_pieces(file)


def _read_in_pieces(file: Any) -> None:
    """Read all rows, a few at once. Raises pa.ArrowInvalid if they are too large together.

    A text that shares its beginning with the one before takes next to nothing in such a page.
    """
    total = 0
    for batch in pq.ParquetFile(file).iter_batches(PIECE, use_threads=False):
        total += batch.nbytes
        _require(total, file.size())


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
