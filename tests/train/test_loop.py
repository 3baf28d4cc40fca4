import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("torch")

import torch

from train import config as configs
from train import journal, loop, metrics
from train.config import Config, UserError
from train.distributed import Group
from train.loop import Diverged, Trainer
from train.weights import save_weights

Make = Callable[..., Config]
ALONE = Group(0, 1, torch.device("cpu"))


def lines(config: Config) -> list[dict[str, Any]]:
    return journal.read(Path(config.out) / "metrics.jsonl")


def test_200_steps_lower_the_loss_of_every_stream(tiny: Make) -> None:
    config = tiny("run.validate_every=200", "run.checkpoint_every=200")
    assert loop.train(config) == 200
    reports = [line for line in lines(config) if "loss" in line]
    first, last = reports[0], reports[-1]
    for stream in metrics.STREAMS:
        assert last[f"loss/{stream}"] < 0.5 * first[f"loss/{stream}"], stream
    assert last["useful_frames"] > 0.9
    assert last["tokens_per_second"] == pytest.approx(17 * last["frames_per_second"])
    held_out = next(line for line in lines(config) if "validation/all/loss" in line)
    for kind in ("service", "qa", "all"):
        for stream in metrics.STREAMS:
            assert held_out[f"validation/{kind}/{stream}"] < first[f"loss/{stream}"]


def interrupt_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    take = Trainer.take_step

    def killed(self: Trainer) -> Any:
        if self.step == step:
            raise KeyboardInterrupt
        return take(self)

    monkeypatch.setattr(Trainer, "take_step", killed)


