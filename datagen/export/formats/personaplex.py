"""A prepared folder for PersonaPlex trainers: sound, both voices, both prompts, words.

    train.jsonl, val.jsonl, samples/ID/{conversation,voice_prompt_left,voice_prompt_right}.wav,
    words.json, metadata.json

Read at ngocbao220/personaplex-finetune 30ea4e8 (docs/prepared_data_format.md) and 0cfb6b5
(data.py): the left channel is the agent; prompts have no <system> tags, the trainer adds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from datagen.export.archive import wav
from datagen.export.dialogue import ExportedDialogue, seconds
from datagen.export.folder import ExportFolder, to_json
from datagen.export.plan import ExportPart
from datagen.export.protocol import ExportFormat, Line, PartReport
from datagen.export.receipt import ExportSummary
from datagen.types import SAMPLE_RATE

MANIFESTS = {"train": "train.jsonl", "validation": "val.jsonl"}


class PersonaPlex(ExportFormat):
    """The form of ngocbao220/personaplex-finetune."""

    name = "personaplex"
    layout = "stereo WAV at 24,000 Hz: left (channel 0) is the agent, right (channel 1) the user"
    columns = ("role_prompt", "user_role_prompt", "language", "words")

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write a folder for each dialogue."""
        report = PartReport()
        for one in dialogues:
            folder = f"samples/{one.dialog_id}"
            out.put(f"{folder}/conversation.wav", wav(one.pcm))
            out.put(f"{folder}/voice_prompt_left.wav", wav(one.voice("agent")))
            out.put(f"{folder}/voice_prompt_right.wav", wav(one.voice("user")))
            out.put(f"{folder}/words.json", to_json(_words(one)).encode())
            out.put(f"{folder}/metadata.json", to_json(_metadata(one)).encode())
            report.lines.append(
                {
                    "sample_id": one.dialog_id,
                    "sample_dir": folder,
                    "duration": one.seconds,
                    **CHANNELS,
                    "sample_rate": SAMPLE_RATE,
                }
            )
            report.note(
                "dialogues without a prompt for the user's side", not one["user_role_prompt"]
            )
        return report

    def finish(
        self, summary: ExportSummary, lines: Mapping[str, Iterable[Line]], out: ExportFolder
    ) -> None:
        """Write a manifest a split."""
        for split, found in lines.items():
            out.put_lines(MANIFESTS.get(split, f"{split}.jsonl"), iter(found))


CHANNELS = {"agent_channel": "left", "user_channel": "right"}


def _words(one: ExportedDialogue) -> list[dict[str, Any]]:
    return [
        {
            "speaker": word["speaker"],
            "word": word["text"],
            "start": seconds(word["start"]),
            "end": seconds(word["end"]),
        }
        for word in sorted(one["words"], key=lambda word: word["start"])
        if word["end"] > word["start"]
    ]


def _metadata(one: ExportedDialogue) -> dict[str, Any]:
    metadata = {
        "sample_id": one.dialog_id,
        "conversation_id": one.dialog_id,
        "language": one["language"],
        **CHANNELS,
        "sample_rate": SAMPLE_RATE,
        "text_prompt_left": one["role_prompt"],
    }
    if one["user_role_prompt"]:
        metadata["text_prompt_right"] = one["user_role_prompt"]
    return metadata
