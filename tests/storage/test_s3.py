"""A run folder on S3: moto's server, with the faults of a bad day, and whole runs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import fs

from datagen.cli import main
from datagen.storage import StorageFailed, hold, object_store, open_storage, urls
from datagen.storage.base import Storage
from datagen.storage.run_folder import Damaged, Missing, RunFolder
from datagen.types import UserError
from tests.doubles import s3
from tests.doubles.s3 import S3, Fault
from tests.fixtures.committed import committed
from tests.fixtures.short_calls import SMALL

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(s3.python() is None, reason="moto is not installed"),
]
KEY = "AKIAPLANTEDINTHETEST"
SECRET = "planted+secret/that+nobody+may+ever+write"
TABLE = pa.table({"dialog_id": [f"service-{i:07d}" for i in range(40)], "n": range(40)})


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with s3.serving() as store:
        yield store


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(object_store.ObjectStorage, "settle_seconds", 0.0)
    monkeypatch.setattr(object_store.ObjectStorage, "patience", 20.0)
    monkeypatch.setattr(object_store, "HURRY", 0.2)


@pytest.fixture
def uri(server: S3, request: pytest.FixtureRequest) -> Iterator[str]:
    """A folder of its own for each test."""
    yield server.uri(f"runs/{abs(hash(request.node.name)) % 10**8}")
    server.faults.clear()


@pytest.fixture
def place(uri: str) -> Storage:
    return open_storage(uri)


def put(place: Storage, name: str, data: bytes) -> None:
    with place.write(name) as file:
        file.write(data)


def test_files_come_and_go(place: Storage) -> None:
    assert place.names("speech") == []
    with pytest.raises(FileNotFoundError):
        place.read("speech/1")
    large = bytes(range(256)) * 2**16  # 16 MiB: more than one part
    put(place, "speech/1", large)
    put(place, "speech/0", b"")
    put(place, "plan.json", b"{}")
    assert place.names("speech") == ["0", "1"]
    assert place.names("") == ["plan.json"]
    assert place.read("speech/1") == large
    assert place.read("speech/0") == b""
    assert place.written("speech/1") is not None
    assert place.written("speech/2") is None
    place.delete("speech/1")
    place.delete("speech/1")
    assert place.names("speech") == ["0"]


def test_what_fails_half_written_never_appears(place: Storage, server: S3) -> None:
    put(place, "a", b"old")

    def fail() -> None:
        with place.write("a") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert place.read("a") == b"old"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, "InternalError", count=4),
        Fault(503, "SlowDown", count=4),
        Fault(0, count=4),
        Fault(200, seconds=1.0, count=2),
    ],
    ids=lambda fault: f"{fault.status}",
)
def test_a_bad_minute_is_sat_out(uri: str, server: S3, fault: Fault) -> None:
    folder = RunFolder(uri)
    server.faults = [fault]
    receipt = committed(folder, 0, TABLE)
    fault.count = 4
    assert folder.receipt(folder.unit("script", 0)) == receipt
    fault.count = 4
    assert folder.receipts("script", range(9)) == {0: receipt}
    fault.count = 4
    assert folder.read(folder.unit("script", 0)).equals(TABLE)


@pytest.mark.parametrize(
    ("status", "code"), [(404, "NoSuchUpload"), (400, "InvalidPart"), (400, "BadDigest")]
)
def test_an_upload_that_the_store_has_lost_is_made_again(
    place: Storage, server: S3, status: int, code: str
) -> None:
    """As rustfs, StorageGRID and MinIO say now and then (apache/iceberg-python#3117)."""
    server.faults = [Fault(status, code, method="POST", part="?uploadId", count=1)]
    large = bytes(range(256)) * 2**16
    put(place, "a", large)
    assert server.faults[0].count == 0
    assert place.read("a") == large


@pytest.mark.parametrize(("part", "method"), [("partNumber=2", "PUT"), ("uploadId", "POST")])
def test_an_upload_that_never_ends_leaves_what_was_there(
    uri: str, server: S3, part: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = open_storage(uri).hurried()
    put(place, "a", b"old")
    server.faults = [Fault(500, "InternalError", method=method, part=part, count=10_000)]
    with pytest.raises(StorageFailed, match="run the same command again"):
        put(place, "a", b"new" * 2**22)
    assert place.read("a") == b"old"


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (403, "AccessDenied", "refuses entry"),
        (403, "SignatureDoesNotMatch", "refuses entry"),
        (403, "InvalidAccessKeyId", "refuses entry"),
        (400, "ExpiredToken", "the keys have run out"),
        (404, "NoSuchBucket", "there is no such bucket"),
    ],
)
def test_a_store_that_refuses_is_one_sentence(
    uri: str, server: S3, status: int, code: str, says: str
) -> None:
    place = open_storage(uri)
    server.faults = [Fault(status, code, count=10_000)]
    server.requests.clear()
    with pytest.raises(StorageFailed, match=says) as caught:
        put(place, "a", b"abc")
    assert len(server.requests) <= 3, "it is not asked again and again"
    assert KEY not in str(caught.value)


