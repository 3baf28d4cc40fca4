"""How far two judges agree, by the numbers of textbooks and through a run's accounts."""

from __future__ import annotations

from collections import Counter

import pytest

from datagen.scripting.llm.accounts import FREE, AccountEntry, Accounts, total
from datagen.scripting.llm.agreement import agreement_lines, weighted_kappa
from datagen.scripting.llm.completion import Usage
from datagen.scripting.llm.judge import SCORES


def test_kappa_is_one_for_the_same_scores_and_none_without_variance() -> None:
    assert weighted_kappa({(1, 1): 3, (5, 5): 2}) == 1
    assert weighted_kappa({(4, 4): 7}) is None


def test_kappa_is_that_of_chance_for_independent_scores() -> None:
    independent = {(one, other): 1 for one in (2, 4) for other in (2, 4)}
    assert weighted_kappa(independent) == pytest.approx(0)
    assert weighted_kappa({(2, 4): 1, (4, 2): 1}) == pytest.approx(-1)


def test_kappa_with_quadratic_weights_by_hand() -> None:
    """Two judges, ten scripts; disagreements weigh 1, 1 and 4 by their distance."""
    pairs = Counter({(3, 3): 4, (3, 4): 1, (4, 4): 3, (4, 3): 1, (5, 3): 1})
    seen = (1 * 1 + 1 * 1 + 1 * 4) / 10
    ones, others = {3: 5, 4: 4, 5: 1}, {3: 6, 4: 4}
    chance = (
        sum((one - other) ** 2 * ones[one] * others[other] for one in ones for other in others)
        / 100
    )
    assert weighted_kappa(pairs) == pytest.approx(1 - seen / chance)


def test_pairs_go_through_the_accounts_into_lines() -> None:
    ledger = Accounts(None, limit=1.0, window=4, prices={"one": FREE, "two": FREE})
    for at, (judged, own) in enumerate([(4, 5), (4, 4), (2, 5)]):
        entry = AccountEntry(f"d{at}", "one", Usage(10, 0, 5), judge="two", attempts=1)
        entry.pairs = [(name, judged, own) for name in SCORES]
        entry.own_usage = Usage(7, 0, 1)
        ledger.close_entry(entry)
    spent = ledger.spent()
    assert all(isinstance(value, int | float) for value in spent["one"].values())
    lines = list(agreement_lines([spent]))
    assert len(lines) == len(SCORES) + 1
    assert lines[0].startswith(
        "two judges, role_adherence: 3 scripts, 33% the same, 67% within one, weighted kappa"
    )
    assert lines[-1] == "one scores its own +1.33 against its judge"
    assert total([spent])["one"].prompt == 3 * 17, "what the second judgement took is booked"
    assert list(agreement_lines([{"one": {"dialogues": 1}}])) == []
