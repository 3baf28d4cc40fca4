"""Run folders on emulators of Google Cloud Storage, Azure and a simple S3 server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from datagen.storage import StorageFailed, hold, object_store, open_storage, urls
from datagen.storage.base import Storage
from datagen.storage.run_folder import RunFolder
from datagen.types import UserError
from tests.doubles import emulators
from tests.doubles.emulators import AZURE, GCS, KEY, ROOT, Emulator
from tests.doubles.s3 import free_port
from tests.fixtures.short_calls import SMALL

pytestmark = pytest.mark.slow
SECRET = "c2VjcmV0c2VjcmV0c2VjcmV0"


@pytest.fixture(scope="module", params=emulators.NAMES)
def store(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    yield from started(request.param)


@pytest.fixture(scope="module")
def azure() -> Iterator[Emulator]:
    yield from started("abfs")


def started(name: str) -> Iterator[Emulator]:
    if why := emulators.missing(name):
        pytest.skip(why)
    with emulators.serving(name) as store:
        yield store


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No keys but those that a test gives; nothing is connected before."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "AZURE_", "GOOGLE_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(object_store.ObjectStorage, "settle_seconds", 0.0)
    urls._objects.cache_clear()
    yield
    urls._objects.cache_clear()


def give(monkeypatch: pytest.MonkeyPatch, store: Emulator, **more: str) -> None:
    for name, value in (store.environment | more).items():
        monkeypatch.setenv(name, value)


def put(place: Storage, name: str, data: bytes) -> None:
    with place.write(name) as file:
        file.write(data)


def test_files_come_and_go(store: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, store, AWS_REQUEST_CHECKSUM_CALCULATION="when_required")
    place = open_storage(store.uri("runs/files"))
    assert place.names("speech") == []
    with pytest.raises(FileNotFoundError):
        place.read("speech/1")
    large = bytes(range(256)) * 2**14
    put(place, "speech/1", large)
    put(place, "plan.json", b"{}")
    assert (place.names("speech"), place.names("")) == (["1"], ["plan.json"])
    assert place.read("speech/1") == large
    assert abs((place.written("speech/1") or 0) - time.time()) < 60
    assert place.written("speech/2") is None
    for _ in range(2):
        place.delete("speech/1")
    assert place.names("speech") == []


def test_one_run_at_a_time(store: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, store, AWS_REQUEST_CHECKSUM_CALCULATION="when_required")
    place = open_storage(store.uri("runs/held"))
    with hold(place) as lease:
        assert lease.ours()
        for part in ("", "1-of-2"):
            with pytest.raises(UserError, match="another run"), hold(place, part):
                pass
    assert place.names("", hidden=True) == []


def test_a_bucket_that_is_missing_is_told_at_once(
    store: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, store)
    place = open_storage(store.uri("runs/a", bucket="nowhere"))
    start = time.monotonic()
    with pytest.raises(StorageFailed, match=r"there is no such (bucket|container)"):
        put(place, "plan.json", b"{}")
    with pytest.raises(StorageFailed, match=r"there is no such (bucket|container)"):
        RunFolder(place.where).read_json("plan.json")
    assert time.monotonic() - start < 60, "told, and not waited for"


@pytest.mark.parametrize("form", [GCS, AZURE])
def test_a_closed_endpoint_is_waited_for_as_long_as_was_said(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_STORAGE_KEY", KEY)
    monkeypatch.setattr("datagen.storage.connect.PATIENCE", 3.0)
    uri = form.format(bucket="data", folder="runs/a", port=free_port())
    start = time.monotonic()
    monkeypatch.setattr(object_store.ObjectStorage, "patience", 3.0)
    with pytest.raises(UserError, match=r"has not answered for \d s .*run the same command again"):
        open_storage(uri).read("plan.json")
    assert time.monotonic() - start < 15, "its client would ask for a quarter of an hour"


def test_a_store_that_dies_is_waited_for_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    if why := emulators.missing("gs"):
        pytest.skip(why)
    with emulators.serving("gs") as store:
        place = open_storage(store.uri("runs/a"))
        place.patience = 2.0  # type: ignore[attr-defined]
        put(place, "plan.json", b"{}")
        assert store.process is not None
        store.process.kill()
        start = time.monotonic()
        with pytest.raises(StorageFailed, match="has not answered for 2 s"):
            place.read("plan.json")
        assert time.monotonic() - start < 15


# Azure's keys


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AZURE_STORAGE_KEY", KEY),
        ("AZURE_STORAGE_ACCOUNT_KEY", KEY),
        ("AZURE_STORAGE_SAS_TOKEN", emulators.signature()),
        ("AZURE_STORAGE_SAS_TOKEN", f"?{emulators.signature()}"),
    ],
    ids=["key", "account key", "signature", "signature with its question mark"],
)
def test_azure_takes_a_key_or_a_signature_from_the_environment(
    name: str, value: str, azure: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    place = open_storage(azure.uri("runs/keys"))
    put(place, "plan.json", b"{}")
    assert place.read("plan.json") == b"{}"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"AZURE_STORAGE_KEY": SECRET}, "refuses entry .*AZURE_STORAGE_KEY or AZURE_STORAGE_SAS"),
        ({"AZURE_STORAGE_KEY": "no*key"}, "AZURE_STORAGE_KEY is no account key"),
        ({"AZURE_STORAGE_SAS_TOKEN": f"sv=2021-06-08&sig={SECRET}"}, "refuses entry"),
        ({}, "refuses entry .*AZURE_STORAGE_KEY or AZURE_STORAGE_SAS"),
    ],
    ids=["wrong key", "no key at all", "wrong signature", "nothing"],
)
def test_azure_without_the_right_key_is_one_sentence_at_once(
    given: dict[str, str], says: str, azure: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own: the client ends it when it finds no way in on a first read."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    start = time.monotonic()
    answer = datagen("status", azure.uri("runs/keys"))
    assert answer.returncode == 2, answer.stderr
    error = [line for line in answer.stderr.splitlines() if line.startswith("error: ")]
    assert len(error) == 1
    assert re.search(says, error[0]), error
    assert SECRET not in answer.stderr
    assert "Traceback" not in answer.stderr
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("gs://b/x?nope=1", r"address is wrong .*nope.*write gs://BUCKET/FOLDER"),
        ("abfs://data/runs/a", r"address is wrong .*write abfs://CONTAINER@ACCOUNT\.dfs"),
        ("abfs://data@a.dfs.core.windows.net/r?nope=1", "address is wrong"),
        ("s3://b/x?nope=1", "address is wrong .*write s3://BUCKET/FOLDER"),
        (f"abfs://data@a.dfs.core.windows.net/r?sv=2020&sig={SECRET}", "take the keys out"),
        (f"abfs://data:{SECRET}@a.dfs.core.windows.net/r", "take the keys out .*AZURE_STORAGE"),
    ],
)
def test_a_wrong_address_is_called_so(uri: str, says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        open_storage(uri)
    assert SECRET not in str(caught.value)
    assert "has not answered" not in str(caught.value)


# a store that keeps the framing of checksums as content


def test_what_cannot_be_read_back_names_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    for store in started("s3rver"):
        give(monkeypatch, store)
        place = open_storage(store.uri("runs/framed"))
        says = r"runs/framed.* does not give back .*AWS_REQUEST_CHECKSUM_CALCULATION=when_required"
        with pytest.raises(StorageFailed, match=says), hold(place):
            pass
        answer = datagen(*make(store.uri("runs/framed")))
        assert answer.returncode == 2
        assert answer.stderr.count("does not give back") == 1


# whole runs


def make(out: str, dialogs: int = 32) -> list[str]:
    settings = [part for item in SMALL for part in ("--set", item)]
    return ["run", "service", "--dialogs", str(dialogs), *settings, "--out", out]


def datagen(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "datagen", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
    )


def hashes(where: str) -> dict[str, str]:
    place = open_storage(where)
    return {
        f"{folder}/{name}": sha256(place.read(f"{folder}/{name}")).hexdigest()
        for folder in ("script", "speech", "timeline", "tokens", "shards")
        for name in place.names(folder)
    }


@pytest.mark.long
def test_a_run_killed_and_resumed_makes_the_bytes_of_a_local_one(
    store: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, store, AWS_REQUEST_CHECKSUM_CALCULATION="when_required")
    local = datagen(*make(str(tmp_path / "run")))
    assert local.returncode == 0, local.stderr
    clean, uri = hashes(str(tmp_path / "run")), store.uri("runs/killed")
    with subprocess.Popen(
        [sys.executable, "-m", "datagen", *make(uri)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as driver:
        deadline = time.monotonic() + 120
        while len(hashes(uri)) < 3 and driver.poll() is None:
            assert time.monotonic() < deadline, "the run makes no progress"
            time.sleep(0.1)
        driver.kill()
    assert 3 <= len(hashes(uri)) < len(clean), "it was killed halfway"
    resumed = datagen(*make(uri))
    assert resumed.returncode == 0, resumed.stderr
    assert hashes(uri) == clean
    assert {e["event"] for e in RunFolder(uri).events()} >= {"started", "unit", "finished"}
    assert open_storage(uri).names("", hidden=True) == []
    audited = datagen("audit", uri)
    assert audited.returncode == 0, audited.stdout
    said = resumed.stdout + resumed.stderr + audited.stdout
    assert not [key for key in store.environment.values() if len(key) > 8 and key in said]


@pytest.mark.parametrize("name", ["s3", "gs", "abfs"])
def test_ctrl_c_ends_a_run_whose_store_never_answers(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with emulators.silent(name) as store:
        give(monkeypatch, store)
        with subprocess.Popen(
            [sys.executable, "-m", "datagen", *make(store.uri("runs/a"))],
            cwd=ROOT,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as driver:
            watchdog = threading.Timer(150, driver.kill)
            watchdog.start()
            while not store.taken:
                assert driver.poll() is None
                time.sleep(0.2)
            time.sleep(1)
            start = time.monotonic()
            driver.send_signal(signal.SIGINT)
            _, said = driver.communicate()
            watchdog.cancel()
        assert time.monotonic() - start < 10
        assert driver.returncode == 130, said
        assert "Traceback" not in said


@pytest.mark.long
def test_ctrl_c_ends_a_run_whose_store_has_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a lease to give back and a journal to copy, and workers in the middle of units."""
    for store in started("gs"):
        assert store.process is not None
        uri = store.uri("runs/frozen")
        with subprocess.Popen(
            [sys.executable, "-m", "datagen", *make(uri, dialogs=1600)],
            cwd=ROOT,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as driver:
            watchdog = threading.Timer(200, driver.kill)
            watchdog.start()
            while len(hashes(uri)) < 3:
                assert driver.poll() is None
                time.sleep(0.5)
            store.process.send_signal(signal.SIGSTOP)
            time.sleep(2)
            start = time.monotonic()
            driver.send_signal(signal.SIGINT)
            _, said = driver.communicate()
            watchdog.cancel()
            took = time.monotonic() - start
            store.process.send_signal(signal.SIGCONT)
        assert driver.returncode == 130, said
        assert took < 10, said
        with hold(open_storage(uri)):
            pass


@pytest.mark.long
def test_a_run_whose_lease_is_overwritten_stops_itself() -> None:
    for store in started("gs"):
        uri = store.uri("runs/garbled")
        with subprocess.Popen(
            [sys.executable, "-m", "datagen", *make(uri, dialogs=16_000)],
            cwd=ROOT,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as driver:
            watchdog = threading.Timer(200, driver.kill)
            watchdog.start()
            while len(hashes(uri)) < 3:
                assert driver.poll() is None
                time.sleep(0.5)
            put(open_storage(uri), ".lease", bytes(range(256)))
            _, said = driver.communicate()
            watchdog.cancel()
        assert driver.returncode == 1, said
        errors = [line for line in said.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1
        assert "something else has been written to its lease" in errors[0]
        assert "Traceback" not in said
