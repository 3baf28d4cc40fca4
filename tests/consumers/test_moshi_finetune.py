"""moshi-finetune: read with sphn and moshi of PyPI, by the rules of its loader (2acc879).

The repository itself is no package, so its rules are restated here: windows of `duration_sec` from
`sphn.dataset_jsonl`, words by the start of the window, its interleaver, Mimi for the sound.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datagen.backends.registry import TOKENIZERS
from datagen.config import BackendSpec
from tests.consumers.conftest import Truth, speech_f1

sphn = pytest.importorskip("sphn")
WINDOW = 20.0
PAD, EPAD = 3, 0


@pytest.fixture(scope="module")
def folder(exported: Callable[[str], Path]) -> Path:
    return exported("moshi-finetune")


def samples(folder: Path, split: str = "train") -> Iterator[dict[str, Any]]:
    manifest = sphn.dataset_jsonl(
        str(folder / f"{split}.jsonl"),
        duration_sec=WINDOW,
        num_threads=2,
        sample_rate=24_000,
        pad_last_segment=True,
    )
    yield from manifest.seq(skip=0, step_by=1)


def words_of(path: str, start: float, speaker: str) -> list[tuple[str, float, float]]:
    """Return a window's words as the loader takes them: by their start, moved to the window."""
    said = json.loads(Path(path).with_suffix(".json").read_text())["alignments"]
    starts = [times[0] for _, times, _ in said]
    assert starts == sorted(starts), "the loader looks for a window's words by bisection"
    return [
        (word, times[0] - start, times[1] - start)
        for word, times, who in said
        if start <= times[0] < start + WINDOW and who == speaker
    ]


def test_every_window_has_the_sound_and_the_words_of_its_place(
    folder: Path, truth: dict[str, Truth]
) -> None:
    seen: dict[str, float] = {}
    for sample in [*samples(folder), *samples(folder, "validation")]:
        one, start = truth[Path(sample["path"]).stem], sample["start_time_sec"]
        at, length = round(start * 24_000), sample["unpadded_len"]
        sound = np.rint(sample["data"][:, :length] * 32_768).astype(np.int16)
        assert (sound == one.pcm[at : at + length].T).all(), (sample["path"], start)
        for label, speaker in (("SPEAKER_MAIN", "agent"), ("SPEAKER_USER", "user")):
            expected = [
                (text, s - start, e - start)
                for text, s, e in one.words(speaker)
                if start <= s < start + WINDOW
            ]
            assert words_of(sample["path"], start, label) == expected
        seen[one.row["dialog_id"]] = max(seen.get(one.row["dialog_id"], 0), start * 24_000 + length)
    assert seen == {name: len(one.pcm) for name, one in truth.items()}


def test_words_are_where_the_sound_is_in_windows(folder: Path, truth: dict[str, Truth]) -> None:
    scores = []
    for sample in samples(folder):
        if not truth[Path(sample["path"]).stem].clean:
            continue
        sound = sample["data"][:, : sample["unpadded_len"]]
        for channel, label in enumerate(("SPEAKER_MAIN", "SPEAKER_USER")):
            words = words_of(sample["path"], sample["start_time_sec"], label)
            if words and len(sound[channel]) > 24_000:
                scores.append(speech_f1(sound[channel], words))
    assert np.mean(scores) >= 0.98, np.mean(scores)


def interleave(words: list[tuple[str, float, float]], length: int, *, shift: bool) -> list[int]:
    """Lay words on frames as its interleaver does; ``shift`` is its ``keep_and_shift``."""
    tokenizer = TOKENIZERS.load(BackendSpec(use="shipped"))
    row, waiting, coming = [PAD] * length, deque[int](), deque(words)
    for frame in range(length):
        while coming and coming[0][1] * 12.5 < frame + 1:
            tokens = tokenizer.encode(coming.popleft()[0].strip())
            waiting = deque([*waiting, *tokens] if shift else tokens)
        if waiting:
            if frame and row[frame - 1] == PAD:
                row[frame - 1] = EPAD
            row[frame] = waiting.popleft()
    return row


def test_its_interleaver_makes_our_text_rows(folder: Path, truth: dict[str, Truth]) -> None:
    dropped = kept = 0
    for name, one in truth.items():
        said = json.loads((folder / "stereo" / f"{name}.json").read_text())["alignments"]
        words = [(word, *times) for word, times, who in said if who == "SPEAKER_MAIN"]
        frames = len(one.text("agent"))
        assert interleave(words, frames, shift=True) == one.text("agent").tolist(), name
        default = interleave(words, frames, shift=False)
        silent = {PAD, EPAD}
        kept += sum(token not in silent for token in default)
        dropped += sum(token not in silent for token in one.text("agent").tolist())
    dropped -= kept
    assert 0 <= dropped < 0.05 * kept, (dropped, kept)


def test_mimi_encodes_a_window(folder: Path) -> None:
    os.environ["NO_TORCH_COMPILE"] = "1"
    torch = pytest.importorskip("torch")
    loaders = pytest.importorskip("moshi.models.loaders")
    sample = next(samples(folder))
    mimi = loaders.get_mimi(None, device="cpu")  # random weights: shapes, not values
    mimi.set_num_codebooks(8)
    with torch.no_grad():
        codes = mimi.encode(torch.tensor(sample["data"][:, : 24_000 * 4])[:, None])
    assert codes.shape == (2, 8, 50)
