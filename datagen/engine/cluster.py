"""A connection to Ray: a private cluster on this machine, or one that is running."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

from datagen.engine import worker_env
from datagen.engine.head import watched_head
from datagen.engine.limits import require_room
from datagen.types import UserError

OBJECT_STORE = 100 * 2**20
"""Bytes: nothing but receipts crosses it."""
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}
NEEDLESS = {"include_log_monitor": False, "no_monitor": True}
"""No processes that send on what workers print, or grow a cluster: nobody listens, and each run
would pay 1.1 CPU seconds at its start, about 1 each 100 seconds, and wait 1 second at its end. Nor
one for the dashboard that is not shown (`start_api_server`): another second at the start."""
ROOM = 4 * 2**20
"""Bytes that Ray's folder takes at least."""
SHOWN = 300
"""Characters of Ray's own words that are shown."""
_OF_ITS_FOLDER = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.ENOENT,
)  # fmt: skip
"""What a disk says to who may not have a folder on it."""


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Be connected to Ray: a private cluster on this machine, or the one at ``address``."""
    os.environ.update(QUIET)
    if address is None:
        require_room()
    import ray

    settings: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        # inherited, so that workers Ray has already started serve
        os.environ.update(worker_env.usual())
        settings |= {"include_dashboard": False, "object_store_memory": OBJECT_STORE}
        settings["num_cpus"] = _num_cpus()
        if folder := _other_folder():
            settings["_temp_dir"] = folder
    on_terminate = signal.getsignal(signal.SIGTERM)
    try:
        with _our_way() if address is None else nullcontext():
            ray.init(address=address or "local", **settings)
        signal.signal(signal.SIGTERM, on_terminate)  # Ray puts its own in place
    except Exception as error:  # Ray raises bare ones, and some of its own
        raise UserError(_failure(address, error)) from error
    try:
        with watched_head():
            yield
    finally:
        ray.shutdown()


def _num_cpus() -> int:
    """Return how many CPUs this process may use: of a job, or of a container with a quota.

    Ray counts those of the whole machine, of which Slurm may have given us a few.
    """
    from ray._private import utils  # it offers no other way to ask for a container's

    count = int(getattr(utils, "get_num_cpus", os.cpu_count)() or 1)
    ours = getattr(os, "sched_getaffinity", None)  # macOS has none
    return max(1, min(count, len(ours(0))) if ours else count)


def _other_folder() -> str | None:
    """Return where a private Ray can have its files if it cannot where it would; else None.

    Ray takes TMPDIR, which a batch system may set to a folder that this machine does not have, and
    in it ``ray``, which may be another user's.
    """
    if "RAY_TMPDIR" in os.environ:
        return None  # it is the user's word
    usual = Path(os.environ.get("TMPDIR") or "/tmp")
    place = usual / "ray" if (usual / "ray").exists() else usual
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return None
    return str(Path(tempfile.gettempdir()) / f"ray-{os.getuid()}")


def _full_folder() -> str:
    """Say that the disk of a private Ray's folder is full, if it is; Ray itself only times out."""
    folder = Path(_other_folder() or os.environ.get("RAY_TMPDIR") or tempfile.gettempdir())
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ""
    if free >= ROOM:
        return ""
    return (
        f"the disk of its folder {folder} has {free / 2**20:.0f} MB left: delete something, or"
        " set RAY_TMPDIR to a folder with a short name on a disk with room"
    )


def _failure(address: str | None, error: Exception) -> str:
    """Say why Ray cannot be had, and what to do."""
    said = " ".join(str(error).split())
    said = said if len(said) <= SHOWN else f"{said[: SHOWN - 3]}..."
    if isinstance(error, OSError) and error.errno in _OF_ITS_FOLDER:
        where = "start Ray on this machine" if address is None else f"join Ray at {address}"
        return (
            f"cannot {where}: {said}; set RAY_TMPDIR to a folder with a short name on a disk with"
            " room that you may write to"
            + ("" if address is None else ", where Ray was started, too, or start it as this user")
        )
    if address is None and "path length" in said:
        return (
            f"cannot start Ray on this machine: {said}; set RAY_TMPDIR to a folder with a shorter"
            " name"
        )
    if address is None and (full := _full_folder()):
        return f"cannot start Ray on this machine: {said}; {full}"
    if address is None:
        return (
            f"cannot start Ray on this machine: {said} (it may be too busy, or have too little"
            " memory; the same command goes on from here)"
        )
    if "ersion mismatch" in said:
        return (
            f"cannot join the Ray cluster at {address}: {said}; install the same versions of Ray"
            " and Python here, or there"
        )
    return (
        f"cannot join the Ray cluster at {address}: {said}; if it runs, it may ask for a token, as"
        " `ray start` has it do where ~/.ray/auth_token exists: give that here,"
        " RAY_AUTH_MODE=token RAY_AUTH_TOKEN=..."
    )


@contextmanager
def _our_way() -> Iterator[None]:
    """Start Ray's processes in groups of their own, and only those that we need.

    A batch system sends SIGTERM to the whole group; were Ray's the first to go, it would abort us.
    They still end when we are killed: Linux tells them of their parent's death.
    """
    from ray._private import parameter, services  # it offers no other way

    with (
        _replaced(services, "ConsolePopen", lambda popen: partial(popen, process_group=0)),
        _replaced(parameter, "RayParams", _without_needless),
        _replaced(services, "start_api_server", lambda start: lambda *_, **__: (None, None)),
    ):
        yield


def _without_needless(params: Callable[..., Any]) -> Callable[..., Any]:
    known = signature(params).parameters
    return partial(params, **{name: value for name, value in NEEDLESS.items() if name in known})


@contextmanager
def _replaced(module: Any, name: str, change: Callable[[Any], Any]) -> Iterator[None]:
    """Change what a module offers, if it does: with another version of Ray all else works."""
    original = getattr(module, name, None)
    if original is None:
        yield
        return
    setattr(module, name, change(original))
    try:
        yield
    finally:
        setattr(module, name, original)
