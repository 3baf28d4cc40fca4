"""A Dia and its codec of the real classes with tiny random weights, in two folders."""

from __future__ import annotations

from pathlib import Path


def save(folder: Path) -> tuple[Path, Path]:
    """Write checkpoints in the layouts of nari-labs/Dia-1.6B-0626 and descript/dac_44khz."""
    import torch
    from transformers import DacConfig, DacModel, DiaConfig, DiaForConditionalGeneration

    torch.set_num_threads(1)
    torch.manual_seed(0)
    heads = {"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8}
    small = {"num_hidden_layers": 1, "hidden_size": 16, "intermediate_size": 32, **heads}
    cross = {
        "cross_num_attention_heads": 2,
        "cross_head_dim": 8,
        "cross_num_key_value_heads": 2,
        "cross_hidden_size": 16,
    }
    config = DiaConfig(encoder_config=small, decoder_config={**small, **cross})
    DiaForConditionalGeneration(config).save_pretrained(folder / "dia")
    settings = DacConfig(
        encoder_hidden_size=2,
        decoder_hidden_size=64,
        codebook_dim=4,
        sampling_rate=44_100,
        downsampling_ratios=[2, 4, 8, 8, 8],  # 11 frames a second, not 86: it is quick
    )
    codec = DacModel(settings)
    codec.decoder.conv2.weight.data *= 10  # or it would whisper at -60 dBFS
    codec.save_pretrained(folder / "dac")
    return folder / "dia", folder / "dac"
