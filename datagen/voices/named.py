"""Speakers that a backend has by name: listed by gender, split, and dealt like those of a bank.

{female: [af_heart, ...], male: [...]} --split by a hash's rank--> train, validation --> cast
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from datagen.config import VoicesSpec
from datagen.seeds import rng_for, seed_for
from datagen.types import SPEAKERS, DialogId, Script, Speaker, Split, UserError, Voice

Speakers = Mapping[str, Sequence[str]]
"""Names by gender."""
FEWEST = 2
"""Speakers of a gender and split: two may meet."""


BLEND = "+"
"""Sign between the names of two speakers of whom a third is blended."""


def cast_named(
    script: Script,
    speakers: Speakers,
    spec: VoicesSpec,
    run_seed: int,
    source: str,
    license: str = "",
) -> dict[Speaker, Voice]:
    """Choose a named speaker for each role; the two never are one.

    Raises UserError if a speaker would be heard more often than ``spec.max_dialogs`` allows.
    """
    voices: dict[Speaker, Voice] = {}
    for speaker, persona in zip(SPEAKERS, (script.agent, script.user), strict=True):
        split: Split = script.split if spec.held_out else "train"
        names = side(speakers[persona.gender], spec.held_out, split)
        _check_reuse(script.dialog_id, len(names), spec.max_dialogs)
        place = dealt(script, run_seed, speaker, persona.gender, len(names))
        taken = {part for voice in voices.values() for part in voice.id.split(BLEND)}
        turned = [*names[place:], *names[:place]]  # a blend never meets one of its speakers
        voices[speaker] = Voice(
            id=next((n for n in turned if taken.isdisjoint(n.split(BLEND))), names[place]),
            source=source,
            license=license,
            synthetic=True,
            gender=persona.gender,
        )
    return voices


def dealt(script: Script, run_seed: int, speaker: Speaker, gender: str, count: int) -> int:
    """Return which of ``count`` people plays a role: nobody twice before all have had a turn.

    Each round of as many dialogues as there are people has an order of its own. The user is half a
    round away from the agent, so that the two never meet in one person.
    """
    dialog = DialogId.parse(script.dialog_id)
    assert dialog is not None, script.dialog_id
    round_, place = divmod(dialog.number, count)
    order = rng_for(run_seed, script.kind, "voices", gender, round_)
    offset = 0 if speaker == "agent" else count // 2
    return int(order.permutation(count)[(place + offset) % count])


def side(names: Sequence[str], held_out: float, split: Split) -> list[str]:
    """Return the names of a split: few speakers are split by rank, so that both have enough.

    A blend is heard where both of its speakers are; one of speakers of both splits is in neither.
    """
    people = [name for name in names if BLEND not in name]
    ranked = sorted(people, key=lambda name: (seed_for(0, name, "held out"), name))
    count = max(FEWEST, round(held_out * len(ranked))) if held_out else 0
    chosen = set(ranked[:count] if split == "validation" else ranked[count:])
    return sorted(name for name in names if chosen.issuperset(name.split(BLEND)))


def _check_reuse(dialog_id: str, num_names: int, max_dialogs: int | None) -> None:
    dialog = DialogId.parse(dialog_id)
    assert dialog is not None, dialog_id
    if max_dialogs is not None and dialog.number // num_names >= max_dialogs:
        raise UserError(
            f"voices.max_dialogs: at {dialog_id} a speaker could be heard more than {max_dialogs}"
            f" times in a role, and the backend has {num_names} of a gender; raise it, add speakers"
            " (kokoro: speech.options.blends), or make less"
        )


def check_named(speakers: Speakers, held_out: float) -> None:
    """Raise UserError if named speakers cannot fill a pair of roles in each split."""
    names = [name for some in speakers.values() for name in some]
    if len(set(names)) < len(names):
        raise UserError("speech.options.voices: a name is there twice")
    splits: tuple[Split, ...] = ("train", "validation") if held_out else ("train",)
    for split, gender in product(splits, ("female", "male")):
        found = len(side(speakers.get(gender, ()), held_out, split))
        if found < FEWEST:
            raise UserError(
                f"speech.options.voices: {found} {gender} speakers are for {split}, and two are"
                f" needed; list more, or set voices.held_out=0 (now {held_out})"
            )
