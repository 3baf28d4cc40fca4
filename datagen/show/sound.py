"""A dialogue as a stereo file: channel 0 (left) the agent, channel 1 (right) the user.

clips, timeline --render--> [C, S]        or, decoded: tokens --codec--> [C, S]
"""

from __future__ import annotations

from pathlib import Path

from datagen.audio import files
from datagen.show.choice import varied
from datagen.show.lookup import RunDialogue
from datagen.storage import Where, atomic
from datagen.storage.run_folder import RunFolder
from datagen.types import UserError

FORMATS = (".flac", ".wav")
LISTEN = "listen"
"""Folder of a run that holds a few dialogues to listen to."""


def save_audio(run: Where, dialog_id: str, path: Path, decoded: bool = False) -> None:
    """Write a dialogue's stereo; ``decoded`` writes what is left of it in its tokens."""
    if path.suffix.lower() not in FORMATS:
        raise UserError(f"{path}: write it as one of {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.parent}; make it first")
    found = RunDialogue(run, dialog_id)
    stereo = found.decoded() if decoded else found.stereo()
    with atomic(path) as file:
        files.write(file, stereo, "WAV" if path.suffix.lower() == ".wav" else "FLAC")


def listen(run: Where, count: int = 3) -> list[str]:
    """Write a few dialogues that differ, from the run's beginning, to RUN/listen; say which."""
    storage = RunFolder(run).storage
    names = []
    for dialog_id in varied(run, count):
        found = RunDialogue(run, dialog_id)
        names.append(f"{LISTEN}/{found.dialog_id}.flac")
        with storage.write(names[-1]) as file:
            files.write(file, found.stereo(), "FLAC")
    return names
