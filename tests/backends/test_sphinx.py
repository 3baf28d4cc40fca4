from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from datagen.backends.aligner import sphinx as module
from datagen.backends.aligner.sphinx import Sphinx
from datagen.backends.registry import ALIGNERS
from datagen.config import BackendSpec
from datagen.types import FRAME, SAMPLE_RATE, Rejected, UserError
from tests.backends.spoken_clips import SENTENCES, clips, start_errors

pytest.importorskip("pocketsphinx")


@pytest.fixture(scope="module")
def sphinx() -> Sphinx:
    aligner = ALIGNERS.load(BackendSpec(use="sphinx"))
    assert isinstance(aligner, Sphinx)
    return aligner


def test_words_begin_within_a_frame_of_the_truth(sphinx: Sphinx) -> None:
    errors = np.concatenate(
        [
            start_errors(sphinx.align(text, lambda clip=clip: clip.audio, None), clip.words)
            for text, clip in zip(SENTENCES, clips(), strict=True)
        ]
    )
    assert np.median(np.abs(errors)) < 25
    assert (np.abs(errors) <= FRAME / SAMPLE_RATE * 1_000).mean() > 0.9


def test_words_that_are_not_said_have_little_confidence(sphinx: Sphinx) -> None:
    clip = clips()[0]
    said = SENTENCES[0].split()
    words = sphinx.align(SENTENCES[0], lambda: clip.audio, None)
    sure = [word.confidence or -99.0 for word in words]
    assert sphinx.measure(SENTENCES[0], clip.audio).confidence == pytest.approx(
        np.average(sure, weights=[word.end - word.start for word in words]), abs=0.05
    )
    other = [*said[:-1], "lighthouses."]
    wrong = sphinx.measure(" ".join(other), clip.audio).words
    assert wrong[-1].confidence is not None
    assert wrong[-1].confidence < min(sure)
    dash = sphinx.measure(f"{SENTENCES[0]} \u2014", clip.audio).words[-1]
    assert dash.confidence is None, "nobody listened for it"


def test_names_dashes_and_hyphens_get_times_too(sphinx: Sphinx) -> None:
    text = "Hello \u2014 Ayelen Zrbovich-Qua, I owe twenty-five dollars."
    (clip,) = clips((text,))
    words = sphinx.align(text, lambda: clip.audio, None)
    assert [word.text for word in words] == text.split()
    assert all(word.start < word.end for word in words)
    assert np.abs(start_errors(words, clip.words))[-4:].max() < 100


def test_what_is_said_by_its_letters_is_looked_for_by_them(sphinx: Sphinx) -> None:
    text = "What do you have, an RV or a tent?"
    (clip,) = clips((text,))
    assert sphinx.measure(text, clip.audio).strange < 0.5
    assert list(sphinx._parts("RV,")) == ["r", "v"]
    assert list(sphinx._parts("NASA's")) == ["nasa's"], "said as a word, and so in the dictionary"
    assert list(sphinx._parts("Zrbovich")) == ["zrbovich"]


def test_what_was_aligned_before_changes_nothing(sphinx: Sphinx) -> None:
    clip = clips()[0]
    first = Sphinx(Sphinx.Options()).measure(SENTENCES[0], clip.audio)
    for text, other in zip(SENTENCES, clips(), strict=True):
        sphinx.measure(text, other.audio)
    assert sphinx.measure(SENTENCES[0], clip.audio) == first


def test_other_words_are_rejected(sphinx: Sphinx) -> None:
    for text, clip in zip(SENTENCES[::-1], clips(), strict=True):
        with pytest.raises(Rejected) as rejected:
            sphinx.align(text, lambda clip=clip: clip.audio, None)
        assert rejected.value.reason in ("alignment", "alignment_confidence")


def test_half_a_clip_is_rejected(sphinx: Sphinx) -> None:
    audio = clips()[0].audio
    with pytest.raises(Rejected):
        sphinx.align(SENTENCES[0], lambda: audio[: len(audio) // 2], None)


@pytest.mark.slow
def test_the_wide_beam_is_the_second_try(sphinx: Sphinx, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAMS", (1e-2, 1e-200))
    hard = Sphinx(Sphinx.Options())
    clip = clips()[1]
    assert hard.align(SENTENCES[1], lambda: clip.audio, None) == sphinx.align(
        SENTENCES[1], lambda: clip.audio, None
    )
    monkeypatch.setattr(module, "BEAMS", (1e-2,))
    with pytest.raises(Rejected, match="alignment"):
        Sphinx(Sphinx.Options()).align(SENTENCES[1], lambda: clip.audio, None)


def test_a_clip_without_words_is_rejected(sphinx: Sphinx) -> None:
    with pytest.raises(Rejected, match="alignment"):
        sphinx.align("\u2014 42", lambda: clips()[0].audio, None)


def test_without_the_package_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'fullduplex-datagen\[sphinx\]'"):
        ALIGNERS.check(BackendSpec(use="sphinx"))


def test_the_version_is_part_of_what_decides_the_bytes() -> None:
    assert ALIGNERS.identity(BackendSpec(use="sphinx"))["pocketsphinx"]


def test_what_fits_badly_is_strange_unless_its_phones_are_guessed() -> None:
    def segment(word: str, start: int, end: int, likelihood: float) -> SimpleNamespace:
        ascore = math.exp(likelihood * (end - start) / module.SCORE_SCALE)
        return SimpleNamespace(word=word, start_frame=start, end_frame=end - 1, ascore=ascore)

    good = [segment("hello", 0, 100, -1.0), segment("<sil>", 100, 120, -1.0)]
    assert module._strange(good) == 0.0
    name = segment("guess-s-ey-jh", 120, 170, -7.0)
    assert module._strange([*good, name]) == 0.0
    word = segment("sage", 120, 160, -7.0)
    assert module._strange([*good, word]) > 1.0
    assert module._strange([name]) == 0.0, "of a line that is one name"
    assert module._strange([*good, segment("<sil>", 120, 170, -7.0)]) > 2.0


def test_what_british_voices_say_in_their_own_way_is_looked_for_as_well(sphinx: Sphinx) -> None:
    from pocketsphinx import Decoder

    american, decoder = Decoder(lm=None, loglevel="FATAL"), sphinx._decoder(module.BEAMS[0])
    for word, phones in module.BRITISH.items():
        names = [word, *(f"{word}({number})" for number in range(2, 9))]
        assert phones not in [american.lookup_word(name) for name in names], f"{word} is there"
        assert phones in [decoder.lookup_word(name) for name in names], word
