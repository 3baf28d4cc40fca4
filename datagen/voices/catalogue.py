"""The catalogue of a voice bank: CATALOGUE.yaml or .parquet, and references/ID.flac beside it.

One entry a speaker: where the voice is from, what allows its use, and a reference recording. Either
format reads the same; Parquet is for thousands of speakers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Annotated, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from pydantic import ConfigDict, Field, ValidationError

from datagen import assets
from datagen.config import describe, read_yaml
from datagen.storage import atomic
from datagen.types import Record, UserError, Voice

REFERENCES = "references"
"""Folder of the reference recordings, beside the catalogue."""
SUFFIXES = (".yaml", ".parquet")
_META = b"datagen"


class CatalogueEntry(Record):
    """One speaker and the reference recording of its voice."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    source: str
    """The corpus, or who recorded it."""
    license: Annotated[str, Field(min_length=1)]
    """Licence, as an SPDX name where there is one, e.g. CC-BY-4.0."""
    consent: Annotated[str, Field(min_length=1)]
    """How the speaker agreed to the use of their voice; ``none needed`` if nobody's."""
    synthetic: bool = False
    """True if no person has this voice."""
    gender: Literal["female", "male"]
    gender_guessed: bool = False
    """True if it was told from the pitch."""
    language: str = "en"
    age: str = ""
    accent: str = ""
    base: str | None = None
    """The speaker whose shifted recording this is: both are one person when voices are split."""
    path: str
    """Path of the reference, from the catalogue's folder."""
    text: str | None = None
    """What the reference says, where that is known."""
    num_samples: int
    """Length of the reference in samples at 24 kHz."""
    loudness: float
    """LUFS of the recording; the reference itself is at -24 LUFS."""
    snr: float
    """dB between speech and what is under it."""
    pitch: float
    """Hz, the median."""
    digest: str
    """Hash of the reference's bytes."""

    @property
    def person(self) -> str:
        """The speaker behind the voice."""
        return self.base or self.id


class Catalogue(Record):
    """All voices of a bank, sorted by id."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    version: Literal[1] = Field(default=1, alias="schema")
    max_dialogs: Annotated[int, Field(ge=1)] | None = None
    """The most dialogues of a kind in which one person may play a role; None: any number."""
    voices: tuple[CatalogueEntry, ...]


def load(path: Path) -> Catalogue:
    """Read a catalogue."""
    if not path.is_file() or path.suffix not in SUFFIXES:
        raise UserError(
            f"voices.catalogue: there is no catalogue {path}; make one with `datagen voices import`"
        )
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _load(path: Path, _changed: int) -> Catalogue:
    data = read_yaml(path) if path.suffix == ".yaml" else _read_parquet(path)
    try:
        catalogue = Catalogue.model_validate(data)
    except ValidationError as error:
        raise UserError(f"{path}: {describe(error, Catalogue)}") from error
    times = Counter(entry.id for entry in catalogue.voices)
    if twice := sorted(id_ for id_, count in times.items() if count > 1):
        raise UserError(f"{path}: voice {twice[0]} is there twice")
    return catalogue


def save(catalogue: Catalogue, path: Path) -> None:
    """Write a catalogue in the format of the file's suffix."""
    check_suffix(path)
    data = catalogue.model_dump(mode="json", by_alias=True)
    with atomic(path) as file:
        if path.suffix == ".parquet":
            _write_parquet(data, file)
        else:
            file.write(yaml.safe_dump(data, sort_keys=False, allow_unicode=True).encode())


def check_suffix(path: Path) -> None:
    """Raise UserError if a catalogue cannot be written under a name."""
    if path.suffix not in SUFFIXES:
        raise UserError(f"{path}: a catalogue is a .yaml or a .parquet file")


def voice(entry: CatalogueEntry, catalogue: Path) -> Voice:
    """Return an entry as what a synthesizer and a shard know of a voice."""
    return Voice(
        id=entry.id,
        source=entry.source,
        license=entry.license,
        synthetic=entry.synthetic,
        gender=entry.gender,
        path=(catalogue.parent / entry.path).as_posix(),
    )


def transcript(voice: Voice) -> str | None:
    """Return what a bank voice's reference says, from the .txt beside it; None if not known."""
    if voice.path is None:
        return None
    path = Path(voice.path).with_suffix(".txt")
    return path.read_text(encoding="utf-8").strip() if path.is_file() else None


def digest(path: Path) -> str:
    """Return the hash of a catalogue, which holds those of its references."""
    load(path)
    return assets.digest(path)


def people(entries: Sequence[CatalogueEntry]) -> dict[str, list[CatalogueEntry]]:
    """Return entries by the person behind them, both sorted."""
    grouped: dict[str, list[CatalogueEntry]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.person, entry.id)):
        grouped.setdefault(entry.person, []).append(entry)
    return grouped


def _read_parquet(path: Path) -> dict[str, Any]:
    """Read the rows, and the rest from the file's metadata."""
    try:
        table = pq.read_table(path)
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        raise UserError(f"{path} cannot be read as Parquet ({error})") from error
    head = (table.schema.metadata or {}).get(_META, b"{}")
    return {**yaml.safe_load(head.decode()), "voices": table.to_pylist()}


def _write_parquet(data: dict[str, Any], file: IO[bytes]) -> None:
    head = {key: value for key, value in data.items() if key != "voices"}
    table = pa.Table.from_pylist(data["voices"])
    meta = {_META: yaml.safe_dump(head).encode()}
    pq.write_table(table.replace_schema_metadata(meta), file, compression="zstd")
