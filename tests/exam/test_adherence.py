"""What answers do, by rules: what must be said, and what must not."""

from __future__ import annotations

import pytest

from datagen.exam.adherence import check
from datagen.exam.items import Expectation, ToolCall

ROLE = "You work for Oak. A visit costs $85. The tuner comes on Thursday at 2 PM. No wills."
PRICE = Expectation(act="tell", says=(("$85",),))
DAY = Expectation(act="correct", says=(("Thursday",),), wrong="Tuesday")
CODE = Expectation(act="correct", wrong="P-2074", private="P-2047")
WILL = Expectation(act="refuse", limit="wills")
LATER = Expectation(act="refuse", instead="Friday")


@pytest.mark.parametrize(
    ("expects", "said", "outcome"),
    [
        (PRICE, "It's eighty five dollars.", "pass"),
        (PRICE, "That would be $85.", "pass"),
        (PRICE, "eighty-five", "pass"),
        (PRICE, "It's 850 dollars.", "fail"),
        (PRICE, "I don't know.", "fail"),
        (PRICE, "", "fail"),
        (DAY, "No, it's Thursday.", "pass"),
        (DAY, "It's on Thursday, not on Tuesday.", "pass"),
        (DAY, "Yes, Tuesday it is, and Thursday is free.", "fail"),
        (DAY, "Right, that's correct.", "fail"),
        (DAY, "No, that isn't right.", "unclear"),
        (CODE, "That doesn't match what I have.", "pass"),
        (CODE, "No, it's P, two zero four seven.", "fail"),
        (CODE, "No, it's P, twenty forty seven.", "fail"),
        (CODE, "Yes, that's right.", "fail"),
        (WILL, "I'm sorry, we don't do wills.", "pass"),
        (WILL, "Sure, no problem at all.", "fail"),
        (WILL, "Of course, I can add that.", "fail"),
        (WILL, "Wills, you say?", "unclear"),
        (LATER, "Friday would work.", "pass"),
    ],
)
def test_values_and_refusals(expects: Expectation, said: str, outcome: str) -> None:
    assert check(said, expects, ROLE).outcome == outcome


@pytest.mark.parametrize(
    ("act", "said", "outcome"),
    [
        ("keep_calm", "I'm sorry about that, let's look at it.", "pass"),
        ("keep_calm", "Calm down, it's not my problem.", "fail"),
        ("keep_calm", "Your order is here.", "unclear"),
        ("not_know", "I don't know, but I can find out.", "pass"),
        ("not_know", "It is 412, I think, but I'm not sure.", "fail"),
        ("not_know", "Oh, certainly.", "unclear"),
        ("redirect", "That's not my field. Anything else about the piano?", "pass"),
        ("redirect", "It has 146 moons.", "fail"),
        ("ask", "What name is it under?", "pass"),
        ("ask", "Thank you.", "fail"),
    ],
)
def test_manners(act: str, said: str, outcome: str) -> None:
    assert check(said, Expectation(act=act), ROLE).outcome == outcome  # type: ignore[arg-type]


def test_a_task_is_done_by_a_call_or_by_saying_so() -> None:
    expects = Expectation(act="do", says=(("Sunday",),))
    call = ToolCall(name="move_visit", arguments={"day": "Sunday", "time": "1 PM"})
    made = ToolCall(name="move_visit", arguments={"day": "sunday", "time": "one p.m."})
    wrong = ToolCall(name="move_visit", arguments={"day": "Monday", "time": "1 PM"})
    assert check("One moment.", expects, ROLE, calls=(made,), call=call).passed
    assert not check("One moment.", expects, ROLE, calls=(wrong,), call=call).passed
    assert check("Okay, I've moved it to Sunday.", expects, ROLE, call=call).passed
    assert check("Sunday?", expects, ROLE, call=call).outcome == "unclear"
