from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file, save_file

from train.config import UserError
from train.convert import convert
from train.model import PRESETS, DuplexLM
from train.weight_names import (
    FusedPart,
    check_layout,
    fused,
    layout,
    origin,
    personaplex_layout,
)
from train.weights import save_weights


def personaplex_table() -> dict[str, tuple[int, ...]]:
    """The tensors of the released model.safetensors, as its loader's shapes say."""
    table: dict[str, tuple[int, ...]] = {
        "text_emb.weight": (32001, 4096),
        "text_linear.weight": (32000, 4096),
        "out_norm.alpha": (1, 1, 4096),
        "depformer_text_emb.weight": (32001, 1024),
    }
    for k in range(16):
        table[f"emb.{k}.weight"] = (2049, 4096)
        table[f"depformer_in.{k}.weight"] = (1024, 4096)
        table[f"linears.{k}.weight"] = (2048, 1024)
    for k in range(15):
        table[f"depformer_emb.{k}.weight"] = (2049, 1024)
    for i in range(32):
        layer = f"transformer.layers.{i}."
        table[layer + "self_attn.in_proj_weight"] = (12288, 4096)
        table[layer + "self_attn.out_proj.weight"] = (4096, 4096)
        table[layer + "norm1.alpha"] = table[layer + "norm2.alpha"] = (1, 1, 4096)
        table[layer + "gating.linear_in.weight"] = (22528, 4096)
        table[layer + "gating.linear_out.weight"] = (4096, 11264)
    for i in range(6):
        layer = f"depformer.layers.{i}."
        table[layer + "self_attn.in_proj_weight"] = (49152, 1024)
        table[layer + "self_attn.out_proj.weight"] = (16384, 1024)
        table[layer + "norm1.alpha"] = table[layer + "norm2.alpha"] = (1, 1, 1024)
        for k in range(16):
            table[layer + f"gating.{k}.linear_in.weight"] = (5632, 1024)
            table[layer + f"gating.{k}.linear_out.weight"] = (1024, 2816)
    return table


def test_layout_at_full_size_is_the_released_file() -> None:
    table = personaplex_table()
    assert len(table) == 475
    assert personaplex_layout(PRESETS["personaplex"]) == table


def test_moshiko_has_355_tensors() -> None:
    agent_alone = dataclasses.replace(PRESETS["personaplex"], dep_q=8)
    assert len(personaplex_layout(agent_alone)) == 355


def test_fused_names() -> None:
    assert fused("depformer.layers.3.self_attn.in_projs.12.weight") == FusedPart(
        "depformer.layers.3.self_attn.in_proj_weight", 12
    )
    assert fused("transformer.layers.0.self_attn.out_projs.0.weight") == FusedPart(
        "transformer.layers.0.self_attn.out_proj.weight", 0
    )
    assert fused("linears.3.weight") == FusedPart("linears.3.weight", None)


def test_fused_rows_are_the_steps_in_order(tmp_path: Path) -> None:
    """Eleven parts and more: they are in the order of numbers, not of letters."""
    model = DuplexLM(PRESETS["tiny"])
    save_weights(model, tmp_path / "ours.safetensors", torch.float32)
    save_file(model.state_dict(), tmp_path / "moshi.safetensors")
    convert(tmp_path / "moshi.safetensors", tmp_path / "converted.safetensors", "personaplex")
    attention = model.depformer.layers[1].self_attn
    dim = PRESETS["tiny"].depformer_dim
    for name in ("ours", "converted"):
        whole = load_file(tmp_path / f"{name}.safetensors")
        for step in (0, 2, 10, 15):
            rows = whole["depformer.layers.1.self_attn.in_proj_weight"][3 * dim * step :]
            assert torch.equal(rows[: 3 * dim], attention.in_projs[step].weight)
            rows = whole["depformer.layers.1.self_attn.out_proj.weight"][dim * step :][:dim]
            assert torch.equal(rows, attention.out_projs[step].weight)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("linears.7.weight", "linears.7.weight"),
        ("linears.8.weight", "linears.0.weight"),
        ("depformer_in.15.weight", "depformer_in.7.weight"),
        (
            "depformer.layers.2.gating.9.linear_in.weight",
            "depformer.layers.2.gating.1.linear_in.weight",
        ),
        (
            "depformer.layers.2.self_attn.in_projs.12.weight",
            "depformer.layers.2.self_attn.in_projs.4.weight",
        ),
        ("depformer_emb.6.weight", "depformer_emb.6.weight"),
        ("depformer_emb.7.weight", "depformer_emb.6.weight"),
        ("depformer_emb.8.weight", "depformer_emb.0.weight"),
        ("depformer_emb.14.weight", "depformer_emb.6.weight"),
        ("depformer_text_emb.weight", "depformer_text_emb.weight"),
        ("emb.12.weight", "emb.12.weight"),
        ("transformer.layers.12.self_attn.in_projs.0.weight",) * 2,
        ("depformer.layers.9.norm1.alpha", "depformer.layers.9.norm1.alpha"),
    ],
)
def test_origin_in_a_model_of_the_agent_alone(name: str, source: str) -> None:
    assert origin(name, dep_q=8) == source


def test_origins_are_exactly_the_narrow_model() -> None:
    wide = PRESETS["tiny"]
    narrow = layout(dataclasses.replace(wide, dep_q=8))
    assert {origin(name, 8) for name in layout(wide)} == set(narrow)
    assert all(origin(name, 16) == name for name in layout(wide))


def test_differences_are_named() -> None:
    expected = {"a": (1, 2), "b": (3,), "c": (4,)}
    with pytest.raises(
        UserError, match=r"1 missing, first c; 1 unknown, first d; 1 of other shape"
    ):
        check_layout({"a": (2, 1), "b": (3,), "d": (4,)}, expected, "file")
    check_layout(expected, dict(expected), "file")
