"""Texts are the scripts that a run of the same recipe and seed would voice, as tokens."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from datagen.backends.registry import TOKENIZERS, WRITERS
from datagen.config import Recipe
from datagen.engine.plan import jobs_of
from datagen.runs.texts import SCHEMA, TextsResult, write
from datagen.types import Script, UserError

RECIPE = Recipe.load("service", "rehearsal", (), 1)


@pytest.mark.slow
def test_texts_are_the_scripts_of_a_run_as_tokens(tmp_path: Path) -> None:
    told: list[int] = []
    made = write(RECIPE, 20, tmp_path / "texts.parquet", told.append)
    assert made == TextsResult(20, 0)
    assert sum(told) == 20
    table = pq.read_table(tmp_path / "texts.parquet")
    assert table.schema.equals(SCHEMA)
    writer, tokenizer = WRITERS.load(RECIPE.script), TOKENIZERS.load(RECIPE.tokenizer)
    scripts = writer.write([job for block in (0, 1) for job in jobs_of(RECIPE, block)])[:20]
    for row, script in zip(table.to_pylist(), scripts, strict=True):
        assert isinstance(script, Script)
        turns = [turn.spoken for turn in script.turns if turn.speaker == "agent"]
        assert row["dialog_id"] == script.dialog_id
        assert tokenizer.decode(row["agent_text"]) == " ".join(" ".join(turns).split())
        assert sum(row["agent_word_tokens"]) == len(row["agent_text"])
        assert row["agent_turn_words"] == [len(turn.split()) for turn in turns]
        assert tokenizer.decode(row["prompt_tokens"]) == f"<system> {script.role_prompt} <system>"
        assert row["company"] in script.role_prompt
        assert [(one["speaker"], one["spoken"], one["onset"]) for one in row["turns"]] == [
            (one.speaker, one.spoken, one.onset) for one in script.turns
        ]
        assert row["facts"] == [one.model_dump() for one in script.facts]


@pytest.mark.slow
def test_the_same_recipe_writes_the_same_bytes_and_says_whose_tokens_they_are(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "a.parquet", tmp_path / "b.parquet"
    write(RECIPE, 8, first)
    write(RECIPE, 8, second)
    assert first.read_bytes() == second.read_bytes()
    said = json.loads(pq.read_schema(first).metadata[b"datagen"])
    assert said["texts"] == 1
    assert said["tokenizer"]["hash"] == TOKENIZERS.load(RECIPE.tokenizer).hash
    write(Recipe.load("service", "rehearsal", (), 2), 8, second)
    other = json.loads(pq.read_schema(second).metadata[b"datagen"])
    assert other["content"] != said["content"]


def test_no_number_of_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--dialogs 0"):
        write(RECIPE, 0, tmp_path / "texts.parquet")
    assert not list(tmp_path.iterdir())
