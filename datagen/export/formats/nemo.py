"""NVIDIA NeMo's duplex data: a Shar folder with the user as recording, the agent as target.

    train/cuts.NNNNNN.jsonl.gz, recording (user), target_audio (agent), context_audio (its voice)

Read at nemo_toolkit 3.0.0 (speechlm2/data): roles "user" and "agent", word times inline in frames
of the turn, EOS at a supervision's end. Text with more tokens than its turn has frames runs on
after EOS; each such turn is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from datagen.backends.protocols import Tokenizer
from datagen.export.dialogue import ExportedDialogue, seconds
from datagen.export.folder import ExportFolder
from datagen.export.formats.shar import SharWriter, recording
from datagen.export.plan import ExportPart
from datagen.export.protocol import ExportFormat, Line, PartReport
from datagen.export.receipt import ExportSummary
from datagen.types import FRAME

FIELDS = ("recording", "target_audio", "context_audio")
OVERLONG = "overlong_turns.jsonl"
_TURNS = "turns whose tokens are more than their frames, in overlong_turns.jsonl"
_WORDS = "words with more tokens than frames: DuplexSTTDataset drops the rest of these"


class Nemo(ExportFormat):
    """The form of NeMo's speechlm2 datasets."""

    name = "nemo"
    layout = "mono FLAC at 24,000 Hz: recording is the user, target_audio the agent"
    columns = ("role_prompt", "language", "turns", "words")

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write one shard; its lines are the turns whose text does not fit."""
        report, tokenizer = PartReport(), self.context.tokenizer
        with SharWriter(out, part, FIELDS) as to:
            for one in dialogues:
                overlong = list(_overlong(one, tokenizer))
                report.lines += overlong
                report.note(_TURNS, len(overlong))
                report.note(_WORDS, _crowded_words(one, tokenizer))
                items = {
                    "recording": recording(one.dialog_id, one.pcm[:, 1:]),
                    "target_audio": recording(f"{one.dialog_id}-target", one.pcm[:, :1]),
                    "context_audio": recording(f"{one.dialog_id}-context", one.voice("agent")),
                }
                to.write(_cut(one, [line["supervision"] for line in overlong]), items)
        return report

    def finish(
        self, summary: ExportSummary, lines: Mapping[str, Iterable[Line]], out: ExportFolder
    ) -> None:
        """Write which turns have more text than frames."""
        out.put_lines(OVERLONG, (line for found in lines.values() for line in found))


def _cut(one: ExportedDialogue, overlong: list[str]) -> dict[str, Any]:
    turns = [turn for turn in one.turns() if turn["words"]]
    return {
        "id": one.dialog_id,
        "start": 0,
        "duration": one.seconds,
        "channel": 0,
        "supervisions": [_supervision(one, turn) for turn in turns],
        "custom": {
            "task": "s2s_duplex",
            "system_prompt": one["role_prompt"],
            "total_turns": len(turns),
            "overlong_turns": overlong,
            "channels": {"recording": "user", "target_audio": "agent"},
            "sample_rate": 24_000,
        },
        "type": "MonoCut",
    }


def _name(one: ExportedDialogue, turn: Mapping[str, Any]) -> str:
    return f"{one.dialog_id}-{turn['index']:03d}"


def _supervision(one: ExportedDialogue, turn: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": _name(one, turn),
        "recording_id": one.dialog_id,
        "start": seconds(turn["start"]),
        "duration": seconds(turn["end"] - turn["start"]),
        "channel": 0,
        "text": " ".join(_timed(word, turn["start"]) for word in turn["words"]),
        "language": one["language"],
        "speaker": turn["speaker"],
    }


def _timed(word: Mapping[str, Any], start: int) -> str:
    first, last = ((word[side] - start) // FRAME for side in ("start", "end"))
    return f"<|{first}|> {word['text']} <|{last}|>"


def frame_of(samples: int) -> int:
    """Return the frame that a time falls to in NeMo: rounded, halves up."""
    return (samples + FRAME // 2) // FRAME


def _overlong(one: ExportedDialogue, tokenizer: Tokenizer) -> Iterable[Line]:
    """Yield the turns whose BOS and tokens are more than their frames."""
    for turn in one.turns():
        text = " ".join(word["text"] for word in turn["words"])
        tokens = 1 + len(tokenizer.encode(text))
        room = frame_of(turn["end"]) - frame_of(turn["start"])
        if text and tokens > room:
            yield {
                "cut": one.dialog_id,
                "supervision": _name(one, turn),
                "speaker": turn["speaker"],
                "tokens": tokens,
                "frames": room,
            }


def _crowded_words(one: ExportedDialogue, tokenizer: Tokenizer) -> int:
    """Return how many words have more tokens than frames, the frame where they end counted."""
    starts = [turn["start"] for turn in one["turns"]]
    return sum(
        len(tokenizer.encode(word["text"]))
        > (word["end"] - starts[word["turn"]]) // FRAME
        - (word["start"] - starts[word["turn"]]) // FRAME
        + 1
        for word in one["words"]
    )
