"""What the rest of a slow stage will take is told by the dialogues that its units keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen.engine.kept import KeptDialogues
from datagen.engine.pace import LOOK, KeptPace
from datagen.engine.scheduler import Flow
from datagen.engine.unit import Unit
from datagen.stages.artifacts import CLIPS
from datagen.storage.run_folder import Receipt, RunFolder

UNITS = [Unit("speech", block) for block in range(2)]


class Clock:
    """A clock that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def keep(where: Path, block: int, number: int) -> None:
    kept = KeptDialogues(RunFolder(where), "speech", block, "key")
    kept.put(f"service-{number:07d}", CLIPS.empty_table())


def test_the_rest_is_told_at_the_pace_of_what_was_kept_since_the_first_look(tmp_path: Path) -> None:
    clock = Clock()
    pace = KeptPace(str(tmp_path), "speech", clock)
    keep(tmp_path, 0, 0)  # by a worker that was lost: no measure of this one
    told = []
    for second in range(0, 41, 4):
        clock.now = float(second)
        if second == 24:
            keep(tmp_path, 0, 1)
        told.append(pace.look(UNITS[:1], lambda: 16))
    (news,) = [one for one in told if one is not None]
    assert (news.stage, news.dialogs) == ("speech", 2)
    assert news.seconds_left == pytest.approx(14 * (24 - 8))


def test_other_units_are_taken_to_be_as_fast(tmp_path: Path) -> None:
    clock = Clock()
    pace = KeptPace(str(tmp_path), "speech", clock)
    units = [Unit("speech", block) for block in range(8)]
    for second, block in ((LOOK, 9), (LOOK * 3, 0)):
        keep(tmp_path, block, 0)
        clock.now = second
        news = pace.look(units, lambda: 8 * 16)
    assert news is not None
    assert news.seconds_left == pytest.approx((8 * 16 - 1) / (2 / (2 * LOOK)), abs=0.1)


def test_a_flow_knows_how_many_dialogues_a_stage_has_left() -> None:
    flow = Flow({"script": (), "speech": ("script",)}, 3)
    flow.start()
    assert flow.dialogs_left("speech") == 3 * 16
    for block, rows in ((0, 15), (1, 12)):
        flow.take("script")
        flow.finish(
            Unit("script", block),
            Receipt(stage="script", block=block, fingerprint="", reads={}, content="", rows=rows),
        )
    assert flow.dialogs_left("speech") == 15 + 12 + 16
