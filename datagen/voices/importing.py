"""Fill a catalogue: people of a corpus -> their best reference, cut, normalised, with its rights.

Person --choose--> Reference --shift--> more speakers --> references/ID.flac, CatalogueEntry
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import soundfile

from datagen.storage import atomic
from datagen.types import SAMPLE_RATE, Audio, UserError
from datagen.voices.catalogue import REFERENCES, Catalogue, CatalogueEntry, check_suffix, save
from datagen.voices.corpora import LAYOUTS, Gender, Person
from datagen.voices.features import GENDER_PITCH, median_pitch
from datagen.voices.reference import Reference, choose, normalise
from datagen.voices.shift import draw, shift


@dataclass(frozen=True, slots=True)
class Rights:
    """What is recorded of every voice of a corpus."""

    source: str
    license: str
    consent: str
    language: str = "en"
    synthetic: bool = False


@dataclass(slots=True)
class Imported:
    """What an import made, and what it left out and why."""

    entries: list[CatalogueEntry] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def rights(layout: str, source: str, licence: str, consent: str, language: str) -> Rights:
    """Return the rights of a corpus: what the user says, else what its publisher says."""
    known = LAYOUTS[layout]
    made = Rights(
        source or known.source or layout,
        licence or known.license,
        consent or known.consent,
        language,
    )
    if not made.license or not made.consent:
        raise UserError(
            f"a {layout} needs --license and --consent: say what allows these voices to be used,"
            " and how their speakers agreed"
        )
    return made


def import_people(
    people: Iterable[Person], allowed: Rights, catalogue: Path, *, num_shifted: int = 0
) -> Imported:
    """Write a reference for each person, and ``num_shifted`` synthetic variants of each."""
    check_suffix(catalogue)
    made = Imported()
    digests: dict[str, str] = {}
    names: dict[str, str] = {}
    for person in people:
        reference, refused = choose(person.recordings)
        made.refused += [f"{person.name}: {reason}" for reason in refused]
        if reference is None:
            made.refused.append(f"{person.name}: no recording is fit to be a reference")
            continue
        name = voice_id(allowed.source, person.name)
        if names.setdefault(name.casefold(), person.name) != person.name:
            name = f"{name}-{_mark(person.name)}"  # "ann" and "Ann" are one file on some disks
        entry = _write(person, name, reference, allowed, catalogue)
        first = digests.setdefault(entry.digest, entry.id)
        if first != entry.id:
            made.refused.append(f"{person.name}: has the recording of {first}")
            continue
        made.entries.append(entry)
        made.entries += [
            _shifted(entry, reference, number, catalogue) for number in range(1, num_shifted + 1)
        ]
    return made


def add(catalogue: Catalogue, made: Imported, path: Path) -> Catalogue:
    """Add what was imported to a catalogue and write it; what has the same id is replaced."""
    voices = {entry.id: entry for entry in (*catalogue.voices, *made.entries)}
    merged = catalogue.model_copy(update={"voices": tuple(voices[id_] for id_ in sorted(voices))})
    save(merged, path)
    return merged


def voice_id(source: str, name: str) -> str:
    """Return the id of a corpus' speaker: letters of any script become ASCII, no two alike.

    >>> voice_id("vctk", "p225"), voice_id("studio", "Zo\u00eb")
    ('vctk-p225', 'studio-Zoe-b231954f')
    """
    said = f"{source}-{name}"
    letters = unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", letters).strip("-._")
    return plain if plain == said else "-".join(filter(None, (plain[:80], _mark(said))))


def _mark(text: str) -> str:
    """Return a short hash of a name."""
    data = unicodedata.normalize("NFC", text).encode(errors="surrogatepass")
    return blake2b(data, digest_size=4).hexdigest()


def _write(
    person: Person, name: str, reference: Reference, allowed: Rights, catalogue: Path
) -> CatalogueEntry:
    """Write a person's reference and return its entry."""
    pitch = median_pitch(reference.audio)
    path = f"{REFERENCES}/{name}.flac"
    return CatalogueEntry(
        id=name,
        source=allowed.source,
        license=allowed.license,
        consent=allowed.consent,
        synthetic=allowed.synthetic,
        gender=_gender(person.gender, pitch),
        gender_guessed=person.gender is None,
        language=allowed.language,
        age=person.age,
        accent=person.accent,
        path=path,
        text=reference.text,
        num_samples=len(reference.audio),
        loudness=round(reference.loudness, 2),
        snr=round(reference.snr, 1),
        pitch=round(pitch, 1),
        digest=_save(reference.audio, reference.text, catalogue.parent / path),
    )


def _gender(said: Gender | None, pitch: float) -> Gender:
    return said or ("female" if pitch > GENDER_PITCH else "male")


def _shifted(
    entry: CatalogueEntry, reference: Reference, number: int, catalogue: Path
) -> CatalogueEntry:
    """Write a speaker made from another and return its entry."""
    name = f"{entry.id}-shifted{number}"
    audio = normalise(shift(reference.audio, *draw(name)))
    path = f"{REFERENCES}/{name}.flac"
    return entry.model_copy(
        update={
            "id": name,
            "synthetic": True,
            "base": entry.id,
            "path": path,
            "num_samples": len(audio),
            "pitch": round(median_pitch(audio), 1),
            "digest": _save(audio, reference.text, catalogue.parent / path),
        }
    )


def _save(audio: Audio, text: str | None, path: Path) -> str:
    """Write a reference, and its text beside it; return the hash of the file."""
    with atomic(path) as file:
        soundfile.write(file, audio, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    if text:
        with atomic(path.with_suffix(".txt")) as file:
            file.write(f"{text}\n".encode(errors="replace"))
    return file_digest(path)


def file_digest(path: Path) -> str:
    """Return the hash of a reference's bytes."""
    return blake2b(path.read_bytes(), digest_size=12).hexdigest()
