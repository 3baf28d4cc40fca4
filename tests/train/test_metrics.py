import importlib.util
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch

from train import journal, metrics
from train.journal import Journal, open_journal
from train.metrics import Meter
from train.model import PRESETS, DuplexLM


def test_each_step_stands_there_once_after_a_resume(tmp_path: Path) -> None:
    first = Journal(tmp_path, 0)
    for step in (1, 2, 3):
        first.write(step, {"loss": float(step), "mfu": None})
    first.close()
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 4, "lo')
    second = Journal(tmp_path, 2)
    second.write(3, {"loss": 9.0})
    second.close()
    assert journal.read(tmp_path / "metrics.jsonl") == [
        {"step": 1, "loss": 1.0, "mfu": None},
        {"step": 2, "loss": 2.0, "mfu": None},
        {"step": 3, "loss": 9.0},
    ]


def test_tensorboard_gets_them_too_where_it_is_installed(tmp_path: Path) -> None:
    written = open_journal(tmp_path, 0, tensorboard=True)
    written.write(1, {"loss": 1.0, "mfu": None})
    written.close()
    installed = importlib.util.find_spec("tensorboard") is not None
    assert any((tmp_path / "tensorboard").glob("events*")) == installed


def test_weights_and_biases_keeps_a_resumed_run_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    for step in (0, 1):
        opened = open_journal(tmp_path, step, wandb="fullduplex", config={"seed": step})
        opened.write(step + 1, {"loss": 2.0 - step, "mfu": None})
        opened.close()
    name = (tmp_path / "wandb-run").read_text()
    runs = [path.parent.name for path in (tmp_path / "wandb").glob("offline-run-*/*.wandb")]
    assert len(runs) == 2
    assert all(run.endswith(name) for run in runs)
    assert [record["step"] for record in journal.read(tmp_path / "metrics.jsonl")] == [1, 2]


def test_streams_have_names_and_a_missing_one_is_null() -> None:
    named = metrics.by_stream(torch.arange(17.0), "x")
    assert named["x/text"] == 0
    assert named["x/agent_0"] == 1
    assert named["x/user_0"] == 9
    assert named["x/user_7"] == 16
    assert metrics.by_stream(torch.tensor([1.0, float("nan")])) == {
        "loss/text": 1.0,
        "loss/agent_0": None,
    }


def test_rates_are_of_useful_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 1.5, 7.0, 7.5])
    monkeypatch.setattr(metrics.time, "perf_counter", lambda: next(now))
    meter = Meter(flops_per_frame=10.0, peak=100.0)
    for frames, filled in ((30, 40), (50, 60)):
        with meter.step():
            meter.add(frames, filled)
    report = meter.report(processes=2)
    assert report == {
        "step_seconds": 1.0,
        "frames_per_second": 40.0,
        "tokens_per_second": 680.0,
        "useful_frames": 0.8,
        "mfu": 40.0 * 10.0 / (100.0 * 2),
    }


def test_a_frame_of_personaplex_costs_six_times_its_matrices() -> None:
    with torch.device("meta"):
        model = DuplexLM(PRESETS["personaplex"])
    matrices = metrics.flops_per_frame(model) / 6
    embeddings = 16 * 2_049 * 4_096 + 32_001 * 4_096 + 32_001 * 1_024 + 15 * 2_049 * 1_024
    gains = 65 * 4_096 + 12 * 1_024
    total = sum(weight.numel() for weight in model.parameters())
    assert matrices == total - embeddings - gains
    assert matrices == pytest.approx(6.71e9 + 1.33e9, rel=0.01)
    model.requires_grad_(False)
    assert metrics.flops_per_frame(model) == 4 * matrices


def test_a_cpu_has_no_known_peak() -> None:
    assert metrics.peak_flops(torch.device("cpu")) is None
