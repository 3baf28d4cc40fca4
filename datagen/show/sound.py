"""A dialogue as a stereo file: channel 0 (left) the agent, channel 1 (right) the user.

clips, timeline --render--> [C, S]        or, decoded: tokens --codec--> [C, S]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from datagen.audio import files
from datagen.audio.mix import render
from datagen.backends.registry import CODECS
from datagen.engine.run_files import read_run
from datagen.show.choice import varied
from datagen.show.lookup import Lookup
from datagen.storage import Where, atomic
from datagen.storage.run_folder import RunFolder
from datagen.types import Stereo, UserError

FORMATS = (".flac", ".wav")
LISTEN = "listen"
"""Folder of a run that holds a few dialogues to listen to."""


def save_audio(run: Where, dialog_id: str, path: Path, decoded: bool = False) -> None:
    """Write a dialogue's stereo; ``decoded`` writes what is left of it in its tokens."""
    if path.suffix.lower() not in FORMATS:
        raise UserError(f"{path}: write it as one of {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.parent}; make it first")
    found = Lookup(run, dialog_id)
    stereo = _decode(run, found) if decoded else _rendered(found)
    with atomic(path) as file:
        files.write(file, stereo, "WAV" if path.suffix.lower() == ".wav" else "FLAC")


def listen(run: Where, count: int = 3) -> list[str]:
    """Write a few dialogues that differ, from the run's beginning, to RUN/listen; say which."""
    storage = RunFolder(run).storage
    names = []
    for dialog_id in varied(run, count):
        found = Lookup(run, dialog_id)
        names.append(f"{LISTEN}/{found.dialog_id}.flac")
        with storage.write(names[-1]) as file:
            files.write(file, _rendered(found), "FLAC")
    return names


def _rendered(found: Lookup) -> Stereo:
    return render(found.dialogue, found.clips())


def _decode(run: Where, found: Lookup) -> Stereo:
    codec = CODECS.load(read_run(RunFolder(run)).recipe.codec)
    try:
        return np.stack([codec.decode(codes) for codes in found.codes()])
    finally:
        codec.close()