def test_a_clock_that_is_wrong_is_not_waited_for(
    uri: str, server: S3, caplog: pytest.LogCaptureFixture
) -> None:
    place = open_storage(uri)
    server.faults = [Fault(403, "RequestTimeTooSkewed", count=10_000)]
    with pytest.raises(StorageFailed, match="this machine's clock is not the store's"):
        put(place, "a", b"abc")
    assert "trying again" not in caplog.text, "the client's own tries are enough"


def test_a_bucket_or_server_that_is_not_there_is_one_sentence(server: S3) -> None:
    with (
        pytest.raises(UserError, match="there is no such bucket"),
        RunFolder(server.uri("run", bucket="nowhere")).lock(),
    ):
        pass
    place = open_storage(server.uri("run", port=s3.free_port()))
    with pytest.raises(UserError, match=r"has not answered for 0\.2 s"), hold(place):
        pass


def test_markers_that_consoles_leave_for_folders_are_no_files(uri: str) -> None:
    files, path = fs.FileSystem.from_uri(uri)
    files.open_output_stream(path).close()  # of the folder's own name, as Hadoop's _$folder$
    files.create_dir(f"{path}/script", recursive=True)
    folder = RunFolder(uri)
    with folder.lock():
        receipt = committed(folder, 0, TABLE)
    assert folder.receipts("script", range(3)) == {0: receipt}
    assert folder.read(folder.unit("script", 0)).equals(TABLE)
    assert len(folder.storage.names("script")) == 1
    assert "" not in folder.storage.names("")


def test_damage_is_seen(uri: str) -> None:
    folder = RunFolder(uri)
    committed(folder, 0, TABLE)
    name = folder.unit("script", 0)
    whole = folder.storage.read(name)
    for keep in (0, 4, len(whole) // 2):
        put(folder.storage, name, whole[:keep])
        assert folder.receipt(name) is None
        with pytest.raises(Damaged, match="script/000000"):
            folder.read(name)
    with pytest.raises(Missing):
        folder.read(folder.unit("script", 1))
    assert folder.read_json("run.json") is None


def test_many_receipts_are_read_at_once(uri: str, server: S3) -> None:
    folder = RunFolder(uri)
    made = {block: committed(folder, block, TABLE) for block in range(16)}
    server.faults = [Fault(200, seconds=0.2, count=32, method="GET")]
    assert folder.receipts("script", range(20)) == made


def test_the_second_run_is_refused(uri: str) -> None:
    with (
        RunFolder(uri).lock(),
        pytest.raises(UserError, match="being written by another run"),
        RunFolder(uri).lock(),
    ):
        pass
    with RunFolder(uri).lock() as lease:
        lease.check()


def test_a_store_is_opened_once_a_process(uri: str) -> None:
    assert urls.open_storage(uri) is urls.open_storage(f"{uri}/")


# whole runs


def datagen(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "datagen", *arguments],
        capture_output=True,
        text=True,
        cwd=s3.ROOT,
        timeout=300,
    )


