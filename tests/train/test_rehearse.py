import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch")

from train import rehearse
from train.config import Config
from train.metrics import STREAMS

Make = Callable[..., Config]


def test_more_data_is_compared_on_the_same_dialogues(tiny: Make) -> None:
    config = tiny("optim.steps=12", "run.validate_every=0", "run.checkpoint_every=12")
    found = rehearse.rehearse(config, (0.0, 0.25, 1.0))
    for stream in ("loss", *STREAMS):
        assert found[1.0][stream] < found[0.0][stream], stream
    out = Path(config.out)
    assert json.loads((out / "rehearsal.json").read_text())["0.25"]["text"] == found[0.25]["text"]
    assert "| text |" in (out / "rehearsal.md").read_text()
    again = rehearse.rehearse(config, (0.0, 0.25, 1.0))
    assert again == found, "what was trained is not trained again"


def test_what_does_not_fall_is_said_so() -> None:
    def losses(value: float | None) -> rehearse.Losses:
        return dict.fromkeys(("loss", *STREAMS), value)

    falls = {0.0: losses(3.0), 0.5: losses(2.0), 1.0: losses(1.0)}
    assert rehearse.falling(falls, "text")
    rises = falls | {1.0: losses(2.5)}
    assert not rehearse.falling(rises, "text")
    assert not rehearse.falling(falls | {1.0: losses(None)}, "text")
    assert "| text | 3.0000 | 2.0000 | 2.5000 | **no** |" in rehearse.table(rises)
