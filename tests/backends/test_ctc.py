"""The real Wav2Vec2ForCTC with a tiny random one's weights; times are checked with known ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from datagen.backends.aligner.ctc import MAX_UNSAID, REACH, Ctc, grow
from datagen.backends.aligner.energy import WINDOW
from datagen.backends.aligner.tokens import Span
from datagen.backends.registry import ALIGNERS
from datagen.config import BackendSpec
from datagen.types import FRAME, SAMPLE_RATE, Rejected, UserError
from tests.backends import tiny_ctc
from tests.backends.spoken_clips import SENTENCES, clips, start_errors

HOP = SAMPLE_RATE // 50


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_ctc.save(tmp_path_factory.mktemp("ctc"))


def spec(folder: Path, **options: object) -> BackendSpec:
    return BackendSpec(use="ctc", options={"model": str(folder), "device": "cpu", **options})


@pytest.fixture(scope="module")
def ctc(folder: Path) -> Ctc:
    """An aligner that takes what random weights hear."""
    aligner = ALIGNERS.load(spec(folder, min_confidence=-100, max_unsaid=1_000))
    assert isinstance(aligner, Ctc)
    return aligner


def test_the_real_class_times_every_token(ctc: Ctc) -> None:
    text = "Hello \u2014 don't, twenty-five 42 o'clock."
    (clip,) = clips((text,))
    words = ctc.align(text, lambda: clip.audio, None)
    assert [word.text for word in words] == text.split()
    edges = [edge for word in words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert 0 <= edges[0] < edges[-1] <= len(clip.audio)
    assert ctc.align(text, lambda: clip.audio, None) == words


def test_random_weights_are_not_confident(folder: Path) -> None:
    clip = clips()[0]
    aligner = ALIGNERS.load(spec(folder, min_confidence=-1.0))
    with pytest.raises(Rejected) as rejected:
        aligner.align(SENTENCES[0], lambda: clip.audio, None)
    assert rejected.value.reason == "alignment_confidence"


def test_words_are_where_the_model_hears_them(ctc: Ctc, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what a good model would give: each letter for a frame, in the middle of its time."""
    for text, clip in zip(SENTENCES, clips(), strict=True):
        assert clip.words is not None
        emissions = np.full(
            (len(clip.audio) // HOP + 1, len(tiny_ctc.VOCABULARY)), -9.0, np.float32
        )
        emissions[:, 0] = -0.1
        for word in clip.words:
            letters = [c for c in word.text.upper() if c in tiny_ctc.VOCABULARY]
            for number, letter in enumerate(letters):
                share = (number + 0.5) / len(letters)
                frame = round((word.start + share * (word.end - word.start)) / HOP)
                emissions[frame] = -9.0
                emissions[frame, tiny_ctc.VOCABULARY.index(letter)] = -0.1
        monkeypatch.setattr(ctc, "_emissions", lambda audio, found=emissions: found)
        alignment = ctc.measure(text, clip.audio)
        errors = np.abs(start_errors(alignment.words, clip.words))
        assert (errors <= FRAME / SAMPLE_RATE * 1_000).all()
        assert alignment.confidence > -1.5
        sure = [word.confidence for word in alignment.words]
        assert all(confidence == pytest.approx(-0.1, abs=1e-3) for confidence in sure)


def test_letters_that_the_text_does_not_have_are_extra_speech(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path puts them into its blanks, whose frames no word owns."""
    ctc = ALIGNERS.load(spec(folder, min_confidence=-100))
    assert isinstance(ctc, Ctc)
    frames = 60
    heard = dict(zip(range(4, 60, 4), "ONEANDHELLOAND", strict=True))
    emissions = np.full((frames, len(tiny_ctc.VOCABULARY)), -9.0, np.float32)
    emissions[:, 0] = -0.1
    for frame, letter in heard.items():
        emissions[frame, 0] = -9.0
        emissions[frame, tiny_ctc.VOCABULARY.index(letter)] = -0.1
    monkeypatch.setattr(ctc, "_emissions", lambda audio: emissions)
    clip = np.zeros(frames * HOP, np.float32)
    assert ctc.measure("one and hello and", clip).strange == 0
    assert ctc.measure("hello and", clip).strange == len("oneand")
    assert ctc.measure("one and", clip).strange > MAX_UNSAID  # the e of "one" may be hello's
    ctc.align("one and hello and", lambda: clip, None)
    for spoken in ("hello and", "one and", "one and and"):
        with pytest.raises(Rejected) as rejected:
            ctc.align(spoken, lambda: clip, None)
        assert rejected.value.reason == "extra_speech"


def test_a_clip_too_short_for_its_text_is_rejected(ctc: Ctc) -> None:
    with pytest.raises(Rejected, match="alignment"):
        ctc.align(SENTENCES[0], lambda: clips()[0].audio[: SAMPLE_RATE // 4], None)


def test_a_text_without_letters_is_rejected(ctc: Ctc) -> None:
    with pytest.raises(Rejected, match="alignment"):
        ctc.align("42 \u2014", lambda: clips()[0].audio, None)


def test_the_weights_decide_the_bytes(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for file in folder.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    assert ALIGNERS.identity(spec(other))["weights"] == ALIGNERS.identity(spec(folder))["weights"]
    weights = bytearray((other / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (other / "model.safetensors").write_bytes(weights)
    assert ALIGNERS.identity(spec(other))["weights"] != ALIGNERS.identity(spec(folder))["weights"]


def test_a_missing_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UserError, match="hf download facebook/wav2vec2-base-960h"):
        ALIGNERS.check(BackendSpec(use="ctc"))
    with pytest.raises(UserError, match=r"has no config\.json"):
        ALIGNERS.check(spec(tmp_path))


def test_words_grow_over_the_speech_around_them() -> None:
    speech = np.zeros(200, np.bool_)
    speech[20:60] = speech[100:150] = True
    spans = [
        Span(25 * WINDOW, 30 * WINDOW),
        Span(45 * WINDOW, 55 * WINDOW),
        None,
        Span(110 * WINDOW, 120 * WINDOW),
    ]
    assert grow(spans, speech, 200 * WINDOW) == [
        Span(20 * WINDOW, 45 * WINDOW),
        Span(45 * WINDOW, 60 * WINDOW),
        None,
        Span(100 * WINDOW, 120 * WINDOW),
    ]
    assert REACH == 25 * WINDOW
