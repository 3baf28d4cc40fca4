"""From an answer's sound to what rules hear: words with times, and stretches of speech.

ModelAnswer --ear, voice detector--> Channel

An ear is the model's own text, transcripts made elsewhere, or Whisper.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from datagen.audio.vad import speech
from datagen.backends.judge.ears import WhisperEar
from datagen.exam.answers import AnswerRecord
from datagen.exam.rules.channel import Channel, HeardWord, TimeSpan
from datagen.types import SAMPLE_RATE, Audio, SpokenWord, UserError

Ear = Callable[[str, Audio, AnswerRecord], Sequence[SpokenWord]]
"""Item's id, sound, record -> words on the item's clock."""
Detector = Callable[[Audio], Sequence[TimeSpan]]
_WHISPER_RATE = 16_000
_SILERO_RATE = 16_000


def channel(audio: Audio, words: Sequence[SpokenWord], detect: Detector) -> Channel:
    """Return what rules hear of a sound [S] with its words."""
    said = [HeardWord(w.text, w.start / SAMPLE_RATE, w.end / SAMPLE_RATE) for w in words]
    return Channel(max(len(audio) / SAMPLE_RATE, 0.08), said, detect(audio))


def by_energy(audio: Audio) -> list[TimeSpan]:
    """Return stretches of speech by their energy: right for the clean channel of a model."""
    if not len(audio):
        return []
    return [
        TimeSpan(spell.start / SAMPLE_RATE, spell.end / SAMPLE_RATE)
        for spell in speech(audio, "agent")
    ]


def by_silero() -> Detector:
    """Return Silero's detector, as Full-Duplex-Bench has it. Raises UserError if it is not here."""
    try:
        import torch
        from silero_vad import get_speech_timestamps, load_silero_vad
    except ImportError as error:
        raise UserError(
            "--vad silero needs the package silero-vad: pip install silero-vad"
        ) from error
    model = load_silero_vad()

    def detect(audio: Audio) -> list[TimeSpan]:
        sound = torch.from_numpy(soxr.resample(audio, SAMPLE_RATE, _SILERO_RATE))
        found = get_speech_timestamps(sound, model, sampling_rate=_SILERO_RATE)
        return [TimeSpan(s["start"] / _SILERO_RATE, s["end"] / _SILERO_RATE) for s in found]

    return detect


def own_text(item_id: str, audio: Audio, record: AnswerRecord) -> Sequence[SpokenWord]:
    """Return the model's own text. Raises UserError if it has none."""
    if record.words is None:
        raise UserError(
            f"the answer to {item_id} has no text of the model's own:"
            " listen with --ear whisper, or give --transcripts DIR"
        )
    return record.words


def transcripts(folder: Path) -> Ear:
    """Return an ear that reads FOLDER/ID.json: {"chunks": [{"text", "timestamp": [s, e]}]}."""

    def ear(item_id: str, audio: Audio, record: AnswerRecord) -> Sequence[SpokenWord]:
        path = folder / f"{item_id}.json"
        try:
            chunks = json.loads(path.read_text("utf-8"))["chunks"]
            return [_chunk(chunk) for chunk in chunks]
        except OSError as error:
            raise UserError(f"there is no transcript {path}") from error
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise UserError(
                f'{path} is no transcript: it has to be {{"chunks": [{{"text", "timestamp"}}]}}'
            ) from error

    return ear


def _chunk(chunk: Any) -> SpokenWord:
    start, end = chunk["timestamp"]
    end = start if end is None else end
    text = str(chunk["text"]).strip()
    return SpokenWord(text=text, start=round(start * SAMPLE_RATE), end=round(end * SAMPLE_RATE))


def whisper(model: str) -> Ear:
    """Return Whisper with word times; ``model`` is a folder or one that was downloaded before."""
    folder = WhisperEar.find("--whisper", model, "main")
    from faster_whisper import WhisperModel

    loaded = WhisperModel(str(folder), device="auto", compute_type="int8")

    def ear(item_id: str, audio: Audio, record: AnswerRecord) -> Sequence[SpokenWord]:
        sound = np.asarray(soxr.resample(audio, SAMPLE_RATE, _WHISPER_RATE), np.float32)
        segments, _ = loaded.transcribe(
            sound, language="en", word_timestamps=True, condition_on_previous_text=False
        )
        return [
            SpokenWord(
                text=word.word.strip(),
                start=round(word.start * SAMPLE_RATE),
                end=round(word.end * SAMPLE_RATE),
                confidence=word.probability,
            )
            for segment in segments
            for word in segment.words or ()
        ]

    return ear
