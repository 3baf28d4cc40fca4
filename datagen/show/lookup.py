"""Find one dialogue in a run folder: its id says which artifacts to read, and no other is opened.

RUN, dialogue id --RunDialogue--> script, dialogue on the clock, voices, clips, tokens
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.audio.mix import render
from datagen.backends.registry import CODECS
from datagen.engine.run_files import PlanFile, read_plan, read_run
from datagen.stages.artifacts import CLIPS_WITHOUT_SOUND, read_records, read_speeches
from datagen.storage import Where
from datagen.storage.run_folder import UNIT_STAGES, Damaged, Missing, RunFolder
from datagen.timing.effects import chain
from datagen.types import (
    SPEAKERS,
    Audio,
    Codes,
    DialogId,
    Dialogue,
    Event,
    Script,
    Speaker,
    Stereo,
    UserError,
    Voice,
    Word,
)


class RunDialogue:
    """One dialogue of a run that got as far as its timeline; what is asked for is read."""

    def __init__(self, run: Where, dialog_id: str) -> None:
        """Find a dialogue; raise UserError if there is none, or say why it was rejected."""
        self._folder = RunFolder(run)
        plan = read_plan(self._folder)
        found = _find(run, plan, dialog_id)
        self.dialog_id = str(found)
        self._block = found.number // plan.dialogs_per_block
        self._refuse_rejected()

    def __repr__(self) -> str:
        return f"RunDialogue({self.dialog_id!r} of {self._folder.where})"

    @cached_property
    def script(self) -> Script:
        """The dialogue as text."""
        return read_records(self._rows("script"), Script)[self.dialog_id]

    @cached_property
    def dialogue(self) -> Dialogue:
        """The dialogue on the clock."""
        return read_records(self._rows("timeline"), Dialogue)[self.dialog_id]

    @cached_property
    def voices(self) -> dict[Speaker, Voice]:
        """The voice of each speaker."""
        return read_speeches(self._rows("speech", CLIPS_WITHOUT_SOUND))[self.dialog_id].voices

    def clips(self) -> dict[int, Audio]:
        """Return the sound [S] of each turn."""
        speech = read_speeches(self._rows("speech"))[self.dialog_id]
        return {clip.turn: clip.audio for clip in speech.clips if clip.audio is not None}

    def references(self) -> dict[Speaker, Audio | None]:
        """Return the recording or sentence [S] of each voice that the voice prompt has."""
        return read_speeches(self._rows("speech"))[self.dialog_id].references

    @property
    def words(self) -> tuple[Word, ...]:
        """The words that are heard, on the dialogue's clock, in samples."""
        return self.dialogue.words

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened between the speakers, in samples."""
        return self.dialogue.events

    def stereo(self) -> Stereo:
        """Return the sound [C, S] as recorded: 0 is the agent, 1 the user, without effects."""
        return render(self.dialogue, self.clips())

    def heard(self) -> Stereo:
        """Return the sound [C, S] as it was encoded: with the effects of the ledger."""
        return chain.apply(self.stereo(), self.events)

    def codes(self) -> list[Codes]:
        """Return the codes [K, T] of each channel: of the agent, then of the user."""
        columns = [f"{speaker}_codes" for speaker in SPEAKERS]
        row = self._rows("tokens", ["dialog_id", "num_frames", *columns])
        num_frames = row.column("num_frames")[0].as_py()
        lists = (np.array(row.column(name)[0].as_py(), np.int16) for name in columns)
        return [codes.reshape(-1, num_frames) for codes in lists]

    def decoded(self) -> Stereo:
        """Return the sound [C, S] of the tokens; loads the run's codec."""
        codec = CODECS.load(read_run(self._folder).recipe.codec)
        try:
            return np.stack([codec.decode(codes) for codes in self.codes()])
        finally:
            codec.close()

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


def _find(run: Where, plan: PlanFile, dialog_id: str) -> DialogId:
    """Return the id that was meant, such as service-0000042 by service-42, if it is of the run."""
    found, last = DialogId.parse(dialog_id), plan.num_ids - 1
    if found is None or found.kind != plan.kind or found.number > last:
        raise UserError(
            f"{run} has no dialogue {dialog_id}: its ids go from"
            f" {DialogId(plan.kind, 0)} to {DialogId(plan.kind, last)}"
        )
    return found
