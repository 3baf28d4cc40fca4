"""Kyutai's moshi-finetune: a stereo WAV and a JSON of word times a dialogue, a JSONL a split.

    train.jsonl, stereo/ID.wav, stereo/ID.json

Read at kyutai-labs/moshi-finetune 2acc879 (finetune/data/dataset.py, interleaver.py, README): the
left channel is Moshi, words are sorted by start, the trainer keeps those of SPEAKER_MAIN only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from datagen.export.archive import wav
from datagen.export.dialogue import ExportedDialogue, seconds
from datagen.export.folder import ExportFolder, to_json
from datagen.export.plan import ExportPart
from datagen.export.protocol import CHANNELS, ExportFormat, Line, PartReport
from datagen.export.receipt import ExportSummary
from datagen.types import SAMPLE_RATE

SPEAKERS = {"agent": "SPEAKER_MAIN", "user": "SPEAKER_USER"}
FOLDER = "stereo"


class MoshiFinetune(ExportFormat):
    """The form of kyutai-labs/moshi-finetune."""

    name = "moshi-finetune"
    layout = "stereo WAV at 24,000 Hz: left (channel 0) is the agent, right (channel 1) the user"
    columns = ("role_prompt", "words")

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write a dialogue's two files each."""
        report = PartReport()
        for one in dialogues:
            path = f"{FOLDER}/{one.dialog_id}.wav"
            out.put(path, wav(one.pcm))
            out.put(f"{FOLDER}/{one.dialog_id}.json", to_json(_words(one)).encode())
            report.lines.append({"path": path, "duration": one.seconds} | MANIFEST)
        return report

    def finish(
        self, summary: ExportSummary, lines: Mapping[str, Iterable[Line]], out: ExportFolder
    ) -> None:
        """Write a manifest a split."""
        for split, found in lines.items():
            out.put_lines(f"{split}.jsonl", iter(found))


MANIFEST: Line = {"channels": CHANNELS, "sample_rate": SAMPLE_RATE}
"""What each line of a manifest says besides; readers take what they know."""


def _words(one: ExportedDialogue) -> dict[str, Any]:
    return {
        "alignments": [
            [
                word["text"],
                [seconds(word["start"]), seconds(word["end"])],
                SPEAKERS[word["speaker"]],
            ]
            for word in sorted(one["words"], key=lambda word: word["start"])
        ],
        "dialog_id": one.dialog_id,
        "role_prompt": one["role_prompt"],
        **MANIFEST,
    }
