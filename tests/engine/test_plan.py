"""Hours to dialogues, blocks and shards."""

from __future__ import annotations

import pytest

from datagen.config import load_recipe
from datagen.engine.plan import describe, jobs_of, make_plan, more_blocks
from datagen.engine.run_files import PlanFile
from datagen.types import UserError

RECIPE = load_recipe("service")


def test_the_paper_set() -> None:
    plan = make_plan(RECIPE, 1840, None)
    assert (plan.dialogs, plan.blocks, plan.shards) == (105_410, 6_589, 103)
    assert "105,410 dialogues" in describe(RECIPE, plan)


def test_a_few_minutes_are_one_block() -> None:
    plan = make_plan(RECIPE, 0.01, None)
    assert (plan.dialogs, plan.blocks, plan.shards) == (1, 1, 1)


@pytest.mark.parametrize(
    ("hours", "dialogs"),
    [
        (None, None),
        (1.0, 5),
        (0.0, None),
        (-1.0, None),
        (1000000000.0, None),
        (float("nan"), None),
        (float("inf"), None),
        (None, 0),
        (None, -3),
        (None, 10**12),
    ],
)
def test_absurd_amounts_are_refused(hours: float | None, dialogs: int | None) -> None:
    with pytest.raises(UserError, match="--"):
        make_plan(RECIPE, hours, dialogs)


def test_blocks_partition_the_ids() -> None:
    jobs = [job for block in range(3) for job in jobs_of(RECIPE, block)]
    assert [job.index for job in jobs] == list(range(48))
    assert jobs[17].dialog_id == "service-0000017"


def test_blocks_are_added_until_the_hours_are_there() -> None:
    plan = make_plan(RECIPE, 1.0, None)
    assert more_blocks(plan, seconds_made=3600.0, rows_made=60) == 0
    assert more_blocks(plan, seconds_made=3599.0, rows_made=60) == 1
    assert more_blocks(plan, seconds_made=1800.0, rows_made=30) == plan.blocks
    assert more_blocks(make_plan(RECIPE, None, 10), seconds_made=0.0, rows_made=0) == 0
    with pytest.raises(UserError, match="rejected"):
        more_blocks(plan, seconds_made=0.0, rows_made=0)


def test_dialogues_make_a_partial_block_and_hours_whole_ones() -> None:
    recipe = load_recipe("service")
    few, more = make_plan(recipe, None, 4), make_plan(recipe, None, 36)
    assert [few.count(block) for block in range(few.blocks)] == [4]
    assert [more.count(block) for block in range(more.blocks)] == [16, 16, 4]
    hours = make_plan(recipe, 0.4, None)
    assert {hours.count(block) for block in range(hours.blocks)} == {16}


@pytest.mark.parametrize(
    ("hours", "dialogs", "ids"), [(None, 4, 4), (None, 33, 33), (0.5, None, 32)]
)
def test_a_plan_file_knows_how_many_ids_there_are(
    hours: float | None, dialogs: int | None, ids: int
) -> None:
    plan = make_plan(RECIPE, hours, dialogs)
    assert PlanFile.of(plan).num_ids == ids
    assert sum(map(plan.count, range(plan.blocks))) == ids
