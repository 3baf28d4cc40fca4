"""The real MimiModel with tiny random weights; what only real weights can show is not claimed."""

from __future__ import annotations

from functools import wraps
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from datagen.backends.codec import mimi as module
from datagen.backends.codec.mimi import Mimi, batches, commonest
from datagen.backends.registry import CODECS
from datagen.config import BackendSpec
from datagen.types import FRAME, NUM_CODEBOOKS, SAMPLE_RATE, Audio, Codes, UserError
from tests.backends import tiny_mimi
from tests.backends.spoken_clips import clips


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_mimi.save(tmp_path_factory.mktemp("mimi"))


def spec(folder: Path, **options: object) -> BackendSpec:
    return BackendSpec(use="mimi", options={"model": str(folder), "device": "cpu", **options})


@pytest.fixture(scope="module")
def mimi(folder: Path) -> Mimi:
    codec = CODECS.load(spec(folder))
    assert isinstance(codec, Mimi)
    return codec


@pytest.fixture(scope="module")
def speech() -> Audio:
    return np.concatenate([clip.audio for clip in clips()])[: 5 * SAMPLE_RATE + 7]


def agreement(codes: Codes, others: Codes) -> float:
    assert codes.shape == others.shape
    return float((codes == others).mean())


def test_the_geometry_is_mimis(mimi: Mimi, speech: Audio) -> None:
    codes = mimi.encode(speech)
    assert codes.dtype == np.int16
    assert codes.shape == (NUM_CODEBOOKS, -(-len(speech) // FRAME))
    assert 0 <= codes.min() <= codes.max() < mimi.cardinality
    assert all(len(np.unique(book)) > 5 for book in codes), "or what follows shows nothing"
    assert mimi.decode(codes).shape == (codes.shape[1] * FRAME,)
    assert mimi.encode(np.zeros(0, np.float32)).shape == (NUM_CODEBOOKS, 0)
    assert mimi.decode(np.zeros((NUM_CODEBOOKS, 0), np.int16)).shape == (0,)


def test_the_same_sound_gives_the_same_tokens(mimi: Mimi, folder: Path, speech: Audio) -> None:
    codes = mimi.encode(speech)
    assert np.array_equal(mimi.encode(speech), codes)
    assert np.array_equal(CODECS.load(spec(folder)).encode(speech), codes)


def test_what_comes_later_changes_nothing(mimi: Mimi, speech: Audio) -> None:
    half = len(speech) // 2 // FRAME * FRAME
    codes = mimi.encode(speech)
    assert agreement(mimi.encode(speech[:half]), codes[:, : half // FRAME]) > 0.99


def test_a_chunk_without_its_past_is_something_else(mimi: Mimi, speech: Audio) -> None:
    """Why a channel is encoded whole."""
    half = len(speech) // 2 // FRAME * FRAME
    assert agreement(mimi.encode(speech[half:]), mimi.encode(speech)[:, half // FRAME :]) < 0.9


def test_a_prompt_is_encoded_frame_by_frame(
    mimi: Mimi, speech: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call sees one frame and the state of the last; what comes out is the whole's."""
    seen: list[tuple[int, bool]] = []
    encode = mimi._model.encode

    @wraps(encode)  # its arguments are looked up
    def watched(values: object, **arguments: object) -> object:
        state = [value for name, value in arguments.items() if name.endswith(("cache", "values"))]
        assert len(state) == 2
        seen.append((values.shape[-1], None not in state))  # type: ignore[attr-defined]
        return encode(values, **arguments)

    reference = speech[: 4 * SAMPLE_RATE + 11]
    whole = mimi.encode(reference)
    monkeypatch.setattr(mimi._model, "encode", watched)
    codes = mimi.encode_prompt(reference)
    assert seen == [(FRAME, number > 0) for number in range(51)]
    assert codes.shape == (NUM_CODEBOOKS, 51)
    assert agreement(codes, whole) > 0.99
    assert np.array_equal(mimi.encode_prompt(reference), codes), "the state is fresh each time"


def test_batches_are_in_order_and_of_like_length(folder: Path, mimi: Mimi, speech: Audio) -> None:
    cuts = [speech[:30_000], speech[:0], speech[:96_000], speech[5_000:40_000], speech]
    together = CODECS.load(spec(folder, batch_seconds=5))
    assert isinstance(together, Mimi)
    for cut, codes in zip(cuts, together.encode_batch(cuts), strict=True):
        assert not len(cut) or agreement(codes, mimi.encode(cut)) > 0.99
    assert list(batches([30, 0, 90, 35, 200, 31], 105)) == [[0, 5, 3], [2], [4]]
    assert list(batches([5, 3], 0)) == [[1], [0]]


def test_silence_and_sine_are_what_these_weights_give(mimi: Mimi) -> None:
    silence = mimi.encode(np.zeros(2 * SAMPLE_RATE, np.float32))
    assert tuple(silence[:, -1]) == mimi.silence
    assert mimi.silence != module.PERSONAPLEX_SILENCE
    assert len(mimi.sine) == NUM_CODEBOOKS
    assert mimi.sine != mimi.silence


def test_weights_that_give_personaplexs_silence_get_its_constants(
    folder: Path, mimi: Mimi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PERSONAPLEX_SILENCE", mimi.silence)
    codec = CODECS.load(spec(folder, constants="require"))
    assert (codec.silence, codec.sine) == (mimi.silence, module.PERSONAPLEX_SINE)


def test_other_weights_can_be_refused(folder: Path) -> None:
    with pytest.raises(UserError, match=r"codec\.options\.model.*encodes silence as \(\d+, "):
        CODECS.load(spec(folder, constants="require"))


def test_the_commonest_frame_is_of_the_second_half() -> None:
    codes = np.array([[1, 1, 1, 1, 2, 3, 3, 2, 2, 2]] * NUM_CODEBOOKS, np.int16)
    assert commonest(codes) == (2,) * NUM_CODEBOOKS


def test_arithmetic_is_exact(mimi: Mimi, speech: Audio) -> None:
    import torch

    assert torch.backends.cuda.matmul.fp32_precision == "ieee"
    assert torch.backends.cudnn.conv.fp32_precision == "ieee"
    assert {parameter.dtype for parameter in mimi._model.parameters()} == {torch.float32}
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert np.array_equal(mimi.encode(speech), mimi.encode_batch([speech])[0])
        inside = mimi.encode(speech)
    assert np.array_equal(inside, mimi.encode(speech))


def test_the_hash_names_the_weights(folder: Path, mimi: Mimi, tmp_path: Path) -> None:
    assert CODECS.identity(spec(folder))["weights"] == mimi.hash
    other = tiny_mimi.save(tmp_path, seed=1)
    assert CODECS.identity(spec(other))["weights"] != mimi.hash


def test_another_geometry_is_refused(tmp_path: Path) -> None:
    coarse = tiny_mimi.save(tmp_path, upsampling_ratios=[8, 6, 5, 2])
    with pytest.raises(UserError, match="1920 samples a frame"):
        CODECS.load(spec(coarse))


def test_missing_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UserError, match="hf download kyutai/mimi --revision main"):
        CODECS.check(BackendSpec(use="mimi"))
    with pytest.raises(UserError, match=r"has no config\.json and no model\*\.safetensors"):
        CODECS.check(spec(tmp_path))


def test_a_downloaded_model_is_found_by_its_id(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = tmp_path / "models--me--tiny"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text("c0ffee\n")
    (cached / "snapshots").mkdir()
    (cached / "snapshots" / "c0ffee").symlink_to(folder)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    by_id = BackendSpec(use="mimi", options={"model": "me/tiny"})
    assert CODECS.identity(by_id)["weights"] == CODECS.identity(spec(folder))["weights"]
