"""Check a voice bank: catalogue, references -> what is wrong, and what should be listened to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import soundfile

from datagen.types import SAMPLE_RATE
from datagen.voices.catalogue import Catalogue, CatalogueEntry, load
from datagen.voices.features import alike
from datagen.voices.importing import file_digest
from datagen.voices.reference import LONGEST, SHORTEST, read


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, and what a person should listen to."""

    errors: tuple[str, ...]
    suspects: tuple[str, ...]


def check(path: Path) -> Findings:
    """Check every entry and reference, and look for the same speaker under two ids."""
    catalogue = load(path)
    errors = [error for entry in catalogue.voices for error in _faults(entry, path.parent)]
    errors += _copies(catalogue)
    errors += _bases(catalogue)
    return Findings(tuple(errors), tuple(_suspects(catalogue, path.parent)))


def _faults(entry: CatalogueEntry, folder: Path) -> Iterator[str]:
    """Yield what is wrong with one reference."""
    path = folder / entry.path
    if not path.is_file():
        yield f"{entry.id}: {path} is missing"
        return
    if file_digest(path) != entry.digest:
        yield f"{entry.id}: {path} is not the file that was imported"
    try:
        info = soundfile.info(path)
    except soundfile.LibsndfileError:
        yield f"{entry.id}: {path} cannot be read as audio"
        return
    if (info.samplerate, info.channels, info.frames) != (SAMPLE_RATE, 1, entry.num_samples):
        yield f"{entry.id}: {path} is not {entry.num_samples} mono samples at 24 kHz"
    if not SHORTEST <= entry.num_samples <= LONGEST:
        yield f"{entry.id}: {entry.num_samples / SAMPLE_RATE:.1f} s is not 3 to 10 s"


def _copies(catalogue: Catalogue) -> Iterator[str]:
    """Yield references that two voices share."""
    times = Counter(entry.digest for entry in catalogue.voices)
    for digest in (digest for digest, count in times.items() if count > 1):
        same = [entry.id for entry in catalogue.voices if entry.digest == digest]
        yield f"{' and '.join(same)} have the same recording"


def _bases(catalogue: Catalogue) -> Iterator[str]:
    """Yield shifted voices whose speaker is not there, or is shifted itself."""
    recorded = {entry.id for entry in catalogue.voices if entry.base is None}
    for entry in catalogue.voices:
        if entry.base is not None and entry.base not in recorded:
            yield f"{entry.id}: its base {entry.base} is not a voice of the catalogue"


def _suspects(catalogue: Catalogue, folder: Path) -> Iterator[str]:
    """Yield pairs of people who sound like one."""
    readable = [
        entry
        for entry in catalogue.voices
        if entry.base is None and not any(_faults(entry, folder))
    ]
    for first, second in alike(read(folder / entry.path) for entry in readable):
        one, other = readable[first], readable[second]
        if one.digest != other.digest:
            yield f"{one.id} and {other.id} may be the same speaker"
