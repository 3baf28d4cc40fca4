"""Speech that is not in the text is heard, whatever the aligner."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import heard_letters
from datagen.backends.aligner.extra import MAX_EXTRA, check_extra, extra_speech
from datagen.backends.aligner.proportional import Proportional
from datagen.backends.aligner.sphinx import Sphinx
from datagen.types import SAMPLE_RATE, Audio, Rejected, SpokenWord
from tests.backends.spoken_clips import SENTENCES, clips

RNG = np.random.default_rng(0)


def sound(seconds: float, level: float = 0.1) -> Audio:
    return (level * RNG.standard_normal(int(seconds * SAMPLE_RATE))).astype(np.float32)


def quiet(seconds: float) -> Audio:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def words(*times: tuple[float, float]) -> list[SpokenWord]:
    return [
        SpokenWord(text="telephone", start=int(a * SAMPLE_RATE), end=int(b * SAMPLE_RATE))
        for a, b in times
    ]


def test_speech_inside_words_is_not_extra() -> None:
    clip = np.concatenate([sound(0.6), quiet(0.5), sound(0.6)])
    assert extra_speech(words((0, 0.6), (1.1, 1.7)), clip) == 0.0


@pytest.mark.parametrize("seconds", [0.4, 1.0])
def test_speech_after_the_last_word_is(seconds: float) -> None:
    clip = np.concatenate([sound(0.6), quiet(0.3), sound(seconds)])
    assert extra_speech(words((0, 0.6)), clip) == pytest.approx(seconds, abs=0.02)
    with pytest.raises(Rejected) as rejected:
        check_extra(words((0, 0.6)), clip, "telephone")
    assert rejected.value.reason == "extra_speech"


def test_a_words_own_end_is_not() -> None:
    assert extra_speech(words((0, 0.5)), sound(0.65)) < MAX_EXTRA


def test_several_short_runs_are() -> None:
    runs = [part for _ in range(3) for part in (sound(0.25), quiet(0.2))]
    clip = np.concatenate([*runs, sound(0.6)])
    assert extra_speech(words((1.35, 1.95)), clip) > MAX_EXTRA


def test_a_word_said_twice_is_and_the_end_of_the_word_before_is_not() -> None:
    twice = np.concatenate([sound(0.3), quiet(0.17), sound(0.3)])
    assert extra_speech(words((0, 0.77)), twice) > MAX_EXTRA
    end_before = np.concatenate([sound(0.06), quiet(0.17), sound(0.3)])
    assert extra_speech(words((0, 0.53)), end_before) == 0.0


def test_a_word_stretched_over_babble_is() -> None:
    assert extra_speech(words((0, 2.4)), sound(2.4)) > MAX_EXTRA
    assert extra_speech(words((0, 0.8)), sound(0.8)) == 0.0


def test_silence_is_not() -> None:
    assert extra_speech(words((0, 0.6)), np.concatenate([sound(0.6), quiet(3)])) == 0.0
    assert extra_speech([], quiet(0.0)) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("place", ["before", "after", "twice"])
def test_sphinx_refuses_babble_in_real_speech(place: str) -> None:
    pytest.importorskip("pocketsphinx")
    pytest.importorskip("espeakng_loader")
    aligner = Sphinx(Sphinx.Options())
    first, second = (clip.audio for clip in clips()[:2])
    aligner.align(SENTENCES[0], lambda: first, None)
    extra = second[SAMPLE_RATE // 2 : 2 * SAMPLE_RATE]
    broken = {
        "before": np.concatenate([extra, first]),
        "after": np.concatenate([first, extra]),
        "twice": np.concatenate([first, first]),
    }[place]
    with pytest.raises(Rejected):
        aligner.align(SENTENCES[0], lambda: broken, None)


@pytest.mark.slow
def test_ctc_hears_letters_that_are_not_in_the_text() -> None:
    """Letters as a model would hear them, some wrong: its own weights are on a hub only."""
    pytest.importorskip("espeakng_loader")
    texts = heard_letters.texts_of(30, 60)
    caught, refused = heard_letters.measure(texts, heard_letters.Mishearing())
    assert set(caught) == {"before", "after", "between", "said twice"}
    assert caught.total() >= heard_letters.WANTED * len(caught) * len(texts)
    assert refused == 0


def test_proportional_refuses_a_text_that_is_far_too_short() -> None:
    with pytest.raises(Rejected):
        Proportional(Proportional.Options()).align("Hello there.", lambda: sound(4.0), None)


def test_letters_said_by_their_names_take_their_time() -> None:
    clip = sound(1.2)
    said = SpokenWord(text="a.m.", start=0, end=len(clip))
    assert extra_speech([said], clip) == 0.0
    assert extra_speech([said.model_copy(update={"text": "am."})], clip) > MAX_EXTRA
