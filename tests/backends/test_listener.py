from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from datagen.gates.words import distance, error_rate, normalise, wrong_numbers
from datagen.types import SAMPLE_RATE, Line, UserError, Voice
from tests.speech_like import voiced

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
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real classes with small random weights."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("judges")
    torch.manual_seed(0)
    small: dict[str, Any] = {
        "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 32, "conv_dim": (8,) * 7, "num_conv_pos_embeddings": 16,
        "num_conv_pos_embedding_groups": 2,
    }  # fmt: skip
    letters = {name: place for place, name in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|"])}
    letters |= {chr(ord("A") + n): 5 + n for n in range(26)}
    recogniser = folder / "recogniser"
    config = transformers.Wav2Vec2Config(vocab_size=len(letters), **small)
    transformers.Wav2Vec2ForCTC(config).save_pretrained(recogniser)
    (recogniser / "vocab.json").write_text(json.dumps(letters))
    config = transformers.WavLMConfig(tdnn_dim=(16,) * 5, xvector_output_dim=16, **small)
    transformers.WavLMForXVector(config).save_pretrained(folder / "speaker")
    return folder


def make(tiny: Path, **options: Any) -> Any:
    from datagen.backends.judge.listener import Listener

    return Listener(
        Listener.Options(
            recogniser=str(tiny / "recogniser"),
            speaker=str(tiny / "speaker"),
            device="cpu",
            **options,
        )
    )


def test_the_real_classes_hear_words_and_voices(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
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


def test_weights_must_be_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datagen.backends.judge.listener import Listener

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UserError, match=r"gates\.judge\.options\.recogniser.*wav2vec2"):
        Listener.check(Listener.Options())
    with pytest.raises(UserError, match=r"gates\.judge\.options\.speaker.*wavlm"):
        Listener.check(Listener.Options(recogniser=None))
    Listener.check(Listener.Options(recogniser=None, speaker=None))
