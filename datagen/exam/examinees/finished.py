"""Takes answers that a model gave elsewhere: a folder of sounds named by item.

ID.wav or ID/output.wav, and beside it ID.json or ID/output.json with its text, if there is any
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datagen.exam.answers import AnswerRecord, read_sound
from datagen.exam.examinees.base import ModelReply, NoAnswer
from datagen.exam.examinees.command import read_text
from datagen.exam.items import Exam, ExamItem
from datagen.types import UserError


class FinishedAnswers:
    """Answers that are there."""

    name = "folder"
    may_lack = True
    at_once = 1

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise UserError(f"there is no folder {folder}")
        self._folder = folder
        self.settings: Mapping[str, Any] = {"folder": folder.name}

    def answer(self, exam: Exam, item: ExamItem, work: Path) -> ModelReply:
        """Return the answer with this item's name."""
        for sound in (self._folder / f"{item.id}.wav", self._folder / item.id / "output.wav"):
            if sound.exists():
                text = sound.with_suffix(".json")
                words = read_text(text) if text.exists() else None
                return ModelReply(AnswerRecord(item=item.id, words=words), read_sound(sound))
        raise NoAnswer(f"there is no {item.id}.wav and no {item.id}/output.wav")

    def close(self) -> None:
        """Nothing is open."""
