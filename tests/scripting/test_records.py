"""Records that are not validated are what validation makes of them."""

from __future__ import annotations

import pickle

import pytest

from datagen.backends.writer.composer import Composer
from datagen.scripting.plans.records import changed, trusted
from datagen.types import Fact, Job, Probe, Script


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["service", "qa", "casual"])
def test_a_composed_script_is_what_validation_makes_of_it(kind: str) -> None:
    jobs = [Job(dialog_id=f"{kind}-{at:07d}", kind=kind, index=at, seed=2) for at in range(200)]
    for script in Composer(Composer.Options(assistant=0.3)).write(jobs):
        assert isinstance(script, Script)
        assert Script.model_validate_json(script.model_dump_json()) == script
        assert Script.model_validate(script.model_dump(), strict=True) == script


def test_defaults_are_filled_in_and_not_shared() -> None:
    make = trusted(Script)
    names = [name for name, field in Script.model_fields.items() if field.is_required()]
    one, other = (make(**dict.fromkeys(names, "")) for _ in range(2))  # type: ignore[arg-type]
    assert (one.outcome, one.attempts, one.scores) == ("", 1, {})
    assert one.scores is not other.scores


def test_what_is_changed_is_a_record_of_its_own() -> None:
    probe = Probe(type="Q1", act="correct", user_turn=1, agent_turn=2)
    later = changed(probe, agent_turn=4)
    assert (probe.agent_turn, later.agent_turn) == (2, 4)
    assert later == Probe(type="Q1", act="correct", user_turn=1, agent_turn=4)


def test_records_travel() -> None:
    fact = trusted(Fact)(id="fee", type="money", written="$5", spoken="five dollars")
    assert pickle.loads(pickle.dumps(fact)) == fact
    assert hash(fact) == hash(Fact(id="fee", type="money", written="$5", spoken="five dollars"))
