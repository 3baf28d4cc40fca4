"""Hugging Face's `datasets`: map style, streaming, and sound through torchcodec."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.consumers.conftest import Truth, speech_f1

datasets = pytest.importorskip("datasets")


@pytest.fixture(scope="module")
def folder(exported: Callable[[str], Path]) -> Path:
    return exported("huggingface")


@pytest.fixture(scope="module")
def loaded(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    cache = str(tmp_path_factory.mktemp("cache"))
    return datasets.load_dataset(str(folder), cache_dir=cache)


def test_it_opens_with_nothing_else_said(loaded: Any, truth: dict[str, Truth]) -> None:
    counts = {split: len(rows) for split, rows in loaded.items()}
    expected: dict[str, int] = {}
    for one in truth.values():
        expected[one.row["split"]] = expected.get(one.row["split"], 0) + 1
    assert counts == expected


def test_configs_are_the_kinds(folder: Path, tmp_path: Path) -> None:
    assert datasets.get_dataset_config_names(str(folder)) == ["default", "qa", "service"]
    only = datasets.load_dataset(str(folder), "qa", cache_dir=str(tmp_path))
    assert {kind for rows in only.values() for kind in rows["kind"]} == {"qa"}


def test_values_are_ours(loaded: Any, truth: dict[str, Truth]) -> None:
    rows = [row for split in loaded.values() for row in split.remove_columns(SOUNDS)]
    assert {row["dialog_id"] for row in rows} == set(truth)
    plain = ("role_prompt", "kind", "agent_text", "user_text", "prompt_tokens", "words", "turns")
    for row in rows:
        one = truth[row["dialog_id"]]
        for column in (*plain, "events", "facts", "probes", "agent_voice"):
            assert row[column] == one.row[column], column
        for speaker in ("agent", "user"):
            assert np.array_equal(row[f"{speaker}_codes"], one.codes(speaker))


SOUNDS = ["audio", "agent_voice_audio", "user_voice_audio"]


@pytest.fixture
def _decoder() -> None:
    """Skip what decodes sound where torchcodec finds no ffmpeg: `datasets` asks it for each row."""
    pytest.importorskip("torchcodec", reason="needs Debian's ffmpeg", exc_type=Exception)


def decoded(row: Any) -> np.ndarray[Any, Any]:
    samples = row["audio"].get_all_samples()
    assert samples.sample_rate == 24_000
    return np.asarray(np.rint(samples.data.numpy() * 32_768)).astype(np.int16).T


@pytest.mark.usefixtures("_decoder")
def test_sound_is_ours(loaded: Any, truth: dict[str, Truth]) -> None:
    scores = []
    names = loaded["train"]["dialog_id"]
    clean = [place for place, name in enumerate(names) if truth[name].clean]
    noisy = [place for place, name in enumerate(names) if not truth[name].clean]
    for row in loaded["train"].select([*clean[:10], *noisy[:4]]):
        one, sound = truth[row["dialog_id"]], decoded(row)
        assert (sound == one.pcm).all()
        for channel, speaker in enumerate(("agent", "user") if one.clean else ()):
            words = [
                (word["text"], word["start"] / 24_000, word["end"] / 24_000)
                for word in row["words"]
                if word["speaker"] == speaker
            ]
            scores.append(speech_f1(sound[:, channel] / 32_768, words))
    assert np.mean(scores) >= 0.98, np.mean(scores)


@pytest.mark.usefixtures("_decoder")
def test_a_window_of_the_sound_is_decoded(loaded: Any, truth: dict[str, Truth]) -> None:
    row = loaded["train"][1]
    piece = row["audio"].get_samples_played_in_range(2.0, 5.0)
    found = np.rint(piece.data.numpy() * 32_768).astype(np.int16).T
    expected = truth[row["dialog_id"]].pcm
    start = round(piece.pts_seconds * 24_000)
    assert (found == expected[start : start + len(found)]).all()


@pytest.mark.usefixtures("_decoder")
def test_sound_is_streamed(folder: Path, truth: dict[str, Truth]) -> None:
    streamed = datasets.load_dataset(str(folder), split="train", streaming=True)
    first = next(iter(streamed))
    assert (decoded(first) == truth[first["dialog_id"]].pcm).all()


def test_streaming_and_map(folder: Path, loaded: Any, truth: dict[str, Truth]) -> None:
    streamed = datasets.load_dataset(str(folder), split="train", streaming=True)
    first = next(iter(streamed.remove_columns(SOUNDS)))
    assert np.array_equal(first["user_codes"], truth[first["dialog_id"]].codes("user"))
    frames = (
        loaded["train"]
        .remove_columns(SOUNDS)
        .map(lambda row: {"frames": len(row["agent_text"])}, load_from_cache_file=False)
    )
    assert frames["frames"] == loaded["train"]["num_frames"]


def test_row_groups_and_page_index(folder: Path) -> None:
    for path in sorted((folder / "data").glob("*.parquet")):
        metadata = pq.ParquetFile(path).metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        assert all(group.column(0).has_offset_index for group in groups)
        assert all(group.total_byte_size < 300e6 for group in groups)