def make(out: str) -> list[str]:
    settings = [part for item in SMALL for part in ("--set", item)]
    return ["run", "service", "--dialogs", "32", *settings, "--out", out]


def hashes(where: str) -> dict[str, str]:
    """Return the sha256 of everything that is data."""
    place = open_storage(where)
    return {
        f"{folder}/{name}": sha256(place.read(f"{folder}/{name}")).hexdigest()
        for folder in ("script", "speech", "timeline", "tokens", "shards")
        for name in place.names(folder)
    }


def everything(where: str) -> bytes:
    """Return the bytes of all that a run has written, one after the other."""
    place = open_storage(where)
    folders = ("", "script", "speech", "timeline", "tokens", "shards", "listen")
    names = [f"{folder}/{name}".lstrip("/") for folder in folders for name in place.names(folder)]
    return b"".join(place.read(name) for name in names)


@pytest.mark.slow
@pytest.mark.long
def test_a_run_on_s3_killed_and_resumed_makes_the_bytes_of_a_local_one(
    uri: str, server: S3, tmp_path: Path
) -> None:
    local = datagen(*make(str(tmp_path / "run")))
    assert local.returncode == 0, local.stderr
    clean = hashes(str(tmp_path / "run"))
    assert len(clean) == 9

    command = [sys.executable, "-m", "datagen", *make(uri)]
    with subprocess.Popen(
        command, cwd=s3.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as driver:
        deadline = time.monotonic() + 120
        while len(hashes(uri)) < 3 and driver.poll() is None:
            assert time.monotonic() < deadline, "the run makes no progress"
            time.sleep(0.1)
        with (
            pytest.raises(UserError, match=rf"another run \(process {driver.pid} on"),
            RunFolder(uri).lock(),
        ):
            pass
        driver.kill()
    assert 3 <= len(hashes(uri)) < 9, "it was killed halfway"

    server.faults = [
        Fault(500, "InternalError", method="PUT", count=3),
        Fault(503, "SlowDown", method="GET", count=3),
        Fault(0, method="HEAD", count=3),
    ]
    resumed = datagen(*make(uri))
    assert resumed.returncode == 0, resumed.stderr
    assert hashes(uri) == clean
    assert server.faults[0].count == 0
    assert {e["event"] for e in RunFolder(uri).events()} >= {"started", "unit", "finished"}
    said = local.stdout + local.stderr + resumed.stdout + resumed.stderr
    for secret in (KEY, SECRET):
        assert secret not in said
        assert secret.encode() not in everything(uri)
    reading(uri, tmp_path)


def reading(uri: str, tmp_path: Path) -> None:
    """Every command that reads a run reads one on S3."""
    tokens, sound = tmp_path / "tokens.npz", tmp_path / "sound.wav"
    zeros = np.zeros((8, 5), np.int64)
    np.savez(tokens, agent_codes=zeros, user_codes=zeros)
    for says, arguments in (
        ("nothing wrong", ["audit", uri, "--deep"]),
        ("Harbor Bank", ["show", "service-3", "--run", uri]),
        ("wrote", ["show", "service-3", "--run", uri, "--audio", str(sound)]),
        ("wrote", ["decode", str(tokens), str(sound), "--run", uri]),
        ("wrote", ["align", "export", uri, str(tmp_path / "clips")]),
        ("scripts", ["scripts", uri]),
    ):
        answer = CliRunner().invoke(main, arguments)
        assert answer.exit_code == 0, (arguments, answer.output)
        assert says in answer.output


@pytest.mark.slow
def test_a_run_on_a_store_that_refuses_is_one_sentence(server: S3, uri: str) -> None:
    server.faults = [Fault(403, "AccessDenied", count=10_000)]
    answer = datagen(*make(uri))
    assert answer.returncode == 2
    assert "refuses entry" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not Path(s3.ROOT / "s3:").exists()
    nowhere = datagen("audit", server.uri("run", bucket="nowhere"))
    assert nowhere.returncode == 2
    assert len(nowhere.stderr.strip().splitlines()) == 1
