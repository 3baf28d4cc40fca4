"""What a run's own exam says of it: RUN/exam_scores.json, as `datagen exam score RUN` writes it.

exam_scores.json --read_own_exam--> OwnExam --problems--> what does not pass, in words
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from datagen.storage import Where
from datagen.storage.run_folder import RunFolder
from datagen.types import Record, UserError

FILE = "exam_scores.json"
"""Name of the scores in a run folder."""
MOST_FAILED = 0.02
"""Share of the answers to one kind of question that may fail."""
LEAST: Mapping[str, tuple[float, str]] = {
    "R_R": (0.9, "of the user's turns are answered"),
    "R_Y": (0.9, "of the interruptions end the agent's speech within 2 s"),
    "S_BC": (0.9, "of the user's nods leave the agent speaking"),
    "S_VT": (0.9, "of the user's tics leave the agent as it was"),
    "S_ND": (0.9, "of what was not said to the agent leaves it as it was"),
}
"""Least rates of τ-voice's panel, where there are enough events, and what they say."""


class OwnAdherence(Record):
    """Answers to one kind of question."""

    value: float
    """Share that passed."""
    items: int
    failed: int
    unclear: int


class OwnRate(Record):
    """A figure of τ-voice's panel; without a value if it rests on fewer than 10 events."""

    value: float | None
    events: int


class OwnMean(Record):
    """A mean with its 95 % interval."""

    value: float
    low: float
    high: float
    items: int


class OwnExam(Record):
    """What exam_scores.json of a run holds: its agent, scored as if it were a model."""

    dialogues: int
    role_adherence: dict[str, OwnAdherence]
    eva: OwnMean | None
    tau_voice: dict[str, OwnRate]

    @property
    def problems(self) -> list[str]:
        """What does not pass, in words; nothing if the run passes its own exam."""
        failed = [
            f"{kind}: {row.failed} of {row.items} answers fail"
            for kind, row in self.role_adherence.items()
            if row.failed > MOST_FAILED * row.items
        ]
        low = [
            f"{name}: {rate.value:.1%} {says} ({least:.0%} must)"
            for name, (least, says) in LEAST.items()
            if (rate := self.tau_voice.get(name)) and rate.value is not None and rate.value < least
        ]
        return failed + low

    def rows(self) -> dict[str, str]:
        """Return lines for a report."""
        lines = {
            f"{kind} passed": f"{row.value:.1%} of {row.items:,}, {row.failed} failed,"
            f" {row.unclear} unclear"
            for kind, row in self.role_adherence.items()
        }
        lines |= {
            f"τ-voice {name}": f"{rate.value:.3f} of {rate.events:,}"
            for name, rate in self.tau_voice.items()
            if rate.value is not None
        }
        if self.eva is not None:
            lines["EVA's worth of latencies"] = f"{self.eva.value:.3f}"
        return {"dialogues": f"{self.dialogues:,}", **lines}


def read_own_exam(run: Where) -> OwnExam | None:
    """Return the scores of a run, None if it was not scored. Raises UserError."""
    data = RunFolder(run).read_json(FILE)
    if data is None:
        return None
    try:
        return OwnExam.model_validate(data)
    except ValidationError as error:
        raise UserError(
            f"{FILE} of {run} is of another version; delete it and run datagen exam score again"
        ) from error


def write_own_exam(run: Where, found: OwnExam) -> None:
    """Write the scores beside the run."""
    RunFolder(run).write_json(FILE, found.model_dump(mode="json"))
