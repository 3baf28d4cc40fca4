"""Whether what a script asks of the timeline can be done at all.

[Turn] --check--> nothing, or Rejected with the turn and what is wrong with it
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from datagen.types import Rejected, Turn


def check(turns: Sequence[Turn]) -> None:
    """Raise Rejected if a barge-in, backchannel or pause has no place to be."""
    floor: Turn | None = None
    for index, turn in enumerate(turns):
        wrong = _wrong_onset(turn, floor) or _wrong_pauses(turn)
        if wrong:
            raise Rejected("impossible_cue", f"turn {index}: {wrong}")
        if turn.onset != "backchannel":
            floor = turn


def _wrong_onset(turn: Turn, floor: Turn | None) -> str | None:
    if turn.onset == "after":
        return None
    if floor is None:
        return f"a {turn.onset} with no turn before it"
    if floor.speaker == turn.speaker:
        return f"a {turn.onset} of the speaker who has the floor"
    num_words = len(floor.spoken.split())
    if turn.at_word is None or turn.at_word > num_words:
        return f"a {turn.onset} at word {turn.at_word} of {num_words}"
    return None


def _wrong_pauses(turn: Turn) -> str | None:
    places = [pause.after_word for pause in turn.pauses]
    num_words = len(turn.spoken.split())
    if any(one >= other for one, other in pairwise([0, *places, num_words])):
        return f"pauses after words {places} of {num_words}"
    return None
