"""`datagen scripts` on a run folder that holds scripts only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from datagen.cli.scripts import scripts
from datagen.scripting.llm.completion import Usage
from datagen.scripting.llm.ledger import Entry, Ledger
from datagen.stages.artifacts import records_table
from datagen.store import RunFolder
from datagen.types import Script, UserError
from tests.small import ShortCalls
from tests.worded import job


def written(run: Path, blocks: list[list[Script]]) -> None:
    folder = RunFolder(run)
    for block, made in enumerate(blocks):
        folder.commit(folder.unit("script", block), records_table(made), {})


def made(*indices: int) -> list[Script]:
    writer = ShortCalls(ShortCalls.Options())
    answers = writer.write([job(index) for index in indices])
    return [answer for answer in answers if isinstance(answer, Script)]


def test_duplicates_are_named_across_blocks(tmp_path: Path) -> None:
    first, second = made(0), made(1)
    other = second[0].turns[2].model_copy(update={"text": "My cat is ill and needs a doctor now."})
    turns = (*(turn.model_copy(update={"text": "Rain again, oh well then."}) for turn in
               second[0].turns[:2]), other, second[0].turns[3])  # fmt: skip
    unlike = second[0].model_copy(update={"turns": turns})
    written(tmp_path, [first, [unlike], made(2)])
    answer = CliRunner().invoke(scripts, [str(tmp_path)], catch_exceptions=False)
    assert "3 scripts" in answer.output
    assert "near-duplicates (J >= 0.7): 1 (33.33%)" in answer.output
    assert "service-0000002 is like service-0000000" in answer.output


def test_tokens_and_cost_are_summed(tmp_path: Path) -> None:
    run, books = tmp_path / "run", tmp_path / "books"
    written(run, [made(0, 1)])
    model = {"name": "tiny", "price": {"prompt": 1.0, "completion": 2.0}}
    recipe = {"script": {"options": {"models": [model]}}}
    (run / "run.json").write_text(json.dumps({"recipe": recipe}))
    ledger = Ledger(books, limit=1.0, window=4)
    ledger.close_entry(Entry("service-0000000", "tiny", Usage(1_000_000, 0, 500_000), attempts=2))
    answer = CliRunner().invoke(
        scripts, [str(run), "--records", str(books)], catch_exceptions=False
    )
    assert "tiny: 1 of 1 dialogues accepted in 2 attempts" in answer.output
    assert answer.output.rstrip().endswith("500,000 written; $2.00")


def test_a_folder_without_scripts_is_the_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no scripts"):
        CliRunner().invoke(scripts, [str(tmp_path)], catch_exceptions=False)
