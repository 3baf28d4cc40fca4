"""Dialogues laid out wrongly in one respect of timing; what was recorded is right.

    TokenDialogue  --move, insert or remove speech of the agent-->  Pair

The respects and their ranges are those of TurnNat's perturbations, and yielding beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from datagen.pairs.crop import around
from datagen.pairs.tokens import GOES_ON_ANYWAY, FrameSpan, Ids, TokenDialogue, Track
from datagen.types import FRAME

EARLY = (15, 31)
"""Frames by which an answer comes too early: 1.2 to 2.5 s."""
LATE = (15, 25)
"""Frames by which it comes too late: 1.2 to 2.0 s."""
SHIFT = (12, 50)
"""Frames of a turn that is taken in a pause: 1 to 4 s."""
PAUSE = (4, 40)
"""Frames of a pause in which a turn can be taken: 0.3 s and more."""
HOLD = (15, 100)
"""Frames of a turn that is left out: 1.2 to 8 s."""
NODS_APART = 10
"""Frames from one surplus nod to the next: 0.8 s."""
NOD = 13
"""Frames that a nod lasts at most: 1 s."""
STOPS_AFTER = 3
"""Frames of a sound that should not be yielded to, after which the agent wrongly stops."""
NOISES = ("false_barge_in", "false_interruption", "backchannel")
"""Events of a listener that take no turn, the rarer first: coughs and words aside, then nods."""
GOES_ON = (19, 38)
"""Frames that an agent talks on when interrupted: 1.5 to 3 s."""


@dataclass(frozen=True)
class Pair:
    """One dialogue twice: as it should go on from a moment, and as it should not."""

    respect: str
    axis: str
    crop: FrameSpan
    first: int
    """The first frame of the dialogue at which the two differ."""
    chosen: Track
    """The agent in the frames of the crop."""
    rejected: Track
    user_codes: Ids
    """The user in the frames of the crop [K, T]."""
    detail: str
    """What was done, in frames."""
    same_voice: bool = True
    """Whether both sides are said by one voice: not always where one turn is another agent's."""


def _pair(
    dialogue: TokenDialogue,
    respect: str,
    axis: str,
    changed: Track,
    stop: int,
    detail: str,
) -> Pair | None:
    """Return a pair of the recorded dialogue and ``changed``, up to frame ``stop``."""
    differs = (changed.text != dialogue.agent.text) | (changed.codes != dialogue.agent.codes).any(0)
    frames = np.flatnonzero(differs[:stop])
    if not len(frames):
        return None
    first = int(frames[0])
    crop = around(first, stop, dialogue.num_frames)
    if crop is None:
        return None
    return Pair(
        respect=respect,
        axis=axis,
        crop=crop,
        first=first,
        chosen=dialogue.agent.piece(crop.start, crop.stop),
        rejected=changed.piece(crop.start, crop.stop),
        user_codes=dialogue.user_codes[:, crop.start : crop.stop],
        detail=detail,
    )


def _moved(dialogue: TokenDialogue, span: FrameSpan, by: int) -> Track:
    changed = dialogue.agent.copy()
    piece = dialogue.agent.piece(span.start, span.stop)
    changed.mute(span.start, span.stop, dialogue.silence)
    changed.put(span.start + by, piece)
    return changed


def _answers(dialogue: TokenDialogue) -> Iterator[FrameSpan]:
    """Yield the agent's turns that come after the user has finished."""
    gaps = {span.stop for span in dialogue.events_of("gap", "agent")}
    for index in dialogue.agent_turns():
        span = dialogue.span(index)
        near = range(span.start - 1, span.start + 3)
        if dialogue.turns[index]["onset"] == "after" and any(stop in gaps for stop in near):
            yield span


def early_entry(dialogue: TokenDialogue, rng: np.random.Generator) -> Iterator[Pair | None]:
    """The agent answers before the user has finished."""
    user = dialogue.speaking("user")
    for span in _answers(dialogue):
        by = int(rng.integers(*EARLY, endpoint=True))
        target = FrameSpan(span.start - by, span.stop - by)
        if dialogue.free(target, but=span) and user[max(target.start, 0) : span.start].any():
            yield _pair(
                dialogue,
                "early_entry",
                "turn_taking",
                _moved(dialogue, span, -by),
                span.stop,
                f"{by} frames early",
            )


def late_answer(dialogue: TokenDialogue, rng: np.random.Generator) -> Iterator[Pair | None]:
    """The agent lets the user wait."""
    for span in _answers(dialogue):
        by = int(rng.integers(*LATE, endpoint=True))
        target = FrameSpan(span.start + by, span.stop + by)
        if dialogue.free(target, but=span):
            changed = _moved(dialogue, span, by)
            yield _pair(
                dialogue, "late_answer", "turn_taking", changed, target.stop, f"{by} frames late"
            )


