"""What a run says of itself while it works."""

from __future__ import annotations

from datagen.runs.progress import Tally

STAGES = {"tokens": 1, "shards": 0}


def unit(name: str, rejects: int = 0) -> dict[str, object]:
    return {"event": "unit", "unit": name, "rejects": [{}] * rejects, "audio_samples": 24_000}


def test_a_shard_that_is_packed_again_counts_once() -> None:
    tally = Tally(dict(STAGES), {"tokens": 2, "shards": 1}, seconds=3600.0)
    for event in (unit("tokens/000001", 2), unit("shards/000000", 3)):
        tally.take(event)
    assert (tally.done, tally.rejects) == ({"tokens": 2, "shards": 1}, 5)
    totals, done = {"tokens": 3, "shards": 1}, {"tokens": 2, "shards": 0}
    tally.take({"event": "extended", "totals": totals, "done": done})
    tally.take(unit("tokens/000002"))
    tally.take(unit("shards/000000", 4))
    assert (tally.done, tally.totals) == (totals, totals)
    assert tally.rejects == 6
    assert "1.00 h made" in tally.line()
