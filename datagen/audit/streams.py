"""Checks of one dialogue's token streams, and of their agreement with its words.

Each check takes a `Row` and yields a sentence for each thing that is wrong. A stranger has neither
tokenizer nor codec: text is checked by where its tokens are, sound by where silence is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from datagen.audit.rows import Row, frames_of
from datagen.types import FRAME, FRAME_RATE, NUM_CODEBOOKS, SAMPLE_RATE, SPEAKERS

REFERENCE_FRAMES = (3.0 * FRAME_RATE - 1, 5.0 * FRAME_RATE + 1)
"""Fewest and most frames of a voice reference: PersonaPlex' 3-5 s, give or take a frame."""
QUIET_MARGIN = SAMPLE_RATE // 2
"""Samples around a word (0.5 s) in which a channel may still hold sound."""
MIN_QUIET = 0.95
"""Share of frames far from words that must be digital silence, of a stand-in codec's tokens.

A stand-in codes frame by frame; Mimi hears what came before, so that its silence varies.
"""
MAX_SILENT_SPEECH = 0.5
"""Share of frames inside words that may be digital silence."""
SILENT_EVENTS = frozenset(
    {"gap", "pause", "lapse", "dead_air", "dropped", "false_interruption", "slot"}
)
"""Events that make no sound; all others may, besides words."""


def lengths(row: Row) -> Iterator[str]:
    """Every stream is as long as the dialogue."""
    if row.values["num_samples"] != row.num_frames * FRAME or row.num_frames < 1:
        yield f"{row.values['num_samples']} samples are not {row.num_frames} frames of {FRAME}"
    for speaker in SPEAKERS:
        for name, size in ((f"{speaker}_codes", NUM_CODEBOOKS), (f"{speaker}_text", 1)):
            if len(row.tokens[name]) != size * row.num_frames:
                yield f"{name} has {len(row.tokens[name])} ids, not {size} x {row.num_frames}"


def ranges(row: Row) -> Iterator[str]:
    """Every id exists in its codec or tokenizer."""
    for name, ids in row.tokens.items():
        limit = row.footer["codec" if name.endswith("codes") else "tokenizer"]
        size = limit["cardinality"] if name.endswith("codes") else limit["size"]
        if ids.size and not 0 <= ids.min() <= ids.max() < size:
            yield f"{name} has ids from {ids.min()} to {ids.max()}, outside 0..{size - 1}"


def references(row: Row) -> Iterator[str]:
    """Each voice has a reference of 3-5 s."""
    low, high = REFERENCE_FRAMES
    for speaker in SPEAKERS:
        num_frames, rest = divmod(len(row.tokens[f"{speaker}_voice_codes"]), NUM_CODEBOOKS)
        if rest or not low <= num_frames <= high:
            yield f"the {speaker}'s voice reference is {num_frames / FRAME_RATE:.1f} s, not 3-5 s"


def text(row: Row) -> Iterator[str]:
    """Text tokens come with the words: a run begins where a word does, EPAD just before it."""
    tokenizer = row.footer["tokenizer"]
    for speaker in SPEAKERS:
        ids = row.tokens[f"{speaker}_text"]
        is_token = (ids != tokenizer["pad"]) & (ids != tokenizer["epad"])
        yield from _text_problems(row, speaker, is_token, ids == tokenizer["epad"])


def _text_problems(
    row: Row, speaker: str, is_token: NDArray[np.bool_], is_epad: NDArray[np.bool_]
) -> Iterator[str]:
    starts = np.array([word["start"] // FRAME for word in row.words(speaker)], dtype=np.int64)
    if not is_token[starts].all():
        frame = starts[~is_token[starts]][0]
        yield f"the {speaker}'s word at frame {frame} has no text token"
    # a word's tokens are never dropped, so from word n on there are at least as many as words
    later_tokens = is_token[::-1].cumsum()[::-1][starts]
    if (later_tokens < np.arange(len(starts), 0, -1)).any():
        yield f"the {speaker} has fewer text tokens than words"
    runs = np.flatnonzero(is_token & ~np.r_[False, is_token[:-1]])
    strays = np.setdiff1d(runs, starts)
    if strays.size:
        yield f"the {speaker}'s text at frame {strays[0]} begins where no word does"
    if not np.array_equal(np.flatnonzero(is_epad), runs[runs > 0] - 1):
        yield f"the {speaker}'s text does not have EPAD just before each run, and nowhere else"


def sound(row: Row) -> Iterator[str]:
    """A channel holds sound where its words are, and silence far from them."""
    codec = row.footer["codec"]
    for speaker in SPEAKERS:
        silent = (row.codes(speaker) == np.array(codec["silence"])[:, None]).all(axis=0)
        speech, near = _speech_frames(row, speaker)
        share = silent[speech].mean() if speech.any() else 0.0
        if share > MAX_SILENT_SPEECH:
            yield f"the {speaker}'s channel is silent in {share:.0%} of the frames of its words"
        quiet = silent[~near].mean() if not near.all() else 1.0
        if quiet < (MIN_QUIET if _is_stand_in(row) else share):
            yield (
                f"the {speaker}'s channel is silent in {quiet:.0%} of the frames far from its"
                f" words, and in {share:.0%} of those inside them"
            )


def _speech_frames(row: Row, speaker: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which frames [T] are wholly inside a word, and which are near a word or a sound."""
    inside, near = np.zeros((2, row.num_frames), dtype=np.bool_)
    for word in row.words(speaker):
        inside[-(-word["start"] // FRAME) : word["end"] // FRAME] = True
        near[frames_of(word["start"], word["end"], QUIET_MARGIN)] = True
    for event in row.values["events"]:
        if event["speaker"] == speaker and event["type"] not in SILENT_EVENTS:
            near[frames_of(event["start"], event["end"], QUIET_MARGIN)] = True
    return inside, near


def _is_stand_in(row: Row) -> bool:
    return any(item.startswith("codec=") for item in row.footer["stand_ins"])


CHECKS = (lengths, ranges, references)
CHECKS_OF_WORDS = (text, sound)
"""Checks that are only for rows that pass `CHECKS` and whose words are in order."""
