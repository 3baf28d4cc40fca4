"""Casting: a script's two personas -> two voices, the same ones whoever asks and whenever.

The catalogue `synthetic` has as many speakers as there are ids; any other is a voice bank, a file
of recorded speakers (`datagen.voices`). A share of all speakers is held out of training, by a
hash of the id. voices/README.md says how voices are chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import count, product
from pathlib import Path

from datagen.config import VoicesSpec
from datagen.seeds import rng_for, seed_for
from datagen.types import SPEAKERS, DialogId, Persona, Script, Speaker, Split, UserError, Voice
from datagen.voices import catalogue as bank
from datagen.voices.catalogue import SUFFIXES, CatalogueEntry
from datagen.voices.named import Speakers, cast_named, check_named, dealt

CATALOGUES = ("synthetic",)
NOBODY: Speakers = {}


def cast(
    script: Script,
    spec: VoicesSpec,
    run_seed: int,
    *,
    source: str = "espeak",
    speakers: Speakers = NOBODY,
    license: str = "",
) -> dict[Speaker, Voice]:
    """Choose a voice for each speaker of ``script``, in channel order.

    A held-out voice speaks in validation dialogues only, and is all that speaks in them.
    ``source`` is what the synthesizer calls its synthetic speakers; ``speakers`` are those it has
    by name, if it has any, and ``license`` is those speakers'.
    """
    if path := _bank(spec):
        return _cast_from_bank(script, spec, path, run_seed)
    if speakers:
        return cast_named(script, speakers, spec, run_seed, source, license)
    voices: dict[Speaker, Voice] = {}
    for speaker in SPEAKERS:
        taken = {voice.id for voice in voices.values()}
        voices[speaker] = next(
            voice
            for voice in _candidates(script, speaker, run_seed, source)
            if voice.id not in taken and _may_speak(voice.id, script.split, spec.held_out)
        )
    return voices


def check(spec: VoicesSpec, speakers: Speakers = NOBODY) -> None:
    """Raise UserError if there is no such catalogue, or it cannot fill a pair of roles.

    A voice bank is checked in the language that most of its voices speak.
    """
    path = _bank(spec)
    if path is None:
        if speakers:
            check_named(speakers, spec.held_out)
        return
    splits: tuple[Split, ...] = ("train", "validation") if spec.held_out else ("train",)
    languages = Counter(entry.language for entry in bank.load(path).voices)
    language = max(sorted(languages), key=lambda name: languages[name], default="en")
    for split, gender in product(splits, ("female", "male")):
        _people(path, spec.held_out, split, gender, language)


def identity(spec: VoicesSpec) -> dict[str, str]:
    """Return what besides the settings decides the voices: the hash of a bank's catalogue."""
    path = _bank(spec)
    return {} if path is None else {"catalogue": bank.digest(path)}


def is_held_out(voice_id: str, share: float) -> bool:
    """Return whether a voice is among the ``share`` of all voices that training never hears."""
    return seed_for(0, voice_id, "held out") < share * 2**63


def split_of(entry: CatalogueEntry, share: float) -> Split:
    """Return where a bank's voice may be heard; one made from another goes where that goes."""
    return "validation" if is_held_out(entry.person, share) else "train"


def _bank(spec: VoicesSpec) -> Path | None:
    """Return the file of a voice bank, None for the synthetic speakers."""
    if spec.catalogue in CATALOGUES:
        return None
    if not spec.catalogue.endswith(SUFFIXES):
        raise UserError(
            f"voices.catalogue: there is no catalogue {spec.catalogue!r}; known are"
            f" {', '.join(CATALOGUES)}, or give a path that ends in .yaml or .parquet"
        )
    return Path(spec.catalogue)


def _cast_from_bank(
    script: Script, spec: VoicesSpec, path: Path, run_seed: int
) -> dict[Speaker, Voice]:
    """Deal voices like cards (`named.dealt`), and choose among each person's."""
    dialog = DialogId.parse(script.dialog_id)
    assert dialog is not None, script.dialog_id
    voices: dict[Speaker, Voice] = {}
    for speaker, persona in zip(SPEAKERS, (script.agent, script.user), strict=True):
        people = _fitting(path, spec, script, persona)
        _check_reuse(path, dialog.number // len(people), script.dialog_id)
        variants = people[dealt(script, run_seed, speaker, persona.gender, len(people))]
        pick = rng_for(run_seed, script.dialog_id, "voice", speaker).integers(len(variants))
        voices[speaker] = bank.voice(variants[int(pick)], path)
    return voices


def _fitting(
    path: Path, spec: VoicesSpec, script: Script, persona: Persona
) -> tuple[tuple[CatalogueEntry, ...], ...]:
    """Return the people who may play a persona."""
    split: Split = script.split if spec.held_out else "train"
    return _people(path, spec.held_out, split, persona.gender, script.language)


def _people(
    path: Path, share: float, split: Split, gender: str, language: str
) -> tuple[tuple[CatalogueEntry, ...], ...]:
    """Return the people of a bank with this split, gender and language, each with their voices."""
    bank.load(path)  # which says what is wrong with the file
    people = _pool(path, path.stat().st_mtime_ns, share, split, gender, language)
    if len(people) < 2:
        raise UserError(
            f"voices.catalogue: {path} has {len(people)} {gender} {language} speakers for {split},"
            f" and two are needed; import more, or set voices.held_out (now {share})"
        )
    return people


@lru_cache(maxsize=32)
def _pool(
    path: Path, _changed: int, share: float, split: Split, gender: str, language: str
) -> tuple[tuple[CatalogueEntry, ...], ...]:
    fit = [
        entry
        for entry in bank.load(path).voices
        if (entry.gender, entry.language, split_of(entry, share)) == (gender, language, split)
    ]
    return tuple(tuple(voices) for voices in bank.people(fit).values())


def _check_reuse(path: Path, round_: int, dialog_id: str) -> None:
    """Raise UserError if a role's voices have been heard as often as the catalogue allows."""
    limit = bank.load(path).max_dialogs
    if limit is not None and round_ >= limit:
        raise UserError(
            f"voices.catalogue: at {dialog_id} a voice of {path} could be heard more than {limit}"
            " times, its max_dialogs; import more speakers or raise it"
        )


def _may_speak(voice_id: str, split: Split, share: float) -> bool:
    """Return whether a voice is on the script's side of the split; with no share all are."""
    return not share or is_held_out(voice_id, share) == (split == "validation")


def _candidates(script: Script, speaker: Speaker, run_seed: int, source: str) -> Iterator[Voice]:
    """Yield synthetic speakers of the persona's gender without end."""
    gender = (script.agent if speaker == "agent" else script.user).gender
    for draw in count():
        name = seed_for(run_seed, script.dialog_id, "voice", speaker, draw)
        yield Voice(
            id=f"{source}-{name:016x}",
            source=source,
            license="synthetic",
            synthetic=True,
            gender=gender,
        )
