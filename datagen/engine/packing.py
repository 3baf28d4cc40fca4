"""Pack token artifacts into a training shard: the same rows, in the order of their ids.

    tokens/000000 .. tokens/000063 --pack--> shards/service-00000

A dialogue that is like an earlier one of the run is left out, and named in the shard's receipt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from datagen.engine.near_duplicates import Duplicates, Twin
from datagen.scripting.corpus import digest
from datagen.storage.run_folder import SHARDS, Damaged, Receipt, RunFolder, content_hash
from datagen.types import Reject

NEAR_DUPLICATE = "near_duplicate"


class Packer:
    """Packs shards of one run, and remembers its near-duplicates from one to the next."""

    def __init__(self, folder: RunFolder, kind: str, stage: str) -> None:
        self._folder, self._kind, self._stage = folder, kind, stage
        self._duplicates = Duplicates(folder)

    def pack(self, index: int, blocks: Sequence[int], scripts: str | None = None) -> Receipt:
        """Write one shard from the artifacts of ``blocks``; its receipt sums up theirs.

        ``scripts`` is what `prefix.follow` calls all scripts up to the last of the blocks.
        """
        folder, stop = self._folder, blocks[-1] + 1
        receipts = [self._receipt(block) for block in blocks]
        table = pa.concat_tables(folder.read(folder.unit(self._stage, b)) for b in blocks)
        reads = {f"{receipt.stage}/{receipt.block:06d}": receipt.content for receipt in receipts}
        reads[digest.key(stop)] = self._duplicates.upto(stop, scripts)
        table, rejects = _without(table, self._duplicates.twins)
        receipt = Receipt(
            stage=SHARDS,
            block=index,
            fingerprint=receipts[0].fingerprint,
            reads=reads,
            content=content_hash(table),
            rows=table.num_rows,
            num_samples=sum(samples or 0 for samples in table["num_samples"].to_pylist()),
            rejects=rejects,
        )
        # what a reader must know of the tokens is the same in all blocks
        metadata = folder.metadata(folder.unit(self._stage, blocks[0])) or {}
        metadata["receipt"] = receipt.model_dump(mode="json")
        folder.commit(folder.shard(self._kind, index), table, metadata)
        return receipt

    def _receipt(self, block: int) -> Receipt:
        file = self._folder.unit(self._stage, block)
        receipt = self._folder.receipt(file)
        if receipt is None:
            raise Damaged(file, "it has no receipt")
        return receipt


def _without(table: pa.Table, twins: Mapping[str, Twin]) -> tuple[pa.Table, tuple[Reject, ...]]:
    """Leave the dialogues out that have an earlier twin."""
    ids = [str(dialog_id) for dialog_id in table["dialog_id"].to_pylist()]
    rejects = tuple(
        Reject(
            dialog_id=dialog_id,
            stage=SHARDS,
            reason=NEAR_DUPLICATE,
            evidence=f"like {twin.dialog_id}, J = {twin.likeness:.2f}",
        )
        for dialog_id in ids
        if (twin := twins.get(dialog_id)) is not None
    )
    if not rejects:
        return table, ()
    return table.filter(
        pa.array([dialog_id not in twins for dialog_id in ids], pa.bool_())
    ), rejects
