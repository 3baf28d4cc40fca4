"""The sound of a call as rows may have it: what is bleeped is gone before anybody reads it.

CallSound, AnnotatedCall --BleepedSound--> Audio [S] of a side
"""

from __future__ import annotations

from typing import Literal

from datagen.annotate.bleep import bleep_sound
from datagen.annotate.call import Side
from datagen.annotate.calls import AnnotatedCall
from datagen.annotate.sound import CallSound
from datagen.types import Audio


class BleepedSound(CallSound):
    """A call's sound with its bleeps."""

    def __init__(
        self, sound: CallSound, call: AnnotatedCall, tone_or_silence: Literal["tone", "silence"]
    ) -> None:
        self._sound, self._bleeps, self._how = sound, call.bleeps, tone_or_silence
        self._speakers = {person.side: speaker for speaker, person in call.people.items()}
        self.num_samples = sound.num_samples

    def read(self, side: Side, start: int, end: int) -> Audio:
        """Return a side's sound [S] from ``start`` to ``end``."""
        part = self._sound.read(side, start, end)
        near = [one for one in self._bleeps if one.start < end and one.end > start]
        return bleep_sound(part, self._speakers[side], near, self._how, at=start)
