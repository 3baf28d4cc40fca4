"""Who comes in: runs at the same instant, leases that are empty or garbled, clocks, fencing."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from datagen.storage import Storage, hold, lease, open_storage
from datagen.storage import holder as holders
from datagen.storage.append import Spool
from datagen.storage.base import StorageFailed
from datagen.storage.claims import CLAIM, in_the_way
from datagen.storage.holder import Holder, this_process
from datagen.storage.run_folder import RunFolder
from datagen.types import RunFailed, UserError
from tests.doubles.object_store import MemoryStore, _Stream, storage

pytestmark = pytest.mark.slow

PARTS = ("", "1-of-2", "2-of-2", "")
HELD = {"owner": "o", "host": "other", "boot": "b", "pid": 7, "since": "9"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make leases short."""
    monkeypatch.setattr(lease, "RENEW", 0.02)
    monkeypatch.setattr(lease, "EXPIRES", 0.5)
    monkeypatch.setattr(lease, "LOOK", 0.01)
    monkeypatch.setattr(holders, "PAUSE", 0.01)
    monkeypatch.setattr("datagen.storage.claims.POLL", 0.01)


def put(place: Storage, name: str, data: bytes) -> None:
    with place.write(name) as file:
        file.write(data)


class SlowStore(MemoryStore):
    """Each request takes another while, so that everything happens between everything."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._rng, self._guard = random.Random(seed), threading.RLock()

    def _request(self) -> None:
        time.sleep(self._rng.uniform(0, 0.004))
        super()._request()

    def get_file_info(self, what: Any) -> Any:
        with self._guard:
            return super().get_file_info(what)


class Doors:
    """Who is inside; two that are in each other's way must never be."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.most, self.clashes, self.entered = 0, 0, 0
        self._lock = threading.Lock()

    @contextmanager
    def entering(self, part: str) -> Iterator[None]:
        with self._lock:
            self.clashes += any(in_the_way(part, other) for other in self.inside)
            self.inside.append(part)
            self.entered += 1
        yield
        with self._lock:
            self.inside.remove(part)


