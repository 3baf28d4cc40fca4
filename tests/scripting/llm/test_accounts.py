"""The books: what is kept, what is forgotten, and when too much is too much."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from datagen.scripting.llm.accounts import FREE, AccountEntry, Accounts, Price, lines, total
from datagen.scripting.llm.completion import Usage
from datagen.types import UserError


def ledger(folder: Path | None = None, limit: float = 1.0, window: int = 4) -> Accounts:
    prices = {"one": Price(prompt=2.0, cached=1.0, completion=3.0), "two": FREE}
    return Accounts(folder, limit=limit, window=window, prices=prices)


def test_a_judge_is_paid_for_its_own_tokens_and_counts_no_dialogues() -> None:
    books = ledger()
    books.close_entry(
        AccountEntry(
            "a", "two", Usage(9, 0, 9), attempts=1, judge="one", judge_usage=Usage(5, 2, 1)
        )
    )
    spent = total([books.spent()])
    assert (spent["one"].dialogues, spent["one"].prompt) == (0, 5)
    assert spent["one"].dollars == pytest.approx((3 * 2.0 + 2 * 1.0 + 1 * 3.0) / 1e6)
    assert (spent["two"].dialogues, spent["two"].dollars) == (1, 0)


def test_what_was_asked_for_is_forgotten_and_adds_up() -> None:
    books = ledger()
    parts = []
    for dialog_id in "abc":
        books.close_entry(AccountEntry(dialog_id, "one", Usage(1, 0, 2), attempts=2))
        parts.append(json.loads(json.dumps(books.spent())))
    assert books.spent() == {}
    assert total(parts)["one"].completion == 6
    assert lines(total([])) == []


def test_the_share_of_rejects_is_of_the_last_ones() -> None:
    books = ledger(limit=0.5)
    bad = [AccountEntry(str(at), "one", reason="the reply cannot be read") for at in range(3)]
    good = [AccountEntry(str(at), "one") for at in range(9)]
    for entry in (*bad[:2], *good, *bad[:2]):
        books.close_entry(entry)
    with pytest.raises(UserError, match=r"3 of the last 4 dialogues.*'the reply cannot be read'"):
        books.close_entry(bad[2])


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"script.options.records: cannot make the folder .*file"):
        ledger(tmp_path / "file" / "books")
