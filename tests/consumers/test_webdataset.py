"""The webdataset library's own pipeline."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.consumers.conftest import Truth, speech_f1

webdataset = pytest.importorskip("webdataset")


def test_samples_are_ours(exported: Callable[[str], Path], truth: dict[str, Truth]) -> None:
    folder = exported("webdataset")
    manifests = [json.loads(line) for path in folder.glob("*.jsonl") for line in path.open()]
    urls = [str(folder / line["url"]) for line in manifests]
    data = webdataset.WebDataset(urls, shardshuffle=False).decode()
    seen, scores = set(), []
    for sample in data:
        one = truth[sample["__key__"]]
        seen.add(sample["__key__"])
        for speaker in ("agent", "user"):
            assert (sample[f"{speaker}_codes.npy"] == one.codes(speaker)).all()
            assert (sample[f"{speaker}_text.npy"] == one.text(speaker)).all()
        for name in ("role_prompt", "words", "turns", "events", "facts", "prompt_tokens"):
            assert sample["json"][name] == one.row[name], name
        assert sample["json"]["channels"] == ["agent", "user"]
        sound, rate = soundfile.read(io.BytesIO(raw(sample["flac"])), dtype="int16")
        assert rate == sample["json"]["sample_rate"] == 24_000
        assert (sound == one.pcm).all()
        scores += [
            speech_f1(sound[:, channel] / 32_768, one.words(speaker))
            for channel, speaker in enumerate(("agent", "user"))
            if one.clean
        ]
    assert seen == set(truth)
    assert sum(line["num_samples"] for line in manifests) == len(truth)
    assert np.mean(scores) >= 0.98, np.mean(scores)


def raw(value: object) -> bytes:
    assert isinstance(value, bytes), "sound is left to the user's decoder"
    return value
