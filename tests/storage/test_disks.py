"""Disks that are mounted over a network: they go away, have no locks that answer, and show late."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from datagen.engine.nodes import unseen
from datagen.storage import StorageFailed, disks, hold, local
from datagen.storage.local import LocalStorage
from datagen.storage.marks import MarkFile, MarkLine
from datagen.storage.run_folder import Receipt, RunFolder
from datagen.types import UserError

RECEIPT = Receipt(stage="script", block=0, fingerprint="f", reads={}, content="c", rows=1)
FILE = "script/000000.parquet"


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder(tmp_path / "run")
    metadata = {"receipt": RECEIPT.model_dump(mode="json")}
    made.commit(FILE, pa.table({"dialog_id": ["a"]}), metadata)
    made.write_json("plan.json", {"blocks": 1})
    return made


def gone(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))


USES: dict[str, tuple[Any, str, Callable[[RunFolder], Any]]] = {
    "a plan": (pa, "OSFile", lambda run: run.read_json("plan.json")),
    "a receipt": (pa, "OSFile", lambda run: run.receipt(FILE)),
    "a table": (pa, "OSFile", lambda run: run.read(FILE)),
    "names": (os, "scandir", lambda run: run.receipts("script", [0])),
    "a time": (Path, "stat", lambda run: run.storage.written(FILE)),
    "a new file": (tempfile, "mkstemp", lambda run: run.write_json("new.json", {})),
    "a delete": (Path, "unlink", lambda run: run.storage.delete(FILE)),
    "a lease": (Path, "mkdir", lambda run: run.lock().__enter__()),
}


@pytest.mark.parametrize("use", USES)
def test_a_disk_that_has_gone_is_said_and_nothing_is_taken_for_damaged(
    use: str, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bucket's mount ends within a job (s3fs-fuse/s3fs-fuse#2176)."""
    module, name, call = USES[use]
    monkeypatch.setattr(module, name, gone)
    with pytest.raises(StorageFailed, match=r"its disk has gone \(Transport .*mounted again") as it:
        call(folder)
    assert folder.where in str(it.value)
    assert "delete it" not in str(it.value)


def test_a_journal_on_a_disk_that_has_gone_is_said(folder: RunFolder) -> None:
    with folder.journal() as journal:
        journal.write("{}\n")
        journal._file.close()  # type: ignore[attr-defined]
        journal._file = _Gone()  # type: ignore[attr-defined]
        for use in (lambda: journal.write("{}\n"), journal.flush):
            with pytest.raises(StorageFailed, match="its disk has gone"):
                use()
    assert folder.events() == [{}]


class _Gone:
    write = flush = staticmethod(gone)

    def close(self) -> None:
        """Close nothing."""


def test_errors_of_one_file_are_no_errors_of_the_disk(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(pa, "OSFile", broken)
    assert folder.receipt(FILE) is None


def test_a_disk_that_never_answers_who_wants_a_lock_keeps_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """NFS whose lock manager cannot be reached (willscott/go-nfs#98)."""
    answer = threading.Event()
    monkeypatch.setattr(fcntl, "flock", lambda *_: answer.wait(60) and None)
    monkeypatch.setattr(disks, "LOCKING", 0.1)
    try:
        with hold(LocalStorage(tmp_path / "run")) as lease:
            lease.check()
    finally:
        answer.set()
    assert "has not answered for 0.1 s whether it may be locked" in caplog.text


def test_a_disk_without_locks_is_not_held_by_a_machine_that_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no flock, a package's soft lock is a file that stays (Lustre)."""

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", refuse)
    place = LocalStorage(tmp_path / "run")
    for _ in range(2):
        with place.guard("") as free:
            assert free
            (tmp_path / "run" / ".lock").write_text("7\nanother-machine\n")


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS])
def test_marks_need_no_locks_of_a_disk(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)
    marks = MarkFile(tmp_path / "run.marks.jsonl")
    marks.add(MarkLine(dialog_id="service-0000001", verdict="approve"))
    assert marks.marked("approve") == ["service-0000001"]


