"""Kokoro's adapter; with kokoro-onnx and onnx here, its own class on a tiny graph that hums."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datagen.backends.speech import kokoro
from datagen.backends.speech.finish import finish, without_rumble
from datagen.backends.speech.kokoro import Kokoro, _runs
from datagen.backends.speech.kokoro_voices import ENGLISH, LENGTHS, WIDTH, VoiceFiles, blended
from datagen.types import SAMPLE_RATE, Line, Rejected, UserError, Voice

real = pytest.mark.skipif(
    find_spec("kokoro_onnx") is None or find_spec("onnx") is None, reason="make test-real"
)


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    folder = tmp_path / "voices"
    folder.mkdir()
    for number, name in enumerate(("af_heart", "af_sky", "bm_george")):
        np.full((LENGTHS, 1, WIDTH), number, "<f4").tofile(folder / f"{name}.bin")
    return folder


def test_voices_are_read_from_a_folder_or_an_archive(voices: Path, tmp_path: Path) -> None:
    found = VoiceFiles(voices)
    assert found.names == {"af_heart", "af_sky", "bm_george"}
    assert VoiceFiles(voices.parent).names == found.names
    np.savez(tmp_path / "all.npz", af_heart=np.zeros((LENGTHS, 1, WIDTH), np.float32))
    archive = tmp_path / "voices-v1.0.bin"
    (tmp_path / "all.npz").rename(archive)
    assert VoiceFiles(archive).names == {"af_heart"}
    assert VoiceFiles(archive).load("af_heart").shape == (LENGTHS, 1, WIDTH)
    assert found.digest(["af_heart"]) != found.digest(["af_sky"])


def test_a_file_of_another_size_is_no_voice(voices: Path) -> None:
    (voices / "af_sky.bin").write_bytes(b"\0" * 400)
    with pytest.raises(UserError, match="is it a voice of Kokoro"):
        VoiceFiles(voices).load("af_sky")


def test_there_are_28_voices_and_blends_of_one_accent() -> None:
    found = Kokoro.speakers(Kokoro.Options(blends=5))
    assert {gender: len(names) for gender, names in found.items()} == {"female": 20, "male": 18}
    assert len(ENGLISH) == 28
    for names in found.values():
        for blend in names:
            assert len({part[:2] for part in blend.split("+")}) == 1
    assert blended(["af_a", "bf_b"], 9) == []


def test_paths_are_no_part_of_the_recipe() -> None:
    assert "voices" not in Kokoro.Options(voices="/somewhere").model_dump(mode="json")


def test_sounds_stand_apart_from_words() -> None:
    assert list(_runs("Mm-hmm, right. Uh, yes.")) == [
        ("mm-hmm", "", ","),
        (None, "right.", ""),
        ("uh", "", ","),
        (None, "yes.", ""),
    ]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"fullduplex-datagen\[kokoro\]"):
        Kokoro.check(Kokoro.Options())


def test_a_hum_under_the_voice_is_gone_and_its_end_trimmed() -> None:
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    fading = np.clip((1 - time) / 0.2, 0, 1)
    voice = (0.3 * fading * np.sin(2 * np.pi * 110 * time)).astype(np.float32)
    hum = (0.05 * np.sin(2 * np.pi * 18 * time)).astype(np.float32)
    heard = kokoro.levelled(voice + hum)
    assert np.abs(heard - voice)[SAMPLE_RATE // 10 : -SAMPLE_RATE // 10].max() < 0.02
    assert len(finish(voice + hum).audio) == len(voice)
    assert len(finish(heard).audio) < 1.3 * SAMPLE_RATE
    assert np.abs(kokoro.levelled(4 * voice)).max() == pytest.approx(kokoro.LOUDEST, abs=1e-4)
    assert len(without_rumble(voice[:0])) == 0


@pytest.fixture
def tiny(voices: Path, tmp_path: Path) -> Kokoro.Options:
    """A graph with Kokoro's inputs: 600 samples of a hum for each token, slower if asked."""
    from onnx import TensorProto, helper, save

    node = helper.make_node
    constant = helper.make_tensor
    graph = helper.make_graph(
        [
            node("Cast", ["tokens"], ["float"], to=TensorProto.FLOAT),
            node("Transpose", ["float"], ["column"], perm=[1, 0]),
            node("Mul", ["column", "wave"], ["sound"]),
            node("ReduceMean", ["style"], ["level"], keepdims=0),
            node("Add", ["sound", "level"], ["louder"]),
            node("Sin", ["louder"], ["bent"]),
            node("Div", ["bent", "speed"], ["scaled"]),
            node("Reshape", ["scaled", "flat"], ["audio"]),
        ],
        "tiny",
        [
            helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, "n"]),
            helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, WIDTH]),
            helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
        ],
        [helper.make_tensor_value_info("audio", TensorProto.FLOAT, ["samples"])],
        [
            constant("wave", TensorProto.FLOAT, [1, 600], np.sin(np.arange(600) / 19) * 0.05),
            constant("flat", TensorProto.INT64, [1], [-1]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    save(model, tmp_path / "kokoro.onnx")
    names = ("af_heart", "af_sky", "bm_george")
    return Kokoro.Options(model=str(tmp_path / "kokoro.onnx"), voices=str(voices), names=names)


def line(spoken: str, voice: str = "af_heart", **changes: Any) -> Line:
    who = Voice(id=voice, source="kokoro", license="", synthetic=True, gender="female")
    return Line(spoken, who, "agent", **changes)


@real
def test_its_own_class_speaks_on_one_thread(tiny: Kokoro.Options) -> None:
    said = Kokoro(tiny)
    (one,) = said.speak([line("Thank you for calling.")], seed=1)
    (again,) = said.speak([line("Thank you for calling.")], seed=2)
    assert np.array_equal(one.audio, again.audio)
    assert 0 < np.abs(one.audio).max() <= 1
    (blend,) = said.speak([line("Thank you for calling.", "af_heart+af_sky")], seed=1)
    assert not np.array_equal(one.audio, blend.audio)
    (slow,) = said.speak([line("Thank you for calling.", speed=0.9)], seed=1)
    assert not np.array_equal(one.audio, slow.audio)
    with pytest.raises(Rejected):
        said.speak([line("...")], seed=1)


@real
def test_phonemes_of_nods_are_from_the_table(tiny: Kokoro.Options) -> None:
    said = Kokoro(tiny)
    assert said.phonemes("Mm-hmm.", "en-us") == "əmhˈəm."
    assert said.phonemes("Shh! Wow.", "en-us") == "ʃː! wˈW."
    assert said.phonemes("Uh, yes.", "en-us").startswith("ˈʌ, jˈɛs")
    assert "eɪtʃ" not in said.phonemes("Mhm. Hm. Hmm. Mm.", "en-us")
    known = said._model.tokenizer.vocab
    for phonemes in kokoro.KOKORO.values():
        assert set(phonemes) <= set(known), phonemes


@real
def test_what_is_missing_is_named(tiny: Kokoro.Options) -> None:
    assert Kokoro.identity(tiny)["kokoro-onnx"]
    with pytest.raises(UserError, match="no voice am_adam"):
        Kokoro.check(tiny.model_copy(update={"names": ("af_heart", "am_adam")}))
    with pytest.raises(UserError, match="npm pack kokoro-js"):
        Kokoro.check(tiny.model_copy(update={"voices": "/nowhere"}))
