"""A recogniser and a speaker model of the real classes with tiny random weights, in two folders."""

from __future__ import annotations

from pathlib import Path

from tests.backends import tiny_ctc


def save(folder: Path) -> tuple[Path, Path]:
    """Write checkpoints in the layouts of wav2vec2-base-960h and wavlm-base-plus-sv."""
    import torch
    from transformers import WavLMConfig, WavLMForXVector

    recogniser = tiny_ctc.save(folder / "recogniser")
    torch.manual_seed(0)
    config = WavLMConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
        tdnn_dim=(16,) * 5,
        xvector_output_dim=16,
    )
    WavLMForXVector(config).save_pretrained(folder / "speaker")
    return recogniser, folder / "speaker"


def save_quality(path: Path, score: float) -> Path:
    """Write a TorchScript model like UTMOS: [1, S] at 16 kHz to [1], near ``score``."""
    import torch

    class Rater(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = torch.nn.Linear(2, 1)
            torch.nn.init.normal_(self.head.weight, std=0.1)
            torch.nn.init.constant_(self.head.bias, score)

        def forward(self, wave: torch.Tensor) -> torch.Tensor:
            features = torch.stack([wave.abs().mean(dim=-1), wave.std(dim=-1)], dim=-1)
            return self.head(features)[:, 0]

    torch.manual_seed(0)
    wave = torch.zeros(1, 16_000)
    torch.jit.trace(Rater().eval(), wave).save(str(path))
    return path
