"""Stages, and what is measured of facts while they train."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

torch = pytest.importorskip("torch")

from train import curriculum
from train.build import make_model
from train.config import Config, UserError
from train.curriculum import TrainingStage
from train.data import Corpus
from train.distributed import Group
from train.evaluation import summary, transition
from train.evaluation.facts import COMPANY, FactScores, find_mentions
from train.evaluation.held_out import HeldOutDialogs
from train.model import DuplexLM
from train.prompt import TEXT
from train.sample import TokenSampling

ALONE = Group(0, 1, torch.device("cpu"))
Make = Callable[..., Config]


@pytest.fixture
def factual(shards: Path, tmp_path: Path) -> Path:
    """The shards, in which each agent says one token that its prompt has: the company's."""
    folder = tmp_path / "factual"
    folder.mkdir()
    for file in shards.glob("*.parquet"):
        rows = pq.read_table(file)
        records = rows.to_pylist()
        for index, row in enumerate(records):
            name = 20 + index % 24
            row["prompt_tokens"] = [4, name, 5]
            row["agent_text"][8] = name
            fact = {"id": "company", "type": "name", "written": f"{name}", "spoken": f"{name}"}
            row["facts"] = [fact]
        schema = rows.schema.append(
            pa.field(
                "facts",
                pa.list_(
                    pa.struct([(n, pa.string()) for n in ("id", "type", "written", "spoken")])
                ),
            )
        )
        pq.write_table(pa.Table.from_pylist(records, schema), folder / file.name)
    return folder


def encode(word: str) -> list[int]:
    return [int(word)]


def scores_of(config: Config, factual: Path, tmp_path: Path) -> FactScores:
    corpus = Corpus.open(config.data, tmp_path / "cache")
    held_out = HeldOutDialogs(config, corpus, 4)
    files = sorted(factual.glob("*.parquet"))
    rows = held_out.unseen.tolist()
    return FactScores(held_out, find_mentions(held_out, rows, files, encode))


class Copyist(DuplexLM):
    """Says at every step the token that stands second in its prompt."""

    def forward(self, inputs, targets=None, segments=None, depth_steps=None, text_steps=None):  # type: ignore[no-untyped-def]
        place = (inputs[:, TEXT] == 4).int().argmax(1) + 1
        name = inputs[torch.arange(len(inputs)), TEXT, place]
        logits = torch.nn.functional.one_hot(name, self.config.text_card).float()
        lines = text_steps.nonzero()[:, 0]
        return logits[lines][None], None


@pytest.mark.parametrize("view", ["openings", "text"])
def test_who_copies_from_the_prompt_scores_one_and_zero(
    view: str, tiny: Make, factual: Path, tmp_path: Path
) -> None:
    config = tiny(f"data.shards=[{factual}]", f"data.view={view}", "data.max_frames=64")
    scores = scores_of(config, factual, tmp_path)
    assert {mention.kind for mention in scores.mentions} == {COMPANY}
    corpus = Corpus.open(config.data, tmp_path / "cache")
    model = make_model(config, corpus.metadata, ALONE)
    copyist = Copyist(model.config)
    found = scores.teacher_forced(copyist)
    assert found["facts/company/own"] == found["facts/company/plain"] == 1.0
    assert found["facts/company/exchanged"] < 0.1, "two neighbours share a name"  # type: ignore[operator]
    assert found["facts/company/mentions"] == len(scores.mentions)
    untrained = scores.teacher_forced(model)
    assert untrained["facts/company/own"] < 0.5  # type: ignore[operator]
    said = scores.free_running(model, TokenSampling(), text_alone=True)
    assert said["facts/company/said"] < 0.5, "the prompt does not count"  # type: ignore[operator]


def test_a_mention_is_where_the_token_is(tiny: Make, factual: Path, tmp_path: Path) -> None:
    config = tiny(f"data.shards=[{factual}]", "data.max_frames=124")
    corpus = Corpus.open(config.data, tmp_path / "cache")
    held_out = HeldOutDialogs(config, corpus, 4)
    rows = held_out.unseen.tolist()
    mentions = find_mentions(held_out, rows, sorted(factual.glob("*.parquet")), encode)
    assert {mention.row for mention in mentions} == set(rows)
    for mention in mentions:
        assert (held_out.parts(mention.row).text[mention.frames] == mention.tokens).all()
        assert mention.frames.tolist() == [8]


