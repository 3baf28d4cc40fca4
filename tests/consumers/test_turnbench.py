"""TurnBench by the rules of its data and gold modules (0dda64e), restated."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from tests.consumers.conftest import Truth, speech_f1

FLOOR = {"Normal Turn", "Overlap", "Floor-taking Competitive Interruption"}
NODS = {
    "Continuer Backchannel",
    "Non-floor Taking Competitive Interruption",
    "Non-Speech Noise",
}
"""What takes no floor: nods, those at which the speaker faltered, coughs and words to others."""
KNOWN = FLOOR | NODS


@pytest.fixture(scope="module")
def rows(exported: Callable[[str], Path]) -> list[dict[str, Any]]:
    files = sorted((exported("turnbench") / "data").glob("*.parquet"))
    return pa.concat_tables([pq.read_table(file) for file in files]).to_pylist()


def test_ids_are_numbers_and_both_channels_are_one_length(
    rows: list[dict[str, Any]], truth: dict[str, Truth]
) -> None:
    assert sorted(row["dialog_id"] for row in rows) == sorted(truth)
    assert len({int(row["conversation_id"]) for row in rows}) == len(rows)
    for row in rows:
        for channel in (0, 1):
            data = row[f"speaker_{channel + 1}_audio"]["bytes"]
            sound, rate = soundfile.read(io.BytesIO(data), dtype="int16")
            assert rate == 24_000
            assert (sound == truth[row["dialog_id"]].pcm[:, channel]).all()


def test_spans_are_where_the_sound_is(rows: list[dict[str, Any]], truth: dict[str, Truth]) -> None:
    scores = []
    for row in rows:
        for channel in (1, 2) if truth[row["dialog_id"]].clean else ():
            sound, _ = soundfile.read(io.BytesIO(row[f"speaker_{channel}_audio"]["bytes"]))
            spans = row[f"speaker_{channel}_annotation_a"]
            assert {span["label"] for span in spans} <= KNOWN
            assert all(span["start_s"] < span["end_s"] for span in spans)
            words = [("", span["start_s"], span["end_s"]) for span in spans]
            scores.append(speech_f1(sound, words))
    assert np.mean(scores) >= 0.98, np.mean(scores)


def test_annotators_agree_and_the_gold_is_the_ledger(
    rows: list[dict[str, Any]], truth: dict[str, Truth]
) -> None:
    for row in rows:
        turns = [t for t in truth[row["dialog_id"]].row["turns"] if t["text"]]  # heard, not dropped
        for channel, speaker in enumerate(("agent", "user"), 1):
            tracks = [row[f"speaker_{channel}_annotation_{who}"] for who in "abc"]
            assert tracks[0] == tracks[1] == tracks[2]
            of_speaker = [turn for turn in turns if turn["speaker"] == speaker]
            onsets = [s["start_s"] for s in tracks[0] if s["label"].startswith("Floor-taking")]
            expected = [t["start"] / 24_000 for t in of_speaker if t["onset"] == "barge_in"]
            assert onsets == pytest.approx(expected, abs=0.1)
            nods = sum(span["label"] in NODS for span in tracks[0])
            assert nods >= sum(turn["onset"] == "backchannel" for turn in of_speaker)
