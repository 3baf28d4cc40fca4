"""Short names of the readers that ship; anything else is ``package.module:Class``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from datagen.annotate.readers.protocol import CorpusReader
from datagen.settings_text import shortened
from datagen.types import Rejected, UserError
from datagen.visible import visible_line

READERS = {
    "fisher": "datagen.annotate.readers.fisher:Fisher",
    "switchboard": "datagen.annotate.readers.switchboard:Switchboard",
    "callhome": "datagen.annotate.readers.callhome:CallHome",
    "candor": "datagen.annotate.readers.candor:Candor",
    "seamless": "datagen.annotate.readers.seamless:Seamless",
    "ami": "datagen.annotate.readers.ami:Ami",
    "folder": "datagen.annotate.readers.folder:Folder",
}

_PLACE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


def open_reader(name: str, folders: Sequence[Path]) -> CorpusReader:
    """Return the reader of a name over some folders. Raises UserError."""
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        raise UserError(f"{missing[0]} is no folder; give the corpus' folder, or several")
    try:
        reader: CorpusReader = resolve(name)(folders)
    except Rejected as error:
        raise UserError(f"{name}: {error.evidence}") from error
    ids = reader.ids()
    if unnamed := [one for one in ids if not isinstance(one, str) or not one]:
        raise UserError(f"{name}: ids() gives {unnamed[0]!r}, and an id is a text")
    if not ids:
        raise UserError(f"{', '.join(map(str, folders))}: {name} finds no call there")
    return reader


def resolve(name: str) -> type[CorpusReader]:
    """Return the class that a name stands for. Raises UserError."""
    place = READERS.get(name, name)
    if not _PLACE.fullmatch(place):
        raise UserError(
            f"there is no reader {shortened(name)}; known are {', '.join(READERS)}, or give"
            " package.module:Class"
        )
    module, _, attribute = place.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (Exception, SystemExit) as error:  # of whatever module was named
        reason = visible_line(f"{type(error).__name__}: {error}")[:300]
        raise UserError(f"cannot load the reader {shortened(name)} ({reason})") from error
    if not isinstance(found, type) or not {"corpus", "ids", "read"} <= set(dir(found)):
        raise UserError(f"{shortened(name)} is no reader: it lacks corpus, ids or read")
    return cast("type[CorpusReader]", found)
