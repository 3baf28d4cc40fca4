"""What a model answered: one sound an item, on the item's clock, and what is known of it.

    ANSWERS/answers.json   which exam, which model
    ANSWERS/ID.wav         the agent's channel, 24 kHz mono
    ANSWERS/ID.json        AnswerRecord: words with times if the model has a text stream, tool calls

Written item by item, so that an exam that was stopped goes on where it was.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from pydantic import ValidationError

from datagen.audio.files import write as write_sound
from datagen.audio.headers import require_whole
from datagen.exam.items import Exam, ToolCall
from datagen.storage import atomic
from datagen.types import SAMPLE_RATE, Audio, Record, SpokenWord, UserError

HEADER = "answers.json"


class UnreadableSound(UserError):
    """A file is no sound that can be read."""


class AnswersHeader(Record):
    """answers.json."""

    exam: str
    """Hash of the exam that was answered."""
    model: str
    """What people call the model."""
    examinee: str
    """How it was asked: command, moshi, realtime or folder."""
    settings: dict[str, Any]
    """What it was asked with."""


class AnswerRecord(Record):
    """What is known of one answer beside its sound."""

    item: str
    words: tuple[SpokenWord, ...] | None = None
    """The model's own text, timed on the item's clock; None if it has none."""
    calls: tuple[ToolCall, ...] = ()
    seconds: float = 0.0
    """How long it took to ask, in seconds of the wall clock."""
    error: str = ""
    """Why there is no answer."""


class Answers:
    """A folder of answers."""

    def __init__(self, folder: Path, header: AnswersHeader) -> None:
        self.folder, self.header = folder, header

    @classmethod
    def begin(
        cls, folder: Path, exam: Exam, model: str, examinee: str, settings: dict[str, Any]
    ) -> Answers:
        """Open a folder for answers, new or begun before. Raises UserError if others are in it."""
        header = AnswersHeader(
            exam=exam.header.hash, model=model, examinee=examinee, settings=settings
        )
        if (folder / HEADER).exists():
            found = cls.open(folder)
            if found.header != header and any(folder.glob("[!.]*.wav")):
                raise UserError(
                    f"{folder} has answers of another model, exam or setting"
                    f" ({found.header.model}): give another --out"
                )
            if found.header == header:
                return found
        with atomic(folder / HEADER) as file:
            file.write((header.model_dump_json(indent=2) + "\n").encode())
        return cls(folder, header)

    @classmethod
    def open(cls, folder: Path) -> Answers:
        """Open a folder with answers. Raises UserError if it is none."""
        try:
            header = AnswersHeader.model_validate(json.loads((folder / HEADER).read_text("utf-8")))
        except OSError as error:
            raise UserError(
                f"{folder} holds no answers: make some with `datagen exam run`"
            ) from error
        except (ValueError, ValidationError) as error:
            raise UserError(f"{folder / HEADER} is no header of answers: answer again") from error
        return cls(folder, header)

    def check(self, exam: Exam) -> None:
        """Raise UserError if these are answers to another exam."""
        if self.header.exam != exam.header.hash:
            raise UserError(
                f"{self.folder} answers another exam ({self.header.exam[:12]}) than"
                f" {exam.folder} ({exam.header.hash[:12]}): build that one, or answer this one"
            )

    def has(self, item_id: str) -> bool:
        """Tell whether an item was answered; a failed one was not."""
        record = self.record(item_id)
        return record is not None and not record.error

    def record(self, item_id: str) -> AnswerRecord | None:
        """Return what is known of an answer."""
        path = self.folder / f"{item_id}.json"
        try:
            return AnswerRecord.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise UserError(f"{path} is no answer: remove it and answer again") from error

    def _records(self) -> list[Path]:
        others = (HEADER, "scores.json")
        return sorted(path for path in self.folder.glob("[!.]*.json") if path.name not in others)

    def why_failed(self) -> str:
        """Say which item has no answer, and why: one of them, and how many there are."""
        records = (self.record(path.stem) for path in self._records())
        failed = [record for record in records if record is not None and record.error]
        if not failed:
            return ""
        return f"no answer to {len(failed)} items, e.g. {failed[0].item}: {failed[0].error}"

    def sound(self, item_id: str) -> Audio | None:
        """Return an answer's sound at 24 kHz [S]; None if there is none."""
        path = self.folder / f"{item_id}.wav"
        return read_sound(path) if path.exists() else None

    def write(self, record: AnswerRecord, sound: Audio | None) -> None:
        """Keep an answer: its sound first, so that a record means that all is there."""
        if sound is not None:
            with atomic(self.folder / f"{record.item}.wav") as file:
                write_sound(file, sound[None], "WAV")
        with atomic(self.folder / f"{record.item}.json") as file:
            file.write(record.model_dump_json().encode())


def read_sound(path: Path) -> Audio:
    """Return a sound file's channels, mixed, at 24 kHz [S]. Raises UnreadableSound."""
    try:
        require_whole(path)
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UnreadableSound(f"{path} cannot be read as sound ({error})") from error
    mono = np.ascontiguousarray(audio.mean(axis=1), np.float32)
    return mono if rate == SAMPLE_RATE else np.asarray(soxr.resample(mono, rate, SAMPLE_RATE))
