"""`datagen status`: a run's state from its folder, while it works and after."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import TypeAdapter

from datagen.cli import main
from datagen.engine import metrics
from datagen.engine.events import RunEvent
from datagen.runs.status import render, status
from datagen.types import UserError
from tests.fixtures.events import unit_line
from tests.fixtures.run_folder import write_run

NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def event(ago: float, event: str, **more: Any) -> dict[str, Any]:
    return {"time": (NOW - timedelta(seconds=ago)).isoformat(), "event": event, **more}


def unit(ago: float, name: str, seconds: float, **more: Any) -> dict[str, Any]:
    return event(ago, **unit_line(name, seconds=seconds, **more))


def journal(run: Path, events: Iterable[dict[str, Any]], name: str = "journal.jsonl") -> None:
    (run / name).write_text("".join(json.dumps(each) + "\n" for each in events))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return a run of four blocks of which two are made."""
    folder = write_run(tmp_path / "run", blocks=2)
    plan = json.loads((folder / "plan.json").read_text())
    (folder / "plan.json").write_text(json.dumps(plan | {"blocks": 4, "shards": 4}))
    noise = {"dialog_id": "service-0000003", "stage": "speech", "reason": "noise"}
    journal(
        folder,
        [
            event(9000, "started", blocks=4, resumed={}),
            event(8000, "worker lost", unit="speech/000000", reason="killed"),
            event(200, "started", blocks=4, resumed={}),
            unit(180, "script/000000", 2.0),
            unit(170, "script/000001", 2.0),
            unit(120, "speech/000000", 80.0, rejects=[noise, noise]),
            unit(60, "speech/000001", 80.0, rejects=[noise]),
            event(55, "unit failed", unit="timeline/000001", reason="again"),
            unit(50, "timeline/000000", 1.0),
            unit(40, "timeline/000001", 1.0),
            unit(30, "tokens/000000", 5.0),
            unit(20, "tokens/000001", 5.0),
        ],
    )
    return folder


def test_the_first_lines_of_a_slow_stage_tell_when_it_is_done(run: Path) -> None:
    script = unit(180, "script/000000", 2.0)
    kept = event(30, "kept", stage="speech", dialogs=1, seconds_left=900.0)
    journal(run, [event(200, "started", blocks=4, resumed={}), script])
    assert status(run, NOW).eta_seconds is None
    journal(run, [event(200, "started", blocks=4, resumed={}), script, kept])
    assert status(run, NOW).eta_seconds == 870.0


def test_pace_workers_and_time_to_go(run: Path) -> None:
    found = status(run, NOW)
    speech = found.stages["speech"]
    assert (speech.done, speech.planned) == (2, 4)
    assert speech.busy == pytest.approx(160 / 200)
    assert speech.units_per_hour == pytest.approx(2 / 200 * 3600)
    assert found.eta_seconds == pytest.approx(200)
    assert found.hours == pytest.approx(2 * 96 / 3600)
    assert found.realtime == pytest.approx(192 / 200)
    assert found.last_event_seconds == 20
    assert found.rejects == {"speech: noise": 3}
    assert found.failures == {"unit failed": 1}, "of this session only"


def test_slices_have_journals_of_their_own(run: Path) -> None:
    journal(run, [unit(10, "tokens/000002", 5.0)], "journal-2-of-2.jsonl")
    assert status(run, NOW).hours == pytest.approx(3 * 96 / 3600)


def test_a_unit_made_twice_counts_once(run: Path) -> None:
    with (run / "journal.jsonl").open("a") as file:
        file.write(json.dumps(unit(5, "tokens/000001", 5.0)) + "\n")
    assert status(run, NOW).hours == pytest.approx(2 * 96 / 3600)


def test_a_run_that_stands_still_has_no_time_to_go(run: Path) -> None:
    found = status(run, NOW + timedelta(hours=3))
    assert found.eta_seconds is None
    assert "nothing moves" in render(found)
    assert found.last_event_seconds == 3 * 3600 + 20


def test_a_finished_run_says_so_and_keeps_its_last_pace(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", blocks=1)
    ended = [
        event(900, "started", blocks=1, resumed={}),
        unit(850, "tokens/000000", 5.0),
        event(800, "finished", dialogs=16, audio_seconds=96.0, wall_seconds=9.0),
    ]
    journal(folder, ended)
    found = status(folder, NOW)
    assert (found.state, found.eta_seconds) == ("finished", 0.0)
    assert found.realtime == pytest.approx(96 / 100)


def test_without_a_journal_files_are_counted(run: Path) -> None:
    (run / "journal.jsonl").unlink()
    found = status(run, NOW)
    assert found.stages["tokens"].done == 2
    assert found.last_event_seconds is None
    assert "no journal" in render(found)


def test_half_a_line_at_the_end_is_no_matter(run: Path) -> None:
    with (run / "journal.jsonl").open("a") as file:
        file.write('{"time": "2026-01-0')
    assert status(run, NOW).last_event_seconds == 20


def test_the_command_prints_a_table_or_json(run: Path) -> None:
    text = CliRunner().invoke(main, ["status", str(run)])
    assert text.exit_code == 0
    assert "units an hour" in text.output
    data = json.loads(CliRunner().invoke(main, ["status", str(run), "--json"]).output)
    assert data["stages"]["script"] == {
        "done": 2,
        "planned": 4,
        "busy": data["stages"]["script"]["busy"],
        "units_per_hour": data["stages"]["script"]["units_per_hour"],
    }


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a run folder"):
        status(tmp_path)


class Spy:
    """Stands for a metric of Ray's."""

    made: dict[str, Spy]

    def __init__(self, name: str, *rest: Any, **settings: Any) -> None:
        self.calls: list[tuple[float, tuple[str, ...]]] = []
        Spy.made[name] = self

    def inc(self, value: float, tags: dict[str, str] | None = None) -> None:
        assert value > 0, "Ray refuses others"
        self.calls.append((value, tuple((tags or {}).values())))

    observe = inc


def test_metrics_count_what_the_engine_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    from ray.util import metrics as rays

    Spy.made = {}
    monkeypatch.setattr(rays, "Counter", Spy)
    monkeypatch.setattr(rays, "Histogram", Spy)
    heard: list[str] = []
    take = metrics.metered(lambda told: heard.append(told.event))
    noise = {"dialog_id": "service-0000003", "stage": "tokens", "reason": "too long"}
    for told in (
        event(3, "started", blocks=2, resumed={}),
        unit(2, "tokens/000000", 5.0, rejects=[noise]),
        unit(2, "script/000001", 2.0),
        unit(2, "tokens/000001", 5.0, rows=0, audio_samples=0),
        event(1, "worker lost", unit="speech/000000", reason="killed"),
    ):
        take(TypeAdapter(RunEvent).validate_python(told))
    assert heard == ["started", "unit", "unit", "unit", "worker lost"]
    calls = {name: spy.calls for name, spy in Spy.made.items()}
    assert calls == {
        "datagen_dialogues": [(8, ())],
        "datagen_audio_seconds": [(96.0, ())],
        "datagen_rejects": [(1, ("tokens", "too long"))],
        "datagen_failures": [(1, ("worker lost",))],
        "datagen_unit_seconds": [(5.0, ("tokens",)), (2.0, ("script",)), (5.0, ("tokens",))],
    }
