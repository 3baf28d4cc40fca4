"""Callers' news: what they make of it is met by its kind, and a call ends as it went."""

from __future__ import annotations

import re

import pytest

from datagen.scripting.claims.check import unlicensed_line
from datagen.scripting.claims.lexicon import load_lexicon
from datagen.scripting.content.labels import NEWS, TOLD, Label
from datagen.scripting.simulate import (
    asides,
    closing,
    cut_places,
    grievances,
    readiness,
    replies,
    steps,
)
from datagen.scripting.simulate.acts import default_path, load_acts
from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.talk import Talk
from tests.scripting.world.test_manners import talk_of, telling


def lines_of(speaker: str, act: str) -> list[str]:
    """Return all choices of an act of the bank."""
    acts = load_acts(default_path())
    manners = (acts.agent if speaker == "agent" else acts.user)[act]
    return [line for parts in manners.values() for part in parts for line in part]


@pytest.mark.parametrize("label", sorted(NEWS - {"wants"}))
def test_a_reply_to_news_is_met_by_its_label(label: Label) -> None:
    assert lines_of("agent", replies.hears(label))
    assert replies.is_met(label) > 0
    assert not replies.takes_it(label)


def test_what_has_no_label_is_taken_as_it_is() -> None:
    assert replies.is_met(None) == 0
    assert replies.takes_it(None)
    assert not replies.objects(None)
    assert not replies.moves(None)


@pytest.mark.parametrize("label", sorted(TOLD))
def test_nobody_passes_over_a_loss_a_worry_or_a_joy(label: Label) -> None:
    assert replies.moves(label) == label
    assert lines_of("agent", f"react_{label}")


@pytest.mark.parametrize(
    ("label", "act"),
    [("later", "ack_declined.later"), (None, "ack_declined"), ("demands", "hear")],
)
def test_a_no_to_an_offer_is_taken(label: Label | None, act: str) -> None:
    assert replies.lets_go(label) == act
    assert lines_of("agent", act)


def test_what_is_done_without_is_not_left_open() -> None:
    assert replies.lets_go("later", is_open=False) == "ack_declined"


def test_a_joy_comes_before_a_number() -> None:
    talk = talk_of("coworking", "leaving", "pauses")
    talk.agent("how_help", "setQuestion")
    talk.user_line(("It's just that I'm having a baby.",), "answer").label = "joy"
    talk.is_verified = False
    step = next(one for one in talk.steps if one.tool)
    steps.take(talk, step)
    agent = next(one for one in talk.floor.drafts[2:] if one.speaker == "agent")
    assert "ongratulations" in agent.text


def let_down() -> Talk:
    """Return a call in which the agent has just told bad news from the record."""
    talk = talk_of("auto_insurance", "claim_wait", "missing")
    talk.outcome = "refused"
    talk.agent("how_help", "setQuestion")
    talk.user("hello", "greeting")
    name = next(iter(talk.world.records))
    talk.agent_line(talk.world.fact(name).tell, "inform")
    talk.tell((name,))
    return talk


def test_bad_news_is_taken_in_before_anything_else() -> None:
    talk = let_down()
    at = len(talk.floor.drafts)
    assert asides.take_news(talk)
    caller, agent = talk.floor.drafts[at:]
    news, met = lines_of("user", "ack_news"), lines_of("agent", "hear.bad")
    assert caller.text in news
    assert agent.text in met
    assert not asides.take_news(talk)  # twice


def test_who_protests_does_not_call_it_harmless() -> None:
    talk = let_down()
    talk.has_protested = True
    step = telling(talk).model_copy(
        update={
            "reply": ("Well, that could have been worse.", "And whose fault is that?"),
            "labels": {"And whose fault is that?": "objects"},
        }
    )
    for _ in range(20):
        talk.agent("hear.bad", "autoPositive")
        at = len(talk.floor.drafts)
        steps._react(talk, step, 1.0)
        assert "worse" not in talk.floor.drafts[at].text


@pytest.mark.parametrize(("label", "is_left"), [(None, True), ("later", True), ("demands", False)])
def test_who_wants_something_else_has_not_left_it(label: Label | None, is_left: bool) -> None:
    talk = talk_of("coworking", "leaving", "pauses")
    talk.user_line(("No, thanks.",), "declineOffer").label = label
    steps._let_go(talk)
    assert talk.has_declined == is_left


@pytest.mark.parametrize(
    ("declined", "verified", "how"),
    [(True, True, ".declined"), (False, True, ".refused"), (False, False, ".unverified")],
)
def test_who_leaves_with_nothing_says_why(declined: bool, verified: bool, how: str) -> None:
    talk = let_down()
    talk.has_declined, talk.is_verified = declined, verified
    assert closing._why(talk) == how
    assert closing._bye(talk).startswith("bye_declined") == declined
    sorry = re.compile(r"sorry|patience|bearing|gets better", re.IGNORECASE)
    assert not [line for line in lines_of("agent", "bye_declined") if sorry.search(line)]


def test_nobody_is_asked_for_more_who_could_not_be_verified() -> None:
    talk = let_down()
    talk.is_verified, talk.leisure = False, 1.6
    more = lines_of("agent", "offer_more") + lines_of("agent", "offer_more.low")
    at = len(talk.floor.drafts)
    closing.close(talk)
    said = " ".join(one.text for one in talk.floor.drafts[at:])
    assert not [line for line in more if line in said]


def test_what_the_agent_says_to_news_claims_nothing() -> None:
    lexicon = load_lexicon()
    acts = load_acts(default_path()).agent
    kinds = ("hear", "react_", "ack_", "bye_declined")
    lines = [line for act in acts if act.startswith(kinds) for line in lines_of("agent", act)]
    lines = [line for line in lines if line and "{" not in line]
    assert lines
    assert not [line for line in lines if any(unlicensed_line(line, (), lexicon))]


def test_nobody_goes_on_in_the_middle_of_what_is_said() -> None:
    assert not cut_places.is_clause("and that you were warned.")
    assert cut_places.is_clause("and that pays fifty cents a pound.")


def test_nobody_insults_anybody_the_first_time() -> None:
    talk = let_down()
    assert grievances._rude(talk, AgendaItem("Q4")).startswith("rude")
    assert grievances._rude(talk, AgendaItem("grievance")) == "rude.again"
    insults = re.compile(r"\buseless\b|\bmachine\b|\bscript\b|\bnobody there\b", re.IGNORECASE)
    for act in ("rude", "rude.early"):
        assert not [line for line in lines_of("user", act) if insults.search(line)]


@pytest.mark.parametrize(("label", "may"), [("blames_itself", False), ("objects", True)])
def test_nobody_complains_of_what_was_its_own_doing(label: Label, may: bool) -> None:
    talk = let_down()
    talk.floor.drafts[-1].label = label
    assert readiness.is_ready(talk, AgendaItem("Q4")) is may
    assert readiness.is_ready(talk, AgendaItem("grievance")) is may


def test_a_fine_offer_is_not_all_that_there_is() -> None:
    grudging = re.compile(r"all there is|better than nothing|what choice", re.IGNORECASE)
    assert not [line for line in lines_of("user", "accept") if grudging.search(line)]


def test_a_loss_in_an_answer_comes_before_the_next_question() -> None:
    talk = let_down()
    talk.user_line(("They're my late father's things.",), "answer").label = "loss"
    assert readiness.moved(talk) == "loss"
    talk.user_line(("It's two boxes.",), "answer")
    assert readiness.moved(talk) == "loss"  # it goes on with the same turn
