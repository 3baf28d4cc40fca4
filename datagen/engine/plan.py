"""From hours to dialogues, blocks and shards: what a run will make, before it makes it.

--hours 1840  ->  105,410 dialogues  ->  6,589 blocks of 16  ->  103 shards of 64 blocks
"""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from datagen.config import Recipe
from datagen.types import DialogId, Job, Record, UserError

DIALOGS_PER_BLOCK = 16
"""The unit of work: small enough that a lost one is cheap and a run's tail is short."""
BLOCKS_PER_SHARD = 64
MAX_HOURS = 1_000_000.0


class Plan(Record):
    """How much to make. Blocks are a prefix: block k never depends on how many there are."""

    kind: str
    hours: float | None
    """Hours of audio asked for; blocks are added until they are reached."""
    dialogs: int
    """Dialogues asked for, or that the hours come to at the recipe's mean length."""
    blocks: int

    @property
    def shards(self) -> int:
        """Packed shards; the last may be partial."""
        return -(-self.blocks // BLOCKS_PER_SHARD)

    def count(self, block: int) -> int:
        """Return how many dialogues a block has: the last of a number of dialogues may be partial.

        Blocks that are made for hours are whole.
        """
        left = self.dialogs - block * DIALOGS_PER_BLOCK
        is_partial = self.hours is None and 0 < left < DIALOGS_PER_BLOCK
        return left if is_partial else DIALOGS_PER_BLOCK


class Slice(Record):
    """One of several shares of a plan's blocks, for machines that know nothing of each other.

    Slice i of n makes the blocks k with k % n = i - 1, so that all slices are alike.
    """

    number: Annotated[int, Field(ge=1)]
    count: Annotated[int, Field(ge=1)]

    @classmethod
    def parse(cls, text: str) -> Slice:
        """Read ``2/4``."""
        first, slash, second = text.partition("/")
        if not (slash and first.isdecimal() and second.isdecimal()):
            raise UserError(f"--slice {text!r}: write the second of four slices as 2/4")
        number, count = int(first), int(second)
        if not 1 <= number <= count:
            raise UserError(f"--slice {text}: slices go from 1/{count} to {count}/{count}")
        return cls(number=number, count=count)

    def has(self, block: int) -> bool:
        """Return whether a block is this slice's."""
        return block % self.count == self.number - 1

    @property
    def name(self) -> str:
        """What the slice's own lease and journal are called."""
        return f"{self.number}-of-{self.count}"


def make_plan(recipe: Recipe, hours: float | None, dialogs: int | None) -> Plan:
    """Plan for hours of audio, or for a number of dialogues."""
    if (hours is None) == (dialogs is None):
        raise UserError("say how much to make: --hours H or --dialogs N, one of them")
    if not isinstance(dialogs, int | None) or not isinstance(hours, int | float | None):
        raise UserError(f"hours {hours!r}, dialogs {dialogs!r}: give a number; dialogs are whole")
    if hours is not None and not 0 < hours <= MAX_HOURS:
        raise UserError(f"--hours {hours:g}: give a number above 0 and up to {MAX_HOURS:,.0f}")
    if dialogs is None:
        assert hours is not None
        # rounded down, as the paper's 105,410 for 1,840 h at 62.84 s
        dialogs = max(1, math.floor(hours * 3600 / recipe.mean_seconds))
    if not 0 < dialogs <= MAX_HOURS * 3600:
        most = int(MAX_HOURS * 3600)
        raise UserError(f"--dialogs {dialogs}: give a number above 0 and up to {most:,}")
    blocks = -(-dialogs // DIALOGS_PER_BLOCK)
    return Plan(kind=recipe.kind, hours=hours, dialogs=dialogs, blocks=blocks)


def more_blocks(plan: Plan, seconds_made: float, rows_made: int) -> int:
    """Return how many blocks to add so that the hours are reached; 0 when they are."""
    missing = (plan.hours or 0.0) * 3600 - seconds_made
    if missing <= 0:
        return 0
    if not rows_made:
        raise UserError(
            "every dialogue was rejected; `datagen audit` lists the reasons, change the recipe"
        )
    per_block = seconds_made / plan.blocks
    return max(1, math.ceil(missing / per_block))


def jobs_of(recipe: Recipe, block: int) -> list[Job]:
    """Return the jobs of one block: 16 consecutive ids."""
    start = block * DIALOGS_PER_BLOCK
    return [
        Job(
            dialog_id=str(DialogId(recipe.kind, index)),
            kind=recipe.kind,
            index=index,
            seed=recipe.seed,
        )
        for index in range(start, start + DIALOGS_PER_BLOCK)
    ]


def describe(recipe: Recipe, plan: Plan) -> str:
    """Say for people what a plan comes to."""
    hours = plan.dialogs * recipe.mean_seconds / 3600
    made = sum(map(plan.count, range(plan.blocks)))
    lines = [
        f"{plan.kind}: {plan.dialogs:,} dialogues of {recipe.mean_seconds:g} s, {hours:,.2f} h",
        f"blocks   {plan.blocks:>9,} of {DIALOGS_PER_BLOCK} dialogues ({made:,} ids)",
        f"shards   {plan.shards:>9,} of {BLOCKS_PER_SHARD} blocks",
    ]
    return "\n".join(lines)
