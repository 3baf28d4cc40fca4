"""Moments of dialogues at which an agent must speak, keep silent, stop or go on.

    shards (events), codes  ->  Moment: from this frame on the model is on its own

Everything before is as it was. What the user says goes on as recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from train.config import UserError
from train.evaluation.held_out import HeldOutDialogs
from train.prompt import FRAME_RATE, Tokens
from train.shards import SAMPLE_RATE

FRAME = int(SAMPLE_RATE / FRAME_RATE)
"""Samples of a frame."""
WINDOW = 25
"""Frames (2 s) in which it counts what the agent does."""
WATCH = WINDOW + 12
"""Frames that are drawn: what begins in the window must be seen to last."""
MIN_PAUSE = 5
"""Frames (0.4 s) of a pause that counts; a shorter one is hardly heard."""
HOLD_AFTER = 12
"""Frames of its own turn after which a speaking agent is watched (1 s)."""

MIN_SILENT = 0.02
"""Least share of an agent's frames that are silence, where its codes tell when it speaks."""
MAX_NOISY = 0.05
"""Largest share of dialogues with fewer: one agent may really talk all the time."""

GOES_ON = ("hold", "override")
"""Causes of barge-ins after which the agent goes on by intent."""
ANSWER, PAUSE, BARGE_IN, HOLD = KINDS = ("answer", "pause", "barge_in", "hold")
"""The user has finished; pauses within a turn; begins to interrupt; is silent while the agent
speaks."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One such moment."""

    kind: str
    row: int
    frame: int
    """The first frame of the dialogue that the model draws."""
    window: int = WINDOW
    """Frames in which it counts what the agent does; at most WINDOW."""


def find_moments(held_out: HeldOutDialogs, files: Sequence[Path]) -> list[Moment]:
    """Return all moments of the dialogues that are held out, by kind."""
    ids = {str(held_out.corpus.dialog_ids[row]): int(row) for row in held_out.unseen}
    found: list[Moment] = []
    for dialog_id, events in _events(files, set(ids)):
        found += _of_events(events, ids[dialog_id])
    for row in held_out.unseen:
        found += _holding(held_out, int(row))
    frames = {row: held_out.num_frames(row) for row in ids.values()}
    kept = [item for item in found if 0 < item.frame <= frames[item.row] - WATCH]
    return sorted(kept, key=lambda item: (item.kind, item.row, item.frame))


def _events(files: Sequence[Path], ids: set[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for file in files:
        try:
            table = pq.read_table(file, columns=["dialog_id", "events"])
        except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
            raise UserError(f"{file}: schema 1 has a column events ({error})") from error
        for row in table.to_pylist():
            if row["dialog_id"] in ids:
                yield row["dialog_id"], row["events"] or []


def _of_events(events: list[dict[str, Any]], row: int) -> Iterator[Moment]:
    for event in events:
        first, stop = event["start"] // FRAME + 1, event["end"] // FRAME
        of_user = event["speaker"] == "user"
        if event["type"] in ("gap", "lapse") and not of_user:
            yield Moment(kind=ANSWER, row=row, frame=first)
        elif event["type"] == "pause" and of_user and stop - first >= MIN_PAUSE:
            yield Moment(kind=PAUSE, row=row, frame=first, window=min(stop - first, WINDOW))
        elif event["type"] == "barge_in" and of_user and event.get("cause") not in GOES_ON:
            yield Moment(kind=BARGE_IN, row=row, frame=first)


def _holding(held_out: HeldOutDialogs, row: int) -> list[Moment]:
    """Return the first moment from which only the agent speaks, for WATCH frames."""
    silence, parts = held_out.corpus.marks.silence, held_out.parts(row)
    agent = close_holes(speaking(parts.agent, silence))
    alone = agent & ~speaking(parts.user, silence)
    length = HOLD_AFTER + WATCH
    start = first_run(alone, length)
    return [] if start is None else [Moment(kind=HOLD, row=row, frame=start + HOLD_AFTER)]


def speaking(codes: Tokens, silence: Sequence[int]) -> NDArray[np.bool_]:
    """Return in which frames of codes [K, T] somebody speaks: most codes are not silence's.

    This takes a codec whose silence is one row of codes; a Mimi of noisy rooms has many.
    """
    differing = codes != np.asarray(silence)[:, None]
    return np.asarray(differing.mean(0) > 0.5)


def why_unheard(held_out: HeldOutDialogs) -> str:
    """Say why the agents' codes do not tell when they speak; empty if they do."""
    silence, rows = held_out.corpus.marks.silence, held_out.unseen
    silent = [1 - speaking(held_out.parts(int(row)).agent, silence).mean() for row in rows]
    noisy = sum(share < MIN_SILENT for share in silent)
    if noisy <= MAX_NOISY * len(rows):
        return ""
    return (
        f"turns/* and voice/* (in {noisy} of {len(rows)} held-out dialogues next to none of the"
        " agent's frames is the codec's silence, so codes do not tell when it speaks;"
        " shards made with timeline.effects=null have silence)"
    )


def close_holes(speech: NDArray[np.bool_], longest: int = 3) -> NDArray[np.bool_]:
    """Fill silences of at most ``longest`` frames (0.24 s) between frames of speech [T]."""
    frames = np.flatnonzero(speech)
    closed = speech.copy()
    for before, after in pairwise(frames):
        if after - before <= longest + 1:
            closed[before:after] = True
    return closed


def first_run(flags: NDArray[np.bool_], length: int) -> int | None:
    """Return where the first ``length`` flags [T] in a row begin, if anywhere.

    >>> first_run(np.array([True, False, True, True]), 2)
    2
    """
    if len(flags) < length:
        return None
    totals = np.cumsum(np.concatenate(([0], flags)))
    found = np.flatnonzero(totals[length:] - totals[:-length] == length)
    return int(found[0]) if len(found) else None
