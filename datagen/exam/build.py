"""``datagen exam build``: the exam in a folder, voiced by any speech backend.

Recipe (speech, align, voices, gates) --build--> EXAM/{exam.json, items.jsonl, audio/, voices/}

An item's sound depends on its id, the seed and the backend alone. What is there already is kept, so
that a build that was stopped goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from datagen.audio.files import write as write_sound
from datagen.backends.registry import ALIGNERS, JUDGES, VOICES
from datagen.config import Recipe
from datagen.exam.content import problems, roles
from datagen.exam.items import ExamHeader, ExamItem, hash_of, sound_path, voice_path
from datagen.exam.tracks import VERSION, drafts
from datagen.exam.voicing import Booth, VoicedItem, voiced
from datagen.gates.limits import limits_for
from datagen.stages.retakes import Studio
from datagen.storage import atomic
from datagen.types import Audio, UserError, Voice
from datagen.voices import catalogue as bank
from datagen.voices.casting import CATALOGUES, is_held_out, split_of
from datagen.voices.named import side

USERS, AGENTS = 8, 6
"""Synthetic voices that ask, and that the agent is asked to have."""
FEWEST_USERS = 6

Tell = Callable[[int, int], None]


def build(
    folder: Path, recipe: Recipe, tracks: Sequence[str] = (), tell: Tell | None = None
) -> ExamHeader:
    """Make an exam in a folder, or go on with it.

    ``tell`` is told how many items are done, and of how many. Raises UserError.
    """
    wanted = [draft for draft in drafts(roles()) if not tracks or draft.track in tracks]
    _check(tracks, {draft.track for draft in drafts(roles())})
    booth = open_booth(recipe)
    settings = _settings(recipe)
    _claim(folder, settings)
    done = _done(folder)
    try:
        for voice in booth.agents:
            path = voice_path(folder, voice.id)
            if not path.exists():
                _write(path, booth.prompt(voice))
        lines = []
        for number, draft in enumerate(wanted):
            item = done.get(draft.id)
            if item is None:
                item = _make(folder, voiced(draft, number, booth))
            lines.append(item.model_dump_json(exclude_defaults=True))
            if tell is not None:
                tell(number + 1, len(wanted))
    finally:
        booth.studio.close()
        booth.aligner.close()
    return _finish(folder, lines, recipe)


def open_booth(recipe: Recipe) -> Booth:
    """Load what makes and hears speech."""
    VOICES.check(recipe.speech)
    ALIGNERS.check(recipe.align)
    synthesizer = VOICES.load(recipe.speech)
    judge = JUDGES.load(recipe.gates.judge) if recipe.gates.judge else None
    studio = Studio(synthesizer, limits_for(synthesizer.source, recipe.gates.limits), judge=judge)
    users, agents = cast_exam(recipe, synthesizer.source)
    return Booth(studio, ALIGNERS.load(recipe.align), users, agents, recipe.seed)


def cast_exam(recipe: Recipe, source: str) -> tuple[list[Voice], list[Voice]]:
    """Return the voices of users and of agents: held out of training, women and men in turn."""
    share = recipe.voices.held_out
    speakers = VOICES.speakers(recipe.speech)
    if recipe.voices.catalogue not in CATALOGUES:
        path = Path(recipe.voices.catalogue)
        entries = [e for e in bank.load(path).voices if split_of(e, share) == "validation"]
        found = [bank.voice(entry, path) for entry in entries]
    elif speakers:
        found = [
            Voice(id=name, source=source, license="", synthetic=True, gender=gender)  # type: ignore[arg-type]  # of the backend
            for gender, names in speakers.items()
            for name in side(names, share, "validation")
        ]
    else:
        return _synthetic(source, share, "user", USERS), _synthetic(source, share, "agent", AGENTS)
    return _in_turn(found, recipe)


def _synthetic(source: str, share: float, part: str, number: int) -> list[Voice]:
    names = (f"{source}-exam-{part}-{index}" for index in count())
    held_out = (name for name in names if not share or is_held_out(name, share))
    return [
        Voice(
            id=next(held_out),
            source=source,
            license="synthetic",
            synthetic=True,
            gender="female" if index % 2 else "male",
        )
        for index in range(number)
    ]


def _in_turn(found: Sequence[Voice], recipe: Recipe) -> tuple[list[Voice], list[Voice]]:
    """Share voices out: agents take every third, users the rest."""
    if len(found) < FEWEST_USERS + 2:
        raise UserError(
            f"an exam needs {FEWEST_USERS + 2} voices that training does not hear, and the speech"
            f" backend has {len(found)}: raise voices.held_out (now {recipe.voices.held_out}), or"
            " take another backend"
        )
    women = [voice for voice in found if voice.gender == "female"]
    men = [voice for voice in found if voice.gender == "male"]
    mixed = [voice for pair in zip(women, men, strict=False) for voice in pair]
    mixed += women[len(men) :] + men[len(women) :]
    agents = mixed[:: max(3, len(mixed) // AGENTS)][:AGENTS]
    return [voice for voice in mixed if voice not in agents], agents


def _check(tracks: Sequence[str], known: set[str]) -> None:
    for track in tracks:
        if track not in known:
            raise UserError(f"there is no track {track!r}: known are {', '.join(sorted(known))}")
    for role in roles():
        for problem in problems(role):
            raise UserError(f"prompts/exam: {problem}")


def _settings(recipe: Recipe) -> dict[str, object]:
    return {
        "version": VERSION,
        "seed": recipe.seed,
        "speech": VOICES.identity(recipe.speech),
        "align": ALIGNERS.identity(recipe.align),
        "voices": recipe.voices.model_dump(mode="json"),
    }


def _claim(folder: Path, settings: dict[str, object]) -> None:
    """Note what a folder is made with; refuse one that was begun with something else."""
    path = folder / "build.json"
    content = json.dumps(settings, indent=2, sort_keys=True) + "\n"
    if path.exists():
        if path.read_text(encoding="utf-8") != content:
            raise UserError(
                f"{folder} was begun with other settings or another version: give another --out"
            )
        return
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty and holds no exam: give another --out")
    with atomic(path) as file:
        file.write(content.encode())


def _done(folder: Path) -> dict[str, ExamItem]:
    """Return the items that have their sounds already."""
    found = (
        ExamItem.model_validate_json(path.read_bytes()) for path in folder.glob("audio/[!.]*.json")
    )
    return {item.id: item for item in found}


def _make(folder: Path, made: VoicedItem) -> ExamItem:
    _write(sound_path(folder, made.item.id), made.sound)
    if made.clean is not None:
        _write(sound_path(folder, made.item.id, clean=True), made.clean)
    with atomic(sound_path(folder, made.item.id).with_suffix(".json")) as file:
        file.write(made.item.model_dump_json().encode())
    return made.item


def _write(path: Path, audio: Audio) -> None:
    with atomic(path) as file:
        write_sound(file, audio[None], "WAV")


def _finish(folder: Path, lines: Sequence[str], recipe: Recipe) -> ExamHeader:
    text = "".join(f"{line}\n" for line in lines)
    with atomic(folder / "items.jsonl") as file:
        file.write(text.encode())
    header = ExamHeader(
        version=VERSION,
        seed=recipe.seed,
        speech=recipe.speech.use,
        stand_in=VOICES.resolve(recipe.speech).stand_in,
        items=len(lines),
        hash=hash_of(folder, text),
    )
    with atomic(folder / "exam.json") as file:
        file.write((header.model_dump_json(indent=2) + "\n").encode())
    return header
