"""What a model says of a cut-off, as the timeline has it, if both turns bear it out.

    cut turn, turn that cuts in --interruption_of--> Interruption, or None: as the timeline draws it

What a model names is a hint. A question without a question mark, or an order taken back where none
was given, is left out; the cut stays.
"""

from __future__ import annotations

from typing import Literal

from datagen.scripting.llm.scene import CUTS, GOES_ON, SceneTurn
from datagen.types import Interruption, InterruptionKind

_CORRECTS = ("correction", "selfCorrection", "disagreement", "disconfirm")
_WAITS = ("stalling", "request", "interactionStructuring", "instruct")
_EITHER: frozenset[InterruptionKind] = frozenset(("question", "correction", "collision", "pause"))
"""What an agent may cut in for as well."""


def interruption_of(
    cut: SceneTurn, by: SceneTurn, *, is_called: bool, needed: int
) -> Interruption | None:
    """Return how ``by`` cuts in on ``cut``, if that is so.

    ``is_called``: a tool has just been called; ``needed``: words that must be heard.
    """
    if cut.cut_as in GOES_ON:
        kind: InterruptionKind = "question" if "?" in by.text else "protest"
        answer: Literal["hold", "override"] = "hold" if cut.cut_as == "hold" else "override"
        return Interruption(kind=kind, answer=answer)
    named = CUTS.get(cut.cut_as)
    if named is None or not _fits(named, cut, by, is_called=is_called, needed=needed):
        return None
    return Interruption(kind=named, answer="yield")


def _fits(
    kind: InterruptionKind, cut: SceneTurn, by: SceneTurn, *, is_called: bool, needed: int
) -> bool:
    """Tell whether two turns are what a kind says of them."""
    if by.speaker == "agent" and kind != "slot" and kind not in _EITHER:
        return False
    asks = "?" in by.text
    return {
        "question": asks,
        "slot": asks and by.speaker == "agent",
        "pause": by.act in _WAITS,
        "known": not asks and by.act != "correction",
        "protest": not asks,
        "early": "?" in cut.text and not asks,
        "correction": by.act in _CORRECTS,
        "cancel": is_called and not asks,
        "collision": not needed,
    }[kind]
