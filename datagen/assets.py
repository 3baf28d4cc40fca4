"""Find prompts/, voices/, pipelines/ and manifests/, in a checkout and in a wheel."""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from datagen.types import UserError

_PACKAGE = Path(__file__).resolve().parent


def root() -> Path:
    """Return the folder that holds the asset folders."""
    packaged = _PACKAGE / "_assets"
    return packaged if packaged.is_dir() else _PACKAGE.parent


def cache_root() -> Path:
    """Return the user's folder of what can be made again; one of temporary files without a home."""
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given)
    own = home()
    return own / ".cache" if own else Path(tempfile.gettempdir()) / f"cache-{os.getuid()}"


def home() -> Path | None:
    """Return the user's home; None for a container's user who has no entry in passwd."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def find(folder: str, name: str, suffix: str = ".yaml") -> Path:
    """Resolve ``name``: a path if it ends in ``suffix``, else a shipped asset.

    >>> find("pipelines", "service").name
    'service.yaml'
    """
    if name.endswith(suffix):
        if not Path(name).is_file():
            raise UserError(f"there is no file {name}")
        return Path(name)
    if name not in names(folder, suffix):
        raise UserError(
            f"{folder} has no {name!r}: known are {', '.join(names(folder, suffix))},"
            f" or give a path that ends in {suffix}"
        )
    return root() / folder / f"{name}{suffix}"


def names(folder: str, suffix: str = ".yaml") -> list[str]:
    """List the shipped assets of one folder, sorted."""
    return sorted(path.stem for path in (root() / folder).glob(f"*{suffix}"))


def read(path: Path) -> bytes:
    """Return what a settings file holds; a file that has not changed is read once."""
    state = path.stat()
    return _read(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1024)
def _read(path: Path, _changed: int, _size: int) -> bytes:
    return path.read_bytes()


def digest(*paths: Path) -> str:
    """Return one hash of the contents of files, in the order given."""
    hasher = blake2b(digest_size=16)
    for path in paths:
        content = read(path)
        hasher.update(len(content).to_bytes(8, "big") + content)
    return hasher.hexdigest()
