"""Where files lie: a disk and an object store behave alike; faults, leases, growing files."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from datagen.storage import (
    Lease,
    Storage,
    StorageFailed,
    hold,
    holder,
    in_python,
    lease,
    object_store,
    open_storage,
    requests,
    store_errors,
)
from datagen.storage.append import Spool
from datagen.storage.connect import connect
from datagen.storage.local import LocalStorage
from datagen.types import RunFailed, UserError
from tests.doubles.object_store import BUSY, MemoryStore, storage
from tests.doubles.raw_server import Answer, raw


@pytest.fixture(params=["disk", "objects"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return LocalStorage(tmp_path / "run") if request.param == "disk" else storage(MemoryStore())


def put(place: Storage, name: str, data: bytes) -> None:
    with place.write(name) as file:
        file.write(data)


def test_files_come_and_go(place: Storage) -> None:
    with pytest.raises(FileNotFoundError):
        place.read("speech/000001.parquet")
    assert place.names("speech") == []
    for number in (2, 1):
        put(place, f"speech/{number}", b"abc")
    put(place, "plan.json", b"{}")
    assert place.read("speech/1") == b"abc"
    assert place.load("speech/1", lambda file: (file.seek(1), file.read())[1]) == b"bc"
    assert place.names("speech") == ["1", "2"]
    assert "plan.json" in place.names("")
    assert place.written("speech/1") is not None
    place.delete("speech/1")
    place.delete("speech/1")
    assert place.names("speech") == ["2"]
    assert place.written("speech/1") is None
    assert place.each(lambda n: n + 1, [1, 2, 3]) == [2, 3, 4]


@pytest.mark.parametrize("name", ["../a", "speech/../../a", "/etc/a", "a\0b"])
def test_no_name_leads_out_of_the_folder(place: Storage, name: str) -> None:
    for use in (place.read, place.names, place.delete, place.written, lambda n: put(place, n, b"")):
        with pytest.raises(UserError, match="no name of a file"):
            use(name)


def test_what_fails_half_written_never_appears(place: Storage) -> None:
    put(place, "run.json", b"old")

    def fail(name: str) -> None:
        with place.write(name) as file:
            file.write(b"half")
            raise OSError("disk full")

    for name in ("run.json", "new.json"):
        with pytest.raises(OSError, match="disk full"):
            fail(name)
    assert place.read("run.json") == b"old"
    assert place.names("") == ["run.json"]


def test_added_lines_are_there_at_the_end_and_earlier_ones_stay(place: Storage) -> None:
    place.sweep()
    put(place, "run.json", b"{}")
    for line in ("one\n", "two\n"):
        with place.append("journal.jsonl") as file:
            file.write(line)
            file.flush()
    assert place.read("journal.jsonl") == b"one\ntwo\n"


def test_a_path_is_made_absolute_where_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_storage("runs/a").where == str(tmp_path / "runs" / "a")
    assert open_storage(Path("runs/a")).where == str(tmp_path / "runs" / "a")
    assert open_storage((tmp_path / "a b").as_uri()).where == str(tmp_path / "a b")


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("ftp://host/run", "give a folder of this machine, or one of s3://"),
        ("s3://AKIA:hunter2@bucket/run", "belong in the environment"),
        ("s3://bucket/run?secret_key=hunter2", "belong in the environment"),
        ("s3://", "name a bucket"),
        ("s3://bucket/run?region=r&colour=red", "colour"),
    ],
)
def test_a_bad_address_is_one_sentence_without_its_secret(uri: str, says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        open_storage(uri)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("runs/a b", "bucket/runs/a b"),
        ("runs/a%20b", "bucket/runs/a b"),
        ("2022-11-26T13:51:14+00:00/a=b&c,d", "bucket/2022-11-26T13:51:14+00:00/a=b&c,d"),
        ("\u00e9t\u00e9/\u8bd5", "bucket/\u00e9t\u00e9/\u8bd5"),
        ("run#3", "bucket/run#3"),
        ("50%", "bucket/50%"),
    ],
)
def test_a_folder_in_a_store_may_have_any_name(folder: str, path: str) -> None:
    uri = f"s3://bucket/{folder}?region=us-east-1"
    assert connect(uri, uri)[1] == path


def test_a_key_behind_a_hash_is_seen() -> None:
    with pytest.raises(UserError, match="belong in the environment"):
        open_storage("s3://bucket/run#1?secret_key=hunter2")


@pytest.mark.slow
def test_a_busy_store_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    store.faults = [OSError(BUSY), OSError("AWS Error NETWORK_CONNECTION: curlCode: 52")]
    put(storage(store), "a", b"abc")
    assert store.objects["bucket/run/a"][0] == b"abc"
    assert store.requests == 3
    assert "trying again" in caplog.text


@pytest.mark.parametrize(
    ("fault", "says", "requests"),
    [
        ("AWS Error ACCESS_DENIED during PutObject", "refuses entry .*environment", 1),
        ("AWS Error UNKNOWN (HTTP status 403) during HeadObject", "refuses entry", 1),
        ("AWS Error NO_SUCH_BUCKET: (Request ID: x)", "no such bucket; make it", 1),
        (BUSY, "has not answered for 0.01 s.*run the same command again", None),
    ],
)
def test_a_store_that_refuses_is_one_sentence(fault: str, says: str, requests: int | None) -> None:
    store = MemoryStore()
    store.faults = [OSError(fault)] * 100
    with pytest.raises(StorageFailed, match=says) as caught:
        put(storage(store, patience=0.01), "a", b"abc")
    assert "Request ID" not in str(caught.value)
    assert requests is None or store.requests == requests
    assert store.objects == {}


def test_an_error_of_the_file_is_not_one_of_the_store() -> None:
    store = MemoryStore()
    put(storage(store), "a", b"abc")

    def parse(file: Any) -> None:
        raise OSError("Couldn't deserialize thrift")

    with pytest.raises(OSError, match="thrift") as caught:
        storage(store).load("a", parse)
    assert not isinstance(caught.value, StorageFailed)
    assert store.requests == 2, "it is not tried again"


def test_a_growing_file_is_copied_now_and_then_and_a_failed_copy_stops_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = MemoryStore()
    objects = storage(store, patience=0.01)
    spool = Spool(objects, "journal.jsonl", every=0.01)
    spool.write("one\n")
    wait_until(lambda: objects.names("") == ["journal.jsonl"])
    store.faults = [OSError("AWS Error ACCESS_DENIED")]
    spool.write("two\n")
    wait_until(lambda: "is not copied" in caplog.text)
    spool.write("three\n")
    spool.close()
    assert objects.read("journal.jsonl") == b"one\ntwo\nthree\n"


def wait_until(true: Any) -> None:
    for _ in range(500):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came true")


HELD = {"owner": "o", "host": "other", "boot": "b", "pid": 7, "since": "9"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make leases short."""
    monkeypatch.setattr(lease, "RENEW", 0.02)
    monkeypatch.setattr(lease, "EXPIRES", 0.3)
    monkeypatch.setattr(lease, "LOOK", 0.01)