def test_kill_and_resume_is_the_uninterrupted_run_bit_for_bit(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ("optim.steps=15", "run.checkpoint_every=6", "run.log_every=6")
    settings += ("prompt.min_voice_frames=1", "data.mix.qa=1.5")
    straight = Trainer(tiny(*settings, f"out={tmp_path}/straight"), ALONE)
    straight.run()
    config = tiny(*settings, f"out={tmp_path}/killed")
    with monkeypatch.context() as patch:
        interrupt_at(patch, 14)
        with pytest.raises(KeyboardInterrupt):
            Trainer(config, ALONE).run()
    resumed = Trainer(config, ALONE)
    assert resumed.step == 12
    resumed.run()
    for (name, one), two in zip(
        straight.model.named_parameters(), resumed.model.parameters(), strict=True
    ):
        assert torch.equal(one, two), name
        moments = straight.optimizer.state[one], resumed.optimizer.state[two]
        for key in ("exp_avg", "exp_avg_sq", "step"):
            assert torch.equal(moments[0][key], moments[1][key]), (name, key)
    kept = [
        [(line["step"], line["loss"]) for line in lines(trainer._config) if "loss" in line]
        for trainer in (straight, resumed)
    ]
    assert kept[0] == kept[1]


def test_more_steps_go_on_bit_for_bit_and_fewer_are_refused(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ("run.checkpoint_every=2", "run.log_every=1", "run.validate_every=2")
    trained = []
    for name in ("straight", "killed"):
        out = f"out={tmp_path}/{name}"
        Trainer(tiny("optim.steps=4", *settings, out), ALONE).run()
        longer = tiny("optim.steps=9", *settings, out)
        if name == "killed":
            with monkeypatch.context() as patch:
                interrupt_at(patch, 7)
                with pytest.raises(KeyboardInterrupt):
                    Trainer(longer, ALONE).run()
        trained.append(Trainer(longer, ALONE))
        assert trained[-1].step == (4 if name == "straight" else 6)
        trained[-1].run()
        assert [line["step"] for line in lines(longer)] == list(range(10)), "each step once"
    one, two = trained
    assert all(map(torch.equal, one.model.parameters(), two.model.parameters()))
    with pytest.raises(UserError, match=r"optim\.steps 9, which may grow but not shrink to 5"):
        Trainer(tiny("optim.steps=5", *settings, f"out={tmp_path}/killed"), ALONE)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_who_is_told_to_stop_saves_first(
    tiny: Make, monkeypatch: pytest.MonkeyPatch, signum: signal.Signals
) -> None:
    config = tiny("optim.steps=50", "run.checkpoint_every=50")
    take = Trainer.take_step

    def told(self: Trainer) -> Any:
        if self.step == 3:
            os.kill(os.getpid(), signum)
        return take(self)

    monkeypatch.setattr(Trainer, "take_step", told)
    before = signal.getsignal(signum)
    assert Trainer(config, ALONE).run() == 4
    assert signal.getsignal(signum) == before
    assert Trainer(config, ALONE).step == 4


def test_a_loss_that_is_no_number_stops_with_step_and_dialogues(tiny: Make) -> None:
    trainer = Trainer(tiny("optim.steps=9"), ALONE)
    trainer.take_step()
    with torch.no_grad():
        trainer.model.text_linear.weight[5] = float("nan")
    before = trainer.model.out_norm.alpha.clone()
    _, rows = trainer.plan.at(1)
    with pytest.raises(Diverged, match="step 1 gives no number") as stopped:
        trainer.take_step()
    for row in rows:
        assert trainer.corpus.dialog_ids[row] in str(stopped.value)
    assert torch.equal(trainer.model.out_norm.alpha, before), "no step was taken"


def test_micro_batches_do_not_change_a_step(tiny: Make, tmp_path: Path) -> None:
    norms = []
    for micro in (1, 2, 4):
        trainer = Trainer(tiny(f"optim.micro_batch={micro}", f"out={tmp_path}/{micro}"), ALONE)
        _, norm = trainer.take_step()
        assert trainer._since is not None
        norms.append((norm, *trainer._since.numerators.tolist()))
    assert norms[1] == pytest.approx(norms[0], rel=1e-5)
    assert norms[2] == pytest.approx(norms[0], rel=1e-5)


def test_two_processes_take_the_same_steps_as_one(tiny: Make, tmp_path: Path) -> None:
    config = tiny("optim.steps=3", "optim.micro_batch=2", "run.log_every=1", "optim.warmup_steps=1")
    settings = config.to_dict()
    settings["run"] |= {"validate_every": 3}
    alone = configs.parse(settings | {"out": f"{tmp_path}/one"}, "one")
    both = configs.parse(settings | {"out": f"{tmp_path}/two"}, "two")
    loop.train(alone)
    file = tmp_path / "two.yaml"
    file.write_text(yaml.safe_dump(both.to_dict()))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "-m", "train", str(file)]
    root = Path(__file__).parents[2]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    timing = ("seconds", "per_second")
    for one, two in zip(lines(alone), lines(both), strict=True):
        assert one.keys() == two.keys()
        for key in one:
            if not key.endswith(timing) and key not in ("useful_frames", "mfu"):
                assert two[key] == pytest.approx(one[key], rel=2e-4, abs=1e-6), (one["step"], key)
    resumed = Trainer(alone, ALONE)
    from_two = Trainer(configs.parse(both.to_dict() | {"out": both.out}, "two"), ALONE)
    assert from_two.step == resumed.step == 3
    for one, two in zip(resumed.model.parameters(), from_two.model.parameters(), strict=True):
        assert torch.allclose(one, two, atol=1e-4)


def test_lora_trains_adapters_of_an_own_export_alone_and_resumes(
    tiny: Make, tmp_path: Path
) -> None:
    begun = Trainer(tiny(), ALONE)
    metadata = begun.corpus.metadata
    tokens = {"codec": metadata.codec_hash, "tokenizer": metadata.tokenizer_hash}
    save_weights(begun.model, tmp_path / "model.safetensors", tokens=tokens)
    config = tiny(
        "optim.steps=3", "lora.rank=2", "run.checkpoint_every=2", f"model.weights={tmp_path}"
    )
    trainer = Trainer(config, ALONE)
    frozen = trainer.model.text_emb.weight.clone()
    trainer.run()
    assert torch.equal(trainer.model.text_emb.weight, frozen)
    adapter = dict(trainer.model.named_parameters())["text_linear.lora_b"]
    assert adapter.abs().sum() > 0
    again = Trainer(config, ALONE)
    for one, two in zip(trainer.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(one, two)


def test_a_whole_batch_without_loss_changes_no_number(tiny: Make) -> None:
    trainer = Trainer(tiny("data.max_frames=30", "optim.weight_decay=0"), ALONE)
    epoch = trainer._epoch(0)
    epoch.prompt_frames[:] = epoch.lengths
    _, norm = trainer.take_step()
    assert norm == 0.0
    assert trainer._since is not None
    assert trainer._since.numerators.sum() == 0.0


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model.weights=nvidia/personaplex-7b-v1", "tokens of stand-ins"),
        ("data.mix={qa: 0, service: 0}", "there are 0 to train on"),
        ("data.max_frames=16", "there are 0 to train on"),
        ("lora.rank=4", "adapters beside frozen noise"),
        ("loss.pad_ids=[0]", "the PAD of the shards"),
        ("data.shards=[]", "data.shards is empty"),
        ("prompt.swap_roles=0.5", r"data\.tokenizer"),
        ("data.max_frames=16", r"0 to train on, beside 42 whose prompts .*raise data\.max_frames"),
        ("run.device=cuda", "there is no GPU"),
    ],
)
def test_what_cannot_be_trained_is_said_before_a_step(
    override: str, message: str, tiny: Make
) -> None:
    if override == "run.device=cuda" and torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(UserError, match=message):
        loop.train(tiny(override))


def test_processes_must_share_a_batch_evenly(tiny: Make) -> None:
    with pytest.raises(UserError, match="does not divide among 3 processes"):
        Trainer(tiny(), Group(0, 3, torch.device("cpu")))
