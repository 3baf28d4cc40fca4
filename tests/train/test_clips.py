"""Clips: what the model is given of them, what an answer is worth, and that it learns from that."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.train.pair_rows import write_pairs
from train import build, pairs
from train.clips import ClipSet
from train.config import Config, UserError
from train.distributed import Group
from train.prompt import AGENT, NO_TOKEN, TEXT, USER

FRAMES, DECISION, WINDOW = 30, 10, 6
AXES = ("backchannel", "interruption", "pause", "turn_taking")


def clip(index: int, silence: list[int]) -> dict[str, Any]:
    quiet = np.repeat(np.array(silence, np.int16)[:, None], FRAMES, 1)
    rng = np.random.default_rng(index)
    user = quiet.copy()
    user[:, :DECISION] = 10
    axis = AXES[index % 4]
    return {
        "clip_id": f"service-{index:07d}/{axis}/0",
        "dialog_id": f"service-{index:07d}",
        "split": "train",
        "axis": axis,
        "decision": DECISION,
        "window": WINDOW,
        "prompt_tokens": np.array([4, 5, 6], np.int16),
        "agent_voice_codes": rng.integers(0, 16, 8 * 5).astype(np.int16),
        "user_codes": user.ravel(),
        "agent_text": np.full(FRAMES, 3, np.int16),
        "agent_codes": quiet.ravel(),
    }


@pytest.fixture
def clips(tmp_path: Path, shard_metadata: dict[str, Any]) -> ClipSet:
    rows = [clip(index, shard_metadata["codec"]["silence"]) for index in range(8)]
    write_pairs(tmp_path / "RUN", "clips", rows, shard_metadata)
    return ClipSet(pairs.find([str(tmp_path / "RUN")], "clips"))


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path = Path(__file__).parents[2] / "examples" / "grpo.py"
    spec = importlib.util.spec_from_file_location("grpo_example", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_the_agent_is_unknown_from_the_decision_on(clips: ClipSet) -> None:
    prompt, drawn = 4 + 6 + 3 + 6, WINDOW + 13 + 1
    codes = clips.known(0, voice_frames=4)
    assert codes.shape == (17, prompt + DECISION + drawn)
    assert (codes[USER] != NO_TOKEN).all()
    unknown = codes[TEXT] == NO_TOKEN
    assert unknown.tolist() == [False] * (prompt + DECISION) + [True] * drawn
    assert ((codes[AGENT] == NO_TOKEN) == unknown).all()
    heard = codes[USER, prompt : prompt + DECISION]
    assert (heard == 10).all()


def test_an_answer_is_worth_what_its_axis_says(clips: ClipSet) -> None:
    axes = clips.labels["axis"].tolist()
    known = clips.known(0, voice_frames=4)
    silent = known[:, :-1].copy()
    silent[AGENT, -WINDOW - 13 :] = np.array(clips.marks.silence)[:, None]
    speaking = silent.copy()
    speaking[AGENT, -WINDOW - 13 :] = 15
    for axis, calm, loud in (("pause", 1, -1), ("turn_taking", -1, 1), ("interruption", 0.5, -1)):
        row = axes.index(axis)
        assert clips.reward(row, silent) == calm, axis
        assert clips.reward(row, speaking) == loud, axis


def test_the_example_draws_better_answers_step_by_step(
    clips: ClipSet, example: ModuleType, tiny: Callable[..., Config]
) -> None:
    model = build.make_model(tiny(), clips.metadata, Group(0, 1, torch.device("cpu")))

    def reward(row: int, codes: np.ndarray) -> float:
        """Frames without a word: what a model that has learnt nothing can learn soon."""
        return float((codes[TEXT, clips.judged(row, codes.shape[1])] == 3).mean())

    means = example.learn(
        model, clips, np.arange(8), steps=8, group=8, at_once=3, rate=1e-2, reward=reward
    )
    assert np.mean(means[-3:]) > np.mean(means[:3]) + 0.2, means


def test_pairs_without_clips_say_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no clips; make them with `datagen pairs RUN`"):
        pairs.find([str(tmp_path)], "clips")
