"""What is measured while training: JSON lines always, TensorBoard where it is installed.

step, values  ->  OUT/metrics.jsonl, OUT/tensorboard/
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from train.model import is_depth
from train.prompt import NUM_CODEBOOKS, NUM_STREAMS

logger = logging.getLogger(__name__)

STREAMS = ("text", *(f"{side}_{k}" for side in ("agent", "user") for k in range(NUM_CODEBOOKS)))
"""Names of the rows; 0 of each speaker is semantic."""
PEAK_FLOPS = {"H100": 989e12, "H200": 989e12, "H800": 989e12, "A100": 312e12, "L40S": 362e12}
"""Dense bfloat16 FLOP/s by the device's name (NVIDIA's data sheets, without sparsity)."""


class Journal:
    """Writes metrics; each step stands there once, however often a run was stopped and resumed."""

    def __init__(self, out: Path, step: int, tensorboard: bool) -> None:
        out.mkdir(parents=True, exist_ok=True)
        path = out / "metrics.jsonl"
        _drop_after(path, step)
        self._file = path.open("a", encoding="utf-8")
        self._board = _board(out / "tensorboard", step) if tensorboard else None

    def write(self, step: int, values: dict[str, float | None]) -> None:
        """Write the values of a step; None is for what could not be measured."""
        line = {"step": step} | {
            key: value if value is None else round(value, 8) for key, value in values.items()
        }
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        if self._board is not None:
            for key, value in values.items():
                if value is not None:
                    self._board.add_scalar(key, value, step)

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        if self._board is not None:
            self._board.close()


def read(path: Path) -> list[dict[str, Any]]:
    """Read a metrics file; a last line that was cut off by a kill is left out."""
    records = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            logger.warning("%s has a line that was cut off; it is left out", path)
    return records


def _drop_after(path: Path, step: int) -> None:
    """Remove the lines of steps that will be done again."""
    if path.is_file():
        kept = [record for record in read(path) if record["step"] <= step]
        temporary = path.with_suffix(".tmp")
        temporary.write_text("".join(json.dumps(record) + "\n" for record in kept))
        temporary.replace(path)


def _board(folder: Path, step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        logger.info("tensorboard is not installed: metrics are in metrics.jsonl alone")
        return None
    return SummaryWriter(folder.as_posix(), purge_step=step + 1)


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
