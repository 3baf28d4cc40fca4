"""What is listened to of a dialogue: each turn's clip, its place in the channel, and in the tokens.

RunDialogue --stretches--> Stretch (what was said there, by whom, and its sound [S])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from datagen.show.lookup import RunDialogue
from datagen.types import SAMPLE_RATE, SPEAKERS, Audio, PlacedTurn, Speaker, Stereo

What: TypeAlias = Literal["clips", "channels", "tokens"]
WHATS: tuple[What, ...] = ("clips", "channels", "tokens")
"""Sound as it was spoken, as it is placed and encoded, and as the codec gives it back."""
AROUND = SAMPLE_RATE // 10
"""Samples of a channel heard before and after a turn."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One turn as it can be heard in one of three places."""

    what: What
    turn: int
    speaker: Speaker
    onset: str
    spoken: str
    audio: Audio


def stretches(found: RunDialogue, whats: Sequence[What]) -> Iterator[Stretch]:
    """Yield the turns of a dialogue as they are heard; decoding loads the run's codec."""
    turns = found.dialogue.turns
    if "clips" in whats:
        clips = found.clips()
        for index, turn in enumerate(turns):
            words = f"{turn.spoken} {turn.unsaid}".strip()
            if words:
                yield Stretch("clips", index, turn.speaker, turn.onset, words, clips[index])
    if "channels" in whats:
        yield from _placed("channels", turns, found.stereo())
    if "tokens" in whats:
        yield from _placed("tokens", turns, found.decoded())


def _placed(what: What, turns: Sequence[PlacedTurn], stereo: Stereo) -> Iterator[Stretch]:
    """Yield the turns of both channels [C, S], as far as they are heard there."""
    for index, turn in enumerate(turns):
        if turn.spoken:
            channel = stereo[SPEAKERS.index(turn.speaker)]
            part = channel[max(0, turn.start - AROUND) : turn.end + AROUND]
            yield Stretch(what, index, turn.speaker, turn.onset, turn.spoken, part)
