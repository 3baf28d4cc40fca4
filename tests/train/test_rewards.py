"""What each axis rewards: the right behaviour more than any wrong one."""

import numpy as np
import pytest

from train import rewards


def speech(*spans: tuple[int, int], length: int = 100) -> np.ndarray:
    frames = np.zeros(length, bool)
    for start, stop in spans:
        frames[start:stop] = True
    return frames


@pytest.mark.parametrize(
    ("axis", "best_first"),
    [
        ("pause", [speech(), speech((5, 10)), speech((2, 6), (12, 16)), speech((5, 40))]),
        ("turn_taking", [speech((0, 40)), speech((8, 40)), speech((20, 60)), speech()]),
        ("backchannel", [speech((8, 12)), speech(), speech((4, 50))]),
        (
            "interruption",
            [speech((0, 5), (40, 70)), speech((0, 5)), speech((0, 20)), speech((0, 90))],
        ),
    ],
)
def test_better_behaviour_is_worth_more(axis: str, best_first: list[np.ndarray]) -> None:
    values = [rewards.AXES[axis](one, 25) for one in best_first]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)
    assert all(-1 <= value <= 1 for value in values)
    assert values[-1] == -1.0


def test_an_answer_is_worth_1_at_once_and_1_e_after_a_second() -> None:
    assert rewards.turn_taking(speech((0, 40)), 50) == 1.0
    assert rewards.turn_taking(speech((12, 60)), 50) == pytest.approx(np.exp(-12 / 12.5))
    assert rewards.turn_taking(speech((3, 8)), 50) == -1.0, "a nod takes no turn"


def test_facts_are_whole_words_as_spoken() -> None:
    own = ["fifty-eight dollars", "Ann"]
    assert rewards.facts("It's fifty-eight dollars.", own, []) == 0.5
    assert rewards.facts("Annabel pays fifty dollars", own, ["fifty dollars"]) == -1.0
    assert rewards.facts("Ann: fifty-eight dollars!", own, ["Ann"]) == 1.0
    assert rewards.facts("hello", [], []) == 0.0


def test_holes_in_speech_are_no_silence() -> None:
    assert rewards.stretches(speech((1, 4), (6, 9), (20, 21), length=30)) == [(1, 9), (20, 21)]
