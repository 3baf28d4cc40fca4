"""The adapter of pocket-tts against a record of its interface, and the package if it is here."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml

from datagen.backends.speech import pocket
from datagen.backends.speech.pocket import Pocket, local_config
from datagen.types import Line, Rejected, UserError, Voice

CONTRACT = yaml.safe_load(
    (Path(__file__).parents[1] / "golden" / "pocket_contract.yaml").read_text()
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "languages" / "english"
    inside.mkdir(parents=True)
    (inside / "model.safetensors").write_bytes(b"weights")
    (inside / "tokenizer.json").write_text("{}")
    return tmp_path


@pytest.fixture
def options(folder: Path) -> Pocket.Options:
    return Pocket.Options(model=str(folder), tokenizer=str(folder))


def test_no_address_is_left_in_the_configuration(folder: Path) -> None:
    made = local_config(CONTRACT["config"], folder / "model", folder / "tokenizer")
    assert "hf://" not in yaml.safe_dump(made)
    assert made["flow_lm"]["lookup_table"]["tokenizer_path"] == str(folder / "tokenizer")


def test_missing_weights_are_named(options: Pocket.Options, folder: Path) -> None:
    assert pocket._files(options)[0].name == "model.safetensors"
    with pytest.raises(UserError, match=r"speech\.options\.model: .* of german"):
        pocket._files(options.model_copy(update={"language": "german"}))


def test_a_missing_package_is_named(options: Pocket.Options, monkeypatch: Any) -> None:
    monkeypatch.setattr(pocket, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="pip install 'pocket-tts>=4'"):
        Pocket.check(options)


def test_lines_are_said_in_a_recordings_voice(
    tmp_path: Path, options: Pocket.Options, monkeypatch: Any
) -> None:
    pytest.importorskip("torch")
    import torch

    asked: list[Any] = []

    class Model:
        sample_rate = 24_000

        def get_state_for_audio_prompt(self, audio: Path, truncate: bool = False) -> str:
            asked.append(("state", audio.name, truncate))
            return "state"

        def generate_audio(self, state: str, text: str, copy_state: bool = True) -> Any:
            asked.append((state, text, copy_state))
            return torch.randn(1, 24_000) * 0.1

    monkeypatch.setattr(pocket, "_load", lambda options: Model())
    monkeypatch.setattr(Pocket, "check", classmethod(lambda cls, options: None))
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(24_000), 24_000)
    voice = Voice(id="a", source="x", license="", synthetic=False, gender="female", path=str(path))
    said = Pocket(options)
    lines = [Line("Hello there.", voice, "agent"), Line("How are you?", voice, "agent")]
    one, two = said.speak(lines, seed=1)
    assert asked == [
        ("state", "a.wav", True),
        ("state", "Hello there.", True),
        ("state", "How are you?", True),
    ]
    assert np.array_equal(said.speak(lines, seed=1)[1].audio, two.audio)
    assert not np.array_equal(said.speak(lines, seed=2)[0].audio, one.audio)
    with pytest.raises(Rejected):
        said.speak([Line("...", voice, "agent")], seed=1)
    with pytest.raises(UserError, match="has none"):
        said.speak([Line("Hi.", voice.model_copy(update={"path": None}), "agent")], seed=1)


@pytest.mark.skipif(importlib.util.find_spec("pocket_tts") is None, reason="pocket-tts is not here")
def test_the_package_keeps_the_contract() -> None:
    from pocket_tts import TTSModel

    for name, wanted in CONTRACT["methods"].items():
        parameters = inspect.signature(getattr(TTSModel, name)).parameters.values()
        names = [one.name for one in parameters if one.name not in ("self", "cls")]
        assert names == [part.partition("=")[0] for part in wanted.split(", ")], name
    import pocket_tts

    source = Path(pocket_tts.__file__).parent / "config" / "english.yaml"
    found = yaml.safe_load(source.read_text())
    assert set(CONTRACT["config"]) <= set(found)
    assert "tokenizer_path" in found["flow_lm"]["lookup_table"]
