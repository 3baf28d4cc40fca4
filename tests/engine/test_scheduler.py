"""Readiness, resuming and retry budgets, with no Ray and no files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.engine.plan import DIALOGS_PER_BLOCK
from datagen.engine.scheduler import TRIES, TRIES_LOST, Flow
from datagen.engine.unit import GaveUp, Unit
from datagen.storage.run_folder import SHARDS, Receipt

READS = {"script": (), "speech": ("script",), "tokens": ("script", "speech")}


def receipt(flow: Flow, unit: Unit, content: str | None = None, rows: int = 16) -> Receipt:
    reads = flow.expected_reads(unit)
    assert reads is not None, f"{unit} ran before what it reads"
    return Receipt(
        stage=unit.stage,
        block=unit.block,
        fingerprint="f",
        reads=reads,
        content=content or f"content of {unit}",
        rows=rows,
        num_samples=1000 * rows,
    )


def started(blocks: int) -> Flow:
    flow = Flow(READS, blocks)
    flow.start()
    return flow


def run_all(flow: Flow, order: list[int] | None = None) -> dict[Unit, Receipt]:
    """Run to the end, picking stages in a given order; return the units made."""
    made: dict[Unit, Receipt] = {}
    picks = iter(order or [])
    while not flow.finished:
        ready = [stage for stage in flow.stages if flow.backlog(stage)]
        unit = flow.take(ready[next(picks, 0) % len(ready)])
        assert unit is not None
        assert unit not in made
        made[unit] = receipt(flow, unit)
        flow.finish(unit, made[unit])
    return made


def make(flow: Flow, stage: str, count: int) -> None:
    """Make the next units of a stage."""
    for _ in range(count):
        unit = flow.take(stage)
        assert unit is not None
        flow.finish(unit, receipt(flow, unit))


@pytest.mark.slow
@given(blocks=st.integers(1, 200), order=st.lists(st.integers(0, 3), max_size=300))
def test_every_unit_is_made_once_and_after_what_it_reads(blocks: int, order: list[int]) -> None:
    made = run_all(started(blocks), order)
    assert len(made) == 3 * blocks + -(-blocks // 64)


def test_a_shard_waits_for_its_tokens_and_for_all_scripts_before_it() -> None:
    flow = started(130)
    late = flow.take("script")
    assert late == Unit("script", 0)
    make(flow, "script", 129)
    make(flow, "speech", 129)
    make(flow, "tokens", 129)
    assert flow.take(SHARDS) is None, "script/0 may make any dialogue a duplicate"
    flow.finish(late, receipt(flow, late))
    assert [flow.take(SHARDS), flow.take(SHARDS)] == [Unit(SHARDS, 1), Unit(SHARDS, 2)]
    make(flow, "speech", 1)
    make(flow, "tokens", 1)
    first = flow.take(SHARDS)
    assert first == Unit(SHARDS, 0)
    order = flow.order(first)
    assert order.parts == tuple(range(64))
    assert flow.expected_reads(first) == {
        **{f"tokens/{block:06d}": f"content of tokens/{block:06d}" for block in range(64)},
        "script/000000-000063": order.scripts,
    }


def test_extending_adds_blocks_and_packs_the_partial_shard_again() -> None:
    flow = started(66)
    before = run_all(flow)
    assert flow.finished
    flow.extend(1)
    assert not flow.finished
    after = run_all(flow)
    assert set(after) == {*(Unit(stage, 66) for stage in READS), Unit(SHARDS, 1)}
    assert before[Unit(SHARDS, 1)].reads.items() - after[Unit(SHARDS, 1)].reads.items()
    assert flow.totals().rows == 32, "what the shards hold"
    assert flow.totals("tokens").rows == 67 * 16


def test_extending_leaves_whole_shards_alone() -> None:
    flow = started(64)
    before = run_all(flow)
    flow.extend(64)
    assert {unit for unit in run_all(flow) if unit.stage == SHARDS} == {Unit(SHARDS, 1)}
    assert before[Unit(SHARDS, 0)].reads == flow.expected_reads(Unit(SHARDS, 0))


def test_a_slice_makes_its_own_blocks_and_packs_nothing() -> None:
    flow = Flow(READS, 10, lambda block: block % 3 == 1)
    flow.start()
    made = run_all(flow)
    assert made.keys() == {Unit(stage, block) for stage in READS for block in (1, 4, 7)}
    assert flow.planned("tokens") == 3
    assert flow.planned(SHARDS) == 0


def resumed(made: dict[Unit, Receipt], blocks: int, fingerprint: str = "f") -> Flow:
    flow = Flow(READS, blocks)
    for stage in flow.stages:
        found = {unit.block: r for unit, r in made.items() if unit.stage == stage}
        flow.resume(stage, found, fingerprint)
    flow.start()
    return flow


@pytest.mark.slow
@given(st.sets(st.tuples(st.sampled_from([*READS]), st.integers(0, 5))))
def test_a_resumed_run_makes_just_what_is_missing_or_downstream_of_it(
    lost: set[tuple[str, int]],
) -> None:
    made = run_all(started(6))
    kept = {unit: r for unit, r in made.items() if (unit.stage, unit.block) not in lost}
    again = run_all(resumed(kept, 6))
    order = list(READS)
    expected = {
        unit
        for unit in made
        if unit.stage != SHARDS
        and any((stage, unit.block) in lost for stage in order[: order.index(unit.stage) + 1])
    }
    assert {unit for unit in again if unit.stage != SHARDS} == expected
    assert (Unit(SHARDS, 0) in again) == bool(lost)


def test_another_fingerprint_or_changed_upstream_content_is_not_done() -> None:
    flow = started(1)
    script = Unit("script", 0)
    made = {script: receipt(flow, script)}
    flow.finish(script, made[script])
    speech = Unit("speech", 0)
    made[speech] = receipt(flow, speech)
    assert resumed(made, 1).resumed == {"script": 1, "speech": 1}
    assert resumed(made, 1, fingerprint="other").resumed == {}
    made[script] = made[script].model_copy(update={"content": "rewritten"})
    assert resumed(made, 1).resumed == {"script": 1}


def test_a_shard_is_done_only_while_its_parts_and_all_scripts_before_it_are_the_same() -> None:
    made = run_all(started(66))
    assert resumed(made, 66).resumed[SHARDS] == 2
    assert resumed(made, 67).resumed[SHARDS] == 1, "the last one is longer now"
    other = made[Unit("script", 65)].model_copy(update={"content": "other"})
    assert resumed(made | {Unit("script", 65): other}, 66).resumed[SHARDS] == 1
    other = made[Unit("script", 0)].model_copy(update={"content": "other"})
    assert resumed(made | {Unit("script", 0): other}, 66).resumed[SHARDS] == 0


def test_a_unit_that_keeps_raising_stops_the_run_by_name() -> None:
    flow, unit = started(2), Unit("script", 0)
    for _ in range(TRIES - 1):
        assert flow.take("script") == unit
        flow.raised(unit, "boom")
    with pytest.raises(GaveUp, match=r"script/000000 \(dialogues 0 to 15\).*boom"):
        flow.raised(unit, "boom")


def test_a_unit_that_keeps_losing_workers_in_company_stops_the_run() -> None:
    flow, unit = started(2), Unit("script", 0)
    for _ in range(TRIES_LOST - 1):
        assert flow.take("script") == unit
        flow.lost(unit, "boom", alone=False, how="")
    with pytest.raises(GaveUp, match="boom"):
        flow.lost(unit, "boom", alone=False, how="")


def test_losing_workers_uses_up_no_tries_at_raising() -> None:
    flow, unit = started(2), Unit("script", 0)
    for _ in range(TRIES):
        flow.lost(unit, "killed", alone=False, how="")
    flow.raised(unit, "boom")
    assert flow.next("script") == unit


def test_a_damaged_upstream_file_is_made_anew_and_its_reader_waits() -> None:
    flow = started(1)
    script, speech = Unit("script", 0), Unit("speech", 0)
    assert flow.take("script") == script
    flow.finish(script, receipt(flow, script))
    assert flow.take("speech") == speech
    flow.redo(script, speech, "checksum")
    assert flow.take("speech") is None
    assert flow.take("script") == script
    flow.finish(script, receipt(flow, script))
    assert flow.take("speech") == speech


def test_what_waits_for_a_file_that_is_damaged_is_not_begun() -> None:
    flow, script = started(5 * 64), Unit("script", 3)
    for stage in READS:
        make(flow, stage, 5 * 64)
    readers = [flow.take(SHARDS) for _ in range(3)]
    assert flow.backlog(SHARDS) == 2
    for reader in readers:
        assert reader is not None
        flow.redo(script, reader, "checksum")
    assert flow.next(SHARDS) is None
    assert flow.take("script") == script
    flow.finish(script, receipt(flow, script))
    assert [flow.take(SHARDS) for _ in range(5)] == [Unit(SHARDS, index) for index in range(5)]


@pytest.mark.parametrize("same", [True, False])
def test_what_was_made_from_a_file_is_made_anew_if_that_comes_out_otherwise(same: bool) -> None:
    flow, script = started(65), Unit("script", 3)
    run_all(flow)
    flow.extend(1)
    for stage in READS:
        make(flow, stage, 1)
    shard = flow.take(SHARDS)
    assert shard == Unit(SHARDS, 1)
    flow.redo(script, shard, "checksum")
    assert flow.take("script") == script
    flow.finish(script, receipt(flow, script, None if same else "other"))
    downstream = {Unit("speech", 3), Unit("tokens", 3), Unit(SHARDS, 0)}
    assert run_all(flow).keys() == {shard} | (set() if same else downstream)


def test_what_read_a_file_that_has_changed_meanwhile_is_made_again() -> None:
    flow = started(1)
    make(flow, "script", 1)
    make(flow, "speech", 1)
    tokens = flow.take("tokens")
    assert tokens is not None
    stale = receipt(flow, tokens).model_copy(update={"reads": {"script/000000": "before"}})
    flow.finish(tokens, stale)
    assert flow.take("tokens") == tokens


def test_a_number_of_dialogues_ends_in_a_partial_block() -> None:
    sizes = {0: DIALOGS_PER_BLOCK, 1: 4}
    flow = Flow(READS, 2, count=sizes.__getitem__)
    flow.start()
    orders = {}
    while (unit := flow.take("script")) is not None:
        orders[unit.block] = flow.order(unit)
    assert [orders[block].num_dialogs for block in (0, 1)] == [None, 4]


def test_a_partial_block_is_made_anew_when_it_grows() -> None:
    done = run_all(started(1))
    for wanted, resumed in ((DIALOGS_PER_BLOCK, 0), (3, 1)):
        flow = Flow(READS, 1, count=lambda block, wanted=wanted: wanted)
        for stage in flow.reads:
            small = done[Unit(stage, 0)].model_copy(update={"rows": 4})
            flow.resume(stage, {0: small}, "f")
        assert flow.resumed["script"] == resumed
