"""Runs first in every worker of a chaos run: notes what is begun, and fails some commits once.

Python imports a module of this name at its start if it finds one on PYTHONPATH.
"""

from __future__ import annotations

import errno
import os
from hashlib import blake2b
from pathlib import Path
from typing import Any

EIO, ENOSPC = 0.12, 0.05
"""Parts of all artifacts whose first commit fails so."""


def fault_of(name: str, seed: str) -> int | None:
    """Return the error that the first commit of a file meets, or None."""
    digest = blake2b(f"{seed} {name}".encode(), digest_size=4).digest()
    draw = int.from_bytes(digest, "big") / 2**32
    if draw < EIO:
        return errno.EIO
    return errno.ENOSPC if draw < EIO + ENOSPC else None


def install(folder: Path, seed: str) -> None:
    """Wrap what makes units and what commits them."""
    from datagen.engine.worker import UnitRunner
    from datagen.storage.run_folder import RunFolder

    commit, run = RunFolder.commit, UnitRunner._try

    def noted(self: UnitRunner, order: Any) -> Any:
        with (folder / "begun").open("a") as file:
            file.write(f"{self._name}/{order.block:06d}\n")
        return run(self, order)

    def faulty(self: RunFolder, name: str, *content: Any) -> None:
        number = fault_of(name, seed)
        mark = folder / f"{name.replace('/', '-')} {number}"
        if number is None or mark.exists():
            return commit(self, name, *content)
        mark.touch()
        with self.storage.write(name) as file:
            file.write(b"half of it")
            raise OSError(number, os.strerror(number), name)

    UnitRunner._try = noted  # type: ignore[method-assign]
    RunFolder.commit = faulty  # type: ignore[method-assign]


if "CHAOS_FOLDER" in os.environ:
    install(Path(os.environ["CHAOS_FOLDER"]), os.environ["CHAOS_SEED"])
