"""The end of an export: manifests of all parts, SHA256SUMS, and the receipt that makes it whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from datagen import __version__
from datagen.export.folder import ExportFolder
from datagen.export.plan import ExportPart
from datagen.export.protocol import CHANNELS, ExportFormat
from datagen.export.receipt import (
    RECEIPT,
    REQUEST,
    SUMS,
    ExportReceipt,
    ExportRequest,
    ExportSummary,
    FileEntry,
    PartReceipt,
)
from datagen.export.work import part_receipt, voice_counts
from datagen.storage.base import Storage
from datagen.terms import FILE, markdown
from datagen.types import SAMPLE_RATE


def finish(
    form: ExportFormat,
    storage: Storage,
    request: ExportRequest,
    parts: Sequence[ExportPart],
    names: Sequence[str],
) -> ExportReceipt:
    """Write manifests, sums and the receipt."""
    totals = _Totals(storage, names)
    kinds = Counter[str]()
    for part in parts:
        kinds[part.kind] += part.dialogues
    summary = ExportSummary(
        request=request,
        made_by=f"fullduplex-datagen {__version__}",
        layout=form.layout,
        channels=CHANNELS,
        dialogues=sum(totals.splits.values()),
        hours=round(totals.num_samples / SAMPLE_RATE / 3600, 6),
        splits=dict(sorted(totals.splits.items())),
        kinds=dict(sorted(kinds.items())),
        kind_splits={
            kind: tuple(sorted({part.split for part in parts if part.kind == kind}))
            for kind in sorted(kinds)
        },
        voices=voice_counts(totals.voices),
        notes=dict(sorted(totals.notes.items())),
    )
    out = ExportFolder(storage)
    if summary.terms:
        out.put(FILE, markdown(summary.terms, sound=form.sound).encode())
    form.finish(summary, {split: totals.lines(split) for split in sorted(totals.splits)}, out)
    entries = sorted([*totals.files(), *out.files], key=lambda entry: entry.name)
    out.put(SUMS, "".join(f"{e.sha256}  {e.name}\n" for e in entries).encode())
    receipt = ExportReceipt(
        **summary.model_dump(by_alias=False),
        files=len(entries),
        bytes=sum(entry.bytes for entry in entries),
        sums=out.files[-1].sha256,
    )
    out.put(RECEIPT, (receipt.model_dump_json(indent=1, by_alias=True) + "\n").encode())
    storage.delete(REQUEST)
    return receipt


class _Totals:
    """What the receipts of all parts say together; they are read one at a time."""

    def __init__(self, storage: Storage, names: Sequence[str]) -> None:
        self._storage, self._names = storage, names
        self.splits, self.notes = Counter[str](), Counter[str]()
        self.voices = Counter[tuple[str, str, bool]]()
        self.num_samples = 0
        for receipt in self._receipts():
            self.splits[receipt.split] += receipt.dialogues
            self.notes.update(receipt.notes)
            self.num_samples += receipt.num_samples
            for count in receipt.voices:
                self.voices[count.source, count.license, count.synthetic] += count.sides

    def files(self) -> Iterator[FileEntry]:
        """Yield the files of all parts."""
        for receipt in self._receipts():
            yield from receipt.files

    def lines(self, split: str) -> Iterator[dict[str, Any]]:
        """Yield what the parts of a split said of their items."""
        for receipt in self._receipts():
            if receipt.split == split:
                yield from receipt.lines

    def _receipts(self) -> Iterator[PartReceipt]:
        for name in self._names:
            receipt = part_receipt(self._storage, name)
            assert receipt is not None, f"{name} was written"
            yield receipt
