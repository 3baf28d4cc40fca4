"""What happens while a run is made, one record a line: for the screen, metrics and the journal.

Driver, runs.make --emit--> RunEvent --> runs.progress, engine.metrics, journal.jsonl
journal.jsonl --read_events--> [RunEvent] --> runs.status, costs.pilot, runs.summary
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from datagen.storage.run_folder import RunFolder
from datagen.types import Reject

Spent: TypeAlias = Mapping[str, Mapping[str, int | float]]
"""What each language model has done and cost: dialogues, tokens, US dollars, by its name."""


class _Event(BaseModel):
    """Base of all events: what a newer version adds is ignored, so that old readers go on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event: str
    time: AwareDatetime | None = None
    """When the journal's line was written; None before it is."""

    def to_json(self) -> dict[str, Any]:
        """Return the event's line; what is not known is left out."""
        return self.model_dump(mode="json", exclude_none=True)


class Started(_Event):
    """A run, or a slice of one, has begun or goes on."""

    event: Literal["started"] = "started"
    blocks: int
    resumed: dict[str, int]
    """Units of each stage that were there already."""


class RayStarted(_Event):
    """Ray can be used."""

    event: Literal["ray started"] = "ray started"
    seconds: float
    """Seconds since the run began."""


class UnitMade(_Event):
    """A unit is committed."""

    event: Literal["unit"] = "unit"
    unit: str
    """Stage and number, e.g. ``speech/000042``."""
    rows: int
    seconds: float
    """Wall time in seconds."""
    cpu_seconds: float
    peak_memory: int
    """Bytes that the worker's process has ever held."""
    audio_samples: int
    """Samples of one channel."""
    rejects: tuple[Reject, ...] = ()
    spent: Spent = Field(default_factory=dict)

    @property
    def stage(self) -> str:
        """The unit's stage."""
        return self.unit.partition("/")[0]

    @property
    def number(self) -> str:
        """The unit's number as it is written: of a block, or of a shard."""
        return self.unit.partition("/")[2]


class Kept(_Event):
    """Dialogues of a slow stage's first units are there, before any of its units is committed."""

    event: Literal["kept"] = "kept"
    stage: str
    dialogs: int
    """Dialogues that are kept of the units being made."""
    seconds_left: float
    """What the stage will take for the rest, at this pace."""


class Trial(_Event):
    """A dialogue that was made alone, to see whether it kills its worker, has not."""

    event: Literal["trial"] = "trial"
    unit: str
    spent: Spent = Field(default_factory=dict)


class UnitFailed(_Event):
    """A unit failed in a worker that lives."""

    event: Literal["unit failed"] = "unit failed"
    unit: str
    reason: str
    trace: str = ""


class WorkerLost(_Event):
    """A worker is gone, and a unit with it."""

    event: Literal["worker lost"] = "worker lost"
    unit: str
    reason: str
    trace: str = ""


class WorkerFailed(_Event):
    """A worker could not start."""

    event: Literal["worker failed"] = "worker failed"
    stage: str
    reason: str


class Extended(_Event):
    """Blocks were added, since the hours were not reached."""

    event: Literal["extended"] = "extended"
    blocks: int
    totals: dict[str, int]
    """Units of each stage that are to be made."""
    done: dict[str, int]
    """Units of each stage that are made."""


class Finished(_Event):
    """The run is done."""

    event: Literal["finished"] = "finished"
    dialogs: int
    audio_seconds: float
    """Seconds of audio that this run made, what was there before not counted."""
    wall_seconds: float


Failed: TypeAlias = UnitFailed | WorkerLost | WorkerFailed
"""Something will be tried again."""
RunEvent: TypeAlias = Annotated[
    Started | RayStarted | UnitMade | Kept | Trial | Failed | Extended | Finished,
    Field(discriminator="event"),
]
Emit: TypeAlias = Callable[[RunEvent], None]
_PARSER: TypeAdapter[RunEvent] = TypeAdapter(RunEvent)


def read_events(folder: RunFolder) -> list[RunEvent]:
    """Return what can be read of a run's journals, in the order of their lines.

    A journal may be gone, end in half a line, or hold lines of another version: those are skipped.
    """
    return list(_parsed(folder))


def _parsed(folder: RunFolder) -> Iterator[RunEvent]:
    for line in folder.events():
        try:
            yield _PARSER.validate_python(line)
        except ValidationError:
            continue
