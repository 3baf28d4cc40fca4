"""F-Actor's rows through `datasets`, and its rules for frames and text streams (2efa25d)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.consumers.conftest import Truth

datasets = pytest.importorskip("datasets")
REMOVED = {
    *("file_name", "narrative", "new_narrative_s1", "new_narrative_s2", "speakers", "behaviors"),
    *("num_turns", "utterances", "tts_speaker_ids", "tts_genders", "statistics"),
    *("dsu_c1_path", "dsu_c2_path"),
}
"""Columns that its loader removes by name: all must be there."""


@pytest.fixture(scope="module")
def rows(exported: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    cache = str(tmp_path_factory.mktemp("cache"))
    loaded = datasets.load_dataset(str(exported("f-actor")), cache_dir=cache)
    assert {"train", "validation"} == set(loaded)
    return [row for split in loaded.values() for row in split]


def test_streams_and_columns(rows: list[Any], truth: dict[str, Truth]) -> None:
    assert {row["file_name"] for row in rows} == set(truth)
    for row in rows:
        assert set(row) >= REMOVED
        one = truth[row["file_name"]]
        stacked = np.stack([np.array(row["dsu_c1_path"]), np.array(row["dsu_c2_path"])])
        assert (stacked[0] == one.codes("agent")).all()
        assert (stacked[1] == one.codes("user")).all()
        assert row["narrative"] == one.row["role_prompt"]


def test_a_word_falls_to_the_frame_where_it_is_said(
    rows: list[Any], truth: dict[str, Truth]
) -> None:
    for row in rows:
        one, utterances = truth[row["file_name"]], row["utterances"]
        frames_per_second = len(row["dsu_c1_path"][0]) / utterances[-1]["end_time"]
        assert frames_per_second == pytest.approx(12.5)
        for number, speaker in enumerate(("agent", "user")):
            spoken = [u for u in utterances if u["speaker_idx"] == number]
            nods = [b for u in utterances if u["speaker_idx"] != number for b in u["backchannels"]]
            words = [word for part in (*spoken, *nods) for word in part["words"]]
            found = sorted((w["start"], w["word"], w["start"] + w["dur"]) for w in words)
            expected = sorted((s, text, e) for text, s, e in one.words(speaker))
            assert [w[1] for w in found] == [w[1] for w in expected]
            for (s, _, e), (begin, _, end) in zip(found, expected, strict=True):
                assert int(s * frames_per_second + 1e-6) == int(begin * 12.5 + 1e-6)
                assert e == pytest.approx(end, abs=1e-6)
        for part in utterances:
            assert part["words"], "an utterance without words drops the whole row"
            last = part["words"][-1]
            assert part["start_time"] <= part["words"][0]["start"]
            assert last["start"] + last["dur"] <= part["end_time"] + 1e-9


def test_behaviour_is_counted_as_the_ledger_has_it(
    rows: list[Any], truth: dict[str, Truth]
) -> None:
    for row in rows:
        turns = [t for t in truth[row["file_name"]].row["turns"] if t["text"]]  # heard, not dropped
        nods = sum(len(utterance["backchannels"]) for utterance in row["utterances"])
        cuts = sum(utterance["uttr_type"] == "interrupt" for utterance in row["utterances"])
        assert nods == sum(turn["onset"] == "backchannel" for turn in turns)
        assert cuts == sum(turn["onset"] == "barge_in" for turn in turns)