def shift_for_hold(dialogue: TokenDialogue, rng: np.random.Generator) -> Iterator[Pair | None]:
    """The agent takes the turn in a pause of the user, with what it would say next."""
    starts = [dialogue.span(index) for index in dialogue.agent_turns()]
    for pause in dialogue.events_of("pause", "user"):
        following = next((span for span in starts if span.start >= pause.stop), None)
        if following is None or not PAUSE[0] <= pause.length <= PAUSE[1]:
            continue
        length = min(int(rng.integers(*SHIFT, endpoint=True)), following.length)
        target = FrameSpan(pause.start + 2, pause.start + 2 + length)
        if length >= SHIFT[0] and target.stop <= following.start and dialogue.free(target):
            changed = dialogue.agent.copy()
            changed.put(
                target.start,
                dialogue.agent.piece(following.start, following.start + length),
            )
            stop = min(target.stop + NOD, following.start)
            yield _pair(
                dialogue, "shift_for_hold", "pause", changed, stop, f"{length} frames in a pause"
            )


def hold_for_shift(dialogue: TokenDialogue, rng: np.random.Generator) -> Iterator[Pair | None]:
    """The agent says nothing when it is its turn."""
    for span in _answers(dialogue):
        if HOLD[0] <= span.length <= HOLD[1]:
            changed = dialogue.agent.copy()
            changed.mute(span.start, span.stop, dialogue.silence)
            yield _pair(
                dialogue,
                "hold_for_shift",
                "turn_taking",
                changed,
                span.stop,
                f"{span.length} frames left out",
            )


def surplus_nods(dialogue: TokenDialogue, rng: np.random.Generator) -> Iterator[Pair | None]:
    """The agent nods twice more than it should, with a nod of its own."""
    nods = [
        dialogue.span(index)
        for index, turn in enumerate(dialogue.turns)
        if turn["speaker"] == "agent" and turn["onset"] == "backchannel"
    ]
    nods = [nod for nod in nods if 2 <= nod.length <= NOD]
    if not nods:
        return
    nod = nods[int(rng.integers(len(nods)))]
    piece = dialogue.agent.piece(nod.start, nod.stop)
    step = max(NODS_APART, nod.length)
    for turn in dialogue.turns:
        if turn["speaker"] != "user" or turn["onset"] == "backchannel":
            continue
        start = turn["start"] // FRAME + NODS_APART
        target = FrameSpan(start, start + step + nod.length)
        if target.stop * FRAME <= turn["end"] and dialogue.free(target):
            changed = dialogue.agent.copy()
            changed.put(target.start, piece)
            changed.put(target.start + step, piece)
            yield _pair(
                dialogue,
                "surplus_nods",
                "backchannel",
                changed,
                target.stop + NODS_APART,
                f"two nods {step} frames apart",
            )


def yields_to_noise(dialogue: TokenDialogue, rng: np.random.Generator) -> Iterator[Pair | None]:
    """The agent stops for a nod, a cough or a word aside, and should go on."""
    sounds = [sound for type_ in NOISES for sound in dialogue.caused(type_, "user")]
    for index in dialogue.agent_turns():
        span = dialogue.span(index)
        for sound, cause in sounds:
            first = sound.start + STOPS_AFTER
            if span.start + NOD <= sound.start and first + NOD <= span.stop:
                changed = dialogue.agent.copy()
                changed.mute(first, span.stop, dialogue.silence)
                yield _pair(
                    dialogue,
                    "yields_to_noise",
                    "interruption",
                    changed,
                    min(span.stop, first + HOLD[1]),
                    f"silent {STOPS_AFTER} frames after a sound: {cause}",
                )
                break


def does_not_yield(dialogue: TokenDialogue, rng: np.random.Generator) -> Iterator[Pair | None]:
    """The agent talks on when the user takes the floor, with what it would say next."""
    turns = [dialogue.span(index) for index in dialogue.agent_turns()]
    for event in dialogue.events_of("barge_in", "user", GOES_ON_ANYWAY):
        cut = next((s for s in turns if s.start < event.start and s.stop >= event.start), None)
        following = next((s for s in turns if s.start >= event.stop), None)
        if cut is None or following is None:
            continue
        length = min(int(rng.integers(*GOES_ON, endpoint=True)), following.length)
        target = FrameSpan(cut.stop, cut.stop + length)
        if length >= SHIFT[0] and target.stop <= following.start and dialogue.free(target):
            changed = dialogue.agent.copy()
            changed.put(
                target.start, dialogue.agent.piece(following.start, following.start + length)
            )
            yield _pair(
                dialogue,
                "does_not_yield",
                "interruption",
                changed,
                target.stop,
                f"talks on for {length} frames",
            )


Edit = Callable[[TokenDialogue, np.random.Generator], Iterator[Pair | None]]
EDITS: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (
        early_entry,
        late_answer,
        shift_for_hold,
        hold_for_shift,
        surplus_nods,
        yields_to_noise,
        does_not_yield,
    )
}
"""What can be wrong in timing, by name."""
