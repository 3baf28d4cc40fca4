"""A safetensors file written a tensor at a time: no more than one of them is in memory.

    names, shapes  --header-->  FILE  <--add-- one tensor after the other, in that order

The library writes a file from all its tensors at once. The format is its own: eight bytes of
length, a header of JSON with each tensor's place, then the numbers (safetensors, README).
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from train.config import UserError

TYPES: Mapping[str, torch.dtype] = {
    "BF16": torch.bfloat16,
    "F16": torch.float16,
    "F32": torch.float32,
    "F64": torch.float64,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I8": torch.int8,
    "I16": torch.int16,
    "I32": torch.int32,
    "I64": torch.int64,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
"""What the format calls types of numbers."""
_NAMES = {dtype: name for name, dtype in TYPES.items()}
_ALIGNMENT = 8
"""Bytes of which the header's length is a multiple."""


class TensorSpec(NamedTuple):
    """What a tensor of a file is, without its numbers."""

    shape: tuple[int, ...]
    dtype: torch.dtype


@contextmanager
def tensor_file(
    path: Path, specs: Mapping[str, TensorSpec], metadata: Mapping[str, str]
) -> Iterator[Callable[[Tensor], None]]:
    """Yield what takes the numbers of the tensors ``specs``, in the order of their names.

    A tensor may come in parts, along its first axis. The file is there wholly or not at all, and
    readable by whom the umask allows. Raises UserError if the disk has no room for it.
    """
    if path.is_dir():
        raise UserError(f"{path} is a folder; name a .safetensors file")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    header, num_bytes = _header(specs, metadata)
    _check_room(path, len(header) + num_bytes)
    try:
        with temporary.open("wb") as file:
            file.write(header)

            def add(tensor: Tensor) -> None:
                wanted = tensor.detach().cpu().contiguous()
                file.write(wanted.flatten().view(torch.uint8).numpy().data)

            yield add
            written = file.tell() - len(header)
        assert written == num_bytes, f"{written} bytes of tensors for {num_bytes}"
        temporary.replace(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _check_room(path: Path, num_bytes: int) -> None:
    """Refuse now what would fill the disk in some minutes."""
    free = shutil.disk_usage(path.parent).free
    if free < num_bytes:
        raise UserError(
            f"{path} takes {num_bytes / 1e9:.1f} GB and its disk has {free / 1e9:.1f} GB free: make"
            " room, or write it elsewhere"
        )


def _header(specs: Mapping[str, TensorSpec], metadata: Mapping[str, str]) -> tuple[bytes, int]:
    """Return the file's beginning, and how many bytes of tensors follow."""
    places: dict[str, object] = {"__metadata__": {"format": "pt", **metadata}}
    start = 0
    for name in sorted(specs):
        shape, dtype = specs[name]
        stop = start + math.prod(shape) * dtype.itemsize
        places[name] = {
            "dtype": _NAMES[dtype],
            "shape": list(shape),
            "data_offsets": [start, stop],
        }
        start = stop
    text = json.dumps(places, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return len(text).to_bytes(8, "little") + text, start
