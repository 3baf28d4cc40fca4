"""A Mimi of the real class and geometry, with tiny random weights, in a folder."""

from __future__ import annotations

from pathlib import Path

from datagen.types import CARDINALITY


def save(folder: Path, seed: int = 0, **changes: object) -> Path:
    """Write a checkpoint; its codebooks, zero by default, are filled so that codes are diverse."""
    import torch
    from transformers import MimiConfig, MimiModel

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    settings = {
        "hidden_size": 32,
        "num_filters": 4,
        "codebook_size": CARDINALITY,
        "codebook_dim": 16,
        "vector_quantization_hidden_dimension": 16,
        "num_quantizers": 10,
        "upsample_groups": 32,
        "num_hidden_layers": 2,
        "intermediate_size": 64,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "max_position_embeddings": 1_000,
        "layer_scale_initial_scale": 1.0,
        "initializer_range": 0.1,
    }
    model = MimiModel(MimiConfig(**settings | changes))
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            if name.endswith("embed_sum"):
                buffer.normal_(std=0.02)
            elif name.endswith("cluster_usage"):
                buffer.fill_(1.0)
    model.save_pretrained(folder)
    return folder
