"""Stage 4: render the timeline and encode both channels, both texts, both voices.

Script, Dialogue, clips --render, Codec, Tokenizer--> ShardRow
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.audio.channel_stats import measure
from datagen.audio.loudness import loudness
from datagen.audio.mix import render
from datagen.backends.protocols import Codec, Tokenizer
from datagen.shards import layout
from datagen.shards.footer import TokenFacts
from datagen.shards.text_stream import text_row
from datagen.stages.artifacts import CLIPS_WITHOUT_WORDS, read_records, read_speeches
from datagen.stages.base import Outcome, each
from datagen.timing.effects import chain
from datagen.types import (
    FRAME,
    SPEAKERS,
    Audio,
    Codes,
    Dialogue,
    Job,
    Reject,
    Script,
    ShardRow,
    Speaker,
    Speech,
    Stereo,
)

VERSION = 4
"""Version of the stage; raised when a change here changes bytes."""
VOICE_PROMPT_LUFS = -24.0
"""Loudness of a voice prompt in LUFS (PersonaPlex, moshi/models/lm.py normalize_audio)."""


@dataclass(frozen=True, slots=True)
class _UnencodedRow:
    """A dialogue's row without its codes."""

    script: Script
    speech: Speech
    dialogue: Dialogue
    stereo: Stereo
    text: dict[Speaker, NDArray[np.int16]]


class TokensStage:
    """Encodes dialogues; ``provenance`` names what made the rest of them."""

    name = "tokens"
    reads: Mapping[str, Sequence[str] | None] = {
        "script": None,
        "speech": CLIPS_WITHOUT_WORDS,
        "timeline": None,
    }

    def __init__(self, codec: Codec, tokenizer: Tokenizer, provenance: dict[str, str]) -> None:
        self.facts: TokenFacts | None = TokenFacts.of(codec, tokenizer)
        self._codec = codec
        self._together = type(codec).encode_batch is not Codec.encode_batch
        """Whether the codec has its own way to encode many at once."""
        self._tokenizer = tokenizer
        self._provenance = provenance

    def run(self, jobs: Sequence[Job], upstream: Mapping[str, pa.Table]) -> Outcome:
        """Encode one block: all of it at once if the codec has a way to, since GPUs like batches.

        Else each dialogue's sound, some 12 MB, goes before the next one's is rendered.
        """
        scripts = read_records(upstream["script"], Script)
        speeches = read_speeches(upstream["speech"])
        dialogues = read_records(upstream["timeline"], Dialogue)
        parts = [(id_, (scripts[id_], speeches[id_], made)) for id_, made in dialogues.items()]
        size = max(1, len(parts)) if self._together else 1
        rows: list[ShardRow] = []
        rejects: tuple[Reject, ...] = ()
        for start in range(0, len(parts), size):
            some, refused = self._encode(parts[start : start + size])
            rows, rejects = rows + some, rejects + refused
        table = layout.table(rows, self._tokenizer.size)
        return Outcome(table, rejects, sum(row.dialogue.num_samples for row in rows))

    def _encode(
        self, parts: Sequence[tuple[str, tuple[Script, Speech, Dialogue]]]
    ) -> tuple[list[ShardRow], tuple[Reject, ...]]:
        """Render some dialogues and encode them at once."""
        drafts, rejects = each(self.name, parts, lambda part: self._draft(*part))
        codes = self._codec.encode_batch([channel for d in drafts for channel in d.stereo])
        rows = [self._row(d, codes[2 * n], codes[2 * n + 1]) for n, d in enumerate(drafts)]
        return rows, rejects

    def _draft(self, script: Script, speech: Speech, dialogue: Dialogue) -> _UnencodedRow:
        """Render a dialogue and lay its words on the text rows: all that can reject it."""
        num_frames = dialogue.num_samples // FRAME
        clips = {clip.turn: clip.audio for clip in speech.clips if clip.audio is not None}
        spoken = {s: [w for w in dialogue.words if w.speaker == s] for s in SPEAKERS}
        return _UnencodedRow(
            script=script,
            speech=speech,
            dialogue=dialogue,
            stereo=chain.apply(render(dialogue, clips), dialogue.events),
            text={s: text_row(spoken[s], num_frames, self._tokenizer) for s in SPEAKERS},
        )

    def _row(self, draft: _UnencodedRow, agent: Codes, user: Codes) -> ShardRow:
        """Return one training example; ``agent`` and ``user`` [K, T] are its channels' codes."""
        script, references = draft.script, draft.speech.references
        prompt = self._tokenizer.encode(f"<system> {script.role_prompt} <system>")
        return ShardRow(
            script=script,
            dialogue=draft.dialogue,
            voices=draft.speech.voices,
            codes={"agent": agent, "user": user},
            voice_codes={s: self._codec.encode_prompt(_reference(references[s])) for s in SPEAKERS},
            text=draft.text,
            prompt_tokens=tuple(prompt),
            hygiene=measure(draft.stereo, draft.dialogue),
            provenance={
                **self._provenance,
                "writer": script.writer,
                "model": script.model,
                "attempts": script.attempts,
            },
        )

    def close(self) -> None:
        """Free the codec and the tokenizer."""
        self._codec.close()
        self._tokenizer.close()


def voice_prompt(audio: Audio) -> Audio:
    """Bring a voice reference [S] to the prompt's loudness, as inference does: peaks stay."""
    gain = 10 ** ((VOICE_PROMPT_LUFS - loudness(audio)) / 20)
    return (audio * np.float32(gain)).astype(np.float32)


def _reference(audio: Audio | None) -> Audio:
    assert audio is not None
    return voice_prompt(audio)
