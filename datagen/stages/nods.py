"""Backchannels that a voice cannot make give way to another of their function.

    Script, can_say --replaced--> {turn: what is said}      turns, clips --as_said--> turns

A phonemiser spells "Mhm", and few models laugh. What was said instead stands beside the clip, so
that words, text rows and sound are one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from datagen.seeds import rng_for
from datagen.timing.backchannels import Function, function_of
from datagen.types import Clip, Rejected, Script, Turn

ALTERNATIVES: Mapping[Function, tuple[str, ...]] = {
    "continue": ("Okay.", "Right.", "Yes.", "Yeah."),
    "agree": ("Okay.", "Right.", "Got it.", "I see."),
    "surprise": ("Oh.", "Really?"),
    "sympathy": ("Oh no.", "I'm sorry."),
}
"""Words that any voice says, by the function of the backchannel they stand for."""


def replaced(script: Script, can_say: Callable[[str], bool], run_seed: int) -> dict[int, str]:
    """Return what is said in place of the backchannels that a voice cannot make.

    Raises Rejected if it cannot make a sound of another turn, or nothing of the kind.
    """
    found: dict[int, str] = {}
    for index, turn in enumerate(script.turns):
        if can_say(turn.spoken):
            continue
        rng = rng_for(run_seed, script.dialog_id, "speech", "nod", index)
        others = [text for text in ALTERNATIVES[function_of(turn)] if can_say(text)]
        if turn.onset != "backchannel" or not others:
            raise Rejected("unsayable_sound", f"turn {index}: {turn.spoken!r} has a sound that the"
                           " voice cannot make")  # fmt: skip
        found[index] = others[int(rng.integers(len(others)))]
    return found


def as_said(turns: Sequence[Turn], clips: Sequence[Clip]) -> tuple[Turn, ...]:
    """Return the turns with what was said in place of their lines."""
    return tuple(
        turn if clip.said is None else turn.model_copy(update=_words(clip.said))
        for turn, clip in zip(turns, clips, strict=True)
    )


def _words(said: str) -> dict[str, str]:
    return {"text": said, "spoken": said}
