"""Which dialogue kills its worker: found by trials, and never accused after one loss."""

from __future__ import annotations

import pytest

from datagen.engine.crashes import MANY, Suspects
from datagen.engine.unit import GaveUp, Unit
from datagen.storage.run_folder import SHARDS

UNIT = Unit("speech", 3)
TRIALS = [UNIT._replace(only=place) for place in range(16)]


def on_trial() -> Suspects:
    suspects = Suspects()
    assert suspects.lost(UNIT, alone=True) == [UNIT], "one loss proves nothing"
    assert suspects.lost(UNIT, alone=True) == TRIALS
    return suspects


def test_if_all_pass_alone_the_unit_is_tried_again() -> None:
    suspects = on_trial()
    after = [suspects.passed(trial) for trial in reversed(TRIALS)]
    assert after == [[]] * 15 + [[UNIT]]
    assert suspects.culprits(UNIT) == {}
    assert suspects.lost(UNIT, alone=True) == [UNIT], "once is enough to know"


def test_a_dialogue_that_loses_its_worker_twice_alone_is_left_out() -> None:
    suspects = on_trial()
    for trial in TRIALS:
        if trial.only in (4, 7):
            assert suspects.lost_trial(trial, "it ended") == [trial]
    assert suspects.lost_trial(TRIALS[4], "it ended") == []
    assert suspects.passed(TRIALS[7]) == [], "a second chance, taken"
    assert [suspects.passed(t) for t in TRIALS if t.only not in (4, 7)][-1] == [UNIT]
    assert suspects.culprits(UNIT) == {4: "twice, alone in its worker: it ended"}
    assert not suspects.exclusive(UNIT), "the others are not to blame"


def test_units_that_were_in_company_are_first_tried_by_themselves() -> None:
    suspects = Suspects()
    assert suspects.lost(UNIT, alone=False) == [UNIT]
    assert not suspects.exclusive(UNIT)
    assert suspects.lost(UNIT, alone=False) == [UNIT]
    assert suspects.exclusive(UNIT)
    assert suspects.lost(UNIT, alone=True) == [UNIT]
    assert suspects.lost(UNIT, alone=True) == TRIALS
    assert all(suspects.exclusive(trial) for trial in TRIALS)


def test_a_shard_has_no_dialogues_to_try() -> None:
    suspects, shard = Suspects(), Unit(SHARDS, 0)
    assert [suspects.lost(shard, alone=True) for _ in range(4)] == [[shard]] * 4


def test_if_most_dialogues_kill_their_workers_it_is_not_their_fault() -> None:
    suspects = on_trial()
    for trial in TRIALS[:MANY]:
        suspects.lost_trial(trial, "it ended")
        suspects.lost_trial(trial, "it ended")
    suspects.lost_trial(TRIALS[MANY], "it ended")
    with pytest.raises(GaveUp, match=r"9 dialogues of speech/000003 kill their workers: it ended"):
        suspects.lost_trial(TRIALS[MANY], "it ended")
