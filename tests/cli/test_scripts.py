"""`datagen scripts` on a run folder that holds scripts only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from datagen.cli.scripts import scripts
from datagen.scripting.llm.accounts import AccountEntry, Accounts, Price
from datagen.scripting.llm.completion import Usage
from datagen.stages.artifacts import records_table
from datagen.storage.run_folder import RunFolder
from datagen.types import Script, UserError
from tests.fixtures.events import unit_line
from tests.fixtures.scene_replies import job
from tests.fixtures.short_calls import ShortCalls


def written(run: Path, blocks: list[list[Script]]) -> None:
    folder = RunFolder(run)
    for block, made in enumerate(blocks):
        folder.commit(folder.unit("script", block), records_table(made), {})


def made(*indices: int) -> list[Script]:
    writer = ShortCalls(ShortCalls.Options())
    answers = writer.write([job(index) for index in indices])
    return [answer for answer in answers if isinstance(answer, Script)]


def test_duplicates_are_named_across_blocks(tmp_path: Path) -> None:
    again = made(0)[0].model_copy(update={"dialog_id": "service-0000002"})
    written(tmp_path, [made(0), made(1), [again]])
    answer = CliRunner().invoke(scripts, [str(tmp_path)], catch_exceptions=False)
    assert "3 scripts" in answer.output
    assert "near-duplicates (J >= 0.7): 1 (33.33%)" in answer.output
    assert "service-0000002 is like service-0000000" in answer.output


def test_tokens_and_cost_are_summed_from_the_journal(tmp_path: Path) -> None:
    written(tmp_path, [made(0, 1)])
    price = Price(prompt=1.0, completion=2.0)
    ledger = Accounts(None, limit=1.0, window=4, prices={"tiny": price})
    usage = Usage(1_000_000, 0, 500_000)
    with (tmp_path / "journal.jsonl").open("a") as journal:
        for dialog_id in ("service-0000000", "service-0000001"):
            ledger.close_entry(AccountEntry(dialog_id, "tiny", usage, attempts=2))
            journal.write(json.dumps(unit_line("script/000000", spent=ledger.spent())) + "\n")
    assert ledger.spent() == {}
    answer = CliRunner().invoke(scripts, [str(tmp_path)], catch_exceptions=False)
    assert "tiny: 2 of 2 dialogues accepted in 4 attempts" in answer.output
    assert answer.output.rstrip().endswith("1,000,000 written; $4.00")


def test_how_far_two_judges_agree_is_said(tmp_path: Path) -> None:
    written(tmp_path, [made(0, 1)])
    ledger = Accounts(None, limit=1.0, window=4, prices={"one": Price(), "two": Price()})
    for at, own in enumerate((4, 5)):
        entry = AccountEntry(f"service-000000{at}", "one", Usage(1, 0, 1), judge="two")
        entry.pairs = [("naturalness", 4, own)]
        ledger.close_entry(entry)
    with (tmp_path / "journal.jsonl").open("a") as journal:
        journal.write(json.dumps(unit_line("script/000000", spent=ledger.spent())) + "\n")
    lines = CliRunner().invoke(scripts, [str(tmp_path)], catch_exceptions=False).output.splitlines()
    assert (
        "two judges, naturalness: 2 scripts, 50% the same, 100% within one, weighted kappa 0.00"
        in lines
    )
    assert "one scores its own +0.50 against its judge" in lines


def test_how_lively_and_how_good_they_are_is_said(tmp_path: Path) -> None:
    first, second = (script for index in (0, 1) for script in made(index))
    scored = {"scores": {"role_adherence": 4, "naturalness": 3}, "judge": "two", "attempts": 3}
    um = first.turns[0].model_copy(
        update={"text": "Um, hi, uh, you know.", "spoken": "Um, hi, uh, you know."}
    )
    better = first.model_copy(update={**scored, "model": "one", "turns": (um, *first.turns[1:])})
    written(tmp_path, [[better], [second.model_copy(update={"model": "one"})]])
    lines = CliRunner().invoke(scripts, [str(tmp_path)], catch_exceptions=False).output.splitlines()
    assert any(line.startswith("agent: ") and "fillers in 100 words" in line for line in lines)
    assert (
        "user: 0.0 fillers in 100 words; 100.0 of 100 turns barge in; 1.00 backchannels a dialogue"
        in lines
    )
    assert "worded by: one 100.00%" in lines
    assert "worded 2.00 times each" in lines
    assert "judged: role_adherence 4.00, naturalness 3.00 (means, 5 is best)" in lines


def test_a_folder_without_scripts_is_the_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a run folder"):
        CliRunner().invoke(scripts, [str(tmp_path)], catch_exceptions=False)
