"""A dialogue as a stereo file: channel 0 (left) the agent, channel 1 (right) the user.

clips, timeline --render--> [C, S]        or, decoded: tokens --codec--> [C, S]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from datagen.backends.registry import CODECS
from datagen.config import BackendSpec
from datagen.show.choice import varied
from datagen.show.lookup import Lookup
from datagen.store import RunFolder, atomic
from datagen.timing.mix import render
from datagen.types import SAMPLE_RATE, Stereo, UserError

FORMATS = (".flac", ".wav")
LISTEN = "listen"
"""Folder of a run that holds a few dialogues to listen to."""


def save_audio(run: Path, dialog_id: str, path: Path, decoded: bool = False) -> None:
    """Write a dialogue's stereo; ``decoded`` writes what is left of it in its tokens."""
    if path.suffix.lower() not in FORMATS:
        raise UserError(f"{path}: write it as one of {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.parent}; make it first")
    found = Lookup(run, dialog_id)
    stereo = _decode(run, found) if decoded else render(found.dialogue, found.clips())
    with atomic(path) as file:
        form = path.suffix[1:].upper()
        soundfile.write(file, stereo.T, SAMPLE_RATE, subtype="PCM_16", format=form)


def listen(run: Path, count: int = 3) -> list[Path]:
    """Write a few dialogues that differ, from the run's beginning, to RUN/listen."""
    paths = []
    for dialog_id in varied(run, count):
        path = run / LISTEN / f"{dialog_id}.flac"
        path.parent.mkdir(exist_ok=True)
        save_audio(run, dialog_id, path)
        paths.append(path)
    return paths


def _decode(run: Path, found: Lookup) -> Stereo:
    settings = RunFolder(run).read_json("run.json")
    if settings is None:
        raise UserError(f"{run} has no run.json, which says which codec its tokens are of")
    codec = CODECS.load(BackendSpec.model_validate(settings["recipe"]["codec"]))
    try:
        return np.stack([codec.decode(codes) for codes in found.codes()])
    finally:
        codec.close()
