"""Clusters on a bad day: a node lost, its head lost, two runs at once, secrets in a host's file."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from datagen.config import StageHost
from datagen.engine import cluster as joining
from datagen.engine import head, limits
from datagen.engine.capacity import Capacity
from datagen.engine.pools import Pool, _Actor
from datagen.engine.worker_env import HUGE_PAGES, enter, split, usual
from datagen.types import RunFailed, UserError
from tests.fixtures.runs import ROOT, artifacts, command, hashes, make_plainly, running
from tests.fixtures.two_nodes import two_nodes

KEY = "hf_planted0planted0planted0"
STAGES = ("script", "speech", "timeline", "tokens", "shards")


# room


def pool(host: StageHost, workers: int = 0, starting: int = 0) -> Pool:
    made = Pool("speech", host, "/nowhere", {})
    made.workers = [_Actor(object(), 0.0) for _ in range(workers)]
    now = time.monotonic()
    made.starting = {object(): _Actor(object(), now - place) for place in range(starting)}
    return made


@pytest.fixture
def two_cpus(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What Ray says is free; a test may change it."""
    free = {"CPU": 2.0}
    monkeypatch.setattr("ray.cluster_resources", lambda: {"CPU": 2.0, "speech": 1.0})
    monkeypatch.setattr("ray.available_resources", lambda: free)
    monkeypatch.setattr("ray.kill", lambda *_, **__: None)
    return free


def test_a_worker_that_asks_for_nothing_needs_no_room(two_cpus: dict[str, float]) -> None:
    room = Capacity([pool(StageHost(cpus=0.4), workers=7)])
    assert room.take(StageHost(cpus=0))
    assert not room.take(StageHost(cpus=0.1))
    assert not room.take(StageHost(cpus=0, resources={"speech": 2.0}))
    assert room.take(StageHost(cpus=0, resources={"speech": 1.0}))
    assert not room.take(StageHost(cpus=0, resources={"nowhere": 0.1}))


def test_what_was_asked_for_on_a_lost_node_is_taken_back(two_cpus: dict[str, float]) -> None:
    held = pool(StageHost(cpus=0.4), workers=4, starting=3)
    room = Capacity([held])
    assert room.lacks(held.host)
    assert not room.lacks(StageHost(cpus=0))
    youngest = next(iter(held.starting))
    assert held.withdraw_one()
    room.give_back(held.host)
    assert youngest not in held.starting
    assert held.withdraw_one()
    room.give_back(held.host)
    assert not room.lacks(held.host)


def test_idle_workers_of_a_lost_node_are_forgotten(two_cpus: dict[str, float]) -> None:
    held = pool(StageHost(cpus=0.4), workers=3)
    for actor, node in zip(held.workers, ("here", "lost", ""), strict=True):
        actor.node = node
    assert held.forget_idle({"here"}) == 1
    assert [actor.node for actor in held.workers] == ["here", ""]


def test_on_a_shared_cluster_what_others_hold_is_no_room(two_cpus: dict[str, float]) -> None:
    two_cpus["CPU"] = 0.5
    ours = pool(StageHost(cpus=0.4), workers=1)
    assert Capacity([ours]).take(StageHost(cpus=1.0))
    shared = Capacity([ours], shared=True)
    assert not shared.take(StageHost(cpus=0.6))
    assert shared.take(StageHost(cpus=0.5))
    asked = pool(StageHost(cpus=0.4), starting=1)
    assert not Capacity([asked], shared=True).take(StageHost(cpus=0.2)), "it is being placed"
    two_cpus["CPU"] = 0.0
    assert not Capacity([ours], shared=True).lacks(ours.host), "others hold it, nothing is lost"


# secrets


@pytest.mark.parametrize(
    "variables",
    [
        {"HF_TOKEN": "x"},
        {"SPEECH_API_KEY": "x"},
        {"DB_PASSWORD": "x"},
        {"AZURE_STORAGE_SAS_TOKEN": "x"},
        {"PLAIN": KEY},
        {"ENDPOINT": "https://me:hunter2@example.com/v1"},
        {"ANYTHING": None},
    ],
)
def test_ray_is_not_told_secrets(variables: dict[str, str | None]) -> None:
    assert split(variables) == ({}, variables)


def test_ray_is_told_what_must_be_there_when_a_process_starts() -> None:
    plain = {"PYTHONPATH": "/a:/b", "CUDA_VISIBLE_DEVICES": "0", "HF_HOME": "/models"}
    assert split(plain) == (plain, {})


