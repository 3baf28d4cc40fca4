"""NeMo's own duplex datasets, on the CPU and without weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datagen.backends.registry import TOKENIZERS
from datagen.config import BackendSpec
from tests.consumers.conftest import Truth, speech_f1

lhotse = pytest.importorskip("lhotse")
s2s = pytest.importorskip("nemo.collections.speechlm2.data.s2s_dataset")
FRAME, RATE = 0.08, 24_000


class Words:
    """The run's tokenizer as NeMo wants one, with ids of their own for BOS, EOS and PAD."""

    bos, eos, pad, unk_id = 1, 2, 3, 3
    bos_id, eos_id, pad_id = bos, eos, pad

    @cached_property
    def ours(self) -> Any:
        return TOKENIZERS.load(BackendSpec(use="shipped"))

    def text_to_ids(self, text: str) -> list[int]:
        return list(self.ours.encode(text))

    def ids_to_text(self, ids: list[int]) -> str:
        return str(self.ours.decode(ids))


@pytest.fixture(scope="module")
def folder(exported: Callable[[str], Path]) -> Path:
    return exported("nemo")


@pytest.fixture(scope="module")
def cuts(folder: Path) -> Any:
    splits = [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name[0] != "."]
    return [cut for split in splits for cut in lhotse.CutSet.from_shar(in_dir=split)]


def read(cuts: Any) -> Any:
    dataset = s2s.DuplexS2SDataset(
        Words(), frame_length=FRAME, source_sample_rate=RATE, target_sample_rate=RATE
    )
    return dataset[lhotse.CutSet.from_cuts(cuts)]


def pcm(audio: Any) -> np.ndarray[Any, Any]:
    return np.rint(audio.numpy() * 32_768).astype(np.int16)


def batches(cuts: Any, size: int = 4) -> Iterator[Any]:
    for start in range(0, len(cuts), size):
        yield cuts[start : start + size]


def test_sound_and_text_are_ours(cuts: Any, truth: dict[str, Truth]) -> None:
    assert {cut.id for cut in cuts} == set(truth)
    for some in batches(cuts):
        batch = read(some)
        for index, cut in enumerate(some):
            one = truth[cut.id]
            length = int(batch["source_audio_lens"][index])
            assert length == int(batch["target_audio_lens"][index]) == len(one.pcm)
            assert (pcm(batch["source_audio"][index, :length]) == one.pcm[:, 1]).all()
            assert (pcm(batch["target_audio"][index, :length]) == one.pcm[:, 0]).all()
            assert batch["target_texts"][index] == " ".join(one.turns("agent"))
            assert int(batch["target_token_lens"][index]) == one.row["num_frames"]


def spans(row: list[int]) -> Iterator[tuple[int, list[int], int | None]]:
    """Yield where each BOS is, the tokens up to EOS, and where that is."""
    starts = [frame for frame, token in enumerate(row) if token == Words.bos]
    for start, following in zip(starts, [*starts[1:], len(row)], strict=True):
        end = next((f for f in range(start, following) if row[f] == Words.eos), None)
        ids = [t for t in row[start + 1 : following if end is None else end] if t != Words.pad]
        yield start, ids, end


def test_each_turn_begins_and_ends_in_its_frames(
    cuts: Any, folder: Path, truth: dict[str, Truth]
) -> None:
    named = {
        json.loads(line)["supervision"]
        for path in folder.glob("overlong_turns.jsonl")
        for line in path.open()
    }
    overlong, tokenizer = set(), Words()
    for cut in cuts:
        batch = read([cut])
        for tokens, role in (("target_tokens", "agent"), ("source_tokens", "user")):
            turns = [s for s in cut.supervisions if s.speaker == role]
            found = list(spans(batch[tokens][0].tolist()))
            assert [start for start, _, _ in found] == [
                int(np.floor(turn.start / FRAME + 0.5)) for turn in turns
            ]
            for turn, (_, ids, _), text in zip(
                turns, found, truth[cut.id].turns(role), strict=True
            ):
                if ids != tokenizer.text_to_ids(text):
                    overlong.add(turn.id)
    assert overlong <= named, "what does not fit is named"
    assert len(named) < 0.05 * sum(len(cut.supervisions) for cut in cuts)


