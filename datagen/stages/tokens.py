"""Stage 4: render the timeline and encode both channels, both texts, both voices.

Script, Dialogue, clips --render, Codec, Tokenizer--> ShardRow
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.backends.protocols import Codec, Tokenizer
from datagen.shards import layout
from datagen.shards.text import text_row
from datagen.stages.artifacts import read_records, read_speeches
from datagen.stages.base import Outcome, each
from datagen.timing.hygiene import measure
from datagen.timing.loudness import loudness
from datagen.timing.mix import render
from datagen.types import (
    FRAME,
    SPEAKERS,
    Audio,
    Dialogue,
    Job,
    Rejected,
    Script,
    ShardRow,
    Speech,
)

VERSION = 1
"""Raised when a change here changes bytes."""
VOICE_PROMPT_LUFS = -24.0
"""Loudness of a voice prompt (PersonaPlex, moshi/models/lm.py normalize_audio)."""
MAX_FRAMES = 2_048
"""Longest sequence the model is trained on, prompt included (PersonaPlex, section 4)."""


class TokensStage:
    """Encodes dialogues; ``provenance`` names what made the rest of them."""

    name = "tokens"
    reads: Mapping[str, Sequence[str] | None] = {"script": None, "speech": None, "timeline": None}

    def __init__(self, codec: Codec, tokenizer: Tokenizer, provenance: dict[str, str]) -> None:
        self.metadata: Mapping[str, Any] = layout.file_metadata(codec, tokenizer)
        self._codec = codec
        self._tokenizer = tokenizer
        self._provenance = provenance

    def run(self, jobs: Sequence[Job], upstream: Mapping[str, pa.Table]) -> Outcome:
        """Encode one block."""
        scripts = read_records(upstream["script"], Script)
        speeches = read_speeches(upstream["speech"])
        dialogues = read_records(upstream["timeline"], Dialogue)
        rows, rejects = each(
            self.name,
            ((id_, (scripts[id_], speeches[id_], dialogue)) for id_, dialogue in dialogues.items()),
            lambda parts: self.encode(*parts),
        )
        table = layout.table(rows, self._tokenizer.size)
        return Outcome(table, rejects, sum(row.dialogue.num_samples for row in rows))

    def encode(self, script: Script, speech: Speech, dialogue: Dialogue) -> ShardRow:
        """Return one training example."""
        clips = {clip.turn: clip.audio for clip in speech.clips if clip.audio is not None}
        stereo = render(dialogue, clips)
        num_frames = dialogue.num_samples // FRAME
        prompt = self._tokenizer.encode(f"<system> {script.role_prompt} <system>")
        row = ShardRow(
            script=script,
            dialogue=dialogue,
            voices=speech.voices,
            codes={s: self._codec.encode(stereo[i]) for i, s in enumerate(SPEAKERS)},
            voice_codes={
                s: self._codec.encode_prompt(_voice_prompt(speech.references[s])) for s in SPEAKERS
            },
            text={
                s: text_row(
                    [word for word in dialogue.words if word.speaker == s],
                    num_frames,
                    self._tokenizer,
                )
                for s in SPEAKERS
            },
            prompt_tokens=tuple(prompt),
            hygiene=measure(stereo, dialogue),
            provenance={
                **self._provenance,
                "writer": script.writer,
                "model": script.model,
                "attempts": 1,
            },
        )
        if num_frames > MAX_FRAMES:
            raise Rejected("too long", f"{num_frames} frames; the model takes {MAX_FRAMES}")
        return row

    def close(self) -> None:
        """Free the codec and the tokenizer."""
        self._codec.close()
        self._tokenizer.close()


def _voice_prompt(audio: Audio | None) -> Audio:
    """Bring a voice reference [S] to the prompt's loudness, without clipping."""
    assert audio is not None
    gain = 10 ** ((VOICE_PROMPT_LUFS - loudness(audio)) / 20)
    limit = 0.999 / max(float(np.abs(audio).max()), 1e-9)
    return (audio * np.float32(min(gain, limit))).astype(np.float32)
