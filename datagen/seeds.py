"""Seeds that depend on nothing but names, so any dialogue can be made again alone."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np


def seed_for(run_seed: int, dialog_id: str, *path: str | int) -> int:
    """Return a 63-bit seed for one choice, e.g. ``seed_for(0, "service-0000042", "speech", 3)``."""
    name = "/".join(map(str, (run_seed, dialog_id, *path)))
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") >> 1


def rng_for(run_seed: int, dialog_id: str, *path: str | int) -> np.random.Generator:
    """Return a generator seeded by `seed_for`."""
    return np.random.default_rng(seed_for(run_seed, dialog_id, *path))
