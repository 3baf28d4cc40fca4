"""Full-Duplex-Bench by the rules of its scripts (d7336bd), answered by our own agent.

`eval_pause_handling.py`, `eval_smooth_turn_taking.py`, `eval_user_interruption.py` and
`eval_backchannel.py` are restated: which files they open, and how they count a taken turn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.consumers.conftest import Truth, speech_f1

Chunk = tuple[float, float]
FADE = 7_200
"""Samples (0.3 s) in which a turn's sound may begin and fade outside its words."""


@pytest.fixture(scope="module")
def folder(exported: Callable[[str], Path]) -> Path:
    return exported("full-duplex-bench")


@pytest.fixture(scope="module")
def items(folder: Path) -> dict[str, dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]
    return {f"{line['task']}/{line['id']}": line for line in lines}


def takes_turn(chunks: list[Chunk]) -> bool:
    """Whether a reply counts as a turn: a second or more, or more than three words."""
    return bool(chunks) and (chunks[-1][1] - chunks[0][0] >= 1 or len(chunks) > 3)


def said(one: Truth, line: dict[str, Any]) -> list[Chunk]:
    """What our agent said during an item, on the item's clock."""
    return [
        (start - line["start"], end - line["start"])
        for _, start, end in one.words("agent")
        if line["start"] <= start < line["end"]
    ]


def of_task(folder: Path, items: dict[str, Any], task: str) -> Iterator[tuple[Path, Any]]:
    # the scripts list the folder and open what is inside each entry
    for name in sorted(path.name for path in (folder / task).iterdir()):
        assert name.isdigit(), "eval_backchannel.py skips other names"
        yield folder / task / name, items[f"{task}/{name}"]


def test_every_item_is_the_users_channel(
    folder: Path, items: dict[str, Any], truth: dict[str, Truth]
) -> None:
    assert len(items) == len(list(folder.glob("v1_*/*/*/input.wav")))
    for place, line in items.items():
        sound, rate = soundfile.read(folder / place / "input.wav", dtype="int16")
        start, stop = (round(line[side] * 24_000) for side in ("start", "end"))
        assert rate == 24_000
        assert (sound == truth[line["dialog_id"]].pcm[start:stop, 1]).all()


def test_transcriptions_are_where_the_sound_is(
    folder: Path, items: dict[str, Any], truth: dict[str, Truth]
) -> None:
    scores = []
    for path, line in of_task(folder, items, "v1_0/synthetic_turn_taking"):
        if not truth[line["dialog_id"]].clean:
            continue
        (speaker,) = json.loads((path / "transcription.json").read_text())
        words = [(item["text"], *item["timestamp"]) for item in speaker["item"]]
        end = json.loads((path / "turn_taking.json").read_text())[0]["timestamp"][0]
        sound, _ = soundfile.read(path / "input.wav")
        scores.append(speech_f1(sound[: round(end * 24_000)], words))
    assert np.mean(scores) >= 0.98, np.mean(scores)


def test_turn_taking(folder: Path, items: dict[str, Any], truth: dict[str, Truth]) -> None:
    taken, latencies = [], []
    for path, line in of_task(folder, items, "v1_0/synthetic_turn_taking"):
        (mark,) = json.loads((path / "turn_taking.json").read_text())
        after = [c for c in said(truth[line["dialog_id"]], line) if c[0] >= mark["timestamp"][0]]
        taken.append(takes_turn(after))
        latencies.append(after[0][0] - mark["timestamp"][0])
        assert after[0][0] == pytest.approx(mark["timestamp"][1], abs=0.05)
    assert np.mean(taken) > 0.8
    assert 0 <= np.mean(latencies) < 1.5


def test_an_agent_that_waits_is_right_at_pauses(
    folder: Path, items: dict[str, Any], truth: dict[str, Truth]
) -> None:
    answers = []
    for path, line in of_task(folder, items, "v1_0/synthetic_pause_handling"):
        sound, _ = soundfile.read(path / "input.wav")
        marks = json.loads((path / "pause.json").read_text())
        for mark in marks if truth[line["dialog_id"]].clean else ():
            start, end = (round(second * 24_000) for second in mark["timestamp"])
            assert np.abs(sound[start + 960 : end - 960]).max(initial=0) < 0.01, "a pause is silent"
        answers.append(takes_turn(said(truth[line["dialog_id"]], line)))
    assert np.mean(answers) < 0.15, "items end before an answer is right"


def test_interruptions(folder: Path, items: dict[str, Any], truth: dict[str, Truth]) -> None:
    seen = 0
    for path, line in of_task(folder, items, "v1_0/synthetic_user_interruption"):
        (mark,) = json.loads((path / "interrupt.json").read_text())
        one, (start, end) = truth[line["dialog_id"]], mark["timestamp"]
        words = [w for w in one.words("user") if start - 0.01 <= w[1] - line["start"] < end]
        assert mark["interrupt"] == " ".join(word[0] for word in words)
        assert mark["context"] in one.turns("user")
        piece, _ = soundfile.read(path / "interrupt.wav", dtype="int16")
        whole, _ = soundfile.read(path / "input.wav", dtype="int16")
        at = round(start * 24_000)
        assert (whole[at : at + len(piece)] == piece).all()
        assert len(whole) / 24_000 - end >= 2, "there is room for an answer"
        seen += 1
    assert seen


def test_nods_are_where_the_distribution_says(
    folder: Path, items: dict[str, Any], truth: dict[str, Truth]
) -> None:
    known = json.loads((folder / "v1_0/icc_gt_distribution.json").read_text())
    for path, line in of_task(folder, items, "v1_0/synthetic_backchannel"):
        shares = known[path.name]
        assert sum(shares) == pytest.approx(1)
        assert len(shares) == int((line["end"] - line["start"]) / 0.2) + 1
        loud = {int(start / 0.2) for start, _ in said(truth[line["dialog_id"]], line)}
        assert {n for n, share in enumerate(shares) if share > 0.01} >= {
            n for n in loud if shares[n] > 1e-9
        }
        assert loud & {n for n, share in enumerate(shares) if share > 0.01}


@pytest.mark.parametrize("task", ["user_interruption", "user_backchannel", "talking_to_other"])
def test_the_clean_version_lacks_the_overlap_alone(
    folder: Path, items: dict[str, Any], truth: dict[str, Truth], task: str
) -> None:
    if not (folder / "v1_5" / task).exists():
        pytest.skip("nobody did so in these few dialogues")
    for path, line in of_task(folder, items, f"v1_5/{task}"):
        if not truth[line["dialog_id"]].clean:
            continue
        start, end = json.loads((path / "metadata.json").read_text())["timestamps"]
        sound, _ = soundfile.read(path / "input.wav", dtype="int16")
        clean, _ = soundfile.read(path / "clean_input.wav", dtype="int16")
        assert len(sound) == len(clean)
        inside = slice(round(start * 24_000), round(end * 24_000))
        outside = np.ones(len(sound), bool)
        outside[inside.start - FADE : inside.stop + FADE] = False
        assert (sound[outside] == clean[outside]).all()
        assert not clean[inside].any()
        assert sound[inside].any()