def test_marks_that_another_program_has_locked_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datagen.storage.marks.WAIT", 0.01)
    marks = MarkFile(tmp_path / "run.marks.jsonl")
    line = MarkLine(dialog_id="service-0000001", verdict="approve")
    with disks.locked(tmp_path / "run.marks.jsonl.lock") as free:
        assert free
        with pytest.raises(UserError, match="another program has locked it"):
            marks.add(line)
    marks.add(line)
    assert marks.marked("approve") == ["service-0000001"]


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have a file of this disk seen only after its folder was listed twice."""
    listed: list[str] = []
    load, written, names = LocalStorage.load, LocalStorage.written, LocalStorage.names

    def seen(name: str) -> bool:
        return listed.count(name.rpartition("/")[0]) >= 2

    def late_load(self: LocalStorage, name: str, parse: Any) -> Any:
        if not seen(name):
            raise FileNotFoundError(errno.ENOENT, "not yet", name)
        return load(self, name, parse)

    def noted(self: LocalStorage, folder: str, *, hidden: bool = False) -> list[str]:
        listed.append(folder)
        return names(self, folder, hidden=hidden)

    monkeypatch.setattr(LocalStorage, "load", late_load)
    monkeypatch.setattr(
        LocalStorage, "written", lambda self, name: written(self, name) if seen(name) else None
    )
    monkeypatch.setattr(LocalStorage, "names", noted)
    monkeypatch.setattr(local, "LOOK", 0.001)
    return listed


def test_what_another_machine_wrote_may_be_seen_late(
    folder: RunFolder, late: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """NFS keeps what it knows of a folder (NVIDIA-NeMo/Megatron-Bridge#4865)."""
    assert folder.awaited(FILE) is None, "a disk of this machine is not waited for"
    monkeypatch.setattr(disks, "lateness", lambda _: 30.0)
    assert folder.awaited(FILE) == RECEIPT


def test_a_list_that_is_empty_for_a_moment_is_not_believed(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As NFS-Ganesha gives one now and then (nfs-ganesha/nfs-ganesha#683)."""
    monkeypatch.setattr(LocalStorage, "names", lambda *_, **__: [])
    assert folder.receipts("script", range(2)) == {0: RECEIPT}
    assert folder.receipts("speech", range(2)) == {}


def test_claims_on_a_disk_that_machines_share_have_time_to_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LocalStorage(tmp_path).settle_seconds == 0
    monkeypatch.setattr(disks, "lateness", lambda _: 60.0)
    assert LocalStorage(tmp_path).settle_seconds == local.SETTLE


def test_nodes_that_see_a_file_late_share_the_folder(
    folder: RunFolder, late: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with folder.storage.write(".seen-1") as file:
        file.write(b"nonce")
    assert "does not see" in str(unseen(folder.where, ".seen-1", "nonce"))
    monkeypatch.setattr(disks, "lateness", lambda _: 30.0)
    assert unseen(folder.where, ".seen-1", "nonce") is None


def test_only_disks_that_machines_share_are_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "overlay / overlay rw 0 0\n"
        "server:/a /mnt/a\\040b nfs4 rw 0 0\n"
        "tmpfs /mnt/a\\040b/tmp tmpfs rw 0 0\n"
        "s3fs /bucket fuse.s3fs rw 0 0\n"
        "odd\n"
    )
    monkeypatch.setattr(disks, "_MOUNTS", mounts)
    assert disks.lateness(Path("/mnt/a b/runs/x")) == disks.LATE
    assert disks.lateness(Path("/bucket")) == disks.LATE
    assert disks.lateness(Path("/mnt/a b/tmp/x")) == 0.0
    assert disks.lateness(Path("/mnt/a")) == 0.0
    monkeypatch.setattr(disks, "_MOUNTS", tmp_path / "nothing")
    assert disks.lateness(Path("/bucket")) == 0.0
