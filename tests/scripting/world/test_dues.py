"""What a caller has to know before it is bound, and what it asks that is none of the business."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from datagen.scripting.simulate import dues, repair
from datagen.scripting.simulate.apart import ask_unrelated, digression
from datagen.scripting.simulate.asides import pressing
from datagen.scripting.simulate.call import procedure
from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.readiness import heard, is_ready, may_suppose
from datagen.scripting.simulate.steps import points_back
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.pack import ProcedureStep
from tests.scripting.world.test_manners import talk_of

pytestmark = pytest.mark.slow


def bound(domain: str, story: str, case: str, *names: str) -> Talk:
    """Return a call in whose role some facts are."""
    talk = talk_of(domain, story, case)
    terms = tuple(dict.fromkeys((*talk.world.terms, *names)))
    asides = tuple(dict.fromkeys((*talk.world.asides, *names)))
    talk.world = replace(talk.world, terms=terms, asides=asides, wish=None)
    talk.agenda, talk.steps = [], procedure(talk)
    return talk


def untold(domain: str, story: str, case: str, name: str) -> Talk:
    """Return a call in which no step tells what is in its role."""
    talk = bound(domain, story, case, name)
    talk.steps = [step for step in talk.steps if name not in step.facts or step.do == "ask"]
    return talk


def places(steps: list[ProcedureStep], name: str) -> list[int]:
    """Return at which steps a fact is told."""
    return [at for at, step in enumerate(steps) if step.do == "tell" and name in step.facts]


@pytest.mark.parametrize(
    ("domain", "story", "case", "name"),
    [
        ("appliance_repair", "broken", "booked", "key_rule"),
        ("drone_rental", "book", "booked", "license_rule"),
        ("dry_cleaning", "forgotten", "there", "ticket_rule"),
        ("pet_boarding", "book_stay", "suite", "shot_rule"),
    ],
)
def test_what_has_to_be_brought_is_told_when_it_is_done(
    domain: str, story: str, case: str, name: str
) -> None:
    """ "You have to show a license at pickup." """
    steps = dues.with_dues(untold(domain, story, case, name), points_back)
    (at,) = places(steps, name)
    assert at > max(at for at, step in enumerate(steps) if step.do == "act")


@pytest.mark.parametrize(
    ("domain", "story", "case", "name"),
    [
        ("storage", "rent", "held", "admin_rule"),
        ("moving", "quote", "other_day", "deposit_rule"),
    ],
)
def test_what_is_due_is_told_before_the_caller_agrees(
    domain: str, story: str, case: str, name: str
) -> None:
    steps = dues.with_dues(untold(domain, story, case, name), points_back)
    (at,) = places(steps, name)
    assert at < min(at for at, step in enumerate(steps) if step.do in ("offer", "act"))


def test_a_term_that_binds_the_caller_is_told_once_by_whom_it_is_up_to() -> None:
    talk = untold("storage", "rent", "held", "admin_rule")
    talk.agenda = [AgendaItem("Q2", "admin_rule")]
    assert not places(dues.with_dues(talk, points_back), "admin_rule")
    assert not dues.left(talk)  # nothing has been done
    talk.is_helped = True
    assert [step.facts for step in dues.left(talk)] == [("admin_rule",)]
    talk.told["admin_rule"] = 3
    assert not dues.left(talk)


@pytest.mark.parametrize(
    ("domain", "story", "case", "name"),
    [
        ("water_utility", "move_in", "opened", "deposit_rule"),
        ("museum", "school", "one_tour", "adults_rule"),
        ("moving", "damage", "basic", "claim_rule"),
        ("museum", "access", "chair", "no_lift"),
        ("clinic", "bill", "review", "bill_desk"),
    ],
)
def test_what_a_caller_has_to_know_is_never_left_out(
    domain: str, story: str, case: str, name: str
) -> None:
    talk = talk_of(domain, story, case)
    talk.world = replace(talk.world, wish=None)
    talk.leisure = 0.1
    assert all(places(procedure(talk), name) for _ in range(30))


def test_who_cuts_in_asks_about_what_it_hears() -> None:
    """Nobody stops the answer it has called for to ask what paying late costs."""
    talk = talk_of("water_utility", "move_in", "opened")
    talk.agenda, talk.spare = [AgendaItem("fact", "late_rule")], []
    talk.user_line(("We're moving in on Friday.",), "inform")
    talk.agent_line(("Service can start Friday.",), "inform")
    assert pressing(talk) is None
    talk.agent_line(("A late bill is one that comes after the month.",), "inform")
    assert pressing(talk) is not None


def test_nobody_asks_for_a_term_that_nothing_has_touched_on() -> None:
    """ "At thirty-one Canal Street. Quick question, what's the late charge?" """
    talk = talk_of("electric_utility", "move_in", "visit")
    event = AgendaItem("Q2", "late_rule")
    talk.user_line(("I'm moving, and I need to set up service.",), "inform")
    assert not is_ready(talk, event)
    talk.steps.clear()
    talk.outcome, talk.is_helped = "solved", True
    assert is_ready(talk, event)


def test_what_is_no_business_of_the_agents_comes_where_there_is_time_and_is_led_back_from() -> None:
    talk = talk_of("vet", "refill", "ordered")
    event = AgendaItem("Q6")
    talk.agenda = [event]
    talk.user("hello", "greeting")
    assert digression(talk) is event
    talk.is_waiting = True
    ask_unrelated(talk, event)
    assert talk.floor.drafts[-1].speaker == "user"  # what comes next is the result
    talk.is_waiting = False
    talk.floor.close()
    ask_unrelated(talk, event)
    assert talk.led_back_at < 0  # with steps left it does not ask for more
    talk.floor.close()
    talk.steps = []
    talk.agent("offer_more", "offer")
    ask_unrelated(talk, event)
    assert talk.led_back_at == talk.floor.last
    assert talk.floor.drafts[-1].text.rstrip(".").endswith(("?", "I'm listening"))


@pytest.mark.parametrize("seed", range(12))
def test_of_course_answers_a_request(seed: int) -> None:
    """ "What was that last part?" "Of course." """
    talk = talk_of("storage", "rent", "held")
    for _ in range(seed):
        talk.draws.uniform()
    talk.agent_line(("Is that okay?",), "offer")
    repair.ask_again(talk, ("Is that okay?",), "offer", ())
    asks, again = (one.text for one in talk.floor.drafts[-2:])
    complies = again.startswith(("Sure.", "Of course.", "No problem."))
    assert not complies or re.search(r"can|could|again", asks, re.IGNORECASE), asks


def test_who_is_asked_to_say_it_again_leaves_nothing_out() -> None:
    """ "There's a seat on Friday for $40, is that okay?" "Pardon?" "It's $40 ..." """
    talk = talk_of("storage", "rent", "held")
    first = sorted(name for name, one in talk.world.values.items() if one.type == "money")[0]
    whole = f"It's {{{first}}} a month, is that okay?"
    talk.agent_line((whole,), "offer")
    repair.ask_again(talk, (whole, "Is that okay?"), "offer", ())
    assert talk.value(first).written in talk.floor.drafts[-1].text


def test_an_offer_names_the_rest_that_is_due_if_one_of_its_lines_does() -> None:
    says = ("With {half} today the lock comes off, the rest is due in two weeks.",)
    short = "It's {half} today, and then the lock comes off, should I take it?"
    long = "The lock comes off with {half} today, and the rest is due in two weeks, is that okay?"
    assert dues.whole((short, long), says) == (long,)
    assert dues.whole((short,), says) == (short,)
    assert dues.whole((short, long), ("A unit is free.",)) == (short, long)


def test_nobody_supposes_what_shares_only_its_tag_with_the_call() -> None:
    """ "Right, of course." "A color print is fifty cents, right?" """
    talk = talk_of("library", "room", "booked")
    talk.steps.clear()
    talk.outcome, talk.is_helped = "solved", True
    talk.user_line(("Right, of course.",), "autoPositive")
    assert not may_suppose(talk, "printing")
    talk.user_line(("We'd like to print a few things there.",), "inform")
    assert may_suppose(talk, "printing")


def test_who_got_but_a_part_of_what_it_wanted_asks_for_nothing_else() -> None:
    talk = talk_of("hotel", "cancel", "night_due", emotion="tired")
    talk.steps.clear()
    assert not is_ready(talk, AgendaItem("Q6"))
    talk.outcome, talk.mood.valence = "solved", 0.1
    assert is_ready(talk, AgendaItem("Q6"))


def test_a_check_back_follows_what_it_checks() -> None:
    """ "Can I get your full name?" "Charles Roth." "So I get a report every 7 weeks, right?" """
    talk = talk_of("tutoring", "how_goes", "not_yet")
    talk.tell(("report_rule",))
    talk.agent_line(talk.world.fact("report_rule").tell, "inform")
    talk.tell(("report_rule",))
    assert heard(talk, "report_rule")
    talk.user_line(("Let me say that back to you.",), "interactionStructuring")
    assert heard(talk, "report_rule")  # that leads to it, and takes nothing
    talk.user("ask_agent", "setQuestion")
    talk.agent("state_agent", "answer")
    assert not heard(talk, "report_rule")
