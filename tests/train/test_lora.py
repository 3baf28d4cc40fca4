from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from train.config import UserError
from train.lora import adapters, add_lora, is_adapter
from train.model import PRESETS, DuplexLM
from train.weights import initialise, load_weights, save_weights

CONFIG = PRESETS["tiny"]
TOKENS = torch.randint(0, 60, (1, 17, 12), generator=torch.Generator().manual_seed(0))


def adapted(seed: int) -> DuplexLM:
    model = DuplexLM(CONFIG)
    add_lora(model, rank=4)
    initialise(model, seed)
    return model


def stir(model: DuplexLM) -> None:
    """Give the adapters something to say, as training would."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(".lora_b"):
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.05)


def test_a_new_adapter_changes_nothing() -> None:
    plain = DuplexLM(CONFIG)
    initialise(plain, 1)
    with torch.no_grad():
        left, right = plain(TOKENS, TOKENS), adapted(1)(TOKENS, TOKENS)
    assert all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


def test_every_matrix_is_adapted_and_nothing_else_learns() -> None:
    model = adapted(1)
    names = dict(adapters(model))
    # 2 layers x (in, out, 2 gating), 2 depth layers x 16 steps x the same, 16 + 16 + 1 heads
    assert len(names) == 2 * 4 + 2 * 16 * 4 + 33 == 169
    stir(model)
    text, audio = model(TOKENS, TOKENS)
    (text.square().sum() + audio.square().sum()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.requires_grad == is_adapter(name)
        assert (parameter.grad is not None) == is_adapter(name)
        assert parameter.grad is None or parameter.grad.abs().max() > 0


def test_size_at_full_size_and_rank_128() -> None:
    with torch.device("meta"):
        model = DuplexLM(PRESETS["personaplex"])
        add_lora(model, rank=128)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert round(trained / 1e9, 2) == 0.50


def test_the_merged_export_says_what_the_adapted_model_says(tmp_path: Path) -> None:
    model = adapted(1)
    stir(model)
    save_weights(model, tmp_path / "model.safetensors", torch.float32)
    merged = DuplexLM(CONFIG)
    load_weights(merged, tmp_path)
    base = adapted(1)
    with torch.no_grad():
        expected, found = model(TOKENS, TOKENS), merged(TOKENS, TOKENS)
        before = base(TOKENS, TOKENS)
    assert all((a - b).abs().max() < 1e-5 for a, b in zip(expected, found, strict=True))
    assert all((a - b).abs().max() > 1e-2 for a, b in zip(expected, before, strict=True))


def test_weights_load_under_adapters(tmp_path: Path) -> None:
    plain = DuplexLM(CONFIG)
    initialise(plain, 3)
    save_weights(plain, tmp_path / "model.safetensors", torch.float32)
    model = adapted(4)
    stir(model)
    load_weights(model, tmp_path, seed=5)
    with torch.no_grad():
        left, right = plain(TOKENS, TOKENS), model(TOKENS, TOKENS)
    assert all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


def test_scale_is_alpha_by_rank() -> None:
    model = DuplexLM(CONFIG)
    assert add_lora(model, rank=8, alpha=4.0, targets=r"text_linear") == 1
    assert model.text_linear.scale == 0.5
    assert next(adapters(adapted(1)))[1].scale == 2.0


def test_what_adapts_nothing_is_refused() -> None:
    with pytest.raises(UserError, match="rank must be at least 1"):
        add_lora(DuplexLM(CONFIG), rank=0)
    with pytest.raises(UserError, match="no linear layer"):
        add_lora(DuplexLM(CONFIG), rank=4, targets="attention")
