"""Find a model's files on this machine: a folder, installed packages, or a downloaded hub id.

Nothing is downloaded here, so the same recipe never quietly gets other weights; a missing model is
a sentence that says how to fetch it. Needs no package, so that any environment can ask.
"""

from __future__ import annotations

import os
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from datagen import assets
from datagen.backends import packaged
from datagen.types import UserError

CHUNK = 1 << 24
"""Bytes read at once while hashing."""


def find_model(setting: str, model: str, revision: str, *needs: str) -> Path:
    """Return the folder of a model that holds the files ``needs`` (each a glob).

    ``model`` is a folder, a Hugging Face id that was downloaded before, or packages of weights
    (`packaged`). ``setting`` is what the user set, for the error, e.g. ``codec.options.model``.
    """
    folder = Path(model).expanduser()
    if model.startswith(packaged.PREFIX):
        folder = packaged.folder_of(setting, model)
    elif not folder.is_dir():
        folder = _snapshot(setting, model, revision)
    missing = [name for name in needs if not files_of(folder, name)]
    if missing:
        raise UserError(f"{setting}: {folder} has no {' and no '.join(missing)}")
    return folder


def find_file(setting: str, model: str, revision: str, name: str) -> Path:
    """Return a file: ``model`` itself if it is one, else the file ``name`` of a model's folder."""
    path = Path(model).expanduser()
    return path if path.is_file() else find_model(setting, model, revision, name) / name


def files_hash(folder: Path, *globs: str) -> str:
    """Return one hash of the names and contents of a folder's files that match."""
    found = files_of(folder, *globs)
    stats = tuple((path, path.stat().st_size, path.stat().st_mtime_ns) for path in found)
    return _hash(stats)


def files_of(folder: Path, *globs: str) -> list[Path]:
    """Return the files of a folder that match, sorted; hidden ones, as macOS leaves, never do."""
    found = {path for pattern in globs for path in folder.glob(pattern)}
    return sorted(path for path in found if not path.name.startswith("."))


@lru_cache(maxsize=32)
def _hash(stats: tuple[tuple[Path, int, int], ...]) -> str:
    """Hash files; as long as sizes and times stay the same, once in a process."""
    hasher = blake2b(digest_size=16)
    for path, size, _ in stats:
        hasher.update(f"{path.name}\0{size}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                hasher.update(chunk)
    return hasher.hexdigest()


def _snapshot(setting: str, model: str, revision: str) -> Path:
    """Return the folder of a model in the Hugging Face cache."""
    hub = hub_cache() / f"models--{model.replace('/', '--')}"
    name = hub / "refs" / revision
    commit = name.read_text(encoding="utf-8").strip() if name.is_file() else revision
    folder = hub / "snapshots" / commit
    if model.count("/") != 1 or not folder.is_dir():
        raise UserError(
            f"{setting}: there is no folder {model}, and no model of that name and revision"
            f" {revision} among the downloaded ones: hf download {model} --revision {revision}"
        )
    return folder


def hub_cache() -> Path:
    """Return where Hugging Face's tools keep what they download."""
    if cache := os.environ.get("HF_HUB_CACHE"):
        return Path(cache).expanduser()
    home = os.environ.get("HF_HOME") or assets.cache_root() / "huggingface"
    return Path(home).expanduser() / "hub"
