"""Readiness, resuming and retry budgets, with no Ray and no files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.engine.flow import TRIES, TRIES_LOST, Flow, GaveUp, Unit
from datagen.store import SHARDS, Receipt

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


def run_all(flow: Flow, order: list[int] | None = None) -> list[Unit]:
    """Run to the end, picking stages in a given order; return the units made."""
    made = []
    picks = iter(order or [])
    while not flow.finished:
        if flow.encoded and not flow.final:
            flow.finalise()
        ready = [stage for stage in flow.stages if flow.backlog(stage)]
        unit = flow.take(ready[next(picks, 0) % len(ready)])
        assert unit is not None
        flow.finish(unit, receipt(flow, unit))
        made.append(unit)
    return made


@given(blocks=st.integers(1, 200), order=st.lists(st.integers(0, 3), max_size=300))
def test_every_unit_is_made_once_and_after_what_it_reads(blocks: int, order: list[int]) -> None:
    made = run_all(started(blocks), order)
    assert len(made) == len(set(made)) == 3 * blocks + -(-blocks // 64)


def test_whole_shards_are_packed_early_and_the_partial_one_last() -> None:
    flow = started(65)
    for stage in READS:
        for _ in range(64):
            unit = flow.take(stage)
            assert unit is not None
            flow.finish(unit, receipt(flow, unit))
    assert flow.take(SHARDS) == Unit(SHARDS, 0)
    for stage in READS:
        unit = flow.take(stage)
        assert unit is not None
        flow.finish(unit, receipt(flow, unit))
    assert flow.take(SHARDS) is None
    flow.finalise()
    assert flow.take(SHARDS) == Unit(SHARDS, 1)


def test_extending_adds_blocks_at_the_end() -> None:
    flow = started(2)
    flow.extend(1)
    made = run_all(flow)
    assert Unit("tokens", 2) in made
    assert flow.totals().rows == 48


def resumed(made: dict[Unit, Receipt], blocks: int, fingerprint: str = "f") -> Flow:
    flow = Flow(READS, blocks)
    for stage in flow.stages:
        found = {unit.block: r for unit, r in made.items() if unit.stage == stage}
        flow.resume(stage, found, fingerprint)
    flow.start()
    return flow


@given(st.sets(st.tuples(st.sampled_from([*READS]), st.integers(0, 5))))
def test_a_resumed_run_makes_just_what_is_missing_or_downstream_of_it(
    lost: set[tuple[str, int]],
) -> None:
    flow = started(6)
    made = {}
    for stage in READS:
        while (unit := flow.take(stage)) is not None:
            made[unit] = receipt(flow, unit)
            flow.finish(unit, made[unit])
    kept = {unit: r for unit, r in made.items() if unit not in lost}
    again = run_all(resumed(kept, 6))
    order = list(READS)
    expected = {
        unit
        for unit in made
        if any((stage, unit.block) in lost for stage in order[: order.index(unit.stage) + 1])
    }
    assert {unit for unit in again if unit.stage != SHARDS} == expected


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


def test_a_shard_is_done_only_while_its_parts_are_the_same() -> None:
    flow = started(2)
    made = {}
    while not flow.finished:
        if flow.encoded and not flow.final:
            flow.finalise()
        for stage in flow.stages:
            while (unit := flow.take(stage)) is not None:
                made[unit] = receipt(flow, unit)
                flow.finish(unit, made[unit])
    assert resumed(made, 2).resumed[SHARDS] == 1
    assert resumed(made, 3).resumed[SHARDS] == 0


@pytest.mark.parametrize(("lost", "tries"), [(False, TRIES), (True, TRIES_LOST)])
def test_a_unit_that_keeps_failing_stops_the_run_by_name(lost: bool, tries: int) -> None:
    flow = started(2)
    assert flow.take("script") == Unit("script", 0)
    for _ in range(tries - 1):
        flow.retry(Unit("script", 0), "boom", lost=lost)
        assert flow.take("script") == Unit("script", 0)
    with pytest.raises(GaveUp, match=r"script/000000 \(dialogues 0 to 15\).*boom"):
        flow.retry(Unit("script", 0), "boom", lost=lost)


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
