"""A worker's environment variables: which Ray may know of, and which nobody may read in a log.

    env_vars of a host --split--> for Ray (it writes them to its logs), for the worker itself
    usual() --> what every worker has: one thread, memory in huge pages

A secret is best given by its name alone; then its value is the one that the node has.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from datagen.types import UserError

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
HUGE_PAGES = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Python's objects on glibc's heap, and that in pages of 2 MiB: on a virtual machine a process that
walks through many small objects waits for addresses to be looked up more than for anything else
(pipelines/cluster/README.md has what it is worth)."""
_OLDEST_GLIBC = (2, 35)
"""The first that has the setting."""
_KERNEL = Path("/sys/kernel/mm/transparent_hugepage/enabled")
_SECRET_NAME = re.compile(
    r"KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|AUTH|SAS|SIGNATURE|COOKIE|DSN|CONNECTION", re.IGNORECASE
)
_SECRET_VALUE = re.compile(r"^(sk-|hf_|gh[opsu]_|AKIA|ASIA|xox|eyJ)|://[^/@\s]*:[^/@\s]*@")


def usual(kernel: Path = _KERNEL) -> dict[str, str]:
    """Return what every worker is started with: one thread, memory in huge pages."""
    return ONE_THREAD | huge_pages(kernel)


def huge_pages(kernel: Path = _KERNEL) -> dict[str, str]:
    """Return what gives a Python huge pages; nothing where there are none, or the user chose."""
    if any(os.environ.get(name, value) != value for name, value in HUGE_PAGES.items()):
        return {}
    try:
        name, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
        given = kernel.read_text(encoding="ascii")
    except (OSError, ValueError):  # another C library, another system
        return {}
    numbers = tuple(int(part) for part in version.split(".")[:2])
    if name != "glibc" or numbers < _OLDEST_GLIBC or "[never]" in given:
        return {}
    return HUGE_PAGES


def split(variables: Mapping[str, str | None]) -> tuple[dict[str, str], dict[str, str | None]]:
    """Return what Ray may be given, and what only the worker is told; None: the node's own."""
    open_ones = {
        name: value
        for name, value in variables.items()
        if value is not None and not _SECRET_NAME.search(name) and not _SECRET_VALUE.search(value)
    }
    return open_ones, {n: value for n, value in variables.items() if n not in open_ones}


def enter(variables: Mapping[str, str | None]) -> None:
    """Set what this worker is told. Raises UserError if the node lacks what it should have."""
    absent = [name for name, value in variables.items() if value is None and name not in os.environ]
    if absent:
        raise UserError(
            f"this node's environment has no {', '.join(absent)}, which the host's env_vars name:"
            " set it where `ray start` is called"
        )
    os.environ.update({name: value for name, value in variables.items() if value is not None})
