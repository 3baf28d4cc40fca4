"""run.json and plan.json: what a run is made of and how much of it, as the files hold it.

An annotated run has a corpus.json besides: how much of the corpus' sound it uses.

Recipe, Plan --> RunFile, PlanFile --write--> RUN/run.json, RUN/plan.json --read--> again
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from datagen.config import Recipe, validate
from datagen.engine.plan import BLOCKS_PER_SHARD, DIALOGS_PER_BLOCK, Plan
from datagen.storage.run_folder import RunFolder
from datagen.types import Record, UserError

RUN, PLAN, CORPUS = "run.json", "plan.json", "corpus.json"
_Count = Annotated[int, Field(ge=0)]
_File = TypeVar("_File", bound="RunFile | PlanFile | CorpusFile")
_Seconds = Annotated[float, Field(ge=0)]


class RunFile(BaseModel):
    """run.json: what is made, and by which versions. It may grow, and never holds a secret."""

    model_config = ConfigDict(frozen=True, extra="allow", validate_by_name=True)

    version: Literal[1] = Field(default=1, alias="schema")
    recipe: Recipe
    fingerprint: str
    seed: _Count
    stand_ins: list[str]
    versions: dict[str, str]
    git: str | None


class PlanFile(Record):
    """plan.json: how much is made."""

    model_config = ConfigDict(validate_by_name=True)

    version: Literal[1] = Field(default=1, alias="schema")
    kind: str
    hours: float | None
    """Hours of audio asked for."""
    dialogs: _Count
    """Dialogues asked for, or that the hours come to."""
    dialogs_per_block: Annotated[int, Field(ge=1)]
    blocks_per_shard: Annotated[int, Field(ge=1)]
    blocks: _Count
    shards: _Count

    @property
    def num_ids(self) -> int:
        """How many ids the dialogues have: a number that was asked for, or whole blocks."""
        whole = self.blocks * self.dialogs_per_block
        return whole if self.hours is not None else min(whole, self.dialogs)

    @classmethod
    def of(cls, plan: Plan) -> PlanFile:
        """Return the file of a plan."""
        return cls(
            **plan.model_dump(),
            dialogs_per_block=DIALOGS_PER_BLOCK,
            blocks_per_shard=BLOCKS_PER_SHARD,
            shards=plan.shards,
        )


class CorpusFile(Record):
    """corpus.json: how much of a corpus' sound is in an annotated run."""

    model_config = ConfigDict(validate_by_name=True)

    version: Literal[1] = Field(default=1, alias="schema")
    seconds: _Seconds
    """Length of all calls whose sound can be read."""
    used: _Seconds
    """Seconds of them that are in a row; with those that are not they are all."""
    unused: dict[str, _Seconds]
    """Seconds that are in none, by reason."""


def write(folder: RunFolder, name: str, file: RunFile | PlanFile | CorpusFile) -> None:
    """Write run.json, plan.json or corpus.json."""
    folder.write_json(name, file.model_dump(mode="json", by_alias=True))


def read_run(folder: RunFolder) -> RunFile:
    """Read run.json. Raises UserError if there is none, or not of this version."""
    return _read(folder, RUN, RunFile)


def read_plan(folder: RunFolder) -> PlanFile:
    """Read plan.json. Raises UserError if there is none, or not of this version."""
    return _read(folder, PLAN, PlanFile)


def read_corpus(folder: RunFolder) -> CorpusFile | None:
    """Read corpus.json; None if there is none. Raises UserError if it is not of this version."""
    if folder.read_json(CORPUS) is None:
        return None
    return _read(folder, CORPUS, CorpusFile)


def _read(folder: RunFolder, name: str, model: type[_File]) -> _File:
    data: dict[str, Any] | None = folder.read_json(name)
    if data is None:
        raise UserError(
            f"{folder.where} is not a run folder: it has no {name}; give the --out of a run"
        )
    return validate(model, data, f"{folder.where}/{name}")