def at_once(places: list[Storage], parts: tuple[str, ...]) -> Doors:
    """Let runs of these parts want the folder at the same instant."""
    doors, start = Doors(), threading.Barrier(len(parts))

    def come(place: Storage, part: str) -> None:
        start.wait()
        try:
            with hold(place, part), doors.entering(part):
                time.sleep(0.3)
        except UserError:
            pass

    threads = [threading.Thread(target=come, args=pair) for pair in zip(places, parts, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return doors


@pytest.mark.parametrize("seed", range(12))
def test_of_a_whole_run_and_slices_at_the_same_instant_one_kind_comes_in(seed: int) -> None:
    store = SlowStore(seed)
    doors = at_once([storage(store) for _ in PARTS], PARTS)
    assert doors.clashes == 0
    assert doors.entered >= 1
    assert not [name for name in store.objects if CLAIM in name or lease.LEASE in name]


@pytest.mark.parametrize("turn", range(4))
def test_so_on_a_disk(turn: int, tmp_path: Path) -> None:
    doors = at_once([open_storage(tmp_path) for _ in PARTS], PARTS)
    assert doors.clashes == 0
    assert doors.entered >= 1


def test_a_claim_of_a_dead_run_is_in_nobodys_way(quick: None) -> None:
    store = MemoryStore()
    place = storage(store)
    gone = this_process().model_copy(update={"pid": 2**22 + 1, "owner": "0"})
    put(place, f"{CLAIM}0", gone.model_dump_json().encode())
    far = Holder.model_validate({**HELD, "owner": "00"})
    put(place, f"{CLAIM}00", far.model_dump_json().encode())
    start = time.monotonic()
    with hold(place):
        assert time.monotonic() - start < 3 * lease.EXPIRES
    assert not [name for name in store.objects if CLAIM in name]


class TwoSteps(MemoryStore):
    """Azure: what is written is empty first, and stays so when the writer is killed just then."""

    killed = False
    gap = 0.05

    def open_output_stream(self, path: str) -> _Stream:
        self.objects[path] = b"", self.clock
        time.sleep(self.gap)
        if self.killed:
            raise KeyboardInterrupt
        return super().open_output_stream(path)


def test_a_lease_that_is_empty_while_it_is_renewed_lets_nobody_in() -> None:
    store = TwoSteps()
    place = storage(store)
    with hold(place):
        for _ in range(5):
            with pytest.raises(UserError, match="another run"), hold(storage(store)):
                pass


def test_a_lease_of_another_machine_that_is_empty_for_a_moment_is_respected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lease, "EXPIRES", 30.0)
    store = MemoryStore()
    place = storage(store)
    put(place, lease.LEASE, b"")

    def renew() -> None:
        time.sleep(0.2)
        store.clock += 1
        put(place, lease.LEASE, json.dumps(HELD).encode())

    other = threading.Thread(target=renew)
    other.start()
    with pytest.raises(UserError, match="another run"), hold(storage(store)):
        pass
    other.join()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\xff\x80",
        b"null",
        b"[]",
        b'{"owner": 1}',
        b"[" * 200_000,
        b"{" * 70_000,
        b"1" * 9000,
    ],
    ids=lambda content: f"{content[:12]!r}",
)
def test_a_lease_that_cannot_be_read_is_waited_for_no_longer_than_a_lease(
    content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    place = storage(store)
    put(place, lease.LEASE, content)
    start = time.monotonic()
    with hold(place) as held:
        held.check()
    assert time.monotonic() - start < 4 * lease.EXPIRES
    assert "its lease cannot be read" in caplog.text


def test_a_run_whose_lease_is_garbled_stops_itself(quick: None) -> None:
    place = storage(MemoryStore())
    with hold(place) as held:
        put(place, lease.LEASE, b"\0" * 100)
        with pytest.raises(RunFailed, match="something else has been written to its lease"):
            until(held.check)
        assert not held.ours()


def test_a_run_whose_lease_was_removed_renews_it() -> None:
    place = storage(MemoryStore())
    with hold(place) as held:
        place.delete(lease.LEASE)
        while place.written(lease.LEASE) is None:
            time.sleep(0.01)
        held.check()
        assert held.ours()


def test_a_renewal_that_fails_in_an_unforeseen_way_stops_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = storage(MemoryStore())
    with hold(place) as held, monkeypatch.context() as patch:
        patch.setattr(lease, "write_sign", lambda *_: 1 / 0)
        with pytest.raises(RunFailed, match=r"cannot be renewed .ZeroDivisionError"):
            until(held.check)


def until(check: Any) -> None:
    for _ in range(300):
        check()
        time.sleep(0.01)


@pytest.mark.parametrize("ahead", [3600.0, -3600.0])
def test_a_clock_that_was_set_costs_a_lease_at_most(
    ahead: float, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    place = storage(store)
    put(place, lease.LEASE, json.dumps(HELD).encode())
    store.clock -= ahead
    start = time.monotonic()
    with hold(place):
        assert time.monotonic() - start < 3 * lease.EXPIRES
    assert "-" not in caplog.text.partition("held it")[2].partition(" ago")[0]


def test_a_run_that_slept_looks_before_it_goes_on() -> None:
    """As after SIGSTOP, or a laptop's lid: the renewing thread may wake later than the run."""
    place = storage(MemoryStore())
    with hold(place) as held:
        held._ended.set()
        held._thread.join()
        put(place, lease.LEASE, json.dumps(HELD).encode())
        held.check()
        held._renewed -= 2 * lease.EXPIRES
        with pytest.raises(RunFailed, match=r"process 7 on other.* has taken over"):
            held.check()
    assert json.loads(place.read(lease.LEASE)) == HELD


def test_a_fenced_run_does_not_touch_the_winners_journal(caplog: pytest.LogCaptureFixture) -> None:
    place = storage(MemoryStore())
    with hold(place) as held:
        spool = Spool(place, "journal.jsonl", held.ours, every=60)
        spool.write("ours\n")
        put(place, lease.LEASE, json.dumps(HELD).encode())
        put(place, "journal.jsonl", b"the winner's\n")
        spool.close()
    assert place.read("journal.jsonl") == b"the winner's\n"
    assert "another run writes it now" in caplog.text


def test_escapes_in_a_lease_are_shown_and_not_obeyed() -> None:
    place = storage(MemoryStore())
    here = this_process().model_copy(update={"host": "\x1b]0;owned\x07\u202eevil" + "x" * 500})
    put(place, lease.LEASE, here.model_dump_json().encode())
    with pytest.raises(UserError) as caught, hold(place):
        pass
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


class Framing(MemoryStore):
    """An S3 server that keeps the framing of trailing checksums as content."""

    def open_input_file(self, path: str) -> Any:
        import pyarrow as pa

        data = super().open_input_file(path).read()
        return pa.BufferReader(b"%x\r\n%s\r\n0\r\n" % (len(data), data))


def test_what_is_not_given_back_as_it_was_written_is_told() -> None:
    store = Framing()
    with pytest.raises(StorageFailed, match="does not give back"), hold(storage(store)):
        pass
    assert store.objects == {}


# plans and runs that a kill left empty


@pytest.mark.parametrize("content", [b"", b"  \n"])
def test_an_empty_plan_is_as_if_there_were_none(content: bytes, tmp_path: Path) -> None:
    for place in (storage(MemoryStore()), open_storage(tmp_path)):
        folder = RunFolder(tmp_path)
        folder.storage = place
        put(place, "plan.json", content)
        assert folder.read_json("plan.json") is None
        folder.write_json("plan.json", {"blocks": 1})
        assert folder.read_json("plan.json") == {"blocks": 1}


def test_a_kill_between_the_steps_of_a_write_costs_the_plan_and_nothing_else(
    tmp_path: Path,
) -> None:
    store = TwoSteps()
    folder = RunFolder(tmp_path)
    folder.storage = storage(store)
    store.killed = True
    with pytest.raises(KeyboardInterrupt):
        folder.write_json("plan.json", {"blocks": 1})
    store.killed = False
    assert store.objects["bucket/run/plan.json"][0] == b""
    assert folder.read_json("plan.json") is None
    folder.write_json("plan.json", {"blocks": 1})
    assert folder.read_json("plan.json") == {"blocks": 1}


def test_a_plan_that_says_the_same_is_not_written_again(tmp_path: Path) -> None:
    store = MemoryStore()
    folder = RunFolder(tmp_path)
    folder.storage = storage(store)
    folder.write_json("plan.json", {"blocks": 1})
    store.clock += 10
    folder.write_json("plan.json", {"blocks": 1})
    assert folder.storage.written("plan.json") == store.clock - 10
    folder.write_json("plan.json", {"blocks": 2})
    assert folder.storage.written("plan.json") == store.clock


@pytest.mark.parametrize("name", ["plan.json", "run.json", "journal.jsonl"])
def test_deep_nesting_is_damage_in_one_sentence(name: str, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    (tmp_path / name).write_bytes(b"[" * 200_000)
    if name.startswith("journal"):
        assert folder.events() == []
        return
    with pytest.raises(UserError, match="delete it and run again"):
        folder.read_json(name)
