"""What asks a model: one item in, one answer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

from datagen.exam.answers import AnswerRecord
from datagen.exam.items import Exam, ExamItem
from datagen.types import Audio


class ModelReply(NamedTuple):
    """An answer: what is known of it, and its sound at 24 kHz [S] on the item's clock."""

    record: AnswerRecord
    sound: Audio | None


class Examinee(Protocol):
    """A model that can be asked."""

    name: str
    """What answers.json calls this way of asking."""
    settings: Mapping[str, Any]
    """What decides the answers, for answers.json; no secrets."""
    at_once: int
    """Most items that it is asked at once."""
    may_lack: bool
    """Items without an answer say nothing of the others: no reason to stop."""

    def answer(self, exam: Exam, item: ExamItem, work: Path) -> ModelReply:
        """Ask one item. ``work`` is an empty folder for files.

        Raises NoAnswer for this item alone, UserError or RunFailed if no item can be asked.
        """
        ...

    def close(self) -> None:
        """Free what was opened."""
        return


@runtime_checkable
class AskedAhead(Examinee, Protocol):
    """A model that is told all its items first, and answers some at once."""

    def begin(self, exam: Exam, items: Sequence[ExamItem]) -> None:
        """Take the items that will be asked, in their order. Raises UserError."""
        ...

    def stop(self) -> None:
        """Give up what was not answered yet, so that nobody waits for it."""
        ...


class NoAnswer(Exception):
    """There is no answer to this item, in words for people."""
