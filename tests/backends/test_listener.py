from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from datagen.gates.words import distance, error_rate, normalise, wrong_numbers
from datagen.types import SAMPLE_RATE, Line, UserError, Voice
from tests.backends import tiny_judge
from tests.fixtures.speech_like import voiced

VOICE = Voice(id="ada", source="test", license="", synthetic=False, gender="female")
LINE = Line("Your balance is forty dollars, and it is due on Monday.", VOICE, "agent")


def test_normalisation_is_the_same_for_both_sides() -> None:
    assert normalise("IT\N{RIGHT SINGLE QUOTATION MARK}S Twenty-Five... a.m.!") == [
        "it's", "twenty", "five", "a", "m",
    ]  # fmt: skip
    assert normalise(" ?! ") == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3)],
)
def test_distance_is_levenshteins(one: str, other: str, expected: int) -> None:
    assert distance(one, other) == expected
    assert distance(other, one) == expected


def test_error_rates() -> None:
    said = "one two three four five six seven eight"
    assert error_rate(said, said.upper() + ".") == 0
    assert error_rate(said, "one two three four five six seven") == pytest.approx(1 / 8)
    assert error_rate(said, f"{said} {said}") == 1
    assert error_rate("Mm-hmm, yes.", "mmhmm yes") == 0
    assert error_rate("Yes.", "yet") == pytest.approx(1 / 3)
    assert error_rate("Hello there, my friend.", "") == 1


def test_numbers_must_be_heard_as_they_are() -> None:
    assert wrong_numbers("It is forty dollars.", "it his forty dollars") is None
    assert wrong_numbers("It is forty-five.", "it is forty nine") == (
        ["forty", "five"],
        ["forty", "nine"],
    )
    assert wrong_numbers("No numbers.", "one number") == ([], ["one"])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The real classes with small random weights."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    return tiny_judge.save(tmp_path_factory.mktemp("judges"))


def make(tiny: tuple[Path, Path], **options: Any) -> Any:
    from datagen.backends.judge.listener import Listener

    return Listener(
        Listener.Options(
            recogniser=str(tiny[0]),
            speaker=str(tiny[1]),
            device="cpu",
            **options,
        )
    )


def test_the_real_classes_hear_words_and_voices(
    tiny: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = make(tiny)
    sound, other = voiced(2 * SAMPLE_RATE), voiced(3 * SAMPLE_RATE, 260.0)
    assert listener.transcribe(sound) == listener.transcribe(sound)
    fault = listener.fault(sound, LINE, sound)
    assert fault.reason in ("heard_words", "heard_numbers")  # random weights hear nothing right
    assert listener.likeness(sound, sound, "ada") == pytest.approx(1, abs=1e-5)
    assert listener.likeness(other, sound, "ada") < 0.99999
    monkeypatch.setattr(listener, "transcribe", lambda audio: LINE.spoken.lower())
    assert listener.fault(sound, LINE, sound) is None
    assert listener.fault(sound, LINE, None) is None
    monkeypatch.setattr(listener, "likeness", lambda *a: 0.1)
    assert listener.fault(sound, LINE, sound).reason == "heard_speaker"
    assert listener.fault(sound[: SAMPLE_RATE // 2], LINE, sound) is None
    monkeypatch.setattr(listener, "transcribe", lambda audio: LINE.spoken.replace("forty", "fifty"))
    fault = listener.fault(sound, LINE, sound)
    assert fault.reason == "heard_numbers"
    assert fault.evidence == "has the numbers forty dollars, heard as fifty dollars"


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_a_model_that_rates_is_one_file(tiny: tuple[Path, Path], tmp_path: Path) -> None:
    from datagen.backends.judge.listener import Listener

    def rated(path: Path) -> Any:
        return Listener(
            Listener.Options(recogniser=None, speaker=None, quality=str(path), device="cpu")
        )

    sound = voiced(2 * SAMPLE_RATE)
    good = rated(tiny_judge.save_quality(tmp_path / "good.pt", 4.4))
    assert good.rate(sound) == pytest.approx(4.4, abs=0.2)
    assert good.rate(sound) != good.rate(sound * 0.1)
    assert good.fault(sound, LINE, None) is None
    bad = rated(tiny_judge.save_quality(tmp_path / "bad.pt", 2.0))
    fault = bad.fault(sound, LINE, None)
    assert fault.reason == "heard_quality"
    assert bad.fault(sound[: SAMPLE_RATE // 2], LINE, None) is None
    one, other = (
        Listener.identity(Listener.Options(recogniser=None, speaker=None, quality=str(path)))
        for path in (tmp_path / "good.pt", tmp_path / "bad.pt")
    )
    assert one["quality"] != other["quality"]
    (tmp_path / "none.pt").write_bytes(b"no model")
    with pytest.raises(
        UserError, match=r"judge\.options\.quality: .*none\.pt is not a TorchScript"
    ):
        rated(tmp_path / "none.pt")


def test_weights_must_be_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datagen.backends.judge.listener import Listener

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UserError, match=r"gates\.judge\.options\.recogniser.*wav2vec2"):
        Listener.check(Listener.Options())
    with pytest.raises(UserError, match=r"gates\.judge\.options\.speaker.*wavlm"):
        Listener.check(Listener.Options(recogniser=None))
    Listener.check(Listener.Options(recogniser=None, speaker=None))
    with pytest.raises(UserError, match="hf download Blinorot/UTMOS-PyTorch"):
        Listener.check(
            Listener.Options(recogniser=None, speaker=None, quality="Blinorot/UTMOS-PyTorch")
        )
