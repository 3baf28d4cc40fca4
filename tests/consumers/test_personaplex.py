"""The prepared folder by the checks of its trainer's strict reader (0cfb6b5), restated."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.consumers.conftest import Truth, speech_f1


@pytest.fixture(scope="module")
def folder(exported: Callable[[str], Path]) -> Path:
    return exported("personaplex")


def entries(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for name in ("train.jsonl", "val.jsonl")
        if (folder / name).exists()
        for line in (folder / name).open()
    ]


def read_wave(path: Path) -> tuple[int, np.ndarray[Any, Any]]:
    with wave.open(str(path), "rb") as file:
        frames = file.readframes(file.getnframes())
        return file.getframerate(), np.frombuffer(frames, "<i2").reshape(-1, file.getnchannels())


def test_every_sample_passes(folder: Path, truth: dict[str, Truth]) -> None:
    assert sorted(entry["sample_id"] for entry in entries(folder)) == sorted(truth)
    scores = []
    for entry in entries(folder):
        one, place = truth[entry["sample_id"]], folder / entry["sample_dir"]
        assert not Path(entry["sample_dir"]).is_absolute()
        rate, sound = read_wave(place / "conversation.wav")
        assert rate == 24_000
        assert (sound == one.pcm).all()
        assert entry["duration"] == pytest.approx(len(sound) / rate, abs=0.05)
        for side in ("left", "right"):
            _, voice = read_wave(place / f"voice_prompt_{side}.wav")
            assert voice.shape[1] == 1
            assert 3 <= len(voice) / rate <= 5.01
        metadata = json.loads((place / "metadata.json").read_text())
        assert (metadata["agent_channel"], metadata["user_channel"]) == ("left", "right")
        assert metadata["text_prompt_left"] == one.row["role_prompt"]
        words = json.loads((place / "words.json").read_text())
        last = -1.0
        for word in words:
            assert word["word"].strip()
            assert 0 <= word["start"] < word["end"] <= entry["duration"] + 0.05
            assert word["start"] >= last
            last = word["start"]
        for channel, speaker in enumerate(("agent", "user")):
            said = [(w["word"], w["start"], w["end"]) for w in words if w["speaker"] == speaker]
            assert said == one.words(speaker)
            if one.clean:
                scores.append(speech_f1(sound[:, channel] / 32_768, said))
    assert np.mean(scores) >= 0.98, np.mean(scores)


def test_sphn_reads_its_windows(folder: Path, truth: dict[str, Truth]) -> None:
    sphn = pytest.importorskip("sphn")
    for entry in entries(folder)[:4]:
        path = folder / entry["sample_dir"] / "conversation.wav"
        sound, rate = sphn.read(str(path), start_sec=2.0, duration_sec=10.0, sample_rate=24_000)
        assert rate == 24_000
        found = np.rint(np.asarray(sound) * 32_768).astype(np.int16)
        assert (truth[entry["sample_id"]].pcm[48_000 : 48_000 + found.shape[1]] == found.T).all()
