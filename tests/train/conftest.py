"""Small shards of schema 1, written by hand: what a stranger's reader may rely on."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

VOCABULARY, CARDINALITY = 48, 16
IDS = pa.list_(pa.int16())
VOICE = pa.struct([(name, pa.string()) for name in ("id", "source", "license")])
SCHEMA = pa.schema(
    [("dialog_id", pa.string()), ("kind", pa.string()), ("split", pa.string())]
    + [("num_frames", pa.int32()), ("num_samples", pa.int32())]
    + [(name, IDS) for name in ("agent_codes", "user_codes", "agent_text", "user_text")]
    + [("role_prompt", pa.string()), ("prompt_level", pa.string()), ("prompt_tokens", IDS)]
    + [("user_role_prompt", pa.string()), ("agent_voice", VOICE)]
    + [("agent_voice_codes", IDS), ("user_voice_codes", IDS)]
)
METADATA: dict[str, Any] = {
    "schema": 1,
    "stand_ins": ["codec=vocoder", "tokenizer=shipped"],
    "sample_rate": 24_000,
    "frame_rate": 12.5,
    "delays_applied": False,
    "codec": {
        "id": "vocoder-1",
        "hash": "c0dec",
        "codebooks": 8,
        "cardinality": CARDINALITY,
        "silence": [1, 2, 3, 4, 5, 6, 7, 8],
        "sine": [9, 8, 7, 6, 5, 4, 3, 2],
    },
    "tokenizer": {
        "id": "shipped",
        "hash": "70ken",
        "size": VOCABULARY,
        "pad": 3,
        "epad": 0,
        "bos": 1,
        "eos": 2,
    },
}


def make_row(index: int, kind: str = "service", frames: int | None = None) -> dict[str, Any]:
    """Return one dialogue whose streams have something to learn: they repeat and answer."""
    rng = np.random.default_rng([index, len(kind)])
    length = int(rng.integers(14, 30)) if frames is None else frames
    pattern = rng.integers(0, CARDINALITY, (2, 8, 1)) // 8 * 3 + np.arange(length) % 4
    text = np.where(np.arange(length) % 3 == 0, 5 + np.arange(length) % 7, 3)
    return {
        "dialog_id": f"{kind}-{index:07d}",
        "kind": kind,
        "split": "validation" if index % 8 == 7 else "train",
        "num_frames": length,
        "num_samples": length * 1_920,
        "agent_codes": pattern[0].astype(np.int16).ravel(),
        "user_codes": pattern[1].astype(np.int16).ravel(),
        "agent_text": text.astype(np.int16),
        "user_text": np.roll(text, 1).astype(np.int16),
        "role_prompt": "You help.",
        "prompt_level": "detailed",
        "prompt_tokens": rng.integers(4, VOCABULARY, int(rng.integers(3, 6))).astype(np.int16),
        "user_role_prompt": None,
        "agent_voice": {"id": "a", "source": "made", "license": "CC0"},
        "agent_voice_codes": rng.integers(0, CARDINALITY, (8, 5)).astype(np.int16).ravel(),
        "user_voice_codes": rng.integers(0, CARDINALITY, (8, 4)).astype(np.int16).ravel(),
    }


def write_shard(
    path: Path, rows: list[dict[str, Any]], metadata: dict[str, Any] | None = None
) -> Path:
    """Write rows as one shard."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    text = json.dumps(METADATA if metadata is None else metadata)
    pq.write_table(table.replace_schema_metadata({b"datagen": text}), path, row_group_size=8)
    return path


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of two shards: 32 service dialogues and 16 of qa; every eighth validates."""
    folder = tmp_path_factory.mktemp("shards")
    write_shard(folder / "service-00000.parquet", [make_row(i) for i in range(32)])
    write_shard(folder / "qa-00000.parquet", [make_row(i, "qa") for i in range(16)])
    return folder


@pytest.fixture(scope="session")
def shard_factory() -> tuple[Callable[..., dict[str, Any]], Callable[..., Path]]:
    """Return the two functions that make rows and shards."""
    return make_row, write_shard


@pytest.fixture
def shard_metadata() -> dict[str, Any]:
    """Return what the shards say of themselves, to be changed at will."""
    return copy.deepcopy(METADATA)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)


@pytest.fixture
def tiny(shards: Path, tmp_path: Path) -> Callable[..., Any]:
    """Return a maker of configs that train in moments."""
    from train import config

    def make(*overrides: str) -> Any:
        sizes = "dim=32,num_heads=2,num_layers=1,depformer_dim=16,depformer_num_heads=2"
        sizes += ",depformer_num_layers=1,depformer_dim_feedforward=24"
        settings = [f"model.overrides.{item}" for item in sizes.split(",")]
        settings += [f"data.shards=[{shards}]", f"out={tmp_path}/out", "run.tensorboard=false"]
        settings += ["optim.warmup_steps=2", "optim.batch_size=4", "optim.micro_batch=4"]
        return config.load("tiny", [*settings, *overrides])

    return make
