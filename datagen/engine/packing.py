"""Pack token artifacts into a training shard: the same rows, in the order of their ids.

tokens/000000 .. tokens/000063 --pack--> shards/service-00000
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from datagen.store import METADATA_KEY, SHARDS, Damaged, Receipt, RunFolder, content_hash


def pack(folder: RunFolder, kind: str, index: int, stage: str, blocks: Sequence[int]) -> Receipt:
    """Write one shard from the artifacts of ``blocks``; its receipt sums up theirs."""
    receipts: list[Receipt] = []
    tables: list[pa.Table] = []
    for block in blocks:
        path = folder.unit(stage, block)
        receipt = folder.receipt(path)
        if receipt is None:
            raise Damaged(folder.name(path), "it has no receipt")
        receipts.append(receipt)
        tables.append(folder.read(path))
    table = pa.concat_tables(tables)
    receipt = shard_receipt(index, receipts, content_hash(table))
    metadata = json.loads(pq.read_schema(folder.unit(stage, blocks[0])).metadata[METADATA_KEY])
    metadata["receipt"] = receipt.model_dump(mode="json")
    folder.commit(folder.shard(kind, index), table, metadata)
    return receipt


def shard_receipt(index: int, receipts: Sequence[Receipt], content: str) -> Receipt:
    """Return the receipt of a shard that holds these artifacts."""
    return Receipt(
        stage=SHARDS,
        block=index,
        fingerprint=receipts[0].fingerprint,
        reads={f"{receipt.stage}/{receipt.block:06d}": receipt.content for receipt in receipts},
        content=content,
        rows=sum(receipt.rows for receipt in receipts),
        num_samples=sum(receipt.num_samples for receipt in receipts),
        rejects=tuple(reject for receipt in receipts for reject in receipt.rejects),
    )
