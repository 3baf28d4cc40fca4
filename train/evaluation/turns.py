"""Does the agent take its turn, leave the user theirs, and stop when interrupted?

    Moments --continued by the model--> speech [WATCH frames] --> rates and latencies

Measured as Full-Duplex-Bench does, on tokens: speech of less than a second is a backchannel. What
the dialogues themselves come to is the mark; the model cannot do better than them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray

from train.evaluation import Values
from train.evaluation.continuation import continue_all
from train.evaluation.held_out import HeldOutDialogs, spread
from train.evaluation.moments import (
    ANSWER,
    BARGE_IN,
    HOLD,
    KINDS,
    PAUSE,
    WATCH,
    Moment,
    close_holes,
    first_run,
    speaking,
)
from train.model import DuplexLM
from train.prompt import AGENT, FRAME_RATE, NO_TOKEN, TEXT, Tokens
from train.sample import TokenSampling

TAKEN = 12
"""Frames (1 s) of speech that take the turn; less is a backchannel (Full-Duplex-Bench)."""
STOPPED = 6
"""Frames (0.5 s) of silence that give the turn away."""

Speech = NDArray[np.bool_]


def choose(moments: Sequence[Moment], count: int) -> list[Moment]:
    """Return at most ``count`` moments of each kind, evenly spread."""
    chosen: list[Moment] = []
    for kind in KINDS:
        of_kind = [moment for moment in moments if moment.kind == kind]
        chosen += [of_kind[index] for index in spread(np.arange(len(of_kind)), count)]
    return chosen


def recorded(held_out: HeldOutDialogs, moments: Sequence[Moment]) -> list[Speech]:
    """Return where the agent really speaks after each moment, [WATCH] each."""
    silence = held_out.corpus.marks.silence
    return [
        speaking(held_out.parts(item.row).agent, silence)[item.frame : item.frame + WATCH]
        for item in moments
    ]


def drawn(
    model: DuplexLM, held_out: HeldOutDialogs, moments: Sequence[Moment], sampling: TokenSampling
) -> list[Speech]:
    """Return where the model lets the agent speak after each moment, [WATCH] each."""
    known = [_known(held_out, item) for item in moments]
    silence = held_out.corpus.marks.silence
    said = continue_all(model, known, sampling, "turns")
    return [speaking(codes[AGENT, -WATCH:], silence) for codes in said]


def _known(held_out: HeldOutDialogs, moment: Moment) -> Tokens:
    """Return what comes before a moment, as much as fits, and the user's side after it.

    One frame more than is watched: the last one drawn is not whole.
    """
    stop = min(moment.frame + WATCH + 1, held_out.num_frames(moment.row))
    codes, _ = held_out.example(moment.row, max(0, stop - held_out.room), stop)
    if stop == moment.frame + WATCH:
        codes = np.concatenate((codes, codes[:, -1:]), axis=1)
    for rows in (TEXT, AGENT):
        codes[rows, -WATCH - 1 :] = NO_TOKEN
    return codes


def rates(moments: Sequence[Moment], speech: Sequence[Speech]) -> Values:
    """Return the score of what was done after each moment."""
    by_kind: dict[str, list[int | None]] = {kind: [] for kind in KINDS}
    for moment, frames in zip(moments, speech, strict=True):
        reacts = _takes if moment.kind in (ANSWER, PAUSE) else _stops
        after = reacts(frames)
        late = after is None or after >= moment.window
        by_kind[moment.kind].append(None if late else after)
    takeover, paused = _rate(by_kind[ANSWER]), _rate(by_kind[PAUSE])
    yields, held = _rate(by_kind[BARGE_IN]), _rate(by_kind[HOLD])
    return {
        "turns/takeover": takeover,
        "turns/pause_takeover": paused,
        "turns/takeover_margin": _difference(takeover, paused),
        "turns/takeover_margin_error": _error(by_kind[ANSWER], by_kind[PAUSE]),
        "turns/latency": _latency(by_kind[ANSWER]),
        "turns/yield": yields,
        "turns/hold_yield": held,
        "turns/yield_margin": _difference(yields, held),
        "turns/yield_margin_error": _error(by_kind[BARGE_IN], by_kind[HOLD]),
        "turns/yield_latency": _latency(by_kind[BARGE_IN]),
    }


def _takes(speech: Speech) -> int | None:
    return first_run(close_holes(speech), TAKEN)


def _stops(speech: Speech) -> int | None:
    return first_run(~speech, STOPPED)


def _rate(reactions: Sequence[int | None]) -> float | None:
    return fmean(after is not None for after in reactions) if reactions else None


def _difference(more: float | None, less: float | None) -> float | None:
    return None if more is None or less is None else more - less


def _error(*kinds: Sequence[int | None]) -> float | None:
    """Return the standard error of the difference of two rates, their moments independent."""
    if not all(kinds):
        return None
    rates = [(_rate(reactions) or 0.0, len(reactions)) for reactions in kinds]
    return math.sqrt(sum(rate * (1 - rate) / num for rate, num in rates))


def _latency(reactions: Sequence[int | None]) -> float | None:
    """Return the median in seconds of those that reacted."""
    frames = [after for after in reactions if after is not None]
    return median(frames) / FRAME_RATE if frames else None
