"""Parquet files that prove all of their bytes: a checksum in the footer, of the whole file.

    table --write--> pages, footer with checksum        whole bytes --holds--> True or False

Reading bytes is 20 times as quick as decoding pages, whose own checksums leave the footer out.
The CRC-32 is taken with its own eight digits as zeros, since it is one of the bytes.
"""

from __future__ import annotations

import zlib
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

METADATA_KEY = b"datagen"
CHECKSUM_KEY = b"checksum"
DIGITS = b"0" * 8
ROW_GROUP = 64
"""Rows."""
_CHUNK = 2**20
"""Bytes read at once."""
_TAIL = 2**16
"""Bytes of a file's end that are read at once: more than all but the largest footers."""
_END = 8
"""Bytes after a footer: its length and the magic number."""


def write(table: pa.Table, said: str, file: IO[bytes]) -> None:
    """Write a table, what it says of itself, and the checksum."""
    table = table.replace_schema_metadata({METADATA_KEY: said})
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink, table.schema, compression="zstd", write_page_checksum=True
    ) as writer:
        writer.write_table(table, ROW_GROUP)
        writer.add_key_value_metadata({CHECKSUM_KEY.decode(): DIGITS.decode()})
    data = memoryview(sink.getvalue())
    footer = _footer(pa.BufferReader(data))
    place = None if footer is None else _place(footer)
    assert place is not None, "what was just written has a footer with our key"
    place += len(data)
    file.write(data[:place])
    file.write(f"{zlib.crc32(data):08x}".encode())
    file.write(data[place + len(DIGITS) :])


def metadata(file: Any) -> bytes | None:
    """Return what an open file says of itself; None if it is not whole, or says nothing.

    Nothing else of its footer is parsed: a run that goes on reads tens of thousands, and pyarrow
    takes 20 times as long.
    """
    _, found, pair = (_footer(file) or b"").rpartition(_introduces(METADATA_KEY))
    digits = next((n for n, byte in enumerate(pair[:5], 1) if byte < 0x80), 0)
    num_bytes = sum((byte & 0x7F) << 7 * n for n, byte in enumerate(pair[:digits]))
    return pair[digits : digits + num_bytes] if found else None


def holds(file: Any) -> bool | None:
    """Return whether an open file's bytes are those that were written; None: it has no checksum."""
    place = _place(_footer(file) or b"")
    if place is None:
        return None
    place += file.size()
    file.seek(0)
    checksum = zlib.crc32(DIGITS, _checksum(file, place))
    said = file.read(len(DIGITS))
    return _checksum(file, file.size(), checksum) == _number(said)


def _checksum(file: Any, stop: int, checksum: int = 0) -> int:
    """Go on with a checksum from where a file is to ``stop``, in bytes from its start."""
    while (left := stop - file.tell()) > 0:
        checksum = zlib.crc32(file.read(min(left, _CHUNK)), checksum)
    return checksum


def _number(digits: bytes) -> int | None:
    try:
        return int(digits, 16)
    except ValueError:
        return None


def _place(footer: bytes) -> int | None:
    """Return where a footer's checksum is, in bytes from the end of the file (so below zero)."""
    before, found, _ = footer.rpartition(_introduces(CHECKSUM_KEY) + bytes([len(DIGITS)]))
    return len(before) + len(found) - len(footer) - _END if found else None


def _introduces(key: bytes) -> bytes:
    """Return how a footer introduces the string under a key.

    It ends in pairs of strings, each 0x18 LENGTH BYTES with LENGTH a varint (parquet-format:
    FileMetaData.key_value_metadata, thrift's compact protocol).
    """
    return bytes([0x18, len(key)]) + key + bytes([0x18])


def _footer(file: Any) -> bytes | None:
    """Return a file's footer; None if it is not whole."""
    size = file.size()
    file.seek(max(0, size - _TAIL))
    tail = bytes(file.read())
    length = int.from_bytes(tail[-_END:-4], "little") + _END
    if tail[-4:] != b"PAR1" or length > size:
        return None
    if length > len(tail):
        file.seek(size - length)
        tail = bytes(file.read())
    return tail[-length:-_END]
