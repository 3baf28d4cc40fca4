from __future__ import annotations

import pytest

from datagen.backends.aligner.native import Native
from datagen.backends.registry import ALIGNERS
from datagen.config import BackendSpec
from datagen.types import Audio, Rejected, SpokenWord, UserError

WORDS = (SpokenWord(text="hello", start=10, end=20), SpokenWord(text="there.", start=20, end=40))


def no_audio() -> Audio:
    raise AssertionError("native reads no sound")


def test_it_gives_back_what_the_synthesizer_said() -> None:
    native = ALIGNERS.load(BackendSpec(use="native"))
    assert isinstance(native, Native)
    assert native.align("hello there.", no_audio, WORDS) == WORDS
    assert not Native.needs_audio


def test_a_synthesizer_without_times_is_the_users_mistake() -> None:
    with pytest.raises(UserError, match=r"align\.use: native needs a synthesizer"):
        Native(None).align("hello there.", no_audio, None)


def test_other_words_reject_the_dialogue() -> None:
    with pytest.raises(Rejected) as rejected:
        Native(None).align("hello", no_audio, WORDS)
    assert rejected.value.reason == "alignment"


def test_it_has_no_options() -> None:
    with pytest.raises(UserError, match=r"align\.options: beam"):
        ALIGNERS.check(BackendSpec(use="native", options={"beam": 3}))
