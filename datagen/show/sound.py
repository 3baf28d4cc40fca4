"""A dialogue as a stereo file: channel 0 (left) the agent, channel 1 (right) the user.

clips, timeline --render--> [C, S]        or, decoded: tokens --codec--> [C, S]
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

from datagen.audio import files
from datagen.show.choice import varied
from datagen.show.lookup import RunDialogue
from datagen.storage import Where, atomic
from datagen.storage.run_folder import RunFolder
from datagen.types import UserError

FORMATS = (".flac", ".wav")
LISTEN = "listen"
"""Folder of a run that holds a few dialogues to listen to."""


Sound: TypeAlias = Literal["recorded", "effects", "decoded"]
"""A dialogue's sound as recorded, as encoded after its effects, or as its tokens hold it."""


def save_audio(run: Where, dialog_id: str, path: Path, sound: Sound = "recorded") -> None:
    """Write one of the sounds of a dialogue, in stereo."""
    if path.suffix.lower() not in FORMATS:
        raise UserError(f"{path}: write it as one of {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.parent}; make it first")
    found = RunDialogue(run, dialog_id)
    makers = {"recorded": found.stereo, "effects": found.heard, "decoded": found.decoded}
    stereo = makers[sound]()
    with atomic(path) as file:
        files.write(file, stereo, "WAV" if path.suffix.lower() == ".wav" else "FLAC")


def listen(run: Where, count: int = 3) -> list[str]:
    """Write a few dialogues that differ, from the run's beginning, to RUN/listen; say which.

    They are as they were encoded, with their effects.
    """
    storage = RunFolder(run).storage
    names = []
    for dialog_id in varied(run, count):
        found = RunDialogue(run, dialog_id)
        names.append(f"{LISTEN}/{found.dialog_id}.flac")
        with storage.write(names[-1]) as file:
            files.write(file, found.heard(), "FLAC")
    return names
