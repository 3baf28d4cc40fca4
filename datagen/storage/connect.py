"""A pyarrow file system for an address: its keys from the environment, its waits bounded.

"abfs://data@account.dfs.core.windows.net/runs/a" --connect--> file system, "data/runs/a"
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pyarrow as pa
from pyarrow import fs

from datagen.storage import requests, store_errors
from datagen.storage.in_python import fresh
from datagen.types import UserError

PATIENCE = 60.0
"""Seconds that a first connection may take."""
GCS_RETRIES = 20
"""Seconds for which Google's client asks again by itself; left alone it does for 15 minutes."""
FORMS = {
    "s3": "s3://BUCKET/FOLDER",
    "gs": "gs://BUCKET/FOLDER",
    "gcs": "gs://BUCKET/FOLDER",
    "abfs": "abfs://CONTAINER@ACCOUNT.dfs.core.windows.net/FOLDER",
    "abfss": "abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/FOLDER",
    "hf": "hf://buckets/NAME/FOLDER",
}
"""How an address is written, by scheme."""
_OF_SERVERS = ("endpoint_override", "scheme", "region")
"""What an address says of another S3 server."""
_UNWRITTEN = re.compile(r"[^!-~]|[\"#<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
"""What names of folders may have and a URI must not: blanks, other scripts, #, a lone %."""


def connect(uri: str, place: str) -> tuple[fs.FileSystem, str]:
    """Return the file system of an address and the path in it; ``place`` names it in errors."""
    try:
        return requests.call(lambda: _connect(uri, place), PATIENCE)
    except ImportError as error:
        raise UserError(f"{place}: {error} Install fsspec and huggingface_hub.") from error
    except UserError:
        raise
    except OSError as error:
        raise UserError(store_errors.sentence(place, error, PATIENCE)) from error
    except (pa.ArrowException, ValueError) as error:
        if "Credentials" in str(error):
            raise UserError(store_errors.sentence(place, error)) from error
        form = FORMS[urlsplit(uri).scheme]
        raise UserError(
            f"{place}: this address is wrong ({store_errors.line(error)}); write {form}"
        ) from error


def _connect(uri: str, place: str) -> tuple[fs.FileSystem, str]:
    scheme = urlsplit(uri).scheme
    if scheme in ("gs", "gcs") and "retry_limit_seconds=" not in uri:
        uri += f"{'&' if urlsplit(uri).query else '?'}retry_limit_seconds={GCS_RETRIES}"
    if scheme != "hf":  # fsspec takes its path as it is written
        uri = _UNWRITTEN.sub(lambda found: quote(found[0]), uri)
    if store_errors.VIRTUAL in urlsplit(uri).query:
        return _virtual(uri, place)
    filesystem, base = fs.FileSystem.from_uri(uri)
    filesystem = fresh(filesystem)
    if scheme in ("abfs", "abfss"):
        filesystem = _azure(uri, place) or filesystem
        # a first request of another kind than this ends the process if there is no way in
        filesystem.get_file_info(fs.FileSelector(base, allow_not_found=True))
    return filesystem, base


def _virtual(uri: str, place: str) -> tuple[fs.FileSystem, str]:
    """Return an S3 file system that puts the bucket into the server's name; no URI can ask so."""
    parts = urlsplit(uri)
    read = parse_qs(parts.query).items()
    settings: dict[str, Any] = {name: values[-1] for name, values in read}
    del settings[store_errors.VIRTUAL.partition("=")[0]]
    if parts.scheme != "s3" or (unknown := sorted(settings.keys() - set(_OF_SERVERS))):
        known = ", ".join(_OF_SERVERS)
        odd = f"s3:// only, not {parts.scheme}://" if parts.scheme != "s3" else unknown[0]
        raise UserError(f"{place}: {store_errors.VIRTUAL} goes with {known} ({odd})")
    return fs.S3FileSystem(force_virtual_addressing=True, **settings), unquote(
        f"{parts.netloc}{parts.path}"
    )


def _azure(uri: str, place: str) -> fs.FileSystem | None:
    """Return a file system with the key or the signature of the environment; None without one."""
    key = os.environ.get("AZURE_STORAGE_KEY") or os.environ.get("AZURE_STORAGE_ACCOUNT_KEY")
    signature = os.environ.get("AZURE_STORAGE_SAS_TOKEN")
    if not key and not signature:
        return None
    parts = urlsplit(uri)
    account, _, domain = (parts.hostname or "").partition(".")
    kind, _, rest = domain.partition(".")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    scheme = "http" if options.get("enable_tls") == "false" else "https"
    settings: dict[str, Any] = {"blob_storage_scheme": scheme, "dfs_storage_scheme": scheme}
    for service in ("blob", "dfs"):
        authority = options.get(f"{service}_storage_authority")
        if authority is None and kind in ("blob", "dfs"):
            authority = f".{service}.{rest}"
        settings[f"{service}_storage_authority"] = authority
    if key:
        return fs.AzureFileSystem(account, account_key=_sound(key, place), **settings)
    # the client puts it behind its URLs as it is
    token = f"?{(signature or '').lstrip('?')}"
    return fs.AzureFileSystem(account, sas_token=token, **settings)


def _sound(key: str, place: str) -> str:
    """Return an account key; UserError for a bad one, over which the client ends the process."""
    try:
        base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise UserError(f"{place}: AZURE_STORAGE_KEY is no account key: those are base64") from None
    return key
