"""Dialogues of an unfinished unit are kept, found by what they were made of, and go at the end."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from datagen.engine.kept import KeptDialogues, folder_of, num_dialogs
from datagen.stages.artifacts import CLIPS
from datagen.storage.run_folder import RunFolder
from datagen.types import Audio, Reject

DIALOG = "service-0000003"


def test_kept_dialogues_are_found_by_what_they_were_made_of(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    kept = KeptDialogues(folder, "speech", 0, "key")
    assert kept.get(DIALOG) is None
    table = CLIPS.empty_table()
    kept.put(DIALOG, table)
    assert kept.get(DIALOG) == table
    assert KeptDialogues(folder, "speech", 0, "other key").get(DIALOG) is None
    assert KeptDialogues(folder, "speech", 1, "key").get(DIALOG) is None


def test_a_refusal_is_kept_too(tmp_path: Path) -> None:
    kept = KeptDialogues(RunFolder(tmp_path), "speech", 0, "key")
    reject = Reject(dialog_id=DIALOG, stage="speech", reason="clip_noise", evidence="hiss")
    kept.put(DIALOG, reject)
    assert kept.get(DIALOG) == reject


def test_a_damaged_file_is_made_anew_and_all_go_at_the_end(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    kept = KeptDialogues(folder, "speech", 0, "key")
    kept.put(DIALOG, CLIPS.empty_table())
    (path,) = (tmp_path / folder_of("speech", 0)).iterdir()
    path.write_bytes(path.read_bytes()[:40])
    assert kept.get(DIALOG) is None
    kept.clear()
    assert folder.storage.names(folder_of("speech", 0)) == []


def test_a_batch_is_said_once(tmp_path: Path) -> None:
    said: list[str] = []

    def say() -> list[Audio]:
        said.append("once more")
        return [np.arange(4, dtype=np.float32) / 3, np.zeros(0, np.float32)]

    folder = RunFolder(tmp_path)
    kept = KeptDialogues(folder, "speech", 0, "key")
    first = kept.sounds(["Hello.", 1], say)
    again = KeptDialogues(folder, "speech", 0, "key").sounds(["Hello.", 1], say)
    assert len(said) == 1
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert num_dialogs(folder, "speech", 0) == 0, "a batch is no dialogue"
    (path,) = (tmp_path / folder_of("speech", 0)).iterdir()
    path.write_bytes(path.read_bytes()[:40])
    kept.sounds(["Hello.", 1], say)
    kept.sounds(["Hello.", 2], say)
    KeptDialogues(folder, "speech", 0, "other key").sounds(["Hello.", 1], say)
    assert len(said) == 4
    kept.clear()
    assert folder.storage.names(folder_of("speech", 0)) == []
