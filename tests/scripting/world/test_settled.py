"""What has been said or settled: it is not asked, left or taken up without its name."""

from __future__ import annotations

import re

import pytest

from datagen.scripting.content.labels import Label
from datagen.scripting.simulate import asides, call, closing, steps, suppositions
from tests.scripting.world.test_calls import maker
from tests.scripting.world.test_manners import scripts, talk_of

pytestmark = pytest.mark.slow


def lines_of(speaker: str, act: str) -> list[str]:
    manners = (maker().acts.agent if speaker == "agent" else maker().acts.user)[act]
    return [line for parts in manners.values() for part in parts for line in part if line]


@pytest.mark.parametrize(
    ("opening", "proposed", "asks"),
    [
        ("I'd like to open an account for {street}.", "open a new account", True),
        ("Can the plug be released?", "release the plug", True),
        ("My debit card is gone.", "block the card", False),
        ("Nobody came.", "reserve it", False),
        ("Nobody came.", "", False),
    ],
)
def test_who_has_named_a_thing_to_do_has_asked_for_it(
    opening: str, proposed: str, asks: bool
) -> None:
    assert steps.asks_for(opening, proposed) == asks


def test_who_has_asked_for_it_is_not_asked_whether_it_wants_it() -> None:
    lines = lines_of("agent", "propose.asked")
    assert lines
    assert not [line for line in lines if re.search(r"\b(?:want|like me|would|help)\b", line)]


@pytest.mark.parametrize(("label", "wants"), [("wants", True), ("regrets", False), (None, False)])
def test_who_asks_for_the_next_step_is_not_asked_about_it(label: Label | None, wants: bool) -> None:
    talk = talk_of("courier", "missed", "new_try")
    talk.steps = [step for step in talk.steps if step.do == "act"]
    talk.user_line(("Okay, then take me off.",), "autoPositive").label = label
    assert steps._wants(talk) == wants
    talk.steps = []
    assert not steps._wants(talk)


@pytest.mark.parametrize(
    ("line", "refers"),
    [
        ("You read it on {read_day}, right?", True),
        ("It starts {due_days} before sailing, doesn't it?", True),
        ("It's {new_limit}, right?", True),
        ("At night it's {night_fee}, isn't it?", True),
        ("It's {seat_fee} for a child seat, isn't it?", False),
        ("It costs {letter_fee} to fix a name, doesn't it?", False),
        ("Parking is {fee} a night, right?", False),
    ],
)
def test_a_line_names_what_it_is_about_or_refers_back(line: str, refers: bool) -> None:
    assert suppositions.refers_back(line) == refers


def test_what_was_not_told_last_is_supposed_by_its_name() -> None:
    talk = talk_of("airport_parking", "no_shuttle", "on_way")
    lines = talk.world.fact("shuttle_rule").claim
    assert any(map(suppositions.refers_back, lines))
    assert not any(map(suppositions.refers_back, asides._clear(talk, "shuttle_rule", lines)))
    talk.tell(["shuttle_rule"])
    assert list(asides._clear(talk, "shuttle_rule", lines)) == list(lines)


def test_what_a_caller_has_begun_goes_on_in_small_letters() -> None:
    talk = talk_of("water_utility", "move_in", "opened")
    before = talk.floor.drafts[-1].text
    for lead, said, whole in (
        ("By the way,", "Do you read meters?", "By the way, do you read meters?"),
        ("You may not know this, but", "I am here.", "You may not know this, but I am here."),
        ("One thing.", "Do you read meters?", "One thing. Do you read meters?"),
    ):
        for text in (lead, said):
            filled = talk.words.fill(text)
            talk.say("user", "inform", filled)
        before = f"{before} {whole}"
        assert talk.floor.drafts[-1].text == talk.floor.drafts[-1].spoken == before


def test_no_sentence_ends_in_the_middle() -> None:
    alone = re.compile(r"(?:^|[.?!] )(?:oh, )?(?:by the way|while i have you)\.", re.IGNORECASE)
    for script in scripts():
        for turn in script.turns:
            assert turn.text[-1] in ".?!", (script.dialog_id, turn.text)
            assert not alone.search(turn.text), (script.dialog_id, turn.text)


@pytest.mark.parametrize("helped", [True, False])
def test_nobody_leaves_it_for_whom_something_was_done(helped: bool) -> None:
    talk = talk_of("campground", "washed_out", "credit")
    assert talk.is_let_down
    talk.agent("how_help", "setQuestion")
    talk.is_helped = helped
    assert (closing._done(talk) == ".unhelped") != helped
    assert closing._bye(talk).startswith("bye_plain") != helped
    left = [line for line in lines_of("user", "done.unhelped") if "leave" in line]
    assert left
    assert not set(left) & set(lines_of("user", "done"))


def test_what_is_done_is_not_offered_again_when_it_is_checked() -> None:
    talk = talk_of("landscaping", "skip_move", "moved")
    talk.agreed.add("route_ok")
    talk.steps = []
    asides._suppose(talk, "route_ok", "Q1", is_right=True)
    said = next(one for one in reversed(talk.floor.drafts) if one.speaker == "agent")
    day = next(iter(talk.slots(talk.world.fact("route_ok").claim)))
    assert talk.value(day).written.lower() in said.text.lower()
    assert "can" not in said.text.split()


def test_thanks_are_given_once_in_a_breath() -> None:
    for script in scripts():
        for turn in script.turns:
            if turn.speaker == "user" and turn.act == "thanking":
                assert turn.text.lower().count("thank") <= 1, (script.dialog_id, turn.text)


def test_who_cannot_be_found_is_asked_for_the_other_number() -> None:
    asked = lines_of("agent", "ask_other.wrong")
    seen = 0
    for script in scripts():
        if script.outcome != "failed" or not any(
            "you're verified" in turn.text or "verify you" in turn.text for turn in script.turns
        ):
            continue
        texts = [turn.text for turn in script.turns if turn.speaker == "agent"]
        stems = [line.split("{")[0] for line in asked]
        seen += any(stem in text for stem in stems for text in texts)
    assert seen


def test_nobody_reads_out_the_same_wrong_number_again() -> None:
    seen = 0
    for script in scripts():
        asked = [one.arguments["identity"] for one in script.actions if one.status == "no_match"]
        seen += len(asked) > 1
        assert len(asked) == len(set(asked)), (script.dialog_id, asked)
    assert seen


def test_a_question_is_not_answered_before_it_is_looked_into() -> None:
    assert call._first_reaction("request", "Are there seats without stairs?") == "question"
    assert not [line for line in lines_of("agent", "react_question") if line.startswith("Yes")]


def test_who_is_cross_is_not_met_with_joy() -> None:
    glad = re.compile(r"\b(?:lovely|great|perfect|good)\b", re.IGNORECASE)
    assert not list(filter(glad.search, lines_of("agent", "ack_agreed.low")))


def test_an_agent_is_not_glad_of_what_it_cannot_do() -> None:
    talk = talk_of("bank", "wire", "suspicious")
    assert talk.outcome == "partly"
    assert talk.is_low
    talk.is_helped = True
    assert not talk.is_low
