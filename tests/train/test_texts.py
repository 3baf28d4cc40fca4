"""Calls as text alone: what is held out of the shards is held out of them, and a clock is drawn."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

torch = pytest.importorskip("torch")

from train.config import Config, UserError
from train.data import Corpus
from train.distributed import Group
from train.examples import Epoch, View
from train.loop import Trainer
from train.pace import TextPace
from train.prompt import NO_TOKEN, PromptPolicy
from train.texts import TextCorpus, open_texts

ALONE = Group(0, 1, torch.device("cpu"))
SILENT = (3, 0)
Make = Callable[..., Config]
FACTS = pa.list_(pa.struct([(name, pa.string()) for name in ("id", "spoken")]))
IDS = pa.list_(pa.int16())


@pytest.fixture
def named(shards: Path, tmp_path: Path) -> Path:
    """The shards, each of whose dialogues is a company's of its own."""
    folder = tmp_path / "named"
    folder.mkdir()
    for file in shards.glob("*.parquet"):
        found = pq.read_table(file)
        names = [[{"id": "company", "spoken": name}] for name in found["dialog_id"].to_pylist()]
        pq.write_table(found.append_column("facts", pa.array(names, FACTS)), folder / file.name)
    return folder


@pytest.fixture
def text_file(named: Path, tmp_path: Path, shard_metadata: dict[str, Any]) -> Path:
    """Forty texts, twelve of them of a company of the shards."""
    rows = [
        {
            "dialog_id": f"service-{900 + index:07d}",
            "kind": "service",
            "split": "train",
            "company": f"service-{index:07d}" if index < 12 else f"new {index}",
            "role_prompt": "You help.",
            "prompt_tokens": [5, 6 + index % 9, 7],
            "agent_text": [10, 11, 12, 13 + index % 9, 14],
            "agent_word_tokens": [1, 2, 1, 1],
            "agent_turn_words": [3, 1],
        }
        for index in range(40)
    ]
    said = {"texts": 1, "content": "c", "tokenizer": shard_metadata["tokenizer"]}
    return write_texts(tmp_path / "texts.parquet", rows, said)


def write_texts(path: Path, rows: list[dict[str, Any]], said: dict[str, Any]) -> Path:
    names = ("prompt_tokens", "agent_text", "agent_word_tokens", "agent_turn_words")
    types = {name: IDS if name in names else pa.string() for name in rows[0]}
    table = pa.Table.from_pylist(rows, schema=pa.schema(list(types.items())))
    pq.write_table(table.replace_schema_metadata({b"datagen": json.dumps(said)}), path)
    return path


def opened(config: Config, tmp_path: Path) -> tuple[Corpus, TextCorpus, list[int]]:
    corpus = Corpus.open(config.data, tmp_path / "cache")
    rows = np.flatnonzero(corpus.splits == "train")[: len(corpus) // 4]
    return corpus, open_texts(config.data, tmp_path / "cache", corpus, rows), rows.tolist()


def test_no_text_is_of_a_company_that_is_held_out(
    tiny: Make, named: Path, text_file: Path, tmp_path: Path
) -> None:
    config = tiny(f"data.shards=[{named}]", f"data.texts=[{text_file}]", "data.view=openings")
    corpus, texts, taught = opened(config, tmp_path)
    held_out = {corpus.dialog_ids[row] for row in range(len(corpus)) if row not in taught}
    trained = set(texts.companies[texts.splits == "train"].tolist())
    assert texts.num_left_out == len(set(texts.companies.tolist()) & held_out) > 0
    assert not trained & held_out
    assert len(trained) == 40 - texts.num_left_out


@pytest.mark.parametrize("view", ["openings", "text"])
def test_a_text_is_an_example_without_audio(
    view: str, tiny: Make, named: Path, text_file: Path, tmp_path: Path
) -> None:
    config = tiny(f"data.shards=[{named}]", f"data.texts=[{text_file}]", f"data.view={view}")
    _, texts, _ = opened(config, tmp_path)
    epoch = Epoch(texts, PromptPolicy(), 0, 0, 200, View(name=view, opening_tokens=4))
    batch = epoch.batch([0, 20])
    assert (batch.codes[:, 1:] == NO_TOKEN).all()
    for row, codes, start in zip((0, 20), batch.codes, batch.prompt_frames, strict=True):
        text = codes[0, start : batch.num_frames[0 if row == 0 else 1]]
        spoken = [10, 11, 12, 13 + row % 9, 14]
        if view == "openings":
            assert text.tolist() == spoken[:4]
        else:
            assert text[~np.isin(text, SILENT)].tolist() == spoken
            assert len(text) > len(spoken)


def test_trainer_learns_from_texts_and_goes_on(
    tiny: Make, named: Path, text_file: Path, tmp_path: Path
) -> None:
    settings = (f"data.shards=[{named}]", f"data.texts=[{text_file}]", "data.view=openings")
    trainer = Trainer(tiny(*settings, "optim.steps=3", "run.validate_every=3"), ALONE)
    assert trainer.taught is not trainer.corpus
    assert {trainer.taught.dialog_ids[row] for row in trainer.plan.at(0)[1]} <= set(
        trainer.taught.dialog_ids.tolist()
    )
    assert trainer.run() == 3
    on_shards = tiny(f"data.shards=[{named}]", "data.view=openings", "optim.steps=6")
    with pytest.raises(UserError, match=r"other data|dialogues"):
        Trainer(on_shards, ALONE)
    assert Trainer(tiny(*settings, "optim.steps=5"), ALONE).step == 3


def test_texts_of_another_tokenizer_or_with_audio_are_refused(
    tiny: Make, named: Path, text_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="no audio"):
        tiny(f"data.texts=[{text_file}]")
    rows = pq.read_table(text_file).to_pylist()
    said = json.loads(pq.read_schema(text_file).metadata[b"datagen"])
    settings = (f"data.shards=[{named}]", "data.view=openings")
    said["tokenizer"]["hash"] = "0ther"
    other = write_texts(tmp_path / "other.parquet", rows, said)
    with pytest.raises(UserError, match="both with one recipe"):
        opened(tiny(*settings, f"data.texts=[{other}]"), tmp_path)
    with pytest.raises(UserError, match=r"data.texts: .*nowhere.* `datagen texts`"):
        opened(tiny(*settings, f"data.texts=[{tmp_path}/nowhere.parquet]"), tmp_path)
    with pytest.raises(UserError, match="holds no texts"):
        opened(tiny(*settings, f"data.texts=[{named}]"), tmp_path)


def test_pace_is_that_of_the_rows_it_was_measured_on() -> None:
    one = [3] * 5 + [0, 9, 9, 3, 0, 9, 3, 3, 0, 9] + [3] * 20 + [0, 9, 9] + [3] * 4
    pace = TextPace.of([np.array(one, np.int16)] * 3, SILENT)
    assert set(pace.before) == {6}
    assert sorted(set(pace.within)) == [2, 3]
    assert set(pace.between) == {21}
    assert pace.run_tokens == pytest.approx(6 / 4)
    text = np.arange(10, 16, dtype=np.int16)
    words, turns = np.array([2, 1, 2, 1]), np.array([3, 1])
    row = pace.lay(text, words, turns, SILENT, np.random.default_rng(0))
    assert row[~np.isin(row, SILENT)].tolist() == text.tolist()
    assert row[:6].tolist() == [3] * 5 + [0]
    assert row[:-1][row[1:] == 15].tolist() == [0], "EPAD ends a silence"
    assert (row[-22:-2] == 3).all(), "a silence between two turns comes before the last word"
    assert row[7] == 11, "a word's tokens follow each other"
