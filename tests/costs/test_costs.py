"""The planner: sums to check by hand, and wall times against a simulation of the flow."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from datagen import assets
from datagen.cli import main
from datagen.config import Host, Recipe, StageHost, load_host, load_recipe
from datagen.costs.estimate import Estimate, estimate
from datagen.costs.pilot import measure
from datagen.costs.rates import load_rates
from datagen.costs.table import render
from datagen.costs.wall import PoolEstimate, balance, fits, makespan, wall_seconds
from datagen.costs.work import Work
from datagen.engine.plan import make_plan
from datagen.types import SAMPLE_RATE, UserError
from tests.fixtures.events import reject, unit_line
from tests.fixtures.flow_simulation import simulate
from tests.fixtures.run_folder import write_run

RATES = load_rates()
STAGES = ("script", "speech", "timeline", "tokens")


def recipe(name: str = "released", *overrides: str) -> Recipe:
    return load_recipe("service", name, overrides)


def of(name: str, hours: float = 1840, host: str = "8xh100", **more: Any) -> Estimate:
    what = recipe(name)
    return estimate(what, make_plan(what, hours, None), load_host(host), RATES, **more)


def line(
    blocks: int,
    seconds: tuple[float, float, float, float],
    gpus: tuple[float, float, float, float] = (0, 0.25, 0.25, 0.25),
    spread: float = 0.125,
) -> list[Work]:
    """Return the work of four stages, each of so many seconds a unit."""
    return [
        Work(stage, stage, blocks * 16.0, unit / 16, 0.0, share, 60.0 if share else 0.0, spread)
        for stage, unit, share in zip(STAGES, seconds, gpus, strict=True)
    ]


SHAPES = {
    "one GPU that all share": (line(360, (5, 500, 8, 6)), 1),
    "one GPU for one stage after another": (
        line(100, (300, 500, 80, 60), (1, 0.5, 0.5, 0.5)),
        1,
    ),
    "eight, speech the bottleneck": (line(360, (5, 1500, 25, 20)), 8),
    "eight, no bottleneck": (line(360, (100, 100, 100, 100), (1, 1, 1, 1)), 8),
    "eight, hardly more than one unit a worker": (line(36, (5, 500, 8, 6)), 8),
    "eight, fewer units than workers": (line(3, (5, 1500, 25, 20)), 8),
    "sixty-four, the paper's set": (line(6589, (5, 1500, 25, 20)), 64),
    "sixty-four, two slow stages whose units vary by half": (
        line(1000, (50, 1500, 700, 20), (0, 0.5, 0.5, 0.25), 0.5),
        64,
    ),
    "sixty-four, a short run": (line(200, (5, 1500, 25, 20)), 64),
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_wall_time_is_that_of_a_simulation_within_a_tenth(shape: str) -> None:
    works, gpus = SHAPES[shape]
    parts = balance(works, gpus)
    pools = [pool for part in parts for pool in part]
    simulated = simulate(pools, gpus, runs=2)
    assert sum(map(wall_seconds, parts)) == pytest.approx(simulated, rel=0.10)


def test_a_whole_recipe_on_a_shipped_host_is_that_of_a_simulation_within_a_tenth() -> None:
    """Servers of two models side by side, speech on seven GPUs."""
    found = of("released", hours=100)
    servers = sum(pool.gpus for pool in found.pools if pool.work.is_server)
    simulated = simulate(found.pools, found.gpus + servers, runs=1)
    assert found.wall == pytest.approx(simulated, rel=0.10)


@pytest.mark.parametrize("shape", ["eight, speech the bottleneck", "eight, no bottleneck"])
def test_a_balance_beats_its_neighbours(shape: str) -> None:
    """Moving a worker from one stage to another makes no proposal quicker in the simulation."""
    works, gpus = SHAPES[shape]
    (pools,) = balance(works, gpus)
    best = simulate(pools, gpus, runs=1)
    for giver in range(len(pools)):
        for taker in range(len(pools)):
            if giver == taker or pools[giver].workers == 1 or not pools[taker].gpus:
                continue
            moved = list(pools)
            moved[giver] = replace(pools[giver], workers=pools[giver].workers - 1)
            moved[taker] = replace(pools[taker], workers=pools[taker].workers + 1)
            if fits(moved, gpus):
                assert simulate(moved, gpus, runs=1) >= 0.98 * best


def test_equal_units_on_one_worker_take_their_sum() -> None:
    work = Work("speech", "speech", 160.0, 1.0)
    assert makespan(work, 1) == pytest.approx(160.0, rel=0.01)
    assert makespan(work, 10) == pytest.approx(16.0, rel=0.03)
    assert makespan(work, 1000) == pytest.approx(16.0, rel=0.03)


def test_no_worker_is_split_between_two_gpus() -> None:
    work = Work("speech", "speech", 1600.0, 1.0, gpus=0.4)
    assert fits([PoolEstimate(work, 4)], 2)
    assert not fits([PoolEstimate(work, 5)], 2)
    assert fits([PoolEstimate(replace(work, gpus=0.3333), 6)], 2)
    large = replace(work, gpus=2.0)
    assert fits([PoolEstimate(large, 1), PoolEstimate(work, 2)], 3)
    assert not fits([PoolEstimate(large, 1), PoolEstimate(work, 3)], 3)


def test_gpu_hours_are_seconds_times_rates() -> None:
    found = of("paper")
    speech = next(pool.work for pool in found.pools if pool.work.name == "speech")
    # dia: 0.2 GPU-seconds for a second of speech; 0.97 of that in a second of dialogue, each made
    # 1.1 times; of the dialogues that are voiced, 0.97 are kept
    begun = 105_410 / 0.97
    assert speech.gpu_hours == pytest.approx(begun * 62.84 * 0.2 * 0.97 * 1.1 / 3600, rel=1e-3)
    assert found.bottleneck.work is speech
    assert found.wall == pytest.approx(speech.gpu_hours * 3600 / (21 * 0.33), rel=0.02)


def test_tokens_are_shared_by_quota() -> None:
    found = of("released")
    qwen, oss = (pool.work for pool in found.pools if pool.work.is_server)
    assert qwen.dialogs == oss.dialogs == pytest.approx(105_410 / 0.97 / 0.95 / 2, rel=1e-3)
    assert qwen.seconds == pytest.approx(1.2 * (1730 + 950) / 2353)
    assert oss.seconds == pytest.approx(1.2 * (1730 + 950 + 600) / 6095)


def test_a_host_may_leave_small_models_to_its_cores() -> None:
    found = of("released", host="1xh200")
    works = {pool.work.name: pool.work for pool in found.pools}
    assert works["timeline"].gpus == 0
    assert works["timeline"].seconds == pytest.approx(62.84 * 0.3)
    assert works["tokens"].gpus == 0.2


def test_a_model_in_the_worker_takes_the_stages_gpus() -> None:
    what = recipe("released", "script={use: vllm, options: {model: Qwen/Qwen3-32B}}")
    host = load_host("8xh100")
    host = host.model_copy(update={"script": StageHost(gpus=1.0, workers=2)})
    found = estimate(what, make_plan(what, None, 1600), host, RATES)
    script = next(pool.work for pool in found.pools if pool.work.name == "script")
    assert script.seconds == pytest.approx(1.2 * (1730 + 950) / 2353)
    assert not any(pool.work.is_server for pool in found.pools)


def test_a_hosted_model_is_paid_and_holds_no_gpu() -> None:
    models = "[{name: big, url: 'https://api.example.com/v1', price: {prompt: 2, completion: 10}}]"
    what = recipe("released", f"script.options.models={models}")
    found = estimate(what, make_plan(what, None, 1600), load_host("8xh100"), RATES)
    assert not any(pool.work.is_server for pool in found.pools)
    assert found.token_cost == pytest.approx(1600 * 1.2 * (1730 * 2 + 950 * 10) / 1e6)


def test_a_price_makes_money() -> None:
    rates = RATES.model_copy(
        update={"prices": RATES.prices.model_copy(update={"gpu_hour": 2.0, "gigabyte_month": 0.1})}
    )
    what = recipe()
    host = load_host("8xh100")
    found = estimate(what, make_plan(what, 1840, None), host, rates)
    assert sum(map(found.money, [pool.work for pool in found.pools])) == pytest.approx(
        2 * sum(pool.work.gpu_hours for pool in found.pools)
    )
    assert found.rent == pytest.approx(2 * 8 * found.wall / 3600)
    assert "keeping all files for a month: 18.9" in render(found, host, balanced=False)


@pytest.mark.parametrize("gpus", [2, 3, 8, 64])
def test_proposed_pools_fit_and_are_a_host(gpus: int) -> None:
    host = load_host("8xh100")
    found = of("released", gpus=gpus)
    for part in found.parts:
        assert fits(part, gpus)
    text = render(found, host, balanced=True)
    proposed = text.partition("for --host:\n")[2].partition("\n\n")[0]
    pools = {pool.work.name: pool for pool in found.pools}
    for stage, place in Host.model_validate(yaml.safe_load(proposed)):
        if isinstance(place, StageHost) and stage in pools:
            assert place.workers == pools[stage].workers
            assert place.gpus == pools[stage].work.gpus


def test_more_gpus_are_quicker_and_cost_the_same_work() -> None:
    few, many = of("released", gpus=4), of("released", gpus=32)
    assert many.wall < few.wall / 4
    assert [pool.work for pool in many.pools] == [pool.work for pool in few.pools]


def test_every_figure_that_was_used_is_printed_with_its_source() -> None:
    found = of("released")
    text = render(found, load_host("8xh100"), balanced=False)
    assert found.believed
    for name, figure in found.believed.items():
        assert figure.source
        assert any(
            line.split()[0] == name and line.endswith(figure.source)
            for line in text.splitlines()
            if line.strip()
        )


def test_every_shipped_backend_has_a_rate() -> None:
    from datagen.backends.registry import TABLES

    names = {f"{table.section}.{name}" for table in TABLES for name in table.names}
    assert names == RATES.backends.keys()


def test_a_figure_without_a_source_is_refused(tmp_path: Path) -> None:
    data = yaml.safe_load((assets.root() / "pipelines/rates/published.yaml").read_text())
    del data["spread"]["source"]
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(UserError, match=r"spread.source"):
        load_rates(str(tmp_path / "mine.yaml"))


def pilot_event(stage: str, block: int, seconds: float) -> dict[str, Any]:
    """Return what the journal says of a unit of 8 dialogues, of which speech rejects one."""
    return unit_line(
        f"{stage}/{block:06d}",
        rows={"script": 8, "speech": 60}.get(stage, 7),  # speech has a row for each turn
        seconds=seconds * (0.5 if block == 0 else 1.5),
        cpu_seconds=1.0,
        audio_samples=7 * 12 * SAMPLE_RATE,
        rejects=[reject(stage)] if stage == "speech" else [],
        spent={"Qwen/Qwen3-32B": {"dialogues": 4, "prompt": 4000, "completion": 800}},
    )


def test_a_pilot_replaces_the_rates(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    seconds = {"script": 2.0, "speech": 40.0, "timeline": 3.0, "tokens": 5.0}
    events = [pilot_event(stage, block, seconds[stage]) for block in (0, 1) for stage in STAGES]
    events.append(pilot_event("script", 2, 100.0))  # a block that went no further
    (run / "journal.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    pilot = measure(run)
    assert pilot.stages["speech"].seconds.value == pytest.approx(40 / 8 / 12)
    assert pilot.stages["tokens"].seconds.value == pytest.approx(5 / 7 / 12)
    assert pilot.stages["speech"].spread.value == pytest.approx(0.5)
    assert pilot.stages["speech"].accept.value == pytest.approx(7 / 8)
    assert pilot.stages["tokens"].accept.value == 1
    on_disk = sum(path.stat().st_size for path in (run / "speech").iterdir())
    assert pilot.bytes["speech"].value == pytest.approx(on_disk / (2 * 8 * 12))
    found = of("released", pilot=pilot)
    speech = next(pool.work for pool in found.pools if pool.work.name == "speech")
    assert speech.seconds == pytest.approx(62.84 * 40 / 8 / 12)
    assert speech.dialogs == pytest.approx(105_410 / (7 / 8), rel=1e-3)
    qwen = next(pool.work for pool in found.pools if pool.work.is_server)
    assert qwen.seconds == pytest.approx((1000 + 200) / 2353)
    measured = [name for name in found.believed if name.startswith("pilot.")]
    assert len(measured) > 10
    assert all("pilot" in found.believed[name].source for name in measured)


def test_a_pilot_that_made_nothing_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    with pytest.raises(UserError, match="run a pilot"):
        measure(run)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--recipe", "released"], "speech.chatterbox wants a GPU"),
        (["--set", "script={use: vllm, options: {model: Qwen/Qwen3-32B}}"], "script.vllm wants"),
        (["--recipe", "released", "--gpus", "1"], "script needs 2 at once"),
        (["--gpus", "0"], "--gpus"),
        (["--price", "-1"], "--price"),
        (["--rates", "published2"], "known are published"),
        (["--calibrate", "nowhere"], "nowhere"),
        (["--set", "speech.use=tests.fake:Voice"], "no rate for speech.tests.fake:Voice"),
    ],
)
def test_what_cannot_be_planned_is_one_sentence(arguments: list[str], says: str) -> None:
    answer = CliRunner().invoke(main, ["plan", "service", "--hours", "10", *arguments])
    assert answer.exit_code == 2, answer.output
    assert says in answer.output
    assert "Traceback" not in answer.output


def test_the_command_names_the_bottleneck_and_the_pools() -> None:
    arguments = ["plan", "service", "--hours", "1840", "--recipe", "released", "--host", "8xh100"]
    answer = CliRunner().invoke(main, [*arguments, "--gpus", "8", "--price", "2.5"])
    assert answer.exit_code == 0, answer.output
    assert "105,410 dialogues" in answer.output
    assert "bottleneck: speech" in answer.output
    assert "speech: {workers: 15, cpus: 2.0, gpus: 0.33" in answer.output
    assert "renting 8 GPUs" in answer.output
