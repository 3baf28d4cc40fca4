"""Find speakers and their recordings in a folder of one's own or in a common corpus' layout.

SOURCE --folder, libritts, vctk, commonvoice--> Person, Person, ...
"""

from __future__ import annotations

import logging
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from datagen.formats.tables import read_table
from datagen.formats.text import read_text
from datagen.types import UserError

AUDIO = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".sph", ".aif", ".aiff", ".caf", ".au")
CLOSED = (".m4a", ".aac", ".mp4", ".m4b", ".3gp", ".amr", ".wma", ".webm", ".mka")
"""Suffixes of recordings that libsndfile cannot read."""
logger = logging.getLogger(__name__)
RESOURCE_FORK = "._"
"""Begins the names of macOS's shadows of files, which hold no sound."""
SPEAKERS_FILE = "speakers.tsv"
"""Table in a folder of one's own: speaker, gender, age, accent; only the first is needed."""
Gender: TypeAlias = Literal["female", "male"]
_GENDERS: dict[str, Gender] = {
    "f": "female",
    "female": "female",
    "female_feminine": "female",
    "m": "male",
    "male": "male",
    "male_masculine": "male",
}


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of one speaker, and what is said in it where the corpus tells."""

    path: Path
    text: str | None = None


@dataclass(slots=True)
class Person:
    """One speaker of a corpus."""

    name: str
    gender: Gender | None = None
    """None if the corpus does not say."""
    age: str = ""
    accent: str = ""
    recordings: list[Recording] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a corpus is laid out, and what its publisher says of its use."""

    read: Callable[[Path], Iterator[Person]]
    source: str = ""
    license: str = ""
    consent: str = ""


def gender_of(text: str | None) -> Gender | None:
    """Return what a corpus' word for a gender means here, None if nothing."""
    return _GENDERS.get((text or "").strip().casefold())


def folder(root: Path) -> Iterator[Person]:
    """One folder a speaker, or one file; NAME.txt beside a file says what is said in it."""
    table = root / SPEAKERS_FILE
    rows = read_table(table, "speaker") if table.is_file() else ()
    known = {_composed(row["speaker"]): row for row in rows}
    people: dict[str, Person] = {}
    for path in _audio(root):
        inside = path.relative_to(root).parts
        name = _composed(inside[0] if len(inside) > 1 else path.stem)
        row = known.get(name, {})
        person = people.setdefault(
            name,
            Person(
                name, gender_of(row.get("gender")), row.get("age") or "", row.get("accent") or ""
            ),
        )
        person.recordings.append(Recording(path, _text(path.with_suffix(".txt"))))
    yield from people.values()


def libritts(root: Path) -> Iterator[Person]:
    """LibriTTS and LibriTTS-R: SUBSET/READER/CHAPTER/*.wav, genders in SPEAKERS.txt or a .tsv."""
    genders = _libritts_genders(root)
    readers: dict[str, Person] = {}
    for path in _audio(root):
        if len(path.relative_to(root).parts) < 3:
            continue
        name = path.parent.parent.name
        person = readers.setdefault(name, Person(name, genders.get(name)))
        person.recordings.append(Recording(path, _text(path.with_suffix(".normalized.txt"))))
    yield from readers.values()


def _libritts_genders(root: Path) -> dict[str, Gender | None]:
    """Read `ID | SEX | ...` or tab-separated `READER GENDER ...`; comments begin with ;."""
    tables = [path for name in ("SPEAKERS.txt", "speakers.tsv") if (path := root / name).is_file()]
    if not tables:
        raise UserError(f"{root} has no SPEAKERS.txt or speakers.tsv: is it LibriTTS' top folder?")
    genders: dict[str, Gender | None] = {}
    for line in read_text(tables[0]).splitlines():
        cells = [cell.strip() for cell in line.replace("\t", "|").split("|")]
        if not line.startswith(";") and len(cells) > 1:
            genders[cells[0]] = gender_of(cells[1])
    return genders


def vctk(root: Path) -> Iterator[Person]:
    """VCTK 0.80 and 0.92: wav48*/SPEAKER/*, txt/SPEAKER/*, speaker-info.txt; one microphone."""
    table = root / "speaker-info.txt"
    folders = sorted(root.glob("wav48*"))
    if not table.is_file() or not folders:
        raise UserError(
            f"{root} has no speaker-info.txt and wav48 folder: is it VCTK's top folder?"
        )
    for line in read_text(table).splitlines()[1:]:
        name, age, gender, accent, *_ = [*line.split(), "", "", "", ""]
        if not name:
            continue
        name = name if name.startswith(("p", "s")) else f"p{name}"
        paths = [path for path in _audio(folders[0] / name) if not path.stem.endswith("_mic2")]
        texts = root / "txt" / name
        recordings = [
            Recording(path, _text(texts / f"{path.stem.removesuffix('_mic1')}.txt"))
            for path in paths
        ]
        if recordings:
            yield Person(name, gender_of(gender), age, accent, recordings)


def commonvoice(root: Path) -> Iterator[Person]:
    """Common Voice: validated.tsv (or train.tsv) and clips/."""
    tables = [path for name in ("validated", "train") if (path := root / f"{name}.tsv").is_file()]
    if not tables:
        raise UserError(f"{root} has no validated.tsv: is it the folder of one language?")
    people: dict[str, Person] = {}
    broken: list[int] = []
    for row in read_table(tables[0], "client_id", "path", broken=broken):
        path = root / "clips" / row["path"]
        name = row["client_id"][:16]
        accent = row.get("accents") or row.get("accent") or ""
        person = people.setdefault(
            name, Person(name, gender_of(row.get("gender")), row.get("age") or "", accent)
        )
        if path.is_file():
            person.recordings.append(Recording(path, row.get("sentence") or None))
    if broken:  # sentences of people may hold tabs and line breaks
        logger.warning("%s: %d rows left out, the first is %d", tables[0], len(broken), broken[0])
    yield from (person for person in people.values() if person.recordings)


LAYOUTS = {
    "folder": Layout(folder),
    "libritts": Layout(
        libritts, "libritts", "CC-BY-4.0", "volunteer readers; recordings in the public domain"
    ),
    "vctk": Layout(vctk, "vctk", "CC-BY-4.0", "speakers recorded for publication as a corpus"),
    "commonvoice": Layout(
        commonvoice, "commonvoice", "CC0-1.0", "contributors dedicate their clips under CC0"
    ),
}
"""Layouts by name. A folder of one's own has no licence and consent but those its owner states."""


def _audio(root: Path) -> list[Path]:
    """Return the audio files under a folder, sorted."""
    return sorted(path for path in root.rglob("*") if path.suffix.casefold() in AUDIO)


def _text(path: Path) -> str | None:
    """Return the content of a transcript, None if there is none."""
    if not path.is_file():
        return None
    return " ".join(read_text(path).split()) or None


def _composed(name: str) -> str:
    """Return a name in one form: macOS writes letters and their accents apart."""
    return unicodedata.normalize("NFC", name)


def closed(root: Path) -> Counter[str]:
    """Return how many files under a folder are recordings that cannot be read, by suffix."""
    suffixes = (path.suffix.casefold() for path in root.rglob("*"))
    return Counter(suffix for suffix in suffixes if suffix in CLOSED)
