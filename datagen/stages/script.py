"""Stage 1: the dialogue as text.

Job --ScriptWriter--> Script or Reject
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from datagen.backends.protocols import ScriptWriter
from datagen.shards.footer import TokenFacts
from datagen.stages.artifacts import scripts_table
from datagen.stages.base import Outcome
from datagen.types import Job, Reject, Script

VERSION = 2
"""Version of the stage; raised when a change here changes bytes."""


class ScriptStage:
    """Writes a block of scripts at once, since language models like batches."""

    name = "script"
    reads: Mapping[str, Sequence[str] | None] = {}
    facts: TokenFacts | None = None

    def __init__(self, writer: ScriptWriter) -> None:
        self._writer = writer

    def run(self, jobs: Sequence[Job], upstream: Mapping[str, pa.Table]) -> Outcome:
        """Write one block."""
        answers = self._writer.write(jobs)
        assert [a.dialog_id for a in answers] == [j.dialog_id for j in jobs], "one answer a job"
        scripts = [answer for answer in answers if isinstance(answer, Script)]
        rejects = tuple(answer for answer in answers if isinstance(answer, Reject))
        return Outcome(scripts_table(scripts), rejects)

    def spent(self) -> Mapping[str, Mapping[str, float]]:
        """Return what the writer's models have done and cost since this was last asked."""
        return self._writer.spent()

    def close(self) -> None:
        """Free the writer."""
        self._writer.close()
