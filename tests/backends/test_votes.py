"""Votes of people, in any order, and what is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from datagen.backends.floor import votes as human
from datagen.cli import main
from datagen.types import UserError

TEXT = "well I would like to book a flight to Boston for my mother on Monday morning please"


def boundary(
    word: int, silent: Any = 3, backchannel: Any = 1, take_floor: Any = 2
) -> dict[str, Any]:
    counts = {"silent": silent, "backchannel": backchannel, "take_floor": take_floor}
    return {"word_index": word, "counts": counts}


def write(folder: Path, boundaries: Any, split: str = "train") -> Path:
    path = folder / "text_dialogue_booking" / split / "0.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    turn = {"role": "user", "content": TEXT, "boundaries": boundaries}
    path.write_text(json.dumps({"history": [turn]}))
    return folder


def test_votes_come_in_any_order(tmp_path: Path) -> None:
    in_order = human.read(write(tmp_path / "a", [boundary(3), boundary(8), boundary(12)]), "train")
    mixed = human.read(write(tmp_path / "b", [boundary(12), boundary(3), boundary(8)]), "train")
    assert mixed == in_order
    assert [vote.slot.since for vote in mixed] == [4, 5, 4]


def test_votes_of_one_place_are_added_up(tmp_path: Path) -> None:
    (vote,) = human.read(write(tmp_path, [boundary(3), boundary(3, 1, 1, 1)]), "train")
    assert vote.counts == (4, 2, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        boundary(3, float("inf")),
        boundary(3, float("nan")),
        boundary(3, -1),
        boundary(3, "many"),
        boundary(3, 10**400),
        boundary(3, None),
        {"word_index": 3, "counts": {"silent": 1, "interrupt": 2}},
        {"word_index": float("inf"), "counts": {}},
        {"word_index": 3, "counts": [1, 2, 3]},
        {"word_index": 3},
        "x",
    ],
)
def test_what_is_no_vote_is_refused_and_nothing_is_written(wrong: Any, tmp_path: Path) -> None:
    write(tmp_path, [boundary(3), wrong])
    write(tmp_path, [boundary(3)], "test")
    with pytest.raises(UserError, match=r"0\.json does not hold votes as DuplexGen writes them"):
        human.read(tmp_path, "train")
    out = tmp_path / "out.yaml"
    result = CliRunner().invoke(main, ["timing", "calibrate", str(tmp_path), "--out", str(out)])
    assert result.exit_code == 2
    assert not out.exists()
