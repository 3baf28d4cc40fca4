"""Values of a world fit one another at their ends, and a rule answers with the term asked for."""

from __future__ import annotations

import re

import pytest

from datagen.scripting.content.values import Choice, Range
from datagen.scripting.simulate.answers import answering, denying
from datagen.scripting.world.lint import lines
from datagen.scripting.world.load import load_worlds
from datagen.scripting.world.pack import WorldPack, default_paths

WORLDS = load_worlds(default_paths())
_PLACED = re.compile(r"(?:on|in|at|by|to|from|with|behind|under|between) ")
_TAKEN = re.compile(r"\b(?:have|got|get|need|like|want|book) \{(\w+)\}")
"""What holds a value as a thing, which one that says when or where is not."""


def ends(pack: WorldPack, name: str) -> tuple[float, float]:
    """Return the least and the most that a value may be."""
    value = (pack.values | pack.caller)[name]
    assert isinstance(value, Range)
    return value.low, value.high


def test_a_doubled_bill_is_about_twice_the_usual_one() -> None:
    pack = WORLDS["electric_utility"].pack
    assert ends(pack, "bill")[0] >= 1.6 * ends(pack, "usual")[1]


def test_no_party_that_fits_the_small_tent_is_sold_the_big_one() -> None:
    pack = WORLDS["event_rental"].pack
    (least, most), (small, seats) = ends(pack, "guests"), ends(pack, "small_seats")
    assert seats < least
    assert 2 * small >= most  # two small ones are offered for it
    assert ends(pack, "tent_seats")[0] >= most


def test_a_bill_holds_its_labor_and_two_diagnoses() -> None:
    pack = WORLDS["hvac"].pack
    assert ends(pack, "bill")[0] - ends(pack, "labor")[1] >= 2 * ends(pack, "diagnosis")[1]


def test_an_hour_of_today_is_still_to_come() -> None:
    for domain, story, value, earliest in (
        ("eye_care", "red_eye", "today_time", 12),
        ("event_rental", "short_delivery", "truck_time", 12),
        ("grocery", "late_van", "eta", 17),
        ("florist", "late", "new_eta", 17),
    ):
        pack = WORLDS[domain].pack
        assert pack.stories[story].daypart in {12: "morning", 17: "afternoon"}[earliest], domain
        assert ends(pack, value)[0] >= earliest


def test_what_looks_much_the_same_is_no_other_kind_of_flower() -> None:
    pack = WORLDS["florist"].pack
    gone, instead = pack.values["gone"], pack.values["instead"]
    assert isinstance(gone, Choice)
    assert isinstance(instead, Choice)
    assert not {"the sunflowers", "the orchids"} & set(gone.choices)
    assert "carnations" not in instead.choices


@pytest.mark.parametrize(
    ("domain", "fact", "question", "term", "other"),
    [
        ("health_insurance", "appeal_time", "How long does an appeal take?", "{decide}", "{appeal"),
        ("grocery", "fees", "What do you charge for delivery?", "{small_fee}", "{minimum}"),
        ("eye_care", "box_price", "How much is a box of contacts?", "{box}", "{box_days}"),
        ("house_cleaning", "extras", "Do you clean the oven?", "{oven}", "ladders"),
        ("landscaping", "jobs", "Do you trim hedges?", "{hedge}", "{mulch}"),
        ("library", "limits", "How much can I take out at once?", "{max_books}", "ovies"),
        ("moving", "boxes_rule", "What do boxes cost?", "{box}", "tape"),
        ("mortgage", "desk", "When does your phone desk close?", "{desk_close}", "card"),
    ],
)
def test_a_question_gets_its_own_term(
    domain: str, fact: str, question: str, term: str, other: str
) -> None:
    world = WORLDS[domain]
    answers = answering(question, world.pack.facts[fact].tell, world.types)
    assert answers
    for answer in answers:
        assert term in answer, answer
        assert other not in answer, answer


@pytest.mark.parametrize(
    ("domain", "wish", "because", "other"),
    [
        ("electric_utility", "what it costs to reconnect", "waive", "freeze"),
        ("furniture", "back to the store next year", "{return_days}", "ustom"),
        ("florist", "leave my name off", "without a name", "twenty"),
        ("grocery", "bad salad", "{report}", "sent back"),
        ("health_insurance", "just approve it", "phone", "{appeal_days}"),
        ("hvac", "count the visit toward", "credited", "{hourly}"),
        ("library", "small book sale", "allowed", "{room_fee}"),
        ("locksmith", "pay later on", "later", "named"),
    ],
)
def test_a_wish_is_refused_with_what_forbids_it(
    domain: str, wish: str, because: str, other: str
) -> None:
    pack = WORLDS[domain].pack
    found = [(one.fact, ask) for one in pack.wishes for ask in one.ask if wish in ask]
    assert found, wish
    for fact, ask in found:
        for reason in denying(ask, pack.facts[fact].tell):
            assert because in reason, reason
            assert other not in reason, reason


@pytest.mark.parametrize(
    ("domain", "story", "why"),
    [("cruise", "sick", "sick_who"), ("electric_utility", "behind", "why_short")],
)
def test_hard_news_is_asked_for_and_spoken_to(domain: str, story: str, why: str) -> None:
    asked, spoken_to, *_ = WORLDS[domain].pack.stories[story].steps
    assert all(f"{{{why}}}" in line for line in asked.reply)
    assert all(("hard" in line or "easy" in line) for line in spoken_to.say)


def test_another_time_is_told_from_the_one_that_was_asked_for() -> None:
    other = WORLDS["coworking"].pack.values["other_slot"]
    assert isinstance(other, Choice)
    assert all("later" in choice or "earlier" in choice for choice in other.choices)


def test_no_form_is_due_before_a_signature_can_be_there() -> None:
    due = WORLDS["clinic"].pack.caller["form_by"]
    assert isinstance(due, Choice)
    assert not any("Friday" in choice or "next week" in choice for choice in due.choices)


@pytest.mark.parametrize("domain", sorted(WORLDS))
def test_nobody_has_on_tuesday(domain: str) -> None:
    pack = WORLDS[domain].pack
    placed = {
        name
        for name, value in (pack.values | pack.caller).items()
        if isinstance(value, Choice) and any(map(_PLACED.match, value.choices))
    }
    for where, line in lines(pack):
        taken = {name[0].lower() + name[1:] for name in _TAKEN.findall(line)}
        assert not taken & placed, f"{where}: {line}"
