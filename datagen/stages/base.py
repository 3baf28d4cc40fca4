"""What the engine asks of a stage: jobs and upstream tables in, a table and rejects out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

import pyarrow as pa

from datagen.backends.protocols import BatchKeeper
from datagen.shards.footer import TokenFacts
from datagen.types import Job, Reject, Rejected, UserError

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stage made of a block."""

    table: pa.Table
    rejects: tuple[Reject, ...] = ()
    num_samples: int = 0
    """Audio of the dialogues in the table, in samples of one channel."""


class Stage(Protocol):
    """A pure function of jobs and upstream tables, with its backend inside."""

    name: str
    reads: Mapping[str, Sequence[str] | None]
    """Upstream stages, and the columns wanted of each (None: all)."""
    facts: TokenFacts | None
    """Facts for readers about the tokens in this stage's files; None if it makes no tokens."""

    def run(self, jobs: Sequence[Job], upstream: Mapping[str, pa.Table]) -> Outcome:
        """Make one block."""
        ...

    def close(self) -> None:
        """Free the backends."""
        ...


@runtime_checkable
class Spender(Protocol):
    """A stage whose models are paid for."""

    def spent(self) -> Mapping[str, Mapping[str, float]]:
        """Return what each model has done and cost since this was last asked."""
        ...


DialogTable: TypeAlias = pa.Table
"""Rows of a stage's table that are one dialogue's."""


class DialogKeeper(BatchKeeper, Protocol):
    """Keeps what a stage has made of a dialogue, or of a batch, until its block is committed."""

    def get(self, dialog_id: str) -> DialogTable | Reject | None:
        """Return what was made of a dialogue before, None if nothing was."""
        ...

    def put(self, dialog_id: str, made: DialogTable | Reject) -> None:
        """Keep what was made of a dialogue."""
        ...


@runtime_checkable
class KeepsDialogues(Protocol):
    """A stage that takes so long for a dialogue that none should be lost with its worker."""

    keeper: DialogKeeper | None


class DialogFailed(Exception):
    """Something other than the dialogue's own quality went wrong with it."""


def each(
    stage: str, items: Iterable[tuple[str, Item]], make: Callable[[Item], Made]
) -> tuple[list[Made], tuple[Reject, ...]]:
    """Make each dialogue of a block; what is Rejected becomes a Reject, and the others go on."""
    made: list[Made] = []
    rejects: list[Reject] = []
    for dialog_id, item in items:
        try:
            made.append(make(item))
        except Rejected as verdict:
            rejects.append(
                Reject(
                    dialog_id=dialog_id,
                    stage=stage,
                    reason=verdict.reason,
                    evidence=verdict.evidence,
                )
            )
        except (OSError, UserError):
            raise  # the machine's fault or the user's, not this dialogue's
        except Exception as error:
            raise DialogFailed(f"{dialog_id}: {type(error).__name__}: {error}") from error
    return made, tuple(rejects)