def test_the_second_run_is_refused_and_told_who_holds_the_folder(place: Storage) -> None:
    with hold(place):
        with (
            pytest.raises(UserError, match=f"another run \\(process {os.getpid()} on"),
            hold(place),
        ):
            pass
        assert place.written(lease.LEASE) is not None
        assert place.names("") == [], "it is hidden"
    with hold(place):
        pass
    assert place.written(lease.LEASE) is None


def test_slices_are_made_at_once_but_not_beside_the_whole(place: Storage) -> None:
    with hold(place, "1-of-2"), hold(place, "2-of-2"):
        for part in ("1-of-2", ""):
            with pytest.raises(UserError, match="another run"), hold(place, part):
                pass
    with hold(place), pytest.raises(UserError, match="another run"), hold(place, "1-of-2"):
        pass
    assert [name for name in place.names("", hidden=True) if "lease" in name] == []


@pytest.mark.slow
def test_a_lease_of_a_dead_process_of_this_machine_is_void_at_once(place: Storage) -> None:
    code = "from datagen.storage import holder; print(holder.this_process().model_dump_json())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    put(place, lease.LEASE, done.stdout.encode())
    with hold(place) as held:
        held.check()


@pytest.mark.parametrize("age", [0.2, 3600.0])
def test_a_lease_of_another_machine_ends_by_the_clock_of_the_store(age: float, quick: None) -> None:
    store = MemoryStore()
    objects = storage(store)
    put(objects, lease.LEASE, json.dumps(HELD).encode())
    store.clock += age
    with hold(objects):
        assert json.loads(objects.read(lease.LEASE))["pid"] == os.getpid()
    assert not [name for name in store.objects if ".clock" in name]