@pytest.mark.parametrize(
    ("library", "kernel", "environment", "are_asked_for"),
    [
        ("glibc 2.36", "always [madvise] never", {}, True),
        ("glibc 2.36", "[always] madvise never", HUGE_PAGES, True),
        ("glibc 2.36", "always madvise [never]", {}, False),
        ("glibc 2.31", "always [madvise] never", {}, False),
        (None, "always [madvise] never", {}, False),
        ("glibc 2.36", None, {}, False),
        ("glibc 2.36", "always [madvise] never", {"PYTHONMALLOC": "debug"}, False),
        ("glibc 2.36", "always [madvise] never", {"GLIBC_TUNABLES": "glibc.pthread.x=1"}, False),
    ],
)
def test_workers_have_huge_pages_where_they_are_to_be_had(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    library: str | None,
    kernel: str | None,
    environment: dict[str, str],
    are_asked_for: bool,
) -> None:
    monkeypatch.setattr(os, "confstr", lambda _: library)
    for name in HUGE_PAGES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    enabled = tmp_path / "enabled"
    if kernel is not None:
        enabled.write_text(kernel)
    assert (usual(enabled).items() >= HUGE_PAGES.items()) == are_asked_for


def test_a_name_without_a_value_has_the_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THERE", "a")
    enter({"THERE": None})
    with pytest.raises(UserError, match="no NOT_THERE, which the host's env_vars name"):
        enter({"THERE": None, "NOT_THERE": None})
    enter({"THERE": "b"})
    assert os.environ["THERE"] == "b"


