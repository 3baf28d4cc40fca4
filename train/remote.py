"""Shards that lie in an object store, copied once to where the trainer can map them.

    s3://bucket/run --local--> CACHE/remote/DIGEST/*.parquet

Through pyarrow: s3:// (keys from the environment or the machine's role), gs://, abfs://, file://.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyarrow as pa
from pyarrow import fs

from train.config import UserError

_UNWRITTEN = re.compile(r"[^!-~]|[\"#<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
"""What folders' names may have and a URI must not: blanks, a #, letters of other scripts."""


def local(paths: Sequence[str], cache: Path) -> list[str]:
    """Return paths with each URI replaced by copies of its shards; a run's folder means shards/."""
    return [name for path in paths for name in (_copies(path, cache) if "://" in path else [path])]


def _copies(uri: str, cache: Path) -> list[str]:
    if ":" in urlsplit(uri).netloc.rpartition("@")[0]:
        raise UserError("data.shards: take the keys out of the address, into the environment")
    try:
        filesystem, base = fs.FileSystem.from_uri(
            uri if uri.startswith("hf:") else _UNWRITTEN.sub(lambda m: quote(m[0]), uri)
        )
        found = _shards(filesystem, f"{base.rstrip('/')}/shards") or _shards(filesystem, base)
        folder = cache / "remote" / blake2b(uri.encode(), digest_size=8).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        copies = [_copy(filesystem, info, folder) for info in found]
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"data.shards: {uri} cannot be read ({reason})") from error
    if not copies:
        raise UserError(f"data.shards: {uri} holds no .parquet file; give shards or a run")
    return copies


def _shards(filesystem: fs.FileSystem, path: str) -> list[fs.FileInfo]:
    """Return the Parquet files of a folder, or a file itself."""
    here = filesystem.get_file_info(path)
    if here.type == fs.FileType.File:
        return [here]
    found = filesystem.get_file_info(fs.FileSelector(path, allow_not_found=True))
    return sorted((f for f in found if f.path.endswith(".parquet")), key=lambda f: f.path)


def _copy(filesystem: fs.FileSystem, info: fs.FileInfo, folder: Path) -> str:
    """Copy a file unless that was done: a copy has the size and the time of what it is of."""
    target = folder / info.base_name
    if target.is_file():
        status = target.stat()
        if (status.st_size, status.st_mtime_ns) == (info.size, info.mtime_ns):
            return str(target)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file, filesystem.open_input_stream(info.path) as source:
            shutil.copyfileobj(source, file)
        os.utime(name, ns=(info.mtime_ns, info.mtime_ns))
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
    return str(target)
