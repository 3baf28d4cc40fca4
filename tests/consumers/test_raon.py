"""Raon's lines by its published description (readme at 742049b); its loader could not be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from tests.consumers.conftest import Truth, speech_f1

REQUIRED = {
    *("audio_path", "language", "channel", "speak_first", "include_in_training", "turns"),
    "sample_rate",
}


def test_lines_are_ours(exported: Callable[[str], Path], truth: dict[str, Truth]) -> None:
    folder, scores, seen = exported("raon"), [], set()
    for manifest in folder.glob("*.jsonl"):
        for line in map(json.loads, manifest.open()):
            assert set(line) >= REQUIRED
            one = truth[line["id"]]
            seen.add(line["id"])
            sound, rate = soundfile.read(folder / line["audio_path"], dtype="int16")
            assert rate == line["sample_rate"] == 24_000
            assert (sound == one.pcm).all()
            assert sum(line["speak_first"]) == 1
            assert line["system_prompt"] == one.row["role_prompt"]
            for channel, speaker in enumerate(("agent", "user")):
                words = [
                    (word["word"], word["start_sample"] / rate, word["end_sample"] / rate)
                    for turn in line["turns"]
                    if turn["channel"] == channel
                    for unit in turn["ipus"]
                    for word in unit["words"]
                ]
                assert sorted(words, key=lambda word: word[1]) == one.words(speaker)
                if one.clean:
                    scores.append(speech_f1(sound[:, channel] / 32_768, words))
    assert seen == set(truth)
    assert np.mean(scores) >= 0.98, np.mean(scores)