@pytest.mark.slow
@pytest.mark.long
def test_secrets_of_a_host_are_nowhere_in_rays_files(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has them: its stage refuses to start without."""
    sessions = Path("/tmp") / f"ray-{os.getpid()}"  # socket names must be short
    monkeypatch.setenv("RAY_TMPDIR", str(sessions))
    monkeypatch.setenv("OF_THE_NODE", "there")
    host = tmp_path / "host.yaml"
    host.write_text(f"script: {{env_vars: {{HF_TOKEN: {KEY}, OF_THE_NODE: , SHOWN: shown}}}}\n")
    answer = subprocess.run(
        command(tmp_path / "run", 16, "--host", str(host)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    try:
        assert answer.returncode == 0, answer.stderr
        found = {p: p.read_bytes() for p in sessions.rglob("*") if p.is_file()}
        assert any(b"shown" in text for text in found.values()), "Ray logs what it is given"
        assert not [path for path, text in found.items() if KEY.encode() in text]
    finally:
        subprocess.run(["rm", "-rf", str(sessions)], check=True)


# the head


def test_ray_that_cannot_be_had_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(**_: object) -> None:
        raise Exception("The current node timed out during startup.\nThis could happen")

    monkeypatch.setattr("ray.init", slow)
    for address, says in ((None, "too busy"), ("10.0.0.1:6379", "RAY_AUTH_MODE=token")):
        with pytest.raises(UserError, match=says) as caught, joining.cluster(address):
            pass
        assert "timed out during startup. This" in str(caught.value)
        assert "\n" not in str(caught.value)


LOW = {
    "few files": ({resource.RLIMIT_NOFILE: (60, 60)}, r"60 open files .*\(ulimit -n 512"),
    "few threads": ({resource.RLIMIT_NPROC: (30, 100)}, r"30 processes .*ulimit -u 512"),
    "few addresses": ({resource.RLIMIT_AS: (10**9, 10**9)}, r"976,562 kB .*ulimit -v 3145728"),
    "two": (
        {resource.RLIMIT_NOFILE: (60, 60), resource.RLIMIT_AS: (2**20, 2**20)},
        "60 open files and 1,024 kB",
    ),
}


def limited(monkeypatch: pytest.MonkeyPatch, low: dict[int, tuple[int, int]]) -> None:
    """Give this process limits, as far as it looks at them; it is nobody's root."""
    free = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    now = dict(low)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("resource.getrlimit", lambda number: now.get(number, free))
    monkeypatch.setattr("resource.setrlimit", now.__setitem__)


@pytest.mark.parametrize("name", LOW)
def test_limits_that_are_too_low_for_ray_are_said_before_it_starts(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on the login node of a cluster, where it aborts (ray-project/ray#14426)."""
    low, says = LOW[name]
    limited(monkeypatch, low)
    monkeypatch.setattr("ray.init", lambda **_: pytest.fail("it must not be started"))
    with pytest.raises(UserError, match=says), joining.cluster(None):
        pass


def test_limits_that_we_may_raise_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS gives a process 256 files, of as many as it may ask for."""
    for hard in (4096, resource.RLIM_INFINITY):
        limited(monkeypatch, {resource.RLIMIT_NOFILE: (256, hard)})
        limits.require_room()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)


@pytest.mark.parametrize(("ours", "container", "told"), [(16, 128, 16), (64, 4, 4), (64, 0, 1)])
def test_ray_has_the_cpus_of_our_job_not_of_the_machine(
    ours: int, container: int, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a Slurm job it counts the whole node (ray-project/ray#13607)."""
    given: dict[str, object] = {}

    def note(**settings: object) -> None:
        given.update(settings)
        raise OSError("enough")

    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(ours)))
    monkeypatch.setattr("ray._private.utils.get_num_cpus", lambda: container)
    monkeypatch.setattr("ray.init", note)
    with pytest.raises(UserError, match="enough"), joining.cluster(None):
        pass
    assert given.pop("num_cpus") == told
    with pytest.raises(UserError, match="enough"), joining.cluster("10.0.0.1:6379"):
        pass
    assert "num_cpus" not in given


def test_a_folder_of_too_long_a_name_for_ray_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def long(**_: object) -> None:
        raise OSError("AF_UNIX path length cannot exceed 107 bytes")

    monkeypatch.setattr("ray.init", long)
    says = "exceed 107 bytes; set RAY_TMPDIR to a folder with a shorter name"
    with pytest.raises(UserError, match=says), joining.cluster(None):
        pass


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_folder_that_ray_may_not_write_to_is_said(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where somebody else has started Ray before (ray-project/ray#4593)."""

    def refuse(**_: object) -> None:
        raise OSError(number, os.strerror(number), "/tmp/ray/session_1")

    monkeypatch.setattr("ray.init", refuse)
    says = rf"on this machine: .*{os.strerror(number)}: '/tmp/ray/session_1'; set RAY_TMPDIR to"
    with pytest.raises(UserError, match=says), joining.cluster(None):
        pass
    says = "join Ray at here:1: .*; set RAY_TMPDIR to.* or start it as this user"
    with pytest.raises(UserError, match=says), joining.cluster("here:1"):
        pass


def test_a_full_disk_under_rays_folder_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray waits for its own files there, and then says nothing of it (as in ray#17017)."""

    def late(**_: object) -> None:
        raise RuntimeError("Timed out waiting for file gcs_server_port")

    monkeypatch.setattr("ray.init", late)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    with pytest.raises(UserError, match="it may be too busy"), joining.cluster(None):
        pass
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**20))
    says = rf"gcs_server_port; the disk of its folder {tmp_path} has 1 MB left: .*RAY_TMPDIR"
    with pytest.raises(UserError, match=says), joining.cluster(None):
        pass


def test_a_private_ray_has_a_folder_that_is_there_and_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch system's TMPDIR may be of another machine (flux-framework/flux-core#3326)."""
    given: list[object] = []

    def note(**settings: object) -> None:
        given.append(settings.get("_temp_dir"))
        raise RuntimeError("enough")

    monkeypatch.setattr("ray.init", note)
    monkeypatch.setattr("os.access", lambda path, _: "theirs" not in str(path))
    monkeypatch.delenv("RAY_TMPDIR", raising=False)
    (tmp_path / "theirs" / "ray").mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "nowhere", tmp_path / "theirs"):
        monkeypatch.setenv("TMPDIR", str(folder))
        with pytest.raises(UserError, match="enough"), joining.cluster(None):
            pass
    own = str(Path(tempfile.gettempdir()) / f"ray-{os.getuid()}")
    assert given == [None, own, own]
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match="enough"), joining.cluster(None):
        pass
    assert given[-1] is None, "the user has said where"


def test_a_cluster_of_other_versions_is_said_without_talk_of_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def other(**_: object) -> None:
        raise RuntimeError(
            "Version mismatch: The cluster was started with:\n    Ray: 2.9.3\n    Python: 3.10.13\n"
            "This process on node 10.0.0.4 was started with:\n    Ray: 2.60.0\n    Python: 3.11.2"
        )

    monkeypatch.setattr("ray.init", other)
    says = r"Ray: 2\.9\.3 .*Ray: 2\.60\.0 .*install the same versions"
    with pytest.raises(UserError, match=says) as caught, joining.cluster("10.0.0.1:6379"):
        pass
    assert "TOKEN" not in str(caught.value)


