"""Short names of the readers that ship; anything else is ``package.module:Class``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from datagen.annotate.readers.protocol import CorpusReader
from datagen.types import Rejected, UserError

READERS = {
    "fisher": "datagen.annotate.readers.fisher:Fisher",
    "switchboard": "datagen.annotate.readers.switchboard:Switchboard",
    "callhome": "datagen.annotate.readers.callhome:CallHome",
    "candor": "datagen.annotate.readers.candor:Candor",
    "seamless": "datagen.annotate.readers.seamless:Seamless",
    "ami": "datagen.annotate.readers.ami:Ami",
    "folder": "datagen.annotate.readers.folder:Folder",
}


def open_reader(name: str, folders: Sequence[Path]) -> CorpusReader:
    """Return the reader of a name over some folders. Raises UserError."""
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        raise UserError(f"{missing[0]} is no folder; give the corpus' folder, or several")
    try:
        reader: CorpusReader = resolve(name)(folders)
    except Rejected as error:
        raise UserError(f"{name}: {error.evidence}") from error
    if not reader.ids():
        raise UserError(f"{', '.join(map(str, folders))}: {name} finds no call there")
    return reader


def resolve(name: str) -> type[CorpusReader]:
    """Return the class that a name stands for. Raises UserError."""
    module, _, attribute = READERS.get(name, name).partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        known = ", ".join(READERS)
        raise UserError(
            f"there is no reader {name!r}: known are {known}, or give package.module:Class"
            f" ({error})"
        ) from error
    if not isinstance(found, type) or not {"corpus", "ids", "read"} <= set(dir(found)):
        raise UserError(f"{name} is no reader: it lacks corpus, ids or read")
    return cast("type[CorpusReader]", found)
