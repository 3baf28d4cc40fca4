from __future__ import annotations

import numpy as np
import pytest

from datagen.backends.aligner.energy import speech_edges, speech_windows
from datagen.backends.registry import ALIGNERS
from datagen.config import BackendSpec
from datagen.types import SAMPLE_RATE, Rejected
from tests.backends.spoken_clips import SENTENCES, clips, start_errors

SPEC = BackendSpec(use="proportional")


def burst(*milliseconds: int) -> np.ndarray:
    """Silence, tone, silence, tone ... of these lengths."""
    pieces = [
        (number % 2) * 0.3 * np.sin(np.arange(length * SAMPLE_RATE // 1_000))
        for number, length in enumerate(milliseconds)
    ]
    return np.concatenate(pieces).astype(np.float32)


def test_only_time_with_speech_is_divided() -> None:
    clip = burst(100, 200, 500, 200, 100)
    first, second = ALIGNERS.load(SPEC).align("four word", lambda: clip, None)
    assert (first.start, first.end) == (2_400, 7_200)
    assert (second.start, second.end) == (19_200, 24_000)


def test_longer_words_last_longer() -> None:
    clip = burst(0, 1_000)
    words = ALIGNERS.load(SPEC).align("a seventeen", lambda: clip, None)
    assert words[0].end - words[0].start < 0.2 * (words[1].end - words[1].start)
    assert words[0].end == words[1].start


def test_on_speech_it_is_better_than_no_idea() -> None:
    aligner = ALIGNERS.load(SPEC)
    errors = np.concatenate(
        [
            start_errors(aligner.align(text, lambda clip=clip: clip.audio, None), clip.words)
            for text, clip in zip(SENTENCES, clips(), strict=True)
        ]
    )
    assert np.median(np.abs(errors)) < 150


def test_silence_is_rejected() -> None:
    with pytest.raises(Rejected) as rejected:
        ALIGNERS.load(SPEC).align("hello there", lambda: burst(500), None)
    assert rejected.value.reason == "alignment"


def test_it_is_called_a_stand_in() -> None:
    assert ALIGNERS.resolve(SPEC).stand_in


def test_the_edges_of_speech() -> None:
    speech = speech_windows(burst(100, 30, 50, 20))
    assert speech_edges(speech).tolist() == [[10, 13], [18, 20]]
    assert speech_edges(speech_windows(burst(40))).tolist() == []
