from __future__ import annotations

import threading

import pytest

from train.ahead import Ahead


def test_the_next_is_made_while_one_is_used_and_no_more() -> None:
    made: list[int] = []
    third = threading.Event()

    def make(step: int) -> str:
        made.append(step)
        if step == 3:
            third.set()
        return f"step {step}"

    ahead = Ahead(make, last=4)
    assert ahead.at(2) == "step 2"
    assert third.wait(10), "the next is not begun"
    assert ahead.at(3) == "step 3"
    assert made == [2, 3], "nothing is made twice, and nothing after the last"


def test_a_step_that_was_not_the_next_is_made_anew() -> None:
    ahead = Ahead(lambda step: step, last=9)
    assert [ahead.at(step) for step in (0, 5, 6, 1)] == [0, 5, 6, 1]


def test_an_error_comes_at_its_step() -> None:
    def make(step: int) -> int:
        if step == 1:
            raise ValueError("of step 1")
        return step

    ahead = Ahead(make, last=9)
    assert ahead.at(0) == 0
    with pytest.raises(ValueError, match="of step 1"):
        ahead.at(1)
