"""Before GPUs are rented: does a config fit, how long does it take, what does it cost.

    Config, GPUs, frames of the data  ->  memory of each GPU, frames a second, hours, dollars

Memory is counted from the network's shapes. Rates are others' published ones, or one you measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from train.config import Config
from train.lora import add_lora
from train.metrics import PEAK_FLOPS, flops_per_frame
from train.model import DuplexLM, ModelConfig, model_config
from train.prompt import FRAME_RATE, NUM_STREAMS

GIB = 2**30
WIDE, NARROW = 4, 2
"""Bytes of float32 and bfloat16."""
RESERVED_GIB = 4.0
"""What CUDA, NCCL and the allocator's gaps take of a GPU (a rule of thumb, not measured here)."""
PUBLISHED: Mapping[str, float] = {
    # README of kyutai-labs/moshi-finetune: 12,000 tokens/s on one H100, of 9 tokens a frame (LoRA)
    "as moshi-finetune's readme, LoRA on an H100": 12_000 / 9,
}
"""Frames a second of one GPU that others report."""
PAPER_MFU = 0.58
"""Model FLOPs utilisation that the paper's 6 hours on 8 A100 come to, if nothing is padding."""
PLAIN_MFU = 0.25
"""What to expect of a plain PyTorch loop with recomputed activations (a guess, until measured)."""
MEAN_FRAMES = int(55.97 * FRAME_RATE) + 130
"""Frames of a mean dialogue of the paper's synthetic sets, with a prompt of 130."""


@dataclass(frozen=True)
class Memory:
    """Bytes of one GPU at the worst moment of a step."""

    weights: int
    gradients: int
    moments: int
    gathered: int
    """Copies in bfloat16: of the layers in use where weights are sharded, else of all."""
    activations: int
    logits: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(vars(self).values())


@dataclass(frozen=True)
class Pace:
    """How long the training of a config takes at some rate."""

    name: str
    frames_per_second: float
    """Of all GPUs together."""
    hours: float
    dollars: float | None

    @property
    def tokens_per_second(self) -> float:
        """17 a frame."""
        return self.frames_per_second * NUM_STREAMS


def network(config: Config, cards: Mapping[str, int] | None = None) -> DuplexLM:
    """Return the model of a config without memory for its weights."""
    sizes = model_config(config.model.preset, {**config.model.overrides, **(cards or {})})
    with torch.device("meta"):
        model = DuplexLM(sizes)
        if config.lora.rank:
            add_lora(model, rank=config.lora.rank, alpha=config.lora.alpha)
    return model


def memory(config: Config, model: DuplexLM, gpus: int) -> Memory:
    """Return what one of ``gpus`` holds: weights, moments and gradients are sharded over them."""
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    frozen = sum(p.numel() for p in model.parameters() if not p.requires_grad)
    narrow = config.run.precision == "bf16"
    frozen_bytes = NARROW if narrow and gpus == 1 else WIDE
    largest = max(sum(p.numel() for p in block.parameters()) for block in model.blocks())
    root = sum(p.numel() for p in model.parameters()) - sum(
        p.numel() for block in model.blocks() for p in block.parameters()
    )
    in_use = 2 * largest + root if gpus > 1 else trained
    frames = config.optim.micro_batch * config.data.max_frames
    size = NARROW if narrow else WIDE
    return Memory(
        weights=(WIDE * trained + frozen_bytes * frozen) // gpus,
        gradients=WIDE * trained // gpus,
        moments=2 * WIDE * trained // gpus,
        gathered=NARROW * in_use if narrow else (WIDE * in_use if gpus > 1 else 0),
        activations=size * _activations(config, model.config, frames),
        logits=_logits(config, model.config, frames, size),
    )


def _activations(config: Config, sizes: ModelConfig, frames: int) -> int:
    """Return how many numbers are kept for the backward pass."""
    depth_frames = int(frames * config.loss.depth_frames)
    temporal = _layer(sizes.dim, int(sizes.hidden_scale * sizes.dim))
    depth = _layer(sizes.depformer_dim, sizes.depformer_dim_feedforward)
    steps = sizes.dep_q * depth_frames
    if config.model.checkpoint_activations:  # each layer's input, and all of the one in hand
        kept = frames * sizes.dim * sizes.num_layers
        kept += steps * sizes.depformer_dim * sizes.depformer_num_layers
        return kept + max(frames * temporal, steps * depth)
    return (
        frames * temporal * sizes.num_layers
        + steps * depth * sizes.depformer_num_layers
        + frames * sizes.dim * sizes.n_q
    )


def _layer(dim: int, feedforward: int) -> int:
    """Return the numbers that one layer keeps for one position: norms, heads, gates."""
    hidden = 2 * feedforward // 3
    return 14 * dim + 5 * hidden


def _logits(config: Config, sizes: ModelConfig, frames: int, size: int) -> int:
    """Return bytes of logits, their gradients and their float32 log-probabilities."""
    audio = int(frames * config.loss.depth_frames) * sizes.card
    each = 2 * size + WIDE
    return each * frames * sizes.text_card + 2 * size * audio * sizes.dep_q + WIDE * audio


def fits(found: Memory, gpu_gib: float) -> bool:
    """Say whether a GPU of ``gpu_gib`` holds it."""
    return found.total / GIB + RESERVED_GIB <= gpu_gib


def remedies(config: Config, gpus: int) -> list[str]:
    """Return what makes a config smaller, nearest first."""
    found = []
    if not config.model.checkpoint_activations:
        found.append("model.checkpoint_activations=true")
    if config.optim.micro_batch > 1:
        found.append("optim.micro_batch=1")
    if config.loss.depth_frames > 0.25:
        found.append("loss.depth_frames=0.25")
    if not config.lora.rank:
        found.append("lora.rank=128")
    return [*found, f"more than {gpus} GPUs"]


def paces(
    config: Config,
    model: DuplexLM,
    gpus: int,
    *,
    gpu: str = "H100",
    frames: float = MEAN_FRAMES,
    price: float | None = None,
    measured: float | None = None,
) -> list[Pace]:
    """Return how long training takes at published rates, and at a measured one a GPU."""
    flops = flops_per_frame(model, config.loss.depth_frames)
    rates = {}
    if measured is not None:
        rates["as measured"] = measured
    if config.model.preset == "personaplex" and config.lora.rank:
        rates |= PUBLISHED
    for name, share in (("as the paper's 6 hours", PAPER_MFU), ("as a guess", PLAIN_MFU)):
        rates[f"{name}, {share:.0%} of an {gpu}'s peak"] = share * PEAK_FLOPS[gpu] / flops
    total = config.optim.steps * config.optim.batch_size * min(frames, config.data.max_frames)
    found = []
    for name, rate in rates.items():
        hours = total / (rate * gpus) / 3_600
        cost = None if price is None else hours * gpus * price
        found.append(Pace(name, rate * gpus, hours, cost))
    return found
