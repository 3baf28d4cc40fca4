"""A table that a run has committed."""

from __future__ import annotations

import pyarrow as pa

from datagen.storage.run_folder import Receipt, RunFolder, content_hash


def committed(folder: RunFolder, block: int, table: pa.Table) -> Receipt:
    """Commit a table as the scripts of a block, and return its receipt."""
    receipt = Receipt(
        stage="script",
        block=block,
        fingerprint="f",
        reads={},
        content=content_hash(table),
        rows=table.num_rows,
    )
    metadata = {"receipt": receipt.model_dump(mode="json")}
    folder.commit(folder.unit("script", block), table, metadata)
    return receipt
