"""A safetensors file written a tensor at a time: no more than one of them is in memory.

    names, shapes  --header-->  FILE  <--add-- one tensor after the other, in that order

The library writes a file from all its tensors at once. The format is its own: eight bytes of
length, a header of JSON with each tensor's place, then the numbers (safetensors, README).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import torch
from torch import Tensor

_TYPES = {torch.bfloat16: "BF16", torch.float16: "F16", torch.float32: "F32"}
_ALIGNMENT = 8
"""Bytes of which the header's length is a multiple."""


@contextmanager
def tensor_file(
    path: Path,
    shapes: Mapping[str, tuple[int, ...]],
    dtype: torch.dtype,
    metadata: Mapping[str, str],
) -> Iterator[Callable[[Tensor], None]]:
    """Yield what takes the numbers of the tensors ``shapes``, in the order of their names.

    A tensor may come in parts, along its first axis. The file is there wholly or not at all, and
    readable by whom the umask allows.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    header, num_bytes = _header(shapes, dtype, metadata)
    try:
        with temporary.open("wb") as file:
            file.write(header)

            def add(tensor: Tensor) -> None:
                wanted = tensor.detach().to("cpu", dtype).contiguous()
                file.write(wanted.flatten().view(torch.uint8).numpy().data)

            yield add
            written = file.tell() - len(header)
        assert written == num_bytes, f"{written} bytes of tensors for {num_bytes}"
        temporary.replace(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _header(
    shapes: Mapping[str, tuple[int, ...]], dtype: torch.dtype, metadata: Mapping[str, str]
) -> tuple[bytes, int]:
    """Return the file's beginning, and how many bytes of tensors follow."""
    places: dict[str, object] = {"__metadata__": {"format": "pt", **metadata}}
    start = 0
    for name in sorted(shapes):
        stop = start + math.prod(shapes[name]) * dtype.itemsize
        places[name] = {
            "dtype": _TYPES[dtype],
            "shape": list(shapes[name]),
            "data_offsets": [start, stop],
        }
        start = stop
    text = json.dumps(places, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return len(text).to_bytes(8, "little") + text, start
