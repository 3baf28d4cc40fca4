"""What a listener's sound is for: the function of a backchannel, or a sound that is for nobody.

To continue ("mm-hm", go on), to agree ("right"), to be surprised ("really?") and to feel with who
speaks ("oh no") are the functions of the literature on feedback. A cough, and words to somebody
else in the room, look like a barge-in and are none.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from datagen.types import Turn

Function: TypeAlias = Literal["continue", "agree", "surprise", "sympathy"]
FalseBargeIn: TypeAlias = Literal["cough", "side_talk"]
FUNCTIONS: tuple[Function, ...] = get_args(Function)
FALSE_BARGE_INS: tuple[FalseBargeIn, ...] = get_args(FalseBargeIn)

_WORDS: dict[Function, frozenset[str]] = {
    "sympathy": frozenset({"no", "dear", "sorry", "ouch", "goodness", "shame"}),
    "surprise": frozenset({"really", "oh", "what", "huh", "wow", "seriously"}),
    "agree": frozenset(
        {"right", "okay", "ok", "yes", "sure", "yeah", "yep", "alright", "understood", "see"}
        | {"exactly", "true", "correct", "course", "got", "great", "good", "nice", "perfect"}
        | {"wonderful", "excellent", "cool"}
    ),
}
"""Words that tell a backchannel's function; the first one of which there is a word."""


def function_of(turn: Turn) -> Function:
    """Return the function of a backchannel: as its script says, else by its words."""
    for function in FUNCTIONS:
        if turn.act == function:
            return function
    words = {word.strip(",.?!").lower() for word in turn.spoken.split()}
    return next((name for name, marks in _WORDS.items() if words & marks), "continue")


def false_barge_in(turn: Turn) -> FalseBargeIn | None:
    """Return which sound it is that only seems to interrupt; None if it is a backchannel."""
    return next((kind for kind in FALSE_BARGE_INS if turn.act == kind), None)
