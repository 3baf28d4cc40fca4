"""lhotse's Shar folders, without lhotse: a JSONL of cuts and a tar a field, in the same order.

    SPLIT/cuts.000000.jsonl.gz, SPLIT/FIELD.000000.tar (ID.flac or ID.npy, then ID.json)

Read at lhotse 1.33.0 (shar/writers, shar/readers/lazy.py): every file of the folder is taken for a
field by its first name, so nothing else may lie in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen.export.archive import flac, gzip_file, npy, tar_file
from datagen.export.dialogue import Pcm
from datagen.export.folder import ExportFolder, to_json
from datagen.export.plan import ExportPart
from datagen.types import FRAME, SAMPLE_RATE


@dataclass(frozen=True)
class SharItem:
    """What one field holds of one cut: bytes for the tar, and the manifest that describes them."""

    suffix: str
    data: bytes
    manifest: dict[str, Any]


class SharWriter:
    """Writes one shard of a folder; used as a context."""

    def __init__(self, out: ExportFolder, part: ExportPart, fields: Sequence[str]) -> None:
        self._place = (out, f"{part.split}/", f".{part.number:06d}.")
        self._fields = fields
        self._stack = ExitStack()

    def __enter__(self) -> SharWriter:
        """Open the files."""
        out, folder, number = self._place
        self._cuts = self._stack.enter_context(gzip_file(out, f"{folder}cuts{number}jsonl.gz"))
        self._tars = {
            name: self._stack.enter_context(tar_file(out, f"{folder}{name}{number}tar"))
            for name in self._fields
        }
        return self

    def __exit__(self, *error: Any) -> None:
        """Commit the files, or leave none."""
        self._stack.__exit__(*error)

    def write(self, cut: dict[str, Any], items: dict[str, SharItem]) -> None:
        """Write a cut and its fields."""
        assert set(items) == set(self._fields), items.keys()
        for name, item in items.items():
            self._tars[name].add(f"{cut['id']}.{item.suffix}", item.data)
            manifest = to_json(item.manifest) + "\n"
            self._tars[name].add(f"{cut['id']}.json", manifest.encode())
        self._cuts.write(to_json(cut).encode() + b"\n")


def recording(id_: str, pcm: Pcm) -> SharItem:
    """Return sound [S, C] as a recording."""
    num_samples, num_channels = pcm.shape
    channels = list(range(num_channels))
    manifest = {
        "id": id_,
        "sources": [{"type": "shar", "channels": channels, "source": ""}],
        "sampling_rate": SAMPLE_RATE,
        "num_samples": num_samples,
        "duration": num_samples / SAMPLE_RATE,
        "channel_ids": channels,
    }
    return SharItem("flac", flac(pcm), manifest)


def frames(array: NDArray[np.int16]) -> SharItem:
    """Return an array of frames, [T] or [T, K], as one that lhotse cuts along its first axis."""
    manifest = {
        "array": {
            "storage_type": "shar",
            "storage_path": "",
            "storage_key": "",
            "shape": list(array.shape),
        },
        "temporal_dim": 0,
        "frame_shift": FRAME / SAMPLE_RATE,
        "start": 0,
    }
    return SharItem("npy", npy(np.ascontiguousarray(array)), manifest)
