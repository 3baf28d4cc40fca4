"""nu-dialogue's moshi-finetune: token rows of both speakers as Parquet, text first.

    KIND-train-001-of-002.parquet: dialogue_id, A [9][T], B [9][T]; A is the agent

Read at nu-dialogue/moshi-finetune 3879d29 (tools/prepare_dataset.py, utils/data.py): undelayed,
both of one length, row 0 text. It has no mask for prompts, so none is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.export.archive import parquet_file, rows_of_rows
from datagen.export.dialogue import ExportedDialogue
from datagen.export.folder import ExportFolder, to_json
from datagen.export.plan import ExportPart
from datagen.export.protocol import ExportFormat, PartReport
from datagen.types import Speaker

SIDES: dict[str, Speaker] = {"A": "agent", "B": "user"}
GROUP = 256
"""Dialogues of a row group."""
_ROWS = pa.list_(pa.list_(pa.int32()))
SCHEMA = pa.schema([("dialogue_id", pa.string()), *((side, _ROWS) for side in SIDES)])


class NuDialogue(ExportFormat):
    """The form of nu-dialogue/moshi-finetune."""

    name = "nu-dialogue"
    layout = "A is the agent, B the user; 9 rows each (text, 8 codebooks) at 12.5 Hz, undelayed"
    sound = False
    columns = ("agent_codes", "user_codes", "agent_text", "user_text")
    part_seconds = 100 * 3600.0  # 5,700 dialogues: the trainer's tools write at most 100,000

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write one file."""
        name = f"{part.kind}-{part.split}-{part.number + 1:03d}-of-{part.count:03d}.parquet"
        facts = {"channels": SIDES, **self.context.facts}
        schema = SCHEMA.with_metadata({"datagen": to_json(facts)})
        rest = iter(dialogues)
        with parquet_file(out, name, schema) as to:
            while group := list(islice(rest, GROUP)):
                to.write_table(_table(group, schema), GROUP)
        return PartReport()


def _table(group: list[ExportedDialogue], schema: pa.Schema) -> pa.Table:
    columns: list[Any] = [pa.array([one.dialog_id for one in group], pa.string())]
    for speaker in SIDES.values():
        rows = [np.vstack([one.text(speaker), one.codes(speaker)]) for one in group]
        columns.append(rows_of_rows([row.astype(np.int32) for row in rows], _ROWS))
    return pa.Table.from_arrays(columns, schema=schema)
