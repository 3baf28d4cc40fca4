"""Speakers that a backend has by name: listed by gender, split, and dealt like those of a bank.

{female: [af_heart, ...], male: [...]} --split by a hash's rank--> train, validation --> cast
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from datagen.seeds import rng_for, seed_for
from datagen.types import SPEAKERS, DialogId, Script, Speaker, Split, UserError, Voice

Speakers = Mapping[str, Sequence[str]]
"""Names by gender."""
FEWEST = 2
"""Speakers of a gender and split: two may meet."""


def cast_named(
    script: Script, speakers: Speakers, held_out: float, run_seed: int, source: str
) -> dict[Speaker, Voice]:
    """Choose a named speaker for each role; the two never are one."""
    voices: dict[Speaker, Voice] = {}
    for speaker, persona in zip(SPEAKERS, (script.agent, script.user), strict=True):
        split: Split = script.split if held_out else "train"
        names = side(speakers[persona.gender], held_out, split)
        voices[speaker] = Voice(
            id=names[dealt(script, run_seed, speaker, persona.gender, len(names))],
            source=source,
            license="",
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
    """Return the names of a split: few speakers are split by rank, so that both have enough."""
    ranked = sorted(names, key=lambda name: (seed_for(0, name, "held out"), name))
    count = max(FEWEST, round(held_out * len(ranked))) if held_out else 0
    return sorted(ranked[:count] if split == "validation" else ranked[count:])


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
