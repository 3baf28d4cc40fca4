"""What an export says of itself: DIR/export.json, and one receipt a part while it is being made.

DIR/SHA256SUMS has every file, in the form that ``sha256sum -c`` reads.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from datagen.export.choice import ExportChoice
from datagen.terms import Terms, strictest
from datagen.types import FRAME_RATE, SAMPLE_RATE, Record

RECEIPT, SUMS, REQUEST = "export.json", "SHA256SUMS", ".export.json"
"""Names of the receipt, the sums and, while an export is being made, what was asked for."""


class FileEntry(Record):
    """One file of an export."""

    name: str
    bytes: int
    sha256: str


class VoiceCount(Record):
    """Voices of one source and licence."""

    source: str
    license: str
    synthetic: bool
    sides: int
    """Sides of dialogues that such a voice speaks."""


class ExportedRun(Record):
    """A run that dialogues come from."""

    kind: str
    recipe: str
    """Fingerprint of the run's recipe."""
    seed: int
    stand_ins: tuple[str, ...]
    """Sections of the recipe where a stand-in took a model's place."""
    codec: str
    codec_hash: str
    tokenizer: str
    tokenizer_hash: str
    terms: tuple[Terms, ...] = ()
    """Terms of the corpora that the run is made of; none if it is synthetic."""


class ExportRequest(Record):
    """All that decides an export's bytes."""

    format: str
    format_version: int
    runs: tuple[ExportedRun, ...]
    choice: ExportChoice
    dialogues: str
    """Hash of the ids of the dialogues that are taken, in order, and of their shards' contents."""


class PartReceipt(Record):
    """A part that is done."""

    part: str
    """Label of the part, its split and number."""
    fingerprint: str
    """Hash of the request and of which dialogues the part holds."""
    split: str
    dialogues: int
    num_samples: int
    """Length of the dialogues in samples."""
    voices: tuple[VoiceCount, ...]
    files: tuple[FileEntry, ...]
    lines: tuple[dict[str, Any], ...]
    """Entries for the manifests, as the form wrote them."""
    notes: dict[str, int]


class ExportSummary(Record):
    """What is known of a whole export."""

    model_config = ConfigDict(validate_by_name=True)

    version: Literal[1] = Field(default=1, alias="schema")
    request: ExportRequest
    made_by: str
    """Name and version of this program."""
    layout: str
    """Sentence on channel order and rate."""
    channels: tuple[str, ...]
    """Speakers in channel order."""
    sample_rate: int = SAMPLE_RATE
    frame_rate: float = FRAME_RATE
    dialogues: int
    hours: float
    splits: dict[str, int]
    """Dialogues of each split."""
    kinds: dict[str, int]
    """Dialogues of each kind."""
    kind_splits: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Splits that each kind has dialogues of."""
    voices: tuple[VoiceCount, ...]
    notes: dict[str, int]
    """Counts of what a reader should know."""

    @property
    def terms(self) -> tuple[Terms, ...]:
        """The terms of the corpora that any of the runs is made of."""
        return strictest(one for run in self.request.runs for one in run.terms)


class ExportReceipt(ExportSummary):
    """DIR/export.json, written last: an export that has it is whole."""

    files: Annotated[int, Field(ge=0)]
    """Number of files, this one and SHA256SUMS not counted."""
    bytes: int
    """Bytes of these files."""
    sums: str
    """Hash (sha256) of SHA256SUMS."""
