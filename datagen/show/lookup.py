"""Find one dialogue in a run folder: its id says which artifacts to read, and no other is opened.

RUN, dialogue id --Lookup--> script, dialogue on the clock, voices, clips, tokens
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.stages.artifacts import CLIPS_WITHOUT_SOUND, read_records, read_speeches
from datagen.storage import Where
from datagen.storage.run_folder import UNIT_STAGES, Damaged, Missing, RunFolder
from datagen.types import SPEAKERS, Audio, Codes, Dialogue, Script, Speaker, UserError, Voice


def plan_of(run: Where) -> dict[str, Any]:
    """Return what plan.json holds."""
    plan = RunFolder(run).read_json("plan.json")
    if plan is None:
        raise UserError(f"{run} is not a run folder: it has no plan.json; give the --out of a run")
    return plan


class Lookup:
    """One dialogue of a run that got as far as its timeline; what is asked for is read."""

    def __init__(self, run: Where, dialog_id: str) -> None:
        """Find a dialogue; raise UserError if there is none, or say why it was rejected."""
        plan = plan_of(run)
        self._folder = RunFolder(run)
        index = _index(run, plan, dialog_id)
        self.dialog_id = f"{plan['kind']}-{index:07d}"
        self._block = index // int(plan["dialogs_per_block"])
        self._refuse_rejected()

    @cached_property
    def script(self) -> Script:
        """What they say."""
        return read_records(self._rows("script"), Script)[self.dialog_id]

    @cached_property
    def dialogue(self) -> Dialogue:
        """When they say it."""
        return read_records(self._rows("timeline"), Dialogue)[self.dialog_id]

    @cached_property
    def voices(self) -> dict[Speaker, Voice]:
        """Whose voices they are."""
        return read_speeches(self._rows("speech", CLIPS_WITHOUT_SOUND))[self.dialog_id].voices

    def clips(self) -> dict[int, Audio]:
        """Return the sound [S] of each turn."""
        speech = read_speeches(self._rows("speech"))[self.dialog_id]
        return {clip.turn: clip.audio for clip in speech.clips if clip.audio is not None}

    def codes(self) -> list[Codes]:
        """Return the codes [K, T] of each channel."""
        columns = [f"{speaker}_codes" for speaker in SPEAKERS]
        row = self._rows("tokens", ["dialog_id", "num_frames", *columns])
        num_frames = row.column("num_frames")[0].as_py()
        lists = (np.array(row.column(name)[0].as_py(), np.int16) for name in columns)
        return [codes.reshape(-1, num_frames) for codes in lists]

    def _rows(self, stage: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read this dialogue's rows of a stage's artifact."""
        name = self._folder.unit(stage, self._block)
        try:
            table = self._folder.read(name, columns)
        except Missing as error:
            raise UserError(f"{name} is not made yet; run the same command again") from error
        except Damaged as error:
            raise UserError(f"{error}; delete it and run again: it is made anew") from error
        table = table.filter(pc.field("dialog_id") == self.dialog_id)
        if not table.num_rows:
            raise UserError(f"{name} does not have {self.dialog_id}; `datagen audit` says more")
        return table

    def _refuse_rejected(self) -> None:
        for stage in UNIT_STAGES:
            receipt = self._folder.receipt(self._folder.unit(stage, self._block))
            for reject in () if receipt is None else receipt.rejects:
                if reject.dialog_id == self.dialog_id:
                    evidence = reject.evidence and f" ({reject.evidence})"
                    raise UserError(
                        f"{self.dialog_id} was rejected by {stage}: {reject.reason}{evidence};"
                        " choose another dialogue"
                    )


def _index(run: Where, plan: dict[str, Any], dialog_id: str) -> int:
    """Return the number in an id such as service-0000042 (or service-42) of this run."""
    kind, last = plan["kind"], int(plan["blocks"]) * int(plan["dialogs_per_block"]) - 1
    match = re.fullmatch(rf"{re.escape(kind)}-(\d+)", dialog_id)
    if match is None or int(match[1]) > last:
        raise UserError(
            f"{run} has no dialogue {dialog_id}: its ids go from"
            f" {kind}-{0:07d} to {kind}-{last:07d}"
        )
    return int(match[1])