def test_stages_change_the_base_and_overrides_know_them(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    stages = [{"name": "dense", "data": {"view": "openings"}}, {"name": "whole"}]
    base = {"out": "x", "optim": {"steps": 600}, "stages": stages}
    file.write_text(yaml.safe_dump(base))
    overrides = ["optim.batch_size=8", "dense.optim.steps=700"]
    dense, whole = curriculum.load(file, overrides)
    assert (dense.name, dense.config.data.view, dense.config.optim.steps) == (
        "dense",
        "openings",
        700,
    )
    assert (whole.config.data.view, whole.config.optim.steps) == ("all", 600)
    assert dense.config.optim.batch_size == whole.config.optim.batch_size == 8
    assert [stage.name for stage in curriculum.load("tiny")] == ["all"]
    for wrong in ([{"data": {}}], [{"name": "a"}, {"name": "a"}], [{"name": "optim"}], ["x"]):
        file.write_text(yaml.safe_dump({**base, "stages": wrong}))
        with pytest.raises(UserError, match="name"):
            curriculum.load(file)


def test_each_stage_begins_where_the_last_ended_and_is_not_done_twice(
    tiny: Make, factual: Path, tmp_path: Path
) -> None:
    def stage(name: str, *more: str) -> TrainingStage:
        settings = (f"data.shards=[{factual}]", "optim.steps=4", "run.validate_every=2")
        return TrainingStage(name, tiny(*settings, "data.max_frames=64", "loss.quoted=4", *more))

    stages = [stage("dense", "data.view=openings"), stage("timed", "data.view=text"), stage("all")]
    begun: list[str] = []

    def probes(one: TrainingStage) -> list[Callable[[DuplexLM], dict[str, float]]]:
        begun.append(one.name)
        return [lambda model: {"facts/company/own": 0.5}]

    model = curriculum.train(stages, ALONE, tmp_path / "out", probes)
    assert begun == ["dense", "timed", "all"]
    again = curriculum.train(stages, ALONE, tmp_path / "out", probes)
    assert begun == ["dense", "timed", "all"] or begun[3:] == ["all"]
    assert all(map(torch.equal, model.parameters(), again.parameters()))
    found, ends = transition.curves(tmp_path / "out", stages)
    assert found["company/own"] == [(8 + 16 * k + o, 0.5) for k in range(3) for o in (0, 8)]
    assert ends == [16, 32, 48]


def test_a_finished_stage_is_not_taken_for_another(
    tiny: Make, factual: Path, tmp_path: Path
) -> None:
    def stage(name: str, *more: str) -> TrainingStage:
        settings = (f"data.shards=[{factual}]", "optim.steps=2", "data.max_frames=64", *more)
        return TrainingStage(name, tiny(*settings))

    texts, whole = stage("timed", "data.view=text"), stage("everything")
    curriculum.train([texts, whole], ALONE, tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    curriculum.train([texts, whole], ALONE, tmp_path / "b")
    longer = stage("timed", "data.view=text", "optim.steps=3")
    for stages in ([longer, whole], [texts, stage("everything", "optim.temporal_lr=0")]):
        with pytest.raises(UserError, match=r"finished, with optim\.\w+ .*delete this folder"):
            curriculum.train(stages, ALONE, tmp_path / "b")


def test_a_model_of_text_begins_to_hear_as_what_it_was(
    tiny: Make, factual: Path, tmp_path: Path
) -> None:
    def stage(name: str, *more: str) -> TrainingStage:
        settings = (f"data.shards=[{factual}]", "optim.steps=2", "data.max_frames=64", *more)
        return TrainingStage(name, tiny(*settings, "optim.temporal_lr=0", "run.precision=fp32"))

    def loudness(model: DuplexLM) -> float:
        return float(np.mean([one.weight.detach().std() for one in model.emb]))

    texts, whole = stage("timed", "data.view=text"), stage("everything")
    dense = curriculum.train([texts], ALONE, tmp_path / "a")
    heard = curriculum.train([texts, whole], ALONE, tmp_path / "a")
    assert loudness(heard) == pytest.approx(curriculum.QUIET * loudness(dense), rel=1e-3)
    twice = curriculum.train([texts, whole, stage("again")], ALONE, tmp_path / "a")
    assert loudness(twice) == pytest.approx(loudness(heard), rel=1e-3), "once, not at each stage"


def test_texts_are_named_for_the_stages_that_have_them(tiny: Make, factual: Path) -> None:
    shards = f"data.shards=[{factual}]"
    dense = TrainingStage("dense", tiny(shards, "data.texts=[a]", "data.view=openings"))
    whole = TrainingStage("whole", tiny(shards))
    first, second = curriculum.with_texts([dense, whole], ["b", "c"])
    assert first.config.data.texts == ("b", "c")
    assert second.config.data.texts == ()
    with pytest.raises(UserError, match="no stage"):
        curriculum.with_texts([whole], ["b"])


def test_seeds_are_one_mean_with_an_interval() -> None:
    found = summary.over_seeds([{"a": 1.0, "b": None}, {"a": 3.0, "b": 1.0}])
    assert found["a"] == 2.0
    assert found["b"] is None
    assert found["a_interval"] == pytest.approx(12.706 * np.sqrt(2) / np.sqrt(2))
    assert summary.over_seeds([{"a": 1.0}]) == {"a": 1.0}


def test_a_missing_file_of_texts_is_told_before_anything_is_trained(
    tiny: Make, factual: Path
) -> None:
    shards = f"data.shards=[{factual.as_posix()}]"
    dense = TrainingStage("dense", tiny(shards, "data.texts=[nope.parquet]", "data.view=openings"))
    with pytest.raises(UserError, match=r"stage dense: there is no file of texts nope\.parquet"):
        curriculum.need_texts([dense])
