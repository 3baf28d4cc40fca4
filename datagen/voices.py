"""Casting: a script's two personas -> two voices, the same ones whoever asks and whenever.

The catalogue `synthetic` has as many speakers as there are ids; voices/README.md says what each
catalogue holds. A share of all speakers is held out of training, by a hash of the voice's id.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from datagen.config import VoicesSpec
from datagen.seeds import seed_for
from datagen.types import SPEAKERS, Script, Speaker, UserError, Voice

CATALOGUES = ("synthetic",)


def cast(
    script: Script, spec: VoicesSpec, run_seed: int, *, source: str = "espeak"
) -> dict[Speaker, Voice]:
    """Choose a voice for each speaker of ``script``, in channel order.

    A held-out voice speaks in validation dialogues only, and is all that speaks in them.
    ``source`` is what the synthesizer calls its synthetic speakers.
    """
    check(spec)
    voices: dict[Speaker, Voice] = {}
    for speaker in SPEAKERS:
        taken = {voice.id for voice in voices.values()}
        voices[speaker] = next(
            voice
            for voice in _candidates(script, speaker, run_seed, source)
            if voice.id not in taken and _may_speak(voice.id, script, spec.held_out)
        )
    return voices


def check(spec: VoicesSpec) -> None:
    """Raise UserError if there is no such catalogue."""
    if spec.catalogue not in CATALOGUES:
        raise UserError(
            f"voices.catalogue: there is no catalogue {spec.catalogue!r}; known are"
            f" {', '.join(CATALOGUES)}"
        )


def is_held_out(voice_id: str, share: float) -> bool:
    """Return whether a voice is among the ``share`` of all voices that training never hears."""
    return seed_for(0, voice_id, "held out") < share * 2**63


def _may_speak(voice_id: str, script: Script, share: float) -> bool:
    """Return whether a voice is on the script's side of the split; with no share all are."""
    return not share or is_held_out(voice_id, share) == (script.split == "validation")


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
