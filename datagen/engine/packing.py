"""Pack token artifacts into a training shard: the same rows, in the order of their ids.

    tokens/000000 .. tokens/000063 --pack--> shards/service-00000

A dialogue that is like an earlier one of the run is left out, and named in the shard's receipt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from datagen.engine import left_out
from datagen.engine.near_duplicates import Duplicates, Twin
from datagen.scripting.corpus import digest
from datagen.storage.run_folder import SHARDS, Damaged, Receipt, RunFolder, content_hash
from datagen.types import DialogId, Reject

NEAR_DUPLICATE = "near_duplicate"
NOBODY: Mapping[int, str] = {}


class Packer:
    """Packs shards of one run, and remembers its near-duplicates from one to the next."""

    def __init__(self, folder: RunFolder, kind: str, stage: str) -> None:
        self._folder, self._kind, self._stage = folder, kind, stage
        self._duplicates = Duplicates(folder)

    def pack(
        self,
        index: int,
        blocks: Sequence[int],
        scripts: str | None = None,
        marked: Mapping[int, str] = NOBODY,
    ) -> Receipt:
        """Write one shard from the artifacts of ``blocks``; its receipt sums up theirs.

        ``scripts`` is what `prefix.follow` calls all scripts up to the last of the blocks,
        ``marked`` has the numbers of dialogues that people want left out, and their tags.
        """
        folder, stop = self._folder, blocks[-1] + 1
        receipts = [self._receipt(block) for block in blocks]
        table = pa.concat_tables(folder.read(folder.unit(self._stage, b)) for b in blocks)
        reads = {f"{receipt.stage}/{receipt.block:06d}": receipt.content for receipt in receipts}
        reads[digest.key(stop)] = self._duplicates.upto(stop, scripts)
        reasons = _reasons(self._duplicates.twins) | _marked(self._kind, marked)
        table, rejects = _without(table, reasons)
        if marked:
            reads[left_out.MARKS] = left_out.digest(marked)
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
        receipt = self._folder.awaited(file)
        if receipt is None:
            raise Damaged(file, "it has no receipt")
        return receipt


def _reasons(twins: Mapping[str, Twin]) -> dict[str, tuple[str, str]]:
    """Return the reason and the evidence of each dialogue that has an earlier twin."""
    return {
        dialog_id: (NEAR_DUPLICATE, f"like {twin.dialog_id}, J = {twin.likeness:.2f}")
        for dialog_id, twin in twins.items()
    }


def _marked(kind: str, marked: Mapping[int, str]) -> dict[str, tuple[str, str]]:
    """Return the reason and the evidence of each dialogue that people want left out."""
    return {str(DialogId(kind, n)): (left_out.MARKED, tags) for n, tags in marked.items()}


def _without(
    table: pa.Table, reasons: Mapping[str, tuple[str, str]]
) -> tuple[pa.Table, tuple[Reject, ...]]:
    """Leave dialogues out, each for a reason with its evidence."""
    ids = [str(dialog_id) for dialog_id in table["dialog_id"].to_pylist()]
    rejects = tuple(
        Reject(dialog_id=dialog_id, stage=SHARDS, reason=found[0], evidence=found[1])
        for dialog_id in ids
        if (found := reasons.get(dialog_id)) is not None
    )
    if not rejects:
        return table, ()
    kept = pa.array([dialog_id not in reasons for dialog_id in ids], pa.bool_())
    return table.filter(kept), rejects
