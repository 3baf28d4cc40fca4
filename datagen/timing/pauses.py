"""How long the silences last that are put into a turn.

Turn, Pauses, rng --draw--> [Hold]: those that the script wants
[Turn], FalseInterruption --falter--> {turn: Hold}: those that a user's backchannel makes
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

import numpy as np

from datagen.timing.backchannels import false_barge_in
from datagen.timing.clip_edit import Hold
from datagen.timing.distributions import LogNormal, Uniform
from datagen.timing.preset import FalseInterruption, Pauses
from datagen.types import Pause, Turn


def draw(pauses: Sequence[Pause], law: Pauses, rng: np.random.Generator) -> list[Hold]:
    """Draw the silence that each pause adds, in samples."""
    laws: dict[str, LogNormal | Uniform] = {"clause": law.clause, "thinking": law.thinking}
    return [Hold(pause.after_word, pause.kind, laws[pause.kind].draw(rng)) for pause in pauses]


def falter(
    turns: Sequence[Turn],
    law: FalseInterruption,
    silenced: Container[int],
    rng_of: Callable[[int], np.random.Generator],
) -> dict[int, Hold]:
    """Draw which of the agent's turns falter at a user's backchannel, one word after its cue.

    Where a pause is wanted at that place anyway, and at a turn's last word, nobody falters.
    """
    holds: dict[int, Hold] = {}
    floor = 0
    for index, turn in enumerate(turns):
        if turn.onset != "backchannel":
            floor = index
            continue
        rate = law.sound_rate if false_barge_in(turn) else law.rate
        if turn.speaker == "agent" or index in silenced or floor in holds or not rate:
            continue
        assert turn.at_word is not None
        place, said = turn.at_word + 1, turns[floor]
        taken = {pause.after_word for pause in said.pauses}
        rng = rng_of(index)
        if rng.random() < rate and place < len(said.spoken.split()) and place not in taken:
            length = law.silence.draw(rng)
            holds[floor] = Hold(place, "false_interruption", length, index)
    return holds
