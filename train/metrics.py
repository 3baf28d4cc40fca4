"""What is measured while training: the loss of each stream, frames a second, use of the device.

sums of losses, frames, seconds  ->  values by name, which `train.journal` writes
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from train.model import is_depth
from train.prompt import NUM_CODEBOOKS, NUM_STREAMS

STREAMS = ("text", *(f"{side}_{k}" for side in ("agent", "user") for k in range(NUM_CODEBOOKS)))
"""Names of the rows; 0 of each speaker is semantic."""
PEAK_FLOPS = {"H100": 989e12, "H200": 989e12, "H800": 989e12, "A100": 312e12, "L40S": 362e12}
"""Dense bfloat16 FLOP/s by the device's name (NVIDIA's data sheets, without sparsity)."""


def by_stream(losses: torch.Tensor, prefix: str = "loss") -> dict[str, float | None]:
    """Name the losses of streams [1 + dep_q]; a stream without a target has none."""
    return {
        f"{prefix}/{name}": None if math.isnan(value) else value
        for name, value in zip(STREAMS, losses.tolist(), strict=False)
    }


class Meter:
    """Counts frames and the time of steps between two reports, and turns them into rates.

    Validation and checkpoints are not in it.
    """

    def __init__(self, flops_per_frame: float, peak: float | None) -> None:
        self._flops, self._peak = flops_per_frame, peak
        self._reset()

    def _reset(self) -> None:
        self._steps = self._frames = self._filled = 0
        self._seconds = 0.0

    def add(self, frames: int, filled: int) -> None:
        """Count the frames of a step of all processes: that are there, and that are computed."""
        self._frames += frames
        self._filled += filled

    @contextmanager
    def step(self) -> Iterator[None]:
        """Time one step."""
        start = time.perf_counter()
        yield
        self._seconds += time.perf_counter() - start
        self._steps += 1

    def report(self, processes: int) -> dict[str, float | None]:
        """Return rates since the last report: MFU is of useful frames, per device."""
        rate = self._frames / self._seconds
        values: dict[str, float | None] = {
            "step_seconds": self._seconds / self._steps,
            "frames_per_second": rate,
            "tokens_per_second": rate * NUM_STREAMS,
            "useful_frames": self._frames / self._filled,
            "mfu": None if self._peak is None else rate * self._flops / (self._peak * processes),
        }
        self._reset()
        return values


def peak_flops(device: torch.device) -> float | None:
    """Return what a device could do at most in bfloat16, FLOP/s; None if it is not known."""
    if device.type != "cuda":
        return None
    name = torch.cuda.get_device_name(device)
    return next((peak for key, peak in PEAK_FLOPS.items() if key in name), None)


def flops_per_frame(model: nn.Module, depth_frames: float = 1.0) -> float:
    """Return the FLOPs that one frame costs, forward and backward, in matrix products.

    Each weight of a linear layer is used once a frame: 2 FLOPs forward, 2 for the gradient of its
    input, 2 for its own unless it is frozen. Attention scores are left out (5 % at 2,048 frames).
    """
    total = 0.0
    for path, module in model.named_modules():
        share = depth_frames if is_depth(f"{path}.") else 1.0
        for name, weight in module.named_parameters(recurse=False):
            if name != "alpha" and weight.ndim == 2 and not isinstance(module, nn.Embedding):
                total += weight.numel() * share * (6.0 if weight.requires_grad else 4.0)
    return total
