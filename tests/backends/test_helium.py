from __future__ import annotations

import io
from pathlib import Path

import pytest

from datagen.backends.registry import TOKENIZERS
from datagen.backends.tokenizer.shipped import MODEL
from datagen.config import BackendSpec
from datagen.types import UserError

FILE = "tokenizer_spm_32k_3.model"


def train(path: Path, **settings: object) -> Path:
    """A small model in the place of Helium's; without byte fallback it has unknown pieces."""
    from sentencepiece import SentencePieceTrainer

    model = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(f"you owe {n} dollars for plan {n % 7}" for n in range(200)),
        model_writer=model,
        vocab_size=40,
        minloglevel=2,
        **{"unk_id": 0, "bos_id": 1, "eos_id": 2, "pad_id": 3} | settings,
    )
    path.write_bytes(model.getvalue())
    return path


def spec(path: Path, **options: object) -> BackendSpec:
    return BackendSpec(use="helium", options={"model": str(path), **options})


def test_a_file_a_folder_and_a_downloaded_model_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "models--kyutai--moshiko-pytorch-bf16" / "snapshots" / "abc"
    folder.mkdir(parents=True)
    path = train(folder / FILE)
    (folder.parents[1] / "refs").mkdir()
    (folder.parents[1] / "refs" / "main").write_text("abc")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    specs = [spec(path), spec(folder), BackendSpec(use="helium")]
    assert len({TOKENIZERS.load(one).hash for one in specs}) == 1
    assert TOKENIZERS.identity(specs[2])["model"] == TOKENIZERS.load(specs[0]).hash


def test_text_has_no_special_ids(tmp_path: Path) -> None:
    helium = TOKENIZERS.load(spec(train(tmp_path / FILE)))
    assert (helium.epad, helium.bos, helium.eos, helium.pad) == (0, 1, 2, 3)
    ids = helium.encode("you owe 5 dollars \u4f60")
    assert min(ids) > 3
    assert helium.decode([1, *ids, 3, 3, 0, 2]).strip() == "you owe 5 dollars"
    assert helium.size == 40


def test_words_are_those_of_the_file(tmp_path: Path) -> None:
    """The shipped tokenizer through this door gives the shipped tokenizer's ids."""
    helium = TOKENIZERS.load(spec(MODEL))
    shipped = TOKENIZERS.load(BackendSpec(use="shipped"))
    text = "<system> You work for Harbor Bank. <system>"
    assert helium.encode(text) == shipped.encode(text)
    assert helium.hash == shipped.hash
    assert not TOKENIZERS.resolve(spec(MODEL)).stand_in


def test_another_layout_is_refused(tmp_path: Path) -> None:
    path = train(tmp_path / FILE, unk_id=3, pad_id=0)
    with pytest.raises(UserError, match=r"unknown, BOS and EOS at \(3, 1, 2\)"):
        TOKENIZERS.check(spec(path))


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(b"not a model")
    with pytest.raises(UserError, match="is not a SentencePiece model"):
        TOKENIZERS.check(spec(path))
    with pytest.raises(UserError, match=r"has no other\.model"):
        TOKENIZERS.check(spec(tmp_path, file="other.model"))