def test_a_cut_that_was_truncated(cuts: Any, truth: dict[str, Truth]) -> None:
    tokenizer = Words()
    for cut in cuts[:8]:
        quiet = [s for s in cut.supervisions if s.end < cut.duration - 2]
        stop = np.ceil(max(s.end for s in quiet) / FRAME) * FRAME
        piece = cut.truncate(duration=stop)
        batch, one = read([piece]), truth[cut.id]
        length = int(batch["target_audio_lens"][0])
        assert (pcm(batch["target_audio"][0]) == one.pcm[:length, 0]).all()
        whole = [s for s in cut.supervisions if s.speaker == "agent" and s.end <= stop]
        found = list(spans(batch["target_tokens"][0].tolist()))
        for turn, (_, ids, _), text in zip(whole, found, one.turns("agent"), strict=False):
            if turn.id not in cut.custom["overlong_turns"]:
                assert ids == tokenizer.text_to_ids(text)


def test_system_prompt_and_word_times_for_stt(cuts: Any, truth: dict[str, Truth]) -> None:
    stt = pytest.importorskip("nemo.collections.speechlm2.data.duplex_stt_dataset")
    dataset = stt.DuplexSTTDataset(Words(), frame_length=FRAME, source_sample_rate=RATE)
    for cut in cuts[:6]:
        one, tokenizer = truth[cut.id], Words()
        batch = dataset[lhotse.CutSet.from_cuts([cut])]["audio_data"]
        prompt = batch["prompt_tokens"][0].tolist()
        assert prompt == [Words.bos, *tokenizer.text_to_ids(one.row["role_prompt"]), Words.eos]
        row = batch["target_tokens"][0].tolist()
        silent = (Words.bos, Words.eos, Words.pad)
        said = sum(token not in silent for token in row)
        words = [(" " if place else "") + word for place, word in places(cut)]
        assert said >= 0.9 * sum(len(tokenizer.text_to_ids(word)) for word in words)


def test_inline_word_times_are_where_the_sound_is(cuts: Any, truth: dict[str, Truth]) -> None:
    scores = []
    for cut in [cut for cut in cuts if truth[cut.id].clean][:12]:
        words = [
            (word, turn.start + first * FRAME, turn.start + (last + 1) * FRAME)
            for turn in cut.supervisions
            if turn.speaker == "agent"
            for word, first, last in timed(turn.text)
        ]
        scores.append(speech_f1(cut.load_target_audio()[0], words))
    assert np.mean(scores) >= 0.98, np.mean(scores)


def timed(text: str) -> Iterator[tuple[str, int, int]]:
    parts = text.split()
    for start, word, end in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        yield word, int(start.strip("<|>")), int(end.strip("<|>"))


def places(cut: Any) -> Iterator[tuple[int, str]]:
    """Yield the agent's words with their place in their turn, as the inline times hold them."""
    for supervision in cut.supervisions:
        if supervision.speaker == "agent":
            yield from enumerate(w for w in supervision.text.split() if not w.startswith("<|"))


def test_voice_prompt_for_ear_tts(cuts: Any) -> None:
    tts = pytest.importorskip("nemo.collections.speechlm2.data.duplex_ear_tts_dataset")
    audio, lengths = tts.get_audio_prompt(
        lhotse.CutSet.from_cuts(cuts[:2]), RATE, roles={"agent"}, recording_field="target_audio"
    )
    for index, cut in enumerate(cuts[:2]):
        length = int(lengths[index])
        assert 3 * RATE <= length <= 5 * RATE + 1
        assert (audio[index, :length].numpy() == cut.context_audio.load_audio()[0]).all()