def test_a_lease_of_another_machine_that_is_renewed_is_respected(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    objects = storage(store)
    put(objects, lease.LEASE, json.dumps(HELD).encode())

    def renew(_: float) -> None:
        store.clock += 1
        put(objects, lease.LEASE, json.dumps(HELD).encode())

    monkeypatch.setattr("datagen.storage.lease.time.sleep", renew)
    monkeypatch.setattr(lease, "EXPIRES", 60.0)  # however slow this machine is
    with pytest.raises(UserError, match="process 7 on other"), hold(objects):
        pass


def test_a_lease_that_is_not_seen_for_a_moment_is_respected(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NFS may show no file while it is replaced (DataBiosphere/toil#4333)."""
    objects = storage(MemoryStore())
    put(objects, lease.LEASE, json.dumps(HELD).encode())
    read, names, reads = holder.read_sign, objects.names, list[str]()

    def seen(place: Storage, name: str) -> Any:
        reads.append(name)
        return None if reads.count(lease.LEASE) == 2 else read(place, name)

    def listed(folder: str, *, hidden: bool = False) -> list[str]:
        absent = reads.count(lease.LEASE) == 2
        return [n for n in names(folder, hidden=hidden) if n != lease.LEASE or not absent]

    monkeypatch.setattr("datagen.storage.lease.read_sign", seen)
    monkeypatch.setattr(objects, "names", listed)
    monkeypatch.setattr(objects, "hurried", lambda: objects)
    times = iter(range(1_000_000, 2_000_000))
    written = objects.written
    monkeypatch.setattr(
        objects, "written", lambda n: float(next(times)) if n == lease.LEASE else written(n)
    )
    with pytest.raises(UserError, match="process 7 on other"), hold(objects):
        pass


def test_a_run_that_was_taken_for_dead_stops(quick: None) -> None:
    objects = storage(MemoryStore())
    with hold(objects) as held:
        held.check()
        put(objects, lease.LEASE, json.dumps(HELD).encode())
        wait_until(lambda: taken_over(held))
    assert json.loads(objects.read(lease.LEASE)) == HELD, "the other's lease stays"


def taken_over(held: Lease) -> bool:
    try:
        held.check()
    except RunFailed as error:
        return "process 7 on other" in str(error)
    return False


def test_a_store_that_fails_at_the_end_keeps_nobody(
    quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    with hold(storage(store, patience=0.01)):
        store.faults = [OSError("AWS Error ACCESS_DENIED")] * 100
    assert "not given back" in caplog.text


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (f"{'x' * 400} Azure Error: [AuthorizationFailure] 403 Server failed", "refuses entry"),
        (f"{'x' * 400} Azure Error: [ContainerNotFound] 404 The specified", "no such container"),
        ("Azure Error: [ServerBusy] 503 The server is busy", "has not answered"),
        ("Azure Error: [] Fail to get a new connection for: http://a", "has not answered"),
        ("google::cloud::Status(PERMISSION_DENIED: error http_status_code=403)", "refuses entry"),
        ("google::cloud::Status(UNAUTHENTICATED: http_status_code=401)", "refuses entry"),
        (
            "google::cloud::Status(UNAVAILABLE: CURL error [7]=Could not connect)",
            "has not answered",
        ),
        ("google::cloud::Status(UNAVAILABLE: a OAuth2 access token to authent)", "refuses entry"),
        ("google::cloud::Status(INVALID_ARGUMENT: http_status_code=400)", "refuses what was asked"),
        ("AWS Error UNKNOWN (HTTP status 502) during GetObject", "has not answered"),
        ("AWS Error UNKNOWN (HTTP status 501) during PutObject", "does not offer what was asked"),
        ("AWS Error UNKNOWN (HTTP status 400) during HeadObject", "refuses what was asked"),
        (
            "AWS Error UNKNOWN (HTTP status 400) during ListObjectsV2 operation: ExceptionName:"
            f" AuthorizationHeaderMalformed {'x' * 200} Message: The authorization header is"
            " malformed; the region 'us-east-1' is wrong; expecting 'us-gov-west-1'",
            r"in the region us-gov-west-1; .*\?region=us-gov-west-1",
        ),
        (
            "AWS Error UNKNOWN (HTTP status 301) during HeadObject operation: No response body."
            " Looks like the configured region is 'us-east-1' while the bucket is located in"
            " 'eu-central-1'.",
            r"\?region=eu-central-1",
        ),
        (
            "AWS Error UNKNOWN (HTTP status 301) during PutObject operation: PermanentRedirect",
            "in another region",
        ),
        (  # Ceph's
            "AWS Error UNKNOWN (HTTP status 400) during UploadPart operation: Unable to parse"
            " ExceptionName: XAmzContentSHA256Mismatch Message: UnknownError",
            "AWS_REQUEST_CHECKSUM_CALCULATION=when_required",
        ),
        (
            "AWS Error UNKNOWN (HTTP status 501) during PutObject operation: NotImplemented"
            " Message: STREAMING-UNSIGNED-PAYLOAD-TRAILER not implemented",
            "AWS_REQUEST_CHECKSUM_CALCULATION=when_required",
        ),
        (
            "AWS Error NETWORK_CONNECTION: curlCode: 6, Couldn't resolve host name",
            "no server of that",
        ),
        (
            "AWS Error NETWORK_CONNECTION during HeadObject operation: curlCode: 60, SSL peer"
            " certificate or SSH remote key was not OK",
            "SSL_CERT_FILE",
        ),
        ("AWS Error NETWORK_CONNECTION: curlCode: 35, SSL connect error", "no secure connection"),
        (
            "AWS Error UNKNOWN (HTTP status 400) during CreateMultipartUpload operation: Unable to"
            " parse ExceptionName: ExpiredToken Message: The provided token has expired.",
            "keys have run out .*goes on from here",
        ),
        (
            "AWS Error UNKNOWN (HTTP status 400) during ListObjectsV2 operation: Unable to parse"
            " ExceptionName: InvalidArgument Message: The continuation token provided is incorrect",
            "does not go on with a list of over 1,000 files",
        ),
        (
            "Azure Error: [AuthenticationFailed] 403 Server failed to authenticate. Signature not"
            " valid in the specified time frame: Start [Sat], Expiry [Sun]",
            "keys have run out .*AZURE_STORAGE_SAS_TOKEN",
        ),
    ],
)
def test_an_error_is_judged_by_the_whole_message(said: str, kind: str) -> None:
    store = MemoryStore()
    store.faults = [OSError(said)] * 100
    place = storage(store, patience=0.01)
    place.where = "abfs://data@account.dfs.core.windows.net/runs/a"
    with pytest.raises(StorageFailed, match=kind) as caught:
        put(place, "a", b"abc")
    assert len(str(caught.value)) < 500
    if kind != "has not answered":
        assert store.requests == 1, "it is told at once"


def test_keys_that_have_run_out_are_named_with_their_token() -> None:
    """Keys for some hours end within a run (apache/arrow#18888)."""
    said = store_errors.sentence("s3://data/a", OSError("AWS Error ExpiredToken"))
    assert "AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN with them" in said


def test_a_refusal_without_a_word_is_explained_by_a_list() -> None:
    """S3 sends no body with what it answers to HEAD: not that the keys have run out."""
    store = MemoryStore()
    place = storage(store)
    mute = OSError("AWS Error UNKNOWN (HTTP status 400) during HeadObject: No response body.")
    store.faults = [mute, OSError("AWS Error UNKNOWN (HTTP status 400): ExpiredToken")]
    with pytest.raises(StorageFailed, match="keys have run out"):
        place.written("a")
    store.faults = [mute]
    with pytest.raises(StorageFailed, match="refuses what was asked"):
        place.written("a")


def test_a_list_without_end_is_told_apart_from_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 servers that know one page of a list only (minio/minio-go#1704)."""
    monkeypatch.setattr(object_store, "LIST", 0.05)
    ended = threading.Event()

    class Endless(MemoryStore):
        def get_file_info(self, what: Any) -> Any:
            if isinstance(what, fs.FileSelector):
                ended.wait(60)
            return super().get_file_info(what)

    store = Endless()
    place = storage(store)
    try:
        with pytest.raises(StorageFailed, match="its list of its folder 'script' has not ended"):
            place.names("script")
        monkeypatch.setattr(object_store, "SLOW", 0.05)
        store.faults = [OSError(BUSY)] * 100
        place.patience = 0.2
        with pytest.raises(StorageFailed, match="has not answered"):
            place.names("script")
    finally:
        ended.set()


def test_an_object_that_is_written_anew_while_it_is_read_is_read_again() -> None:
    """apache/arrow#41310."""
    store = MemoryStore()
    place = storage(store)
    put(place, "a", b"abc")
    store.faults = [OSError("AWS Error UNKNOWN (HTTP status 416) during GetObject: InvalidRange")]
    assert place.read("a") == b"abc"


@pytest.mark.parametrize(
    ("where", "key", "is_told"),
    [
        ("gs://data/runs/a", "", True),
        ("gs://anonymous@data/runs/a", "", False),
        ("gs://data/runs/a", "/keys.json", False),
        ("s3://data/runs/a", "", False),
    ],
)
def test_googles_store_that_does_not_answer_may_lack_keys(
    where: str, key: str, is_told: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", key)
    said = store_errors.sentence(where, OSError("no answer in time"), 20)
    assert ("GOOGLE_APPLICATION_CREDENTIALS is not set" in said) == is_told
    assert "has not answered for 20 s (no answer in time);" in said


@pytest.mark.parametrize("fault", ["6, Couldn't resolve host name", "35, SSL connect error"])
def test_what_was_well_before_is_waited_for(fault: str) -> None:
    """A name that no server has any more, or a handshake that fails."""
    store = MemoryStore()
    place = storage(store)
    put(place, "a", b"abc")
    store.faults = [OSError(f"AWS Error NETWORK_CONNECTION: curlCode: {fault}")]
    assert place.read("a") == b"abc"


def test_an_http_server_is_told_how_to_write_its_address() -> None:
    said = store_errors.sentence("s3://data/a", OSError("curlCode: 35, SSL connect error"))
    assert "&scheme=http" in said


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ESTALE])
def test_a_shared_disk_without_locks_has_leases(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As NFS and Lustre say it (ComparativeGenomicsToolkit/cactus#1299)."""

    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refused)
    place = LocalStorage(tmp_path / "run")
    with hold(place):
        assert place.written(lease.LEASE) is not None
        with pytest.raises(UserError, match="another run"), hold(place):
            pass


def test_a_file_that_another_machine_has_replaced_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NFS keeps the handle of the old one for a while (DataBiosphere/toil#3867)."""
    place = LocalStorage(tmp_path)
    put(place, "a", b"abc")
    real, stale = Path.stat, [OSError(errno.ESTALE, "Stale file handle")] * 3

    def stat(self: Path, **more: Any) -> os.stat_result:
        if stale and self.name == "a":
            raise stale.pop()
        return real(self, **more)

    monkeypatch.setattr(Path, "stat", stat)
    assert place.written("a") is not None

    def content(file: Any) -> bytes:
        if stale:
            raise stale.pop()
        return bytes(file.read())

    stale += [OSError(errno.ESTALE, "Stale file handle")] * 3
    assert place.load("a", content) == b"abc"
    real_list = os.scandir

    def scandir(path: Any) -> Any:
        if stale:
            raise stale.pop()
        return real_list(path)

    monkeypatch.setattr(os, "scandir", scandir)
    stale += [OSError(errno.ESTALE, "Stale file handle")] * 3
    assert place.names("") == ["a"], "as sahlberg/libnfs#160 has it: another try finds it"
    stale += [OSError(errno.ESTALE, "Stale file handle")] * 9
    with pytest.raises(StorageFailed, match="its disk has gone \\(Stale"):
        place.load("a", content)


def test_a_mounted_disk_need_not_know_fsync_or_chmod(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As shares and buckets that are mounted as a disk say it (borgbackup/borg#1287)."""

    def refused(number: int) -> Any:
        def refuse(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        return refuse

    place = LocalStorage(tmp_path / "run")
    for number in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        monkeypatch.setattr("os.fsync", refused(number))
        monkeypatch.setattr(Path, "chmod", refused(errno.EPERM))
        put(place, "a", b"abc")
        assert place.read("a") == b"abc"
    monkeypatch.setattr("os.fsync", refused(errno.EIO))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        put(place, "b", b"abc")
    assert place.names("") == ["a"]


@pytest.mark.parametrize("kept", [0, 2])
def test_a_disk_that_loses_bytes_is_found_before_a_file_counts(
    kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bucket that is mounted as a disk may lose a file's bytes (skypilot-org/skypilot#1901)."""
    real = os.fsync
    place = LocalStorage(tmp_path / "run")
    put(place, "a", b"before")

    def lose(number: int) -> None:
        real(number)
        lost.append(number)

    lost: list[int] = []
    stat = Path.stat

    def shorter(self: Path, **more: Any) -> os.stat_result:
        if lost and self.name.startswith(".a."):
            os.truncate(self, kept)
        return stat(self, **more)

    monkeypatch.setattr("os.fsync", lose)
    monkeypatch.setattr(Path, "stat", shorter)
    with pytest.raises(OSError, match=rf"kept {kept} of 3 bytes.*a'") as raised:
        put(place, "a", b"abc")
    assert raised.value.filename == str(tmp_path / "run" / "a")
    assert place.read("a") == b"before"
    assert place.names("", hidden=True) == []


RULES = {
    "no room (minio/minio#6795)": (
        "AWS Error UNKNOWN (HTTP status 507) during PutObject operation: Unable to parse"
        " ExceptionName: XMinioStorageFull Message: Storage backend has reached its minimum",
        "no room left for you",
    ),
    "a quota (pyronear/pyro-api#158)": (
        "AWS Error UNKNOWN (HTTP status 403) during PutObject operation: Unable to parse"
        " ExceptionName: QuotaExceeded Message: ",
        "no room left for you",
    ),
    "addressing (treeverse/lakeFS#3490)": (
        "AWS Error UNKNOWN (HTTP status 403) during ListObjectsV2 operation: Unable to parse"
        " ExceptionName: SecondLevelDomainForbidden Message: Please use virtual hosted style",
        "add force_virtual_addressing=true to",
    ),
    "Azure keeps all (Azure/azure-powershell#9195)": (
        "PutBlockList failed. Azure Error: [BlobImmutableDueToPolicy] 409 This operation is not"
        " permitted as the blob is immutable due to a policy.",
        "choose another --out",
    ),
    "not offered (HTTP's 501)": (
        "AWS Error UNKNOWN (HTTP status 501) during PutObject operation: Unable to parse"
        " ExceptionName: NotImplemented Message: A header you provided is not implemented",
        "does not offer what was asked of it .* choose another --out",
    ),
    "S3 keeps all (versity/versitygw#1574)": (
        "AWS Error ACCESS_DENIED during PutObject operation: Access Denied because object"
        " protected by object lock.",
        "choose another --out",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_what_a_store_forbids_is_told_at_once_without_talk_of_keys(name: str) -> None:
    said, says = RULES[name]
    store = MemoryStore()
    store.faults = [OSError(said)] * 2
    with pytest.raises(StorageFailed, match=says) as raised:
        put(storage(store), "a", b"abc")
    assert "AWS_ACCESS_KEY_ID" not in str(raised.value)
    assert len(store.faults) == 1, "it is asked once"


ONCE = {
    "a function": "AWS Error UNKNOWN (HTTP status 501) during UploadPart operation: NotImplemented",
    "a header": "AWS Error UNKNOWN (HTTP status 501) during UploadPart operation: Unable to parse"
    " ExceptionName: NotImplemented Message: A header you provided implies functionality that is"
    " not implemented",
    "a checksum": "AWS Error UNKNOWN (HTTP status 400) during UploadPart operation: Unable to parse"
    " ExceptionName: XAmzContentSHA256Mismatch Message: The provided header does not match",
    "a digest": "AWS Error UNKNOWN (HTTP status 400) during UploadPart operation: Unable to parse"
    " ExceptionName: InvalidDigest Message: The Content-MD5 you specified is not valid.",
    "a time": "AWS Error ACCESS_DENIED during UploadPart operation: Request has expired",
}


@pytest.mark.parametrize("name", ONCE)
def test_what_a_store_took_before_is_sent_again(name: str) -> None:
    store = MemoryStore()
    place = storage(store)
    store.faults = [OSError(ONCE[name])] * 2
    with pytest.raises(StorageFailed):
        put(place, "a", b"abc")
    assert len(store.faults) == 1, "it is asked once"
    store.faults = []
    put(place, "a", b"abc")
    store.faults = [OSError(ONCE[name])] * 2
    put(place, "a", b"def")
    assert place.read("a") == b"def"


def test_an_operation_that_another_is_in_the_way_of_is_tried_again() -> None:
    said = "AWS Error UNKNOWN (HTTP status 409) during UploadPart operation: OperationAborted"
    assert store_errors.passing(OSError(said))


def test_rates_of_requests_are_no_quota_of_room() -> None:
    """bespokelabsai/curator#665: Google counts how often one object is written."""
    said = (
        "google::cloud::Status(UNAVAILABLE: Retry policy exhausted, with a last message of The"
        " object data/a exceeded the rate limit for object mutation operations,"
        " reason=quotaExceeded)"
    )
    assert store_errors.passing(OSError(said))


def test_a_bucket_is_named_in_the_servers_name_where_the_address_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As Aliyun's store wants it (apache/arrow#38135)."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "a")
    listing = b"<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"
    with raw(lambda asked: Answer(200, listing)) as server:
        host = server.root.partition("//")[2].replace("127.0.0.1", "localhost")
        address = f"s3://data/runs/a%20b?endpoint_override={host}&scheme=http&region=us-east-1"
        for more in ("", "&force_virtual_addressing=true"):
            filesystem, base = connect(address + more, "s3://data/runs/a b")
            assert base == "data/runs/a b"
            filesystem.get_file_info(fs.FileSelector(base, allow_not_found=True))
        plain, virtual = (one for one in server.asked if one.method == "GET")
        assert plain.headers["host"] == host
        assert plain.path.startswith("/data?")
        assert virtual.headers["host"] == f"data.{host}"
        assert virtual.path.startswith("/?")
    for wrong in (
        f"{address}&force_virtual_addressing=true&a=b",
        "gs://b/a?force_virtual_addressing=true",
    ):
        with pytest.raises(UserError, match="force_virtual_addressing=true goes with"):
            connect(wrong, "s3://data/a")


def test_signatures_of_addresses_are_not_shown() -> None:
    for url in ("http://a/b?sv=1&sig=c2VjcmV0%3D'. Azure", "http://a/sig=c2VjcmV0%3D&sv=1 Azure"):
        assert "c2VjcmV0" not in store_errors.line(url)


def test_a_request_that_is_never_answered_is_left_behind() -> None:
    release = threading.Event()
    with pytest.raises(TimeoutError):
        requests.call(lambda: release.wait(30), 0.3)
    assert requests.hanging()
    requests.hurry(0.0)
    try:
        with pytest.raises(TimeoutError):
            requests.call(lambda: release.wait(30), 60.0)
    finally:
        requests.take_time()
        release.set()
    wait_until(lambda: not requests.hanging())
    assert requests.call(lambda: 7, 5.0) == 7
    with pytest.raises(TimeoutError, match="its own"):
        requests.call(lambda: (_ for _ in ()).throw(TimeoutError("its own")), 5.0)


class Short(io.BytesIO):
    """A stream of a network that gives a piece at a time, and may end too soon."""

    def __init__(self, data: bytes, end: int) -> None:
        super().__init__(data)
        self.end = end

    def read(self, size: int | None = -1) -> bytes:
        wanted = 1_000 if size is None or size < 0 else min(size, 1_000)
        return super().read(max(0, min(wanted, self.end - self.tell())))


class ShortStore(MemoryStore):
    """A store behind fsspec, whose files do as much as they can in one call."""

    end = 10**9

    def open_input_file(self, path: str) -> Any:
        return pa.PythonFile(Short(super().open_input_file(path).read(), self.end), mode="r")

    def get_file_info(self, what: Any) -> Any:
        found = super().get_file_info(what)
        if not isinstance(what, str) or found.type == fs.FileType.NotFound:
            return found
        return fs.FileInfo(what, fs.FileType.File, size=len(self.objects[what][0]))


def through_fsspec(store: MemoryStore, patience: float = 1.0) -> object_store.ObjectStorage:
    made: Any = store
    place = object_store.ObjectStorage("hf://buckets/run", made, "bucket/run")
    place.patience = patience
    return place


def test_reads_of_a_stream_that_gives_less_are_gone_on_with() -> None:
    """One call was taken for all there is (as in apache/seatunnel#11554)."""
    store, data = ShortStore(), bytes(range(250)) * 200
    place = through_fsspec(store)
    put(place, "a.bin", data)
    assert place.read("a.bin") == data
    table = pa.table({"n": list(range(20_000))})
    with place.write("a.parquet") as file:
        pq.write_table(table, file)
    assert place.load("a.parquet", pq.read_table) == table
    assert (
        place.load("a.bin", lambda file: (file.seek(40_000), file.read(5_000))[1])
        == (data[40_000:45_000])
    )


def test_a_stream_that_ends_too_soon_is_said() -> None:
    store = ShortStore()
    put(through_fsspec(store), "a.bin", bytes(50_000))
    store.end = 30_000
    with pytest.raises(StorageFailed, match=r"ended after 30,000 of 50,000 bytes"):
        through_fsspec(store, 0.1).read("a.bin")


def test_a_store_that_keeps_less_than_it_was_given_is_said() -> None:
    class Forgetful(ShortStore):
        def open_output_stream(self, path: str) -> Any:
            stream = super().open_output_stream(path)
            right = stream.write
            stream.write = lambda data: right(data[:1_000])  # type: ignore[method-assign]
            return stream

    place = through_fsspec(Forgetful())
    with pytest.raises(StorageFailed, match=r"of a\.bin it kept 1,000 of 50,000 bytes without an"):
        put(place, "a.bin", bytes(50_000))


class Hub:
    """What is on a server, and what its client raises."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.faults: list[Exception] = []


class Listing:
    """As huggingface_hub's file system: what a folder holds is asked once and kept."""

    protocol = "hf"

    def __init__(self, hub: Hub, skip_instance_cache: bool = False) -> None:
        self.storage_args = (hub,)
        self.storage_options: dict[str, Any] = {}
        self._hub = hub
        self._kept: dict[str, list[dict[str, Any]]] = {}

    def _listed(self, folder: str) -> list[dict[str, Any]]:
        if self._hub.faults:
            raise self._hub.faults.pop(0)
        if folder not in self._kept:
            self._kept[folder] = [
                {"name": name, "size": len(data), "type": "file", "mtime": 1.0}
                for name, data in self._hub.objects.items()
                if name.startswith(f"{folder}/")
            ]
        return self._kept[folder]

    def info(self, path: str) -> dict[str, Any]:
        for one in self._listed(path.rpartition("/")[0]):
            if one["name"] == path:
                return one
        raise FileNotFoundError(path)

    def isfile(self, path: str) -> bool:
        try:
            return bool(self.info(path))
        except FileNotFoundError:
            return False

    exists = isfile

    def isdir(self, path: str) -> bool:
        return True

    def find(self, path: str, **options: Any) -> dict[str, Any]:
        return {one["name"]: one for one in self._listed(path)}

    def open(self, path: str, mode: str) -> io.BytesIO:
        if mode == "rb":
            return io.BytesIO(self._hub.objects[path][: self.info(path)["size"]])
        objects = self._hub.objects

        class Upload(io.BytesIO):
            def close(self) -> None:
                if not self.closed:
                    objects[path] = self.getvalue()
                super().close()

        return Upload()


def from_hub(hub: Hub, patience: float = 2.0) -> object_store.ObjectStorage:
    handler: Any = fs.FSSpecHandler
    filesystem = in_python.fresh(fs.PyFileSystem(handler(Listing(hub))))
    place = object_store.ObjectStorage("hf://buckets/u/b/run", filesystem, "buckets/u/b/run")
    place.patience = patience
    return place


def test_what_another_process_writes_is_seen_through_fsspec() -> None:
    """A file system that keeps its listings hides it (fsspec/gdrive-fsspec#62)."""
    hub = Hub()
    one, other = from_hub(hub), from_hub(hub)
    put(one, "a", b"one")
    assert (other.names(""), other.read("a")) == (["a"], b"one")
    put(one, "a", b"longer")
    put(one, "b", b"new")
    assert (other.names(""), other.read("a"), other.read("b")) == (["a", "b"], b"longer", b"new")
    assert other.written("b") is not None
    del hub.objects["buckets/u/b/run/a"]
    assert other.written("a") is None


class ConnectTimeout(Exception):
    """As a client of HTTP names it."""


class RemoteProtocolError(Exception):
    """As a client of HTTP names it."""


TOO_MANY = "Client error '429 Too Many Requests' for url 'https://huggingface.co/api/buckets'"
PASSING = [ConnectTimeout(""), RemoteProtocolError("Server disconnected"), OSError(TOO_MANY)]


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_outages_that_a_client_in_python_tells_of_are_waited_for(fault: Exception) -> None:
    hub = Hub()
    put(from_hub(hub), "a", b"one")
    place = from_hub(hub, 20.0)
    hub.faults = [fault]
    assert place.read("a") == b"one"
    hub.faults = [fault]
    assert place.names("") == ["a"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ValueError("Token cannot be auto-refreshed."), "the keys have run out .*HF_TOKEN"),
        (OSError("Token is required, but no token found."), "the store refuses entry .*HF_TOKEN"),
        (RuntimeError("the client has been closed"), r"refuses what was asked .*RuntimeError: the"),
    ],
)
def test_what_a_client_in_python_raises_is_a_sentence(fault: Exception, said: str) -> None:
    """After two hours a token was no more (Azure/azure-data-lake-store-python#299)."""
    uses: tuple[Callable[[object_store.ObjectStorage], object], ...] = (
        lambda place: place.read("a"),
        lambda place: place.names(""),
        lambda place: place.written("a"),
        lambda place: place.delete("a"),
        lambda place: put(place, "b", b"two"),
    )
    for use in uses:
        hub = Hub()
        put(from_hub(hub), "a", b"one")
        hub.faults = [fault] * 9
        with pytest.raises(StorageFailed, match=said):
            use(from_hub(hub, 0.1))
