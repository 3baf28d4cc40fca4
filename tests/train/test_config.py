from pathlib import Path

import pytest

pytest.importorskip("torch")

from train import config, curriculum
from train.config import CONFIGS, UserError


@pytest.mark.parametrize("name", sorted(path.stem for path in CONFIGS.glob("*.yaml")))
def test_shipped_configs_load_and_survive_a_round_trip(name: str) -> None:
    stages = curriculum.load(name, ["data.tokenizer=tokenizer.model"])  # --tokenizer of rehearse
    for stage in stages:
        assert config.parse(stage.config.to_dict(), "again") == stage.config
    if len(stages) > 1:
        with pytest.raises(UserError, match="trains in stages"):
            config.load(name)


def test_the_paper_config_is_the_paper() -> None:
    paper = config.load("paper")
    optim = paper.optim
    assert (optim.steps, optim.batch_size) == (24_576, 32)
    assert (optim.temporal_lr, optim.depth_lr) == (2e-6, 4e-6)
    assert (paper.loss.semantic, paper.loss.acoustic, paper.loss.pad) == (1.0, 0.02, 0.3)
    assert paper.data.max_frames == 2_048
    assert paper.lora.rank == 0


def test_settings_are_laid_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("out: here\noptim: {steps: 7}\n")
    loaded = config.load(
        tmp_path / "a.yaml",
        ["optim.depth_lr=3e-5", "optim.warmup_steps=1", "data.shards=[x, y]", "data.mix.qa=0.5"],
    )
    assert loaded.optim.steps == 7
    assert loaded.optim.depth_lr == 3e-5
    assert loaded.data.shards == ("x", "y")
    assert loaded.data.mix == {"qa": 0.5}
    assert config.load(tmp_path / "a.yaml", ["data.shards=x", "optim.warmup_steps=0"]).data.shards


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("optim.stepz=3", "no setting 'stepz'"),
        ("nope=3", "no setting 'nope'"),
        ("optim.steps=many", r"optim: steps must be int, not 'many'"),
        ("optim.steps=true", r"must be int"),
        ("optim.betas=[0.9]", "a list of 2"),
        ("run.precision=fp8", "precision must be"),
        ("optim=3", "must hold settings"),
        ("out.inner=3", "out is a value"),
        ("steps", "write it as"),
        ("optim.micro_batch=3", "must divide"),
        ("data.fraction=0", r"data\.fraction"),
        ("optim.warmup_steps=999", r"warmup_steps is 999 and .*optim\.steps, 200: lower it"),
        ("prompt.swap_roles=2", "between 0 and 1"),
        ("prompt.begin_later=-1", "between 0 and 1"),
        ("loss.text=-1", "not be negative"),
        ("data.mix.qa=-1", "must not be negative"),
        ("loss.semantic=-1", "not be negative"),
        ("optim.depth_lr=-1", "not be negative"),
        ("optim.weight_decay=.nan", "not be negative"),
        ("optim.betas=[0.9, 1.0]", "less than 1"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(override: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        config.load("tiny", [override])


def test_no_such_config_names_the_shipped_ones() -> None:
    with pytest.raises(UserError, match="lora, paper"):
        config.load("papre")
