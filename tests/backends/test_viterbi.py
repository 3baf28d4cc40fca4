from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from datagen.backends.aligner.viterbi import best_path, label_spans

BLANK = 0


def noise(num_frames: int, size: int, seed: int) -> NDArray[np.float32]:
    scores = np.random.default_rng(seed).normal(size=(num_frames, size)).astype(np.float32) * 2
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def collapse(frames: tuple[int, ...]) -> list[int]:
    """What a CTC model says with one symbol a frame."""
    kept = [s for i, s in enumerate(frames) if i == 0 or s != frames[i - 1]]
    return [symbol for symbol in kept if symbol != BLANK]


def symbols(path: NDArray[np.intp], labels: list[int]) -> tuple[int, ...]:
    return tuple(labels[state // 2] if state % 2 else BLANK for state in path)


def score(emissions: NDArray[np.float32], frames: tuple[int, ...]) -> float:
    return float(sum(emissions[t, symbol] for t, symbol in enumerate(frames)))


@settings(max_examples=40, deadline=None)
@given(
    labels=st.lists(st.integers(1, 2), min_size=1, max_size=3),
    num_frames=st.integers(5, 7),
    seed=st.integers(0, 1_000),
)
def test_no_frame_sequence_of_the_text_is_likelier(
    labels: list[int], num_frames: int, seed: int
) -> None:
    """Against every sequence of symbols there is."""
    emissions = noise(num_frames, 3, seed)
    everything = product(range(3), repeat=num_frames)
    best = max(score(emissions, frames) for frames in everything if collapse(frames) == labels)
    found = symbols(best_path(emissions, labels, BLANK), labels)
    assert collapse(found) == labels
    assert score(emissions, found) == pytest.approx(best, abs=1e-4)


def plain_viterbi(emissions: NDArray[np.float32], labels: list[int]) -> list[int]:
    """The textbook's loops, one state at a time."""
    states = [BLANK]
    for label in labels:
        states += [label, BLANK]
    value = {0: emissions[0, BLANK], 1: emissions[0, labels[0]]}
    history: list[dict[int, int]] = []
    for frame in range(1, len(emissions)):
        reached: dict[int, np.float32] = {}
        came: dict[int, int] = {}
        for state, symbol in enumerate(states):
            ways = [state, state - 1]
            if state % 2 and state > 1 and symbol != states[state - 2]:
                ways.append(state - 2)
            possible = [way for way in ways if way in value]
            if possible:
                came[state] = max(possible, key=lambda way: value[way])
                reached[state] = value[came[state]] + emissions[frame, symbol]
        value = reached
        history.append(came)
    state = max(len(states) - 2, len(states) - 1, key=lambda last: value.get(last, -np.inf))
    path = [state]
    while history:
        state = history.pop()[state]
        path.append(state)
    return path[::-1]


@pytest.mark.parametrize(("num_frames", "num_labels"), [(60, 20), (40, 38), (150, 30)])
def test_the_path_is_the_textbooks(num_frames: int, num_labels: int) -> None:
    labels = [int(i) for i in 1 + np.random.default_rng(7).permutation(num_labels * 4) % 15]
    labels = labels[:num_labels]
    emissions = noise(num_frames, 16, seed=num_frames)
    assert best_path(emissions, labels, BLANK).tolist() == plain_viterbi(emissions, labels)


def test_the_path_is_torchaudios() -> None:
    torchaudio = pytest.importorskip("torchaudio")
    import torch

    labels = [int(i) for i in np.random.default_rng(3).integers(1, 30, 120)]
    emissions = noise(500, 30, seed=5)
    theirs, _ = torchaudio.functional.forced_align(
        torch.from_numpy(emissions)[None], torch.tensor([labels])
    )
    found = symbols(best_path(emissions, labels, BLANK), labels)
    assert list(found) == theirs[0].tolist()


def test_each_label_has_its_frames() -> None:
    path = np.array([0, 1, 1, 2, 3, 5, 5, 6])
    assert label_spans(path, 3).tolist() == [[1, 3], [4, 5], [5, 7]]


@pytest.mark.parametrize(
    ("labels", "num_frames", "fits"),
    [
        ([1, 2], 2, True),
        ([1, 1], 2, False),
        ([1, 1], 3, True),
        ([1, 2, 3], 2, False),
        ([], 4, False),
    ],
)
def test_a_text_may_be_too_long_for_its_clip(
    labels: list[int], num_frames: int, fits: bool
) -> None:
    emissions = noise(num_frames, 4, seed=0)
    if fits:
        assert collapse(symbols(best_path(emissions, labels, BLANK), labels)) == labels
    else:
        with pytest.raises(ValueError, match="do not fit"):
            best_path(emissions, labels, BLANK)
