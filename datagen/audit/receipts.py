"""Checks of files by their footers: what a file is, what it was made from, what it leaves out.

Each check takes a `ParquetFooter` and yields a sentence for each thing that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from datagen.audit.files import ParquetFooter, checked_in

UNIT_STAGES = ("script", "speech", "timeline", "tokens")
READS = {
    "script": (),
    "speech": ("script",),
    "timeline": ("script", "speech"),
    "tokens": ("script", "speech", "timeline"),
}
"""Which artifacts of its block a stage is made from."""


def place(footer: ParquetFooter) -> Iterator[str]:
    """A file is where its receipt says."""
    receipt = footer.receipt
    if (receipt["stage"], receipt["block"]) != (footer.stage, footer.number):
        yield f"says that it is {receipt['stage']} number {receipt['block']}"


def num_rows(footer: ParquetFooter) -> Iterator[str]:
    """A file has as many rows as its receipt says."""
    if footer.num_rows != footer.receipt["rows"]:
        yield f"has {footer.num_rows} rows, its receipt says {footer.receipt['rows']}"


def columns(footer: ParquetFooter) -> Iterator[str]:
    """A file has exactly the columns that are checked in."""
    expected = checked_in("columns")[_table(footer)]
    for name, kind in expected.items():
        if footer.columns.get(name) != kind:
            yield f"column {name} is {footer.columns.get(name)}, not {kind}"
    if extra := [name for name in footer.columns if name not in expected]:
        yield f"has columns that no schema knows: {', '.join(extra)}"
    elif list(footer.columns) != list(expected):
        yield "has its columns in another order"


def _table(footer: ParquetFooter) -> str:
    """Return the table of columns.json that a file has; tokens have one for each schema."""
    if footer.stage not in ("tokens", "shards"):
        return footer.stage
    return "tokens" if footer.schema == 2 else f"tokens of schema {footer.schema}"


CHECKS = (place, num_rows, columns)


def reads(
    footer: ParquetFooter, expected: Iterable[str], contents: Mapping[str, str | None]
) -> Iterator[str]:
    """Say which of the files that a file was made from it does not name, or has changed since.

    ``contents`` has the content hash of each file that is there, None for one that is not.
    """
    said = footer.receipt["reads"]
    for key in expected:
        if key not in said:
            yield f"does not say that it was made from {key}"
    for key, content in said.items():
        current = contents.get(key)
        if current is not None and current != content:
            yield f"was made from another {key} than is there; run again to make it anew"


def completeness(
    planned: Iterable[str], present: Iterable[str], rejected: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield (dialogue id, sentence) unless each planned id is in the shard or rejected."""
    planned, present, rejected = set(planned), set(present), set(rejected)
    for dialog_id in sorted(planned - present - rejected):
        yield dialog_id, f"{dialog_id} is neither in the shard nor rejected"
    for dialog_id in sorted(present - planned):
        yield dialog_id, f"{dialog_id} is not planned in this shard"
    for dialog_id in sorted(present & rejected):
        yield dialog_id, f"{dialog_id} was rejected, and yet is in the shard"
