"""lhotse: a Shar folder of two-channel cuts, with words and tokens that survive cutting.

    train/cuts.NNNNNN.jsonl.gz, recording (FLAC, two channels), {agent,user}_{codes,text} (.npy)

Measured at lhotse 1.33.0: `truncate` cuts arrays along their first axis, so codes are [T, K] here,
and moves supervisions but not their alignments, so word times are relative to their supervision's
start and stand in its custom field ``words``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from datagen.export.dialogue import ExportedDialogue, channel_of, seconds
from datagen.export.folder import ExportFolder
from datagen.export.formats.shar import SharItem, SharWriter, frames, recording
from datagen.export.plan import ExportPart
from datagen.export.protocol import CHANNELS, ExportFormat, PartReport
from datagen.types import SPEAKERS

TOKENS = tuple(f"{speaker}_{what}" for speaker in SPEAKERS for what in ("codes", "text"))
_CUSTOM = ("kind", "domain", "scenario", "role_prompt", "user_role_prompt", "prompt_level")


class Lhotse(ExportFormat):
    """The form of lhotse's MultiCut."""

    name = "lhotse"
    layout = (
        "two-channel FLAC at 24,000 Hz: channel 0 is the agent, channel 1 the user; codes [T, K]"
    )
    columns = (*_CUSTOM, *TOKENS, "language", "turns", "words")

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write one shard."""
        with SharWriter(out, part, ("recording", *TOKENS)) as to:
            for one in dialogues:
                to.write(
                    _cut(one), {"recording": recording(one.dialog_id, one.pcm), **_tokens(one)}
                )
        return PartReport()


def _tokens(one: ExportedDialogue) -> dict[str, SharItem]:
    found = {}
    for speaker in SPEAKERS:
        found[f"{speaker}_codes"] = frames(one.codes(speaker).T)
        found[f"{speaker}_text"] = frames(one.text(speaker))
    return found


def _cut(one: ExportedDialogue) -> dict[str, Any]:
    return {
        "id": one.dialog_id,
        "start": 0,
        "duration": one.seconds,
        "channel": [0, 1],
        "supervisions": [_supervision(one, turn) for turn in one.turns() if turn["words"]],
        "custom": {
            "channels": CHANNELS,
            "sample_rate": 24_000,
            **{name: one[name] for name in _CUSTOM},
        },
        "type": "MultiCut",
    }


def _supervision(one: ExportedDialogue, turn: Mapping[str, Any]) -> dict[str, Any]:
    words = turn["words"]
    return {
        "id": f"{one.dialog_id}-{turn['index']:03d}",
        "recording_id": one.dialog_id,
        "start": seconds(turn["start"]),
        "duration": seconds(turn["end"] - turn["start"]),
        "channel": channel_of(turn["speaker"]),
        "text": " ".join(word["text"] for word in words),
        "language": one["language"],
        "speaker": turn["speaker"],
        "custom": {
            "onset": turn["onset"],
            "words": [
                [
                    word["text"],
                    seconds(word["start"] - turn["start"]),
                    seconds(word["end"] - turn["start"]),
                ]
                for word in words
            ],
        },
    }
