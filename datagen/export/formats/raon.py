"""Raon-SpeechChat's training lines: a stereo WAV a dialogue, turns of words in samples.

    train.jsonl, audio/ID.wav

Read in the readme of Raon-Speech (abrisene/Raon-Speech 742049b, "Full-Duplex, Data Format"), whose
loader is not public in a place we could read: whether ``audio_path`` may be relative is not said
there, so start the trainer in this folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from datagen.export.archive import wav
from datagen.export.dialogue import ExportedDialogue, channel_of, units
from datagen.export.folder import ExportFolder
from datagen.export.plan import ExportPart
from datagen.export.protocol import CHANNELS, ExportFormat, Line, PartReport
from datagen.export.receipt import ExportSummary
from datagen.types import SAMPLE_RATE

LANGUAGES = {"en": "eng", "ko": "kor"}


class Raon(ExportFormat):
    """The form of Raon-SpeechChat's duplex training."""

    name = "raon"
    layout = "stereo WAV at 24,000 Hz: channel 0 is the agent, channel 1 the user; times in samples"
    columns = ("role_prompt", "language", "turns", "words")

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write a dialogue's sound, and its line."""
        report = PartReport()
        for one in dialogues:
            path = f"audio/{one.dialog_id}.wav"
            out.put(path, wav(one.pcm))
            report.lines.append({"audio_path": path} | _line(one))
        return report

    def finish(
        self, summary: ExportSummary, lines: Mapping[str, Iterable[Line]], out: ExportFolder
    ) -> None:
        """Write the lines of each split."""
        for split, found in lines.items():
            out.put_lines(f"{split}.jsonl", iter(found))


def _line(one: ExportedDialogue) -> Line:
    turns = [turn for turn in one.turns() if turn["words"]]
    first = min(turns, key=lambda turn: turn["start"])["speaker"]
    language = one["language"].partition("-")[0]
    return {
        "id": one.dialog_id,
        "language": LANGUAGES.get(language, language),
        "channel": "duplex_instruct" if one["role_prompt"] else "full_duplex",
        "channels": CHANNELS,
        "sample_rate": SAMPLE_RATE,
        "speak_first": [first == "agent", first == "user"],
        "include_in_training": [True, False],  # the prompt is the agent's
        "system_prompt": one["role_prompt"],
        "turns": [_turn(turn) for turn in sorted(turns, key=lambda turn: turn["start"])],
    }


def _turn(turn: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "channel": channel_of(turn["speaker"]),
        "start_sample": turn["start"],
        "end_sample": turn["end"],
        "ipus": [{"words": [_word(word) for word in unit]} for unit in units(turn["words"])],
    }


def _word(word: Mapping[str, Any]) -> dict[str, Any]:
    return {"word": word["text"], "start_sample": word["start"], "end_sample": word["end"]}
