"""Calls in which nobody speaks of times or places that are not so, or is amazed by the known."""

from __future__ import annotations

import re
from random import Random
from types import SimpleNamespace
from typing import cast
from unittest.mock import MagicMock

import pytest

from datagen.scripting.plans.draws import Draws
from datagen.scripting.simulate import listening, maker
from datagen.scripting.simulate.acts import Acts, default_path, load_acts
from datagen.scripting.simulate.answers import to_the_point
from datagen.scripting.simulate.apart import ask_unrelated
from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.daytime import timely
from datagen.scripting.simulate.realizer import TurnRealizer
from datagen.scripting.world.draw import World
from tests.scripting.world.test_manners import talk_of

_AT_HOME = re.compile(
    r"\b(?:right now|as we speak|here|hear (?:it|that)|I(?:'m| am) (?:looking|practicing))\b", re.I
)
"""What tells where somebody is while it calls."""


@pytest.mark.parametrize(
    ("line", "dayparts"),
    [
        ("I should've gone home an hour ago.", {"afternoon", "evening"}),
        ("I haven't even had lunch yet.", {"afternoon"}),
        ("I could drop it off this afternoon.", {"morning", "afternoon"}),
        ("My coffee's been cold for an hour.", {"morning", "afternoon", "evening"}),
    ],
)
def test_lunch_and_the_end_of_a_shift_have_their_time(line: str, dayparts: set[str]) -> None:
    parts = ("morning", "afternoon", "evening")
    assert {one for one in parts if line in timely((line, "Yes."), one)} == dayparts


def test_what_is_said_by_a_bank_of_acts_fits_the_time_of_day() -> None:
    acts = Acts(
        agent={"greet": {"any": (("Hello.",),)}},
        user={"rude": {"any": (("I haven't even had lunch yet.", "Make it short."),)}},
        listening={},
        starts=("Um,",),
        middles=("um,",),
    )
    for seed in range(20):
        talks = TurnRealizer(acts, {}, {"daypart": "morning"}, Draws(Random(seed)))
        assert talks.act("user", "rude", "").text == "Make it short."


def test_nobody_is_called_in_the_evening_about_what_comes_tonight() -> None:
    value = SimpleNamespace(type="text", written="tonight")
    story = SimpleNamespace(daypart="")
    pack = SimpleNamespace(caller={})
    world = cast(
        "World", SimpleNamespace(story=story, pack=pack, values={"ready_at": value}, said={})
    )
    drawn = {maker._daypart(world, Draws(Random(seed))) for seed in range(40)}
    assert drawn == {"morning", "afternoon"}


@pytest.mark.parametrize("licence", ["prompt.identity_value", "prompt.note-1", "user.fee"])
def test_nobody_is_surprised_by_what_it_has_asked_for(licence: str) -> None:
    talk = talk_of("vet", "refill", "ordered")
    talk.agent_line(("It's a long sentence, and here's the rest of it.",), "inform", (licence,))
    talk.floor.drafts[-1].breaks_news()
    at = talk.floor.last
    places = [talk.floor.drafts[at].num_words]
    drawn = {listening._user_reacts(talk, at, places, Draws(Random(seed)))[0] for seed in range(99)}
    assert "surprise" not in drawn


def test_who_asks_where_hears_where() -> None:
    line = "We keep found things for {storage}, and we keep phones and keys in the safe."
    assert to_the_point("Where do you keep the stuff people find?", (line,)) == (line,)
    line = "A membership is {single} for one, and you get {shop_off} off in the shop."
    assert to_the_point("What do members get?", (line,)) == (line,)


def test_what_has_nothing_to_do_with_a_call_is_asked_from_anywhere() -> None:
    part = load_acts(default_path()).user["ask_unrelated"]["any"][-1]
    assert len(part) > 20
    assert not [line for line in part if _AT_HOME.search(line)]


@pytest.mark.parametrize(("steps", "asks"), [([], True), (["handoff"], False)])
def test_who_is_about_to_put_a_caller_through_does_not_ask_for_more(
    steps: list[str], *, asks: bool
) -> None:
    talk = MagicMock(is_waiting=False, steps=steps)
    ask_unrelated(talk, AgendaItem("Q6"))
    said = [call.args[0] for call in talk.agent.call_args_list]
    assert said == (["redirect", "back_to_call"] if asks else ["redirect"])


def test_a_business_asks_nothing_that_only_some_have() -> None:
    acts = load_acts(default_path("assistant")).user
    kinds = ("ask_unknown", "ask_unknown.new", "ask_unknown.done")
    lines = [line for kind in kinds for line in acts[kind]["any"][0]]
    assert not [line for line in lines if re.search(r"offer|newsletter|our news|family", line)]
