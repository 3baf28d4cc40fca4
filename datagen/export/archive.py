"""Files that hold many items: tar archives and Parquet tables, with the same bytes each time."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile
from numpy.typing import NDArray

from datagen.export.dialogue import Pcm
from datagen.export.folder import ExportFolder
from datagen.types import SAMPLE_RATE

_CDC_SINCE = 21
"""First pyarrow that cuts pages by content, so that a hub stores only what changed."""


class TarFile:
    """An archive that items are added to, in order."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, data: bytes) -> None:
        """Add one member, without times and owners."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(data), 0o644
        self._tar.addfile(member, io.BytesIO(data))


@contextmanager
def tar_file(out: ExportFolder, name: str) -> Iterator[TarFile]:
    """Open an archive of an export."""
    with (
        out.write(name) as file,
        tarfile.open(fileobj=file, mode="w|", format=tarfile.USTAR_FORMAT) as tar,
    ):
        yield TarFile(tar)


@contextmanager
def gzip_file(out: ExportFolder, name: str) -> Iterator[IO[bytes]]:
    """Open a compressed file of an export."""
    with out.write(name) as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        yield packed  # type: ignore[misc]


@contextmanager
def parquet_file(
    out: ExportFolder, name: str, schema: pa.Schema, **options: Any
) -> Iterator[pq.ParquetWriter]:
    """Open a Parquet file of an export, with page checksums and an index of its pages."""
    if int(pa.__version__.partition(".")[0]) >= _CDC_SINCE:
        options["use_content_defined_chunking"] = True
    with (
        out.write(name) as file,
        pq.ParquetWriter(
            file,
            schema,
            compression="zstd",
            write_page_checksum=True,
            write_page_index=True,
            **options,
        ) as writer,
    ):
        yield writer


def wav(pcm: Pcm) -> bytes:
    """Return samples [S, C] as a WAV file of 16 bits at 24 kHz."""
    return _sound(pcm, "WAV")


def flac(pcm: Pcm) -> bytes:
    """Return samples [S, C] as a FLAC file of 16 bits at 24 kHz."""
    return _sound(pcm, "FLAC")


def _sound(pcm: Pcm, form: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, pcm, SAMPLE_RATE, format=form, subtype="PCM_16")
    return file.getvalue()


def npy(array: NDArray[Any]) -> bytes:
    """Return an array as a .npy file."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def rows_of_rows(rows: Sequence[NDArray[Any]], type_: pa.DataType) -> Any:
    """Return arrays [K, T], at least one, as a column of K lists of T."""
    flat: Any = pa.array(np.concatenate([row.ravel() for row in rows]))
    lengths = np.concatenate([np.full(row.shape[0], row.shape[1]) for row in rows])
    inner: Any = pa.ListArray.from_arrays(_offsets(lengths), flat)
    return pa.ListArray.from_arrays(_offsets([len(row) for row in rows]), inner).cast(type_)


def _offsets(lengths: Any) -> Any:
    return pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
