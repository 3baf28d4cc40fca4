"""Clips in which an agent must hold, answer, nod or yield, found in the ledger.

    TokenDialogue  --events, turns-->  AxisClip: what was heard, the moment, what the agent did

The four axes of Kyutai's reinforcement (2606.11167). Their clips come from recordings by a voice
detector; here the ledger knows who paused, who finished and who interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from datagen.pairs.crop import MAX_FRAMES
from datagen.pairs.tokens import GOES_ON_ANYWAY, FrameSpan, TokenDialogue
from datagen.types import FRAME

PAUSE_AFTER = 50
"""Frames (4 s) that an utterance lasts whose inner pause counts."""
MIN_PAUSE = 5
"""Frames (0.4 s) of a pause that can be taken for an end."""
ANSWERS_WITHIN = 5
"""Frames (0.4 s) within which an answer is prompt."""
MIN_CLIP = 63
"""Frames (5 s) of a clip that ends in an answer."""
LISTENS = 25
"""Frames (2 s) after the moment in which it counts what the agent does."""


@dataclass(frozen=True)
class AxisClip:
    """Some seconds of a dialogue, and the moment from which on the agent is judged."""

    axis: str
    span: FrameSpan
    decision: int
    """The frame of the dialogue at which it shows."""
    window: int
    """Frames after it that count."""
    latency: int
    """Frames after which the recorded agent began to speak, or fell silent; -1 if it did not."""


def pause(dialogue: TokenDialogue) -> Iterator[AxisClip]:
    """Yield utterances of the user with a pause inside, while the agent is silent."""
    quiet = ~dialogue.speaking("agent")
    for turn in dialogue.turns:
        span = FrameSpan(turn["start"] // FRAME, -(-turn["end"] // FRAME))
        if turn["speaker"] != "user" or span.length < PAUSE_AFTER:
            continue
        if span.length > MAX_FRAMES or not quiet[span.start : span.stop].all():
            continue
        for inner in dialogue.events_of("pause", "user"):
            inside = span.start < inner.start and inner.stop < span.stop
            if inside and inner.length >= MIN_PAUSE:
                yield AxisClip("pause", span, inner.start, inner.length, -1)
                break


def turn_taking(dialogue: TokenDialogue) -> Iterator[AxisClip]:
    """Yield prompt answers of the agent, with the turn before them."""
    for gap in dialogue.events_of("gap", "agent"):
        before = [
            turn["start"] // FRAME
            for turn in dialogue.turns
            if turn["speaker"] == "user" and turn["start"] // FRAME < gap.start
        ]
        if not before or gap.length > ANSWERS_WITHIN:
            continue
        stop = min(gap.stop + LISTENS, dialogue.num_frames)
        start = max(min(before[-1], stop - MIN_CLIP), stop - MAX_FRAMES, 0)
        if stop - start >= MIN_CLIP:
            yield AxisClip("turn_taking", FrameSpan(start, stop), gap.start, LISTENS, gap.length)


def backchannel(dialogue: TokenDialogue) -> Iterator[AxisClip]:
    """Yield turns of the user in which the agent nods once and does not take the floor."""
    nods = dialogue.events_of("backchannel", "agent")
    for turn in dialogue.turns:
        span = FrameSpan(turn["start"] // FRAME, -(-turn["end"] // FRAME))
        inside = [nod for nod in nods if span.start < nod.start and nod.stop < span.stop]
        if turn["speaker"] != "user" or not inside or span.length > MAX_FRAMES:
            continue
        first = inside[0].start
        decision = max(span.start, first - LISTENS // 2)
        yield AxisClip("backchannel", span, decision, LISTENS, first - decision)


def interruption(dialogue: TokenDialogue) -> Iterator[AxisClip]:
    """Yield turns of the agent that the user cuts off, and what follows."""
    for event in dialogue.events_of("barge_in", "user", GOES_ON_ANYWAY):
        turns = [dialogue.span(index) for index in dialogue.agent_turns()]
        cut = [span for span in turns if span.start < event.start <= span.stop]
        if not cut:
            continue
        stop = min(event.start + 4 * LISTENS, dialogue.num_frames)
        start = max(cut[0].start, stop - MAX_FRAMES)
        latency = min(event.stop, cut[0].stop) - event.start
        yield AxisClip(
            "interruption", FrameSpan(start, stop), event.start, LISTENS, max(latency, 0)
        )


AXES: dict[str, Callable[[TokenDialogue], Iterator[AxisClip]]] = {
    axis.__name__: axis for axis in (pause, turn_taking, backchannel, interruption)
}
"""The axes, by name."""
