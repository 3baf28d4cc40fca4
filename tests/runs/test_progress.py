"""What a run says of itself while it works."""

from __future__ import annotations

from datagen.engine.events import Extended, Kept, UnitMade
from datagen.runs.progress import Tally
from tests.fixtures.events import reject, unit_line

STAGES = {"tokens": 1, "shards": 0}


def unit(name: str, rejects: int = 0) -> UnitMade:
    stage = name.partition("/")[0]
    return UnitMade.model_validate(
        unit_line(name, audio_samples=24_000, rejects=[reject(stage)] * rejects)
    )


def test_a_shard_that_is_packed_again_counts_once() -> None:
    tally = Tally(dict(STAGES), {"tokens": 2, "shards": 1}, seconds=3600.0)
    for event in (unit("tokens/000001", 2), unit("shards/000000", 3)):
        tally.take(event)
    assert (tally.done, tally.rejects) == ({"tokens": 2, "shards": 1}, 5)
    totals, done = {"tokens": 3, "shards": 1}, {"tokens": 2, "shards": 0}
    tally.take(Extended(blocks=3, totals=totals, done=done))
    tally.take(unit("tokens/000002"))
    tally.take(unit("shards/000000", 4))
    assert (tally.done, tally.totals) == (totals, totals)
    assert tally.rejects == 6
    assert "1.00 h made" in tally.line()


def test_the_first_lines_tell_what_the_rest_will_take() -> None:
    tally = Tally({"tokens": 0, "shards": 0}, {"tokens": 2, "shards": 1}, seconds=0.0)
    assert (tally.line(), tally.eta) == ("starting", None)
    tally.take(Kept(stage="speech", dialogs=1, seconds_left=903.0))
    assert (tally.line(), tally.eta) == (
        "1 dialogue through speech \N{MIDDLE DOT} 15:03 to go",
        903.0,
    )
    tally.take(unit("tokens/000000"))
    assert tally.eta is not None
    assert tally.eta < 10
