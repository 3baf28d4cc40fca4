"""Dialogues of an unfinished unit are kept, found by what they were made of, and go at the end."""

from __future__ import annotations

from pathlib import Path

from datagen.engine.kept import KeptDialogues, folder_of
from datagen.stages.artifacts import CLIPS
from datagen.storage.run_folder import RunFolder
from datagen.types import Reject

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
