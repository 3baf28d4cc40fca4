"""lhotse's own reader, also after it has truncated and windowed the cuts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.consumers.conftest import Truth, speech_f1

lhotse = pytest.importorskip("lhotse")


@pytest.fixture(scope="module")
def cuts(exported: Callable[[str], Path]) -> Any:
    folder = exported("lhotse")
    splits = [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name[0] != "."]
    return [cut for split in splits for cut in lhotse.CutSet.from_shar(in_dir=split)]


def pcm(cut: Any) -> np.ndarray[Any, Any]:
    return np.rint(cut.load_audio() * 32_768).astype(np.int16).T


def words_of(cut: Any, channel: int) -> list[tuple[str, float, float]]:
    """Return a cut's words on its clock: times in `words` are from the supervision's start."""
    return [
        (text, supervision.start + start, supervision.start + end)
        for supervision in cut.supervisions
        if supervision.channel == channel
        for text, start, end in supervision.custom["words"]
    ]


def test_sound_tokens_and_text_are_ours(cuts: Any, truth: dict[str, Truth]) -> None:
    assert {cut.id for cut in cuts} == set(truth)
    for cut in cuts:
        one = truth[cut.id]
        assert (pcm(cut) == one.pcm).all()
        for channel, speaker in enumerate(("agent", "user")):
            codes, text = (
                getattr(cut, f"load_{speaker}_codes")(),
                getattr(cut, f"load_{speaker}_text")(),
            )
            assert (codes == one.codes(speaker).T).all()
            assert (text == one.text(speaker)).all()
            said = [s.text for s in cut.supervisions if s.channel == channel]
            assert said == one.turns(speaker)
        assert cut.custom["role_prompt"] == one.row["role_prompt"]
        assert cut.custom["channels"] == ["agent", "user"]


def test_lhotse_finds_nothing_wrong(cuts: Any) -> None:
    for cut in cuts:
        lhotse.validate(
            cut
        )  # read_data=True compares a tuple with a list: findings/lhotse-cut-arrays-and-words.sh


@pytest.mark.parametrize(("offset", "duration"), [(8.0, 16.0), (4.08, 10.0), (0.0, 5.52)])
def test_what_is_cut_out_fits_together(
    cuts: Any, truth: dict[str, Truth], offset: float, duration: float
) -> None:
    scores = []
    for cut in cuts:
        piece, one = cut.truncate(offset=offset, duration=duration), truth[cut.id]
        start, first = round(offset * 24_000), round(offset * 12.5)
        sound = pcm(piece)
        assert (sound == one.pcm[start : start + len(sound)]).all()
        for channel, speaker in enumerate(("agent", "user")):
            codes = getattr(piece, f"load_{speaker}_codes")()
            assert codes.shape[1] == 8
            assert (codes == one.codes(speaker)[:, first : first + len(codes)].T).all()
            words = [w for w in words_of(piece, channel) if w[1] >= 0 and w[2] <= duration]
            expected = [
                (text, begin - offset, end - offset)
                for text, begin, end in one.words(speaker)
                if begin >= offset and end <= offset + duration
            ]
            assert [word[0] for word in words] == [word[0] for word in expected]
            assert np.allclose([w[1:] for w in words], [w[1:] for w in expected], atol=1e-6)
            if words and one.clean:
                scores.append(speech_f1(sound[:, channel] / 32_768, words_of(piece, channel)))
    assert np.mean(scores) >= 0.98, np.mean(scores)


def test_windows_hold_all_of_it(cuts: Any, truth: dict[str, Truth]) -> None:
    for cut in cuts[:4]:
        windows = list(cut.cut_into_windows(6.0))
        sound = np.concatenate([pcm(window) for window in windows])
        codes = np.concatenate([window.load_user_codes() for window in windows])
        assert (sound == truth[cut.id].pcm).all()
        assert (codes == truth[cut.id].codes("user").T).all()
