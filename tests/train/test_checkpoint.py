from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch

from train import checkpoint as checkpoints
from train import optim
from train.config import Config, OptimSpec, UserError
from train.distributed import Group
from train.loop import Trainer

Make = Callable[..., Config]
ALONE = Group(0, 1, torch.device("cpu"))


def test_only_the_newest_checkpoints_stay(tiny: Make) -> None:
    config = tiny("optim.steps=5", "optim.warmup_steps=1", "run.checkpoint_every=1", "run.keep=2")
    Trainer(config, ALONE).run()
    names = [path.name for path in checkpoints.list_checkpoints(config.out)]
    assert names == ["step-00000004", "step-00000005"]
    found = checkpoints.latest(config.out)
    assert found is not None
    assert checkpoints.read_config(found) == config
    assert checkpoints.read_record(found)["step"] == 5


def test_a_checkpoint_that_was_being_written_is_not_one(tiny: Make) -> None:
    config = tiny("optim.steps=1", "optim.warmup_steps=0")
    Trainer(config, ALONE).run()
    whole = checkpoints.latest(config.out)
    (Path(config.out) / "checkpoints" / ".step-00000009.tmp").mkdir()
    (Path(config.out) / "checkpoints" / "step-00000008").mkdir()
    assert checkpoints.latest(config.out) == whole


@pytest.mark.parametrize(
    ("override", "name"),
    [
        ("seed=1", "seed"),
        ("optim.temporal_lr=1", "optim.temporal_lr"),
        ("data.mix.qa=0.5", "data.mix"),
        ("run.precision=bf16", "run.precision"),
        ("prompt.min_voice_frames=1", "prompt.min_voice_frames"),
    ],
)
def test_a_run_is_not_continued_as_another(override: str, name: str, tiny: Make) -> None:
    Trainer(tiny("optim.steps=1", "optim.warmup_steps=0"), ALONE).run()
    with pytest.raises(UserError, match=name):
        Trainer(tiny("optim.steps=1", "optim.warmup_steps=0", override), ALONE)


def test_nor_on_other_data(
    tiny: Make, tmp_path: Path, shard_factory: tuple[Callable[..., dict], Callable[..., Path]]
) -> None:
    make_row, write_shard = shard_factory
    Trainer(tiny("optim.steps=1", "optim.warmup_steps=0"), ALONE).run()
    write_shard(tmp_path / "other" / "a.parquet", [make_row(i) for i in range(12)])
    other = tiny("optim.steps=1", "optim.warmup_steps=0", f"data.shards=[{tmp_path}/other]")
    with pytest.raises(UserError, match="begun with another dialogues"):
        Trainer(other, ALONE)


def test_what_computes_nothing_may_change(tiny: Make) -> None:
    Trainer(tiny("optim.steps=1", "optim.warmup_steps=0"), ALONE).run()
    changed = tiny(
        "optim.steps=1", "optim.warmup_steps=0", "optim.micro_batch=1", "run.log_every=3"
    )
    assert Trainer(changed, ALONE).step == 1


def test_what_is_no_checkpoint_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a checkpoint"):
        checkpoints.read_record(tmp_path)
    for text, says in (
        ('{"step": 3}', "has no 'config'"),  # as the run.json of a run of dialogues
        ('{"step": 3, "config": [], "corpus": {}}', "of something else"),
        ("[]", "is not a checkpoint"),
    ):
        (tmp_path / checkpoints.RECORD).write_text(text)
        with pytest.raises(UserError, match=says):
            checkpoints.read_record(tmp_path)


def test_a_checkpoint_that_lost_its_files_is_said_so(tiny: Make) -> None:
    config = tiny("optim.steps=1", "optim.warmup_steps=0")
    trainer = Trainer(config, ALONE)
    trainer.run()
    found = checkpoints.latest(config.out)
    assert found is not None
    (weights,) = found.glob("*.distcp")
    weights.write_bytes(weights.read_bytes()[:1_000])
    with pytest.raises(UserError, match=r"step-00000001 cannot be read .*copy it again"):
        checkpoints.load_model(found, trainer.model)
    (found / ".metadata").unlink()
    with pytest.raises(UserError, match="missing or damaged"):
        Trainer(config, ALONE)


def test_rates_warm_up_and_follow_half_a_cosine() -> None:
    spec = OptimSpec(steps=110, warmup_steps=10, final_lr=0.1)
    shares = [optim.share_of_rate(step, spec) for step in range(110)]
    assert shares[:10] == pytest.approx([(n + 1) / 10 for n in range(10)])
    assert shares[10] == 1.0
    assert shares[60] == pytest.approx(0.1 + 0.9 * 0.5)
    assert optim.share_of_rate(110, spec) == pytest.approx(0.1)
    assert shares[10:] == sorted(shares[10:], reverse=True)


def test_each_transformer_has_its_rate_and_norms_do_not_decay(tiny: Make) -> None:
    trainer = Trainer(tiny(), ALONE)
    spec = OptimSpec(temporal_lr=2e-6, depth_lr=4e-6, warmup_steps=0)
    optimizer = optim.adamw(trainer.model, spec)
    names = {weight: name for name, weight in trainer.model.named_parameters()}
    seen = 0
    for group in optimizer.param_groups:
        for weight in group["params"]:
            depth = names[weight].startswith(("depformer", "linears."))
            assert group["lr"] == (4e-6 if depth else 2e-6)
            assert group["weight_decay"] == (0.0 if names[weight].endswith("alpha") else 0.1)
            seen += 1
    assert seen == len(names)
    assert optim.set_rates(optimizer, 0, spec) == {"lr/temporal": 2e-6, "lr/depth": 4e-6}
