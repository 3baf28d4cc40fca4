from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from datagen.audio.loudness import loudness
from datagen.backends.codec.dummy import DummyCodec
from datagen.show import encode as sound_to_tokens
from datagen.stages.tokens import VOICE_PROMPT_LUFS, voice_prompt
from datagen.types import FRAME, SAMPLE_RATE, Record, UserError


class Heard(DummyCodec):
    """Notes what it is given."""

    def __init__(self, options: Record) -> None:
        super().__init__(options)
        self.prompts: list[np.ndarray] = []

    def encode_prompt(self, audio: np.ndarray) -> np.ndarray:
        self.prompts.append(audio)
        return super().encode_prompt(audio)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A quiet tone on the left, noise on the right, at another rate; peaks once."""
    time = np.arange(48_000 * 4) / 48_000
    left = 0.01 * np.sin(2 * np.pi * 300 * time)
    left[1_000] = 0.5
    stereo = np.stack((left, np.random.default_rng(0).normal(0, 0.1, len(time))), 1)
    soundfile.write(tmp_path / "hello.wav", stereo, 48_000)
    return tmp_path / "hello.wav"


def test_the_first_channel_becomes_codes(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = Heard(Record())
    monkeypatch.setattr(sound_to_tokens, "CODECS", SimpleNamespace(load=lambda spec: codec))
    monkeypatch.setattr(sound_to_tokens, "codec_of", lambda run: None)
    frames = sound_to_tokens.encode("RUN", sound, tmp_path / "hello.npz")
    assert frames == 4 * SAMPLE_RATE // FRAME
    with np.load(tmp_path / "hello.npz") as arrays:
        assert arrays["codes"].shape == (8, frames)
    assert not codec.prompts
    sound_to_tokens.encode("RUN", sound, tmp_path / "voice.npz", voice=True)
    (prompt,) = codec.prompts
    assert loudness(prompt) == pytest.approx(VOICE_PROMPT_LUFS, abs=0.2)


def test_a_prompts_peaks_stay_as_inference_leaves_them() -> None:
    audio = 0.01 * np.sin(np.arange(4 * SAMPLE_RATE) / 5).astype(np.float32)
    audio[500] = 0.9
    prompt = voice_prompt(audio)
    assert np.abs(prompt).max() > 1.0, "a limiter would change all of it"
    assert np.allclose(prompt / prompt[1], audio / audio[1], rtol=1e-4)


def test_what_is_no_sound_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_text("no sound")
    with pytest.raises(UserError, match="cannot be read as sound"):
        sound_to_tokens.read_sound(tmp_path / "x.wav")
    soundfile.write(tmp_path / "silent.wav", np.zeros(24_000), 24_000)
    with pytest.raises(UserError, match="holds no sound"):
        sound_to_tokens.read_sound(tmp_path / "silent.wav")
    with pytest.raises(UserError, match=r"written as \.npz"):
        sound_to_tokens.encode("RUN", tmp_path / "x.wav", tmp_path / "x.npy")
