"""Preference pairs: read, judged after the decision alone, and learnt from."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.train.pair_rows import write_pairs
from train import build, dpo
from train.cli.main import main
from train.config import Config, UserError
from train.data import Corpus
from train.delay import delay
from train.distributed import Group
from train.dpo import PreferenceTrainer, SideScores
from train.loss import LossWeights, sums
from train.pairs import PairSet, find
from train.weights import initialise, save_weights

ALONE = Group(0, 1, torch.device("cpu"))
FRAMES, DECISION = 24, 12
Make = Callable[..., Config]


def pair(index: int, silence: list[int]) -> dict[str, Any]:
    """An answer that comes at the decision, or half a second later."""
    rng = np.random.default_rng(index)
    quiet = np.repeat(np.array(silence, np.int16)[:, None], FRAMES, 1)
    spoken = rng.integers(9, 16, (8, 6)).astype(np.int16)
    sides: dict[str, Any] = {}
    for side, start in (("chosen", DECISION), ("rejected", DECISION + 6)):
        codes, text = quiet.copy(), np.full(FRAMES, 3, np.int16)
        codes[:, start : start + 6] = spoken
        text[start : start + 3] = (7, 8, 9)
        sides |= {f"{side}_codes": codes.ravel(), f"{side}_text": text}
    user = quiet.copy()
    user[:, 2:DECISION] = 10 + index % 3
    return {
        "pair_id": f"service-{index:07d}/late_answer/0",
        "dialog_id": f"service-{index:07d}",
        "kind": "service",
        "split": "train",
        "respect": "late_answer" if index % 2 else "hold_for_shift",
        "axis": "turn_taking",
        "decision": DECISION,
        "same_voice": index % 8 != 7,
        "prompt_tokens": np.array([4, 5, 6], np.int16),
        "agent_voice_codes": rng.integers(0, 16, 8 * 5).astype(np.int16),
        "user_codes": user.ravel(),
        **sides,
    }


@pytest.fixture
def pairs(tmp_path: Path, shard_metadata: dict[str, Any]) -> Path:
    rows = [pair(index, shard_metadata["codec"]["silence"]) for index in range(48)]
    write_pairs(tmp_path / "RUN", "pairs", rows, shard_metadata)
    return tmp_path / "RUN"


@pytest.fixture
def start(tiny: Make, tmp_path: Path) -> str:
    """Weights of a model that has learnt nothing yet, of the shards' tokens."""
    config = tiny()
    metadata = Corpus.open(config.data, tmp_path / "cache").metadata
    model = build.DuplexLM(build.sizes(config, metadata))
    initialise(model, 1)
    save_weights(model, tmp_path / "start.safetensors", torch.float32, metadata.hashes)
    return str(tmp_path / "start.safetensors")


def test_sides_share_all_but_what_is_judged(pairs: Path) -> None:
    found = PairSet(find([str(pairs)]))
    batch = found.batch([0, 5], voice_frames=4)
    prompt = 4 + 6 + 3 + 6
    assert batch.codes.shape == (4, 17, prompt + FRAMES)
    assert batch.judged.sum(1).tolist() == [FRAMES - DECISION] * 4
    before = ~batch.judged[0]
    assert (batch.codes[:2][..., before] == batch.codes[2:][..., before]).all()
    assert (batch.codes[:2, 9:] == batch.codes[2:, 9:]).all(), "one user"
    first = prompt + DECISION
    assert (batch.codes[:2, 0, first] != batch.codes[2:, 0, first]).all()


def test_scores_are_the_models_own_likelihoods(pairs: Path, tiny: Make, start: str) -> None:
    trainer = PreferenceTrainer(
        tiny(f"dpo.pairs=[{pairs}]", f"model.weights={start}", "optim.batch_size=4"), ALONE
    )
    batch = trainer.pairs.batch([3], 5)
    with torch.no_grad():
        scores = dpo.score(trainer.model, batch, (0, 3), 0.3)
        for line, value in ((0, scores.chosen), (1, scores.rejected)):
            codes = torch.from_numpy(batch.codes[line : line + 1]).long()
            judged = torch.from_numpy(batch.judged[line : line + 1])[:, None].expand_as(codes)
            steps = delay(codes, judged, trainer.model.config.initial)
            found = sums(
                *trainer.model(steps.inputs, steps.targets),
                steps.targets,
                steps.mask,
                LossWeights(pad=0.3),
            )
            nats = found.numerators[:2].sum() / found.denominators[:2].sum()
            assert float(value) == pytest.approx(-float(nats), rel=1e-5)


