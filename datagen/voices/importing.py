"""Fill a catalogue: people of a corpus -> their best reference, cut, normalised, with its rights.

Person --choose--> Reference --shift--> more speakers --> references/ID.flac, CatalogueEntry
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import soundfile

from datagen.types import SAMPLE_RATE, Audio, UserError
from datagen.voices.catalogue import REFERENCES, Catalogue, CatalogueEntry, save
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
    (catalogue.parent / REFERENCES).mkdir(parents=True, exist_ok=True)
    made = Imported()
    digests: dict[str, str] = {}
    for person in people:
        reference, refused = choose(person.recordings)
        made.refused += [f"{person.name}: {reason}" for reason in refused]
        if reference is None:
            made.refused.append(f"{person.name}: no recording is fit to be a reference")
            continue
        entry = _write(person, reference, allowed, catalogue)
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


def _write(
    person: Person, reference: Reference, allowed: Rights, catalogue: Path
) -> CatalogueEntry:
    """Write a person's reference and return its entry."""
    pitch = median_pitch(reference.audio)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{allowed.source}-{person.name}").strip("-.")
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
    soundfile.write(path, audio, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    if text:
        path.with_suffix(".txt").write_text(text + "\n", encoding="utf-8")
    return file_digest(path)


def file_digest(path: Path) -> str:
    """Return the hash of a reference's bytes."""
    return blake2b(path.read_bytes(), digest_size=12).hexdigest()