def test_a_head_that_is_silent_for_long_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    head.require_head()
    watch = head.HeadWatch("127.0.0.1:1")
    monkeypatch.setattr(head, "_watch", watch)
    head.require_head()
    watch.heard -= 50
    with pytest.raises(
        RunFailed, match=r"head of the Ray cluster \(127\.0\.0\.1:1\) has been gone"
    ):
        head.require_head()
    watch.end()


def test_a_raylet_that_has_ended_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its driver waited for ever (ray-project/ray#1270, of the process that was there then)."""
    asked: list[bool] = []

    def told() -> list[dict[str, object]]:
        asked.append(True)
        return [{"NodeID": "ours", "Alive": "dead" not in states}, {"NodeID": "x", "Alive": False}]

    states: set[str] = set()
    monkeypatch.setattr("ray.nodes", told)
    watch = head.HeadWatch("127.0.0.1:1", "ours")
    monkeypatch.setattr(head, "_watch", watch)
    head.require_head()
    assert not asked, "it is not asked at each turn of the loop"
    watch._asked -= 2 * head.ASK
    head.require_head()
    assert asked
    states.add("dead")
    watch._asked -= 2 * head.ASK
    watch.heard -= 3 * head.LOOK
    head.require_head()  # a head that is silent is not asked, which could take long
    watch.heard = time.monotonic()
    with pytest.raises(RunFailed, match=r"\(raylet\) has ended, .* give the same command again"):
        head.require_head()
    watch.end()


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    ("process", "sentence"),
    [(b"raylet", "(raylet) has ended"), (b"gcs_server", "the head of the Ray cluster")],
)
def test_what_a_run_loses_of_ray_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, process: bytes, sentence: str
) -> None:
    monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "20")
    with running(tmp_path / "run", 16 * 200) as driver:
        deadline = time.monotonic() + 120
        while artifacts(tmp_path / "run") < 2:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        (lost,) = children(driver.pid, process)
        os.kill(lost, signal.SIGKILL)
        _, said = driver.communicate(timeout=120)
    assert driver.returncode == 1, said
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, said
    assert sentence in errors[0]
    assert "Traceback" not in said


def children(parent: int, name: bytes) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            program = (entry / "cmdline").read_bytes().partition(b"\0")[0]
            if int(stat[1]) == parent and program.endswith(name):
                found.append(int(entry.name))
    return found


# a lost node, two runs


def host_file(path: Path, **stages: object) -> str:
    path.write_text(json.dumps({stage: {"cpus": 0.4, "workers": 1} for stage in STAGES} | stages))
    return str(path)


@pytest.mark.slow
@pytest.mark.long
def test_a_lost_node_costs_seconds(tmp_path: Path) -> None:
    """One that held the worker which asks for no CPU, while all CPUs of the other are held."""
    blocks = 4
    make_plainly(tmp_path / "plain", blocks)
    out = tmp_path / "run"
    two = {"cpus": 0.4, "workers": 2}
    host = host_file(tmp_path / "h.yaml", speech=two, shards={"cpus": 0, "workers": 1})
    with two_nodes() as nodes:
        more = ("--host", host, "--address", nodes.address)
        with running(out, 16 * blocks, *more) as driver:
            deadline = time.monotonic() + 120
            while artifacts(out) < 6:
                assert time.monotonic() < deadline
                assert driver.poll() is None
                time.sleep(0.1)
            nodes.lose()
            start = time.monotonic()
            _, said = driver.communicate(timeout=200)
            assert driver.returncode == 0, said
            assert time.monotonic() - start < 60
    assert hashes(out) == hashes(tmp_path / "plain")


@pytest.mark.slow
@pytest.mark.long
def test_a_second_run_gets_its_share(tmp_path: Path) -> None:
    """The first one's writers have nothing left to do, and hold what the second needs."""
    with two_nodes() as nodes:
        small = {"cpus": 0.25, "workers": 1}
        writers = {"cpus": 0.8, "workers": 1, "units": 4}
        stages = {stage: small for stage in STAGES} | {"script": writers}
        first_host = host_file(tmp_path / "a.yaml", **stages)
        second = host_file(tmp_path / "b.yaml")
        address = ("--address", nodes.address)
        with running(tmp_path / "a", 16 * 150, "--host", first_host, *address) as long_one:
            deadline = time.monotonic() + 150
            while len(list((tmp_path / "a").glob("script/*.parquet"))) < 150:
                assert time.monotonic() < deadline
                assert long_one.poll() is None
                time.sleep(0.2)
            short = subprocess.run(
                command(tmp_path / "b", 16, "--host", second, *address),
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=200,
            )
            assert short.returncode == 0, short.stderr
            assert long_one.poll() is None, "it was still at work"
