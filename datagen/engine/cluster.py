"""A connection to Ray: a private cluster on this machine, or one that is running."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from datagen.types import UserError

OBJECT_STORE = 100 * 2**20
"""Bytes: nothing but receipts crosses it."""
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Be connected to Ray: a private cluster on this machine, or the one at ``address``."""
    os.environ.update(QUIET)
    import ray

    settings: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        os.environ.update(ONE_THREAD)  # inherited, so that workers Ray has already started serve
        settings |= {"include_dashboard": False, "object_store_memory": OBJECT_STORE}
    on_terminate = signal.getsignal(signal.SIGTERM)
    try:
        with _own_group():
            ray.init(address=address or "local", **settings)
        signal.signal(signal.SIGTERM, on_terminate)  # Ray puts its own in place
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        where = f"the Ray cluster at {address}" if address else "Ray on this machine"
        raise UserError(f"cannot start {where}: {' '.join(str(error).split())}") from error
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def _own_group() -> Iterator[None]:
    """Start Ray's processes in groups of their own, so that only we end them.

    A batch system sends SIGTERM to the whole group; were Ray's the first to go, it would abort us.
    They still end when we are killed: Linux tells them of their parent's death.
    """
    from ray._private import services  # it offers no other way

    popen = getattr(services, "ConsolePopen", None)
    if popen is None:  # another version of Ray; all else works without
        yield
        return
    setattr(services, "ConsolePopen", partial(popen, process_group=0))  # noqa: B010
    try:
        yield
    finally:
        setattr(services, "ConsolePopen", popen)  # noqa: B010
