from __future__ import annotations

import dataclasses
import logging
import os
import sys
import types
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from train import build
from train.config import UserError
from train.data import Corpus
from train.model import PRESETS, DuplexLM
from train.weight_names import personaplex_layout
from train.weights import find_weights, initialise, inspect, load_weights, save_weights

CONFIG = PRESETS["tiny"]
AGENT_ALONE = dataclasses.replace(CONFIG, dep_q=8)


def make(seed: int, config: object = CONFIG) -> DuplexLM:
    model = DuplexLM(config)
    initialise(model, seed)
    return model


def same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    left, right = one.state_dict(), two.state_dict()
    return left.keys() == right.keys() and all(torch.equal(left[k], right[k]) for k in left)


def test_round_trip_is_exact_bit_for_bit(tmp_path: Path) -> None:
    model = make(1).bfloat16()
    save_weights(model, tmp_path / "model.safetensors")
    loaded = make(2).bfloat16()
    load_weights(loaded, tmp_path)
    assert same(model, loaded)
    save_weights(loaded, tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == (
        tmp_path / "model.safetensors"
    ).read_bytes()


def test_the_file_has_personaplex_names_in_bfloat16(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "model.safetensors"
    save_weights(make(1), path)
    with safe_open(path, framework="pt") as file:
        assert {k: tuple(file.get_slice(k).get_shape()) for k in file.keys()} == (  # noqa: SIM118
            personaplex_layout(CONFIG)
        )
        assert {file.get_slice(k).get_dtype() for k in file.keys()} == {"BF16"}  # noqa: SIM118
    assert [item.name for item in path.parent.iterdir()] == ["model.safetensors"]


def test_split_names_of_newer_moshi_load_too(tmp_path: Path) -> None:
    model = make(3)
    save_file(model.state_dict(), tmp_path / "model.safetensors")
    loaded = make(4)
    load_weights(loaded, tmp_path)
    assert same(model, loaded)


def test_a_model_of_the_agent_alone_is_widened(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    narrow = make(5, AGENT_ALONE)
    save_weights(narrow, tmp_path / "model.safetensors", torch.float32)
    wide = make(6)
    with caplog.at_level(logging.INFO):
        load_weights(wide, tmp_path)
    assert "depformer_emb.7.weight starts as a copy of depformer_emb.6.weight" in caplog.text
    for step in range(8):
        for layer, old in zip(wide.depformer.layers, narrow.depformer.layers, strict=True):
            for index in (step, step + 8):
                assert same(layer.self_attn.in_projs[index], old.self_attn.in_projs[step])
                assert same(layer.self_attn.out_projs[index], old.self_attn.out_projs[step])
                assert same(layer.gating[index], old.gating[step])
        assert same(wide.linears[step + 8], narrow.linears[step])
        assert same(wide.depformer_in[step + 8], narrow.depformer_in[step])
    tokens = torch.randint(0, 60, (1, 17, 9), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        text, audio = wide(tokens, tokens)
        old_text, old_audio = narrow(tokens, tokens)
    assert torch.allclose(text, old_text, atol=1e-6)
    assert torch.allclose(audio[:, :8], old_audio, atol=1e-6)


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_weights(make(1, dataclasses.replace(CONFIG, num_layers=3)), path)
    with pytest.raises(UserError, match=r"6 unknown, first transformer\.layers\.2\.gating"):
        load_weights(make(2), path)
    save_weights(make(1, dataclasses.replace(CONFIG, dep_q=4)), path)
    with pytest.raises(UserError, match="missing, first depformer"):
        load_weights(make(2), path)
    state = load_file(path) | {"condition_provider.weight": torch.zeros(1)}
    save_file(state, path)
    with pytest.raises(UserError, match=r"unknown, first condition_provider\.weight"):
        load_weights(make(2, dataclasses.replace(CONFIG, dep_q=4)), path)


def test_broken_and_missing_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with pytest.raises(UserError, match="there is no file"):
        find_weights(tmp_path)
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1")
    with pytest.raises(UserError, match="is no safetensors file"):
        load_weights(make(1), path)


class FakeHub(types.ModuleType):
    """A hub with one file, one gated repository and no other."""

    def __init__(self, path: Path) -> None:
        super().__init__("huggingface_hub")
        self.errors = types.ModuleType("huggingface_hub.errors")
        self.errors.GatedRepoError = type("GatedRepoError", (OSError,), {})
        self.path, self.asked = path, []

    def hf_hub_download(self, repository: str, name: str, revision: str | None) -> str:
        self.asked.append((repository, name, revision))
        if repository == "nvidia/personaplex-7b-v1":
            raise self.errors.GatedRepoError("403")
        if repository != "kyutai/moshiko-pytorch-bf16":
            raise OSError("404\nnot found")
        return str(self.path)


def test_hub_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    hub = FakeHub(tmp_path / "found.safetensors")
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    monkeypatch.setitem(sys.modules, "huggingface_hub.errors", hub.errors)
    assert find_weights("kyutai/moshiko@abc") == hub.path
    assert hub.asked == [("kyutai/moshiko-pytorch-bf16", "model.safetensors", "abc")]
    with pytest.raises(UserError, match=r"huggingface\.co/nvidia/personaplex-7b-v1 and log in"):
        find_weights("nvidia/personaplex-7b-v1")
    with pytest.raises(UserError, match=r"somebody/else cannot be downloaded \(404 not found\)"):
        find_weights("somebody/else")


def test_without_huggingface_hub_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(UserError, match="pip install huggingface_hub, or give the path"):
        find_weights("nvidia/personaplex-7b-v1")


def test_an_export_says_whose_tokens_it_knows_and_is_readable(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    before = os.umask(0o022)
    try:
        save_weights(make(1), path, tokens={"codec": "c0dec", "tokenizer": "70ken"})
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644
    info = inspect(tmp_path)
    assert info is not None
    assert (info.card, info.text_card) == (CONFIG.card, CONFIG.text_card)
    assert info.tokens == {"codec": "c0dec", "tokenizer": "70ken"}
    save_weights(make(1), path)
    assert inspect(path) == dataclasses.replace(info, tokens={})
    assert inspect("nvidia/personaplex-7b-v1") is None, "nothing is downloaded for its header"


@pytest.mark.parametrize(
    ("tokens", "size", "message"),
    [
        ({"codec": "c0dec", "tokenizer": "70ken"}, 48, None),
        ({"codec": "other", "tokenizer": "70ken"}, 48, "tokens of codec other"),
        ({}, 48, "tokens of stand-ins"),
        ({"codec": "c0dec", "tokenizer": "70ken"}, 50, "text_card 50 and the shards 48"),
    ],
)
def test_weights_must_know_the_tokens_of_the_shards(
    tokens: dict[str, str], size: int, message: str | None, tiny: Any, tmp_path: Path
) -> None:
    config = tiny(f"model.weights={tmp_path}")
    metadata = Corpus.open(config.data, tmp_path / "cache").metadata
    own = build.sizes(tiny(), metadata)
    save_weights(
        make(1, dataclasses.replace(own, text_card=size)),
        tmp_path / "model.safetensors",
        tokens=tokens,
    )
    if message is None:
        assert build.sizes(config, metadata) == own
        return
    with pytest.raises(UserError, match=message):
        build.sizes(config, metadata)
