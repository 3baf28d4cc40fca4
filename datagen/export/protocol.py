"""What a form of export is: one class. The user's own is given as ``package.module:Class``.

    dialogues of a part --write--> files, a line an item     lines of all --finish--> manifests

A part is written by one process and is whole or not there, so a form never thinks of kills.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from datagen.backends.protocols import Tokenizer
from datagen.backends.registry import TOKENIZERS
from datagen.config import Recipe
from datagen.export.dialogue import ExportedDialogue
from datagen.export.folder import ExportFolder
from datagen.export.plan import ExportPart
from datagen.export.receipt import ExportSummary

Line = dict[str, Any]
"""What a part says of one item, as JSON has it: an entry of a manifest."""

CHANNELS = ("agent", "user")
"""The speakers in the order of a stereo file's channels: left (0) is the agent."""


@dataclass(frozen=True)
class ExportContext:
    """What a form may know of the runs: their tokens are of one codec and one tokenizer."""

    shard: Mapping[str, Any]
    """What the first shard says of itself; codec and tokenizer are those of all."""
    recipe: Recipe
    """Recipe of the first run."""

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer of the text rows. Raises UserError if it cannot be loaded here."""
        return TOKENIZERS.load(self.recipe.tokenizer)

    @property
    def facts(self) -> dict[str, Any]:
        """What a file with tokens says of them."""
        names = ("codec", "tokenizer", "sample_rate", "frame_rate", "delays_applied", "stand_ins")
        return {name: self.shard[name] for name in names}


@dataclass
class PartReport:
    """What a form says of a part that it wrote."""

    lines: list[Line] = field(default_factory=list)
    """Entries for `ExportFormat.finish`, in order."""
    notes: dict[str, int] = field(default_factory=dict)
    """Counts of what a reader should know, e.g. turns whose text does not fit."""

    def note(self, what: str, count: int = 1) -> None:
        """Count something that a reader should know."""
        if count:
            self.notes[what] = self.notes.get(what, 0) + count


class ExportFormat(ABC):
    """One form of export.

    A form is made once in each process; ``write`` must give the same bytes for the same part.
    """

    name: ClassVar[str]
    """Name of the form in the receipt."""
    version: ClassVar[int] = 1
    """Version of the form; raised when its files change, so that no export mixes two."""
    layout: ClassVar[str]
    """Sentence on channel order and rate, for the receipt and the manifests."""
    sound: ClassVar[bool] = True
    """Whether the form needs sound; if so the run's speech and timeline files must be there."""
    columns: ClassVar[Sequence[str]] = ()
    """Columns of the shards that ``write`` asks a dialogue for, besides id, kind, split, length."""
    part_seconds: ClassVar[float] = 3600.0
    """Seconds of dialogue that a part holds at most, unless one dialogue is longer."""

    def __init__(self, context: ExportContext) -> None:
        self.context = context

    @abstractmethod
    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write the files of one part."""

    def finish(
        self, summary: ExportSummary, lines: Mapping[str, Iterable[Line]], out: ExportFolder
    ) -> None:
        """Write what is said of all parts; ``lines`` are those of each split, in order."""
        return