def test_another_voices_sound_is_not_judged(pairs: Path, tiny: Make, start: str) -> None:
    """Pair 7's rejected side is another voice's: what it sounds like changes nothing."""
    trainer = PreferenceTrainer(
        tiny(f"dpo.pairs=[{pairs}]", f"model.weights={start}", "optim.batch_size=4"), ALONE
    )
    batch = trainer.pairs.batch([6, 7], 5)
    assert batch.heard.tolist() == [True, False] * 2
    other = batch.codes.copy()
    last = int(np.flatnonzero(batch.judged[0])[-1])
    other[:, 1, last] = 15 - other[:, 1, last]
    with torch.no_grad():
        before = dpo.score(trainer.model, batch, (0, 3), 0.3)
        after = dpo.score(trainer.model, replace(batch, codes=other), (0, 3), 0.3)
    for one, two in zip(before, after, strict=True):
        assert one[0] != two[0]
        assert one[1] == two[1]


def test_the_loss_is_dpos() -> None:
    scores = SideScores(torch.tensor([-1.0, -2.0]), torch.tensor([-1.5, -1.0]))
    before = torch.tensor([0.25, -1.0])
    expected = [math.log(1 + math.exp(-4 * margin)) for margin in (0.5 - 0.25, -1.0 + 1.0)]
    assert float(dpo.loss(scores, before, 4.0, 0.0)) == pytest.approx(sum(expected) / 2)
    anchored = float(dpo.loss(scores, before, 4.0, 0.1))
    assert anchored == pytest.approx(sum(expected) / 2 + 0.1 * 1.5)


def test_the_margin_of_held_out_pairs_grows_by_more_than_its_error(
    pairs: Path, tiny: Make, start: str, tmp_path: Path, capsys: Any
) -> None:
    settings = ("optim.steps=30", "optim.batch_size=8", "optim.micro_batch=8")
    settings += ("optim.warmup_steps=2", "optim.temporal_lr=5e-3", "optim.depth_lr=5e-3")
    config = tiny(f"dpo.pairs=[{pairs}]", f"model.weights={start}", "run.log_every=30", *settings)
    trainer = PreferenceTrainer(config, ALONE)
    assert not set(trainer.rows.tolist()) & set(trainer.held_out.tolist())
    before = trainer.preferences()["all"]
    after = trainer.run()["all"]
    assert after.margin - before.margin > 4 * math.hypot(after.error, before.error)
    assert after.preferred == 1.0
    again = PreferenceTrainer(config, ALONE)
    assert again.step == 30, "it goes on from its checkpoint"
    file = tmp_path / "out.yaml"
    import yaml

    file.write_text(yaml.safe_dump(config.to_dict()))
    assert main(["dpo", str(file), "--pairs", str(pairs)]) == 0
    assert "| respect/late_answer |" in capsys.readouterr().out


def test_kill_and_resume_is_the_uninterrupted_training(
    pairs: Path, tiny: Make, start: str, tmp_path: Path
) -> None:
    settings = (f"dpo.pairs=[{pairs}]", f"model.weights={start}", "optim.steps=6")
    settings += ("run.checkpoint_every=2",)
    straight = PreferenceTrainer(tiny(*settings, f"out={tmp_path}/a"), ALONE)
    straight.run()
    killed = PreferenceTrainer(tiny(*settings, f"out={tmp_path}/b"), ALONE)
    for _ in range(4):
        killed.take_step()
    killed._save()
    resumed = PreferenceTrainer(tiny(*settings, f"out={tmp_path}/b"), ALONE)
    assert resumed.step == 4
    resumed.run()
    assert all(map(torch.equal, straight.model.parameters(), resumed.model.parameters()))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model.weights=null", "begins with a trained model"),
        ("dpo.respects=[early_entry]", "none of 'early_entry'"),
        ("dpo.pairs=[]", "dpo.pairs is empty"),
        ("optim.batch_size=64", "too few for batches of 64"),
    ],
)
def test_what_cannot_be_learnt_from_is_said(
    override: str, message: str, pairs: Path, tiny: Make, start: str
) -> None:
    with pytest.raises(UserError, match=message):
        PreferenceTrainer(tiny(f"dpo.pairs=[{pairs}]", f"model.weights={start}", override), ALONE)
