"""From what a user writes after --out to a `Storage`; addresses that hold keys are refused."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from datagen.storage.base import Storage, Where
from datagen.storage.connect import connect
from datagen.storage.local import LocalStorage
from datagen.storage.object_store import ObjectStorage
from datagen.storage.store_errors import keys
from datagen.types import UserError

SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss", "hf")
"""Object stores that pyarrow knows (hf through fsspec and huggingface_hub)."""

_KEY = re.compile(r"key|secret|token|password|(^|&)(sig|signature)=", re.IGNORECASE)
"""What an address has that gives entry by itself."""


def open_storage(where: Where) -> Storage:
    """Return the storage at a path or URI. A path is made absolute here."""
    if "\0" in str(where):
        raise UserError(f"{str(where)!r}: no folder's name has a NUL character in it")
    scheme, separator, _ = str(where).partition("://")
    if not separator:
        mangled = re.match(rf"({'|'.join(SCHEMES)}):/", str(where))
        if mangled and isinstance(where, str):
            raise UserError(f"{where}: write it with two slashes, {mangled[1]}://BUCKET/FOLDER")
        assert mangled is None, f"{where}: a URI is a str, never a Path"
        return LocalStorage(Path(where))
    if scheme == "file":
        return LocalStorage(Path(unquote(urlsplit(str(where)).path)))
    return _objects(str(where).rstrip("/"))


@cache
def _objects(uri: str) -> ObjectStorage:
    """Connect to an object store, once a process."""
    parts = urlsplit(uri.replace("#", "%23"))
    user, _, server = parts.netloc.rpartition("@")
    container = f"{user.partition(':')[0]}@" if user and parts.scheme.startswith("abfs") else ""
    place = f"{parts.scheme}://{container}{server}{parts.path}"
    if parts.scheme not in SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise UserError(f"{place}: give a folder of this machine, or one of {known}")
    if ":" in user or _KEY.search(parts.query):
        raise UserError(
            f"{place}: take the keys out of the address; they belong in the environment"
            f" ({keys(place)}) or in the machine's role"
        )
    filesystem, base = connect(uri, place)
    if not base.strip("/"):
        raise UserError(f"{place}: name a bucket and a folder in it")
    return ObjectStorage(uri, filesystem, base.rstrip("/"))
