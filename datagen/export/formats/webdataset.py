"""WebDataset: tar archives of FLAC, tokens and one JSON a dialogue.

KIND-train-000000.tar: ID.flac, ID.json, ID.agent_codes.npy [8, T], ID.user_codes.npy, text rows
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from datagen.export.archive import flac, npy, tar_file
from datagen.export.dialogue import ExportedDialogue
from datagen.export.folder import ExportFolder, to_json
from datagen.export.plan import ExportPart
from datagen.export.protocol import CHANNELS, ExportFormat, Line, PartReport
from datagen.export.receipt import ExportSummary
from datagen.types import FRAME_RATE, SAMPLE_RATE, SPEAKERS

_SAID = ("role_prompt", "user_role_prompt", "prompt_level", "language", "domain", "scenario")
_LISTS = ("prompt_tokens", "turns", "words", "events", "facts", "probes")
_CODES = tuple(f"{s}_{what}" for s in SPEAKERS for what in ("codes", "text", "voice_codes"))


class WebDataset(ExportFormat):
    """Archives for the webdataset library; a sample is what has one key."""

    name = "webdataset"
    layout = (
        "stereo FLAC at 24,000 Hz: channel 0 is the agent, channel 1 the user; times in samples"
    )
    columns = (*_SAID, *_LISTS, *_CODES)

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write one archive."""
        name = f"{part.kind}-{part.split}-{part.number:06d}.tar"
        with tar_file(out, name) as tar:
            for one in dialogues:
                for suffix, data in _members(one):
                    tar.add(f"{one.dialog_id}.{suffix}", data)
        line: Line = {"url": name, "num_samples": part.dialogues, "channels": CHANNELS}
        return PartReport([line | {"sample_rate": SAMPLE_RATE, "frame_rate": FRAME_RATE}])

    def finish(
        self, summary: ExportSummary, lines: Mapping[str, Iterable[Line]], out: ExportFolder
    ) -> None:
        """Write which archives each split has."""
        for split, found in lines.items():
            out.put_lines(f"{split}.jsonl", iter(found))


def _members(one: ExportedDialogue) -> Iterable[tuple[str, bytes]]:
    yield "flac", flac(one.pcm)
    for speaker in SPEAKERS:
        yield f"{speaker}_codes.npy", npy(one.codes(speaker))
        yield f"{speaker}_text.npy", npy(one.text(speaker))
        yield f"{speaker}_voice_codes.npy", npy(one.voice_codes(speaker))
    yield "json", to_json(_record(one)).encode()


def _record(one: ExportedDialogue) -> dict[str, Any]:
    return {
        "dialog_id": one.dialog_id,
        "kind": one.kind,
        "split": one.split,
        "channels": CHANNELS,
        "sample_rate": SAMPLE_RATE,
        "num_samples": one.num_samples,
        "num_frames": one.num_frames,
        **{name: one[name] for name in (*_SAID, *_LISTS, "agent_voice", "user_voice")},
    }
