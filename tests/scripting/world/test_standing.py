"""What is said stands by itself: it takes for known what has been said, and no more."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from datagen.scripting.compose.grammar import slots
from datagen.scripting.content.values import Choice, Money, Range
from datagen.scripting.simulate.acts import default_path, load_acts
from datagen.scripting.simulate.answers import stating
from datagen.scripting.simulate.daytime import timely
from datagen.scripting.simulate.suppositions import refers_back
from datagen.scripting.world.compiled import happens
from datagen.scripting.world.pack import ProcedureStep, Story
from tests.scripting.world.test_asides import calls, said_by, worlds

pytestmark = pytest.mark.slow
_WHEN = re.compile(r"day|slot|time|when|window|start(?!_wish)|hour|open_from|spot_month")
_SAYS_WHEN = re.compile(r"\b(?:today|tomorrow|tonight|first visit|trial)\b")
_BOOKS = re.compile(r"\b(?:book|reserve|move|sign up|hold) (?!a (?:package|load|contract))")


def test_some_supposition_of_each_term_names_what_it_is_of() -> None:
    """ "The skin test is two days before, right?" asks about a test that nobody has mentioned."""
    for world in worlds().values():
        for name, fact in world.pack.facts.items():
            if fact.ask and fact.claim:
                assert not all(map(refers_back, fact.claim)), (world.pack.id, name)


@pytest.mark.parametrize(
    ("domain", "story", "unsaid"),
    [
        ("airline", "lost_bag", "suitcase"),
        ("museum", "access", "getting around."),
        ("pharmacy", "mixing", "question for the pharmacist"),
        ("driving_school", "move_lesson", "about my next driving lesson"),
        ("tutoring", "how_goes", "Is it getting any better"),
        ("dental", "ache", "Do you take emergencies?"),
        ("hair_salon", "redo", "It's about my last visit."),
        ("bank", "fee", "that fee back."),
    ],
)
def test_openings_say_what_the_agent_goes_on_from(domain: str, story: str, unsaid: str) -> None:
    opening = worlds()[domain].pack.stories[story].opening
    assert not [line for line in opening if line.endswith(unsaid) or f"my {unsaid} " in line]


@pytest.mark.parametrize(
    ("domain", "fact", "story", "case"),
    [
        ("airline", "change_fee", "delayed", "rebooked"),
        ("auto_insurance", "rental", "crash", "not_covered"),
        ("auto_insurance", "glass_rule", "crash", "not_covered"),
        ("bank", "account_fee", "wire", "suspicious"),
        ("campground", "cancel_rule", "extend", "full"),
        ("car_rental", "late_rule", "stuck", "covered"),
        ("clinic", "flu_rule", "sick", "today"),
        ("coworking", "room_rule", "leaving", "ends"),
        ("courier", "claim_rule", "broken", "sender"),
        ("credit_card", "cards", "raise", "too_low"),
        ("cruise", "cover_time", "sick", "lost"),
        ("dental", "late_rule", "ache", "today"),
        ("dry_cleaning", "prices", "hem_job", "booked"),
    ],
)
def test_a_rule_that_cannot_matter_does_not_come_up(
    domain: str, fact: str, story: str, case: str
) -> None:
    limits = worlds()[domain].pack.facts[fact].stories
    assert limits
    assert not {story, f"{story}.{case}"} & set(limits)


@pytest.mark.parametrize(
    ("domain", "story", "value"),
    [
        ("airport_parking", "stay_longer", "outdoor"),
        ("clinic", "form", "physical"),
        ("courier", "send", "large"),
        ("driving_school", "nervous", "lesson"),
        ("drone_rental", "book", "deposit"),
        ("drone_rental", "longer", "half"),
    ],
)
def test_what_it_costs_is_said_before_the_yes(domain: str, story: str, value: str) -> None:
    steps = worlds()[domain].pack.stories[story].steps
    asked = [step for step in steps if step.do in {"ask", "offer"}]
    assert any(all(f"{{{value}}}" in line for line in step.say) for step in asked)


def test_nobody_is_sent_to_a_camper_whose_site_is_not_known() -> None:
    camp = worlds()["campground"].pack
    assert "own_site" in camp.tools["send_ranger"].args


@pytest.mark.parametrize(
    ("domain", "one", "count", "many"),
    [
        ("driving_school", "lesson", 6, "package"),
        ("gym", "trainer", 5, "trainer_pack"),
        ("tutoring", "single", 10, "pack"),
    ],
)
def test_several_are_cheaper_than_one_at_a_time(
    domain: str, one: str, count: int, many: str
) -> None:
    values = worlds()[domain].pack.values
    single, several = values[one], values[many]
    assert isinstance(single, Money)
    assert isinstance(several, Money)
    assert several.high < count * single.low


def offered(story: Story, act: ProcedureStep, case: str) -> set[str]:
    """Return what offers and answers before a step say of when something is to be."""
    before = story.steps[: story.steps.index(act)]
    said = [
        (*step.say, *step.reply) if step.do == "offer" else step.reply
        for step in before
        if step.do in ("offer", "ask") and happens(step, case) and not step.declines
    ]
    names = {name[0].lower() + name[1:] for line in chain(*said) for name in slots(line)}
    return set(filter(_WHEN.search, names))


def test_what_is_booked_is_said_with_when() -> None:
    for world in worlds().values():
        for name, story in world.pack.stories.items():
            for case in story.cases:
                for step in story.steps:
                    tool = world.pack.tools.get(step.tool)
                    if step.do != "act" or not happens(step, case) or not _is_booking(tool):
                        continue
                    when = offered(story, step, case)
                    for line in step.say:
                        said = {one[0].lower() + one[1:] for one in slots(line)}
                        assert not when or said & when or _SAYS_WHEN.search(line), (
                            world.pack.id,
                            name,
                            line,
                        )


def _is_booking(tool: object) -> bool:
    return bool(tool) and _BOOKS.match(getattr(tool, "does", "")) is not None


@pytest.mark.parametrize(
    "line",
    [
        "Money is returned up to {days} before arrival, but after that, it's never returned.",
        "We start at {days}, and if it's smaller, you still pay for that many.",
        "The team waits {days}, and if nobody opens the door, the trip costs extra.",
    ],
)
def test_an_answer_does_not_end_where_the_rest_begins(line: str) -> None:
    assert stating("days", (line,)) == (line,)


@pytest.mark.parametrize(
    ("line", "daypart", "is_said"),
    [
        ("It's been a long day.", "morning", False),
        ("It's been a long day.", "evening", True),
        ("I've been calling that office all day, and it just rings.", "morning", False),
        ("Yes, I'm home all day.", "morning", True),
        ("We've been sitting in the dark, and it's cold.", "afternoon", False),
        ("We've been sitting in the dark, and it's cold.", "evening", True),
    ],
)
def test_what_is_said_fits_the_time_of_day(line: str, daypart: str, *, is_said: bool) -> None:
    assert (line in timely((line, "Nobody came."), daypart)) == is_said
    assert tuple(timely((line,), daypart)) == (line,)  # rather than nothing


def test_what_is_said_again_is_led_to_otherwise_than_what_goes_on() -> None:
    on = re.compile(r"\b(?:as i was saying|back to|where was i|about to say)\b", re.IGNORECASE)
    again = re.compile(r"\b(?:again|once more|repeat|over|from the beginning)\b", re.IGNORECASE)
    repeats = said_by("agent", "resume")
    assert all(map(again.search, repeats))
    assert not any(map(on.search, repeats))
    assert not any(map(again.search, said_by("agent", "resume.on")))


def test_who_finishes_in_spite_of_a_protest_says_so_once() -> None:
    finishes = said_by("agent", "hear_out")
    leads = said_by("agent", "resume.on")
    for script in calls():
        for turn in script.turns:
            said = next((line for line in finishes if turn.text.startswith(f"{line} ")), "")
            assert not said or not turn.text.startswith(tuple(f"{said} {on}" for on in leads))


def test_whoever_is_soothed_does_not_lose_its_patience_again() -> None:
    soothed = load_acts(default_path()).user["calm_down"]["any"][0]
    seen = 0
    for script in calls():
        story, *_ = script.scenario.split("/")
        lines = worlds()[script.domain].pack.stories[story].grievance
        said = [turn.text for turn in script.turns if turn.speaker == "user"]
        at = next((at for at, one in enumerate(said) if one.endswith(soothed)), None)
        if at is None:
            continue
        seen += 1
        assert not [one for one in said[at + 1 :] if one.startswith(lines)], script.dialog_id
    assert seen > 20


def test_a_call_back_that_is_wanted_is_promised() -> None:
    wanted = tuple(said_by("user", "accept_find_out"))
    promised = tuple(said_by("agent", "will_find_out"))
    seen = 0
    for script in calls():
        floor = [turn for turn in script.turns if turn.onset != "backchannel"]
        for at, turn in enumerate(floor[:-1]):
            if turn.speaker == "user" and turn.text.startswith(wanted) and turn.act == "answer":
                seen += 1
                assert promised_in(floor[at + 1].text, promised), script.dialog_id
    assert seen > 20


def promised_in(text: str, promised: tuple[str, ...]) -> bool:
    """Tell whether a turn begins with one of some lines; the first word may follow a hesitation."""
    return any(line[1:] in text for line in promised)


def test_who_has_to_wait_says_so_before_the_caller_is_back() -> None:
    waits, back = said_by("user", "cut_in.wait"), said_by("user", "cut_in.back")
    holds = said_by("agent", "wait_for")
    seen = 0
    for script in calls():
        floor = [turn for turn in script.turns if turn.onset != "backchannel"]
        for at, turn in enumerate(floor):
            if turn.text in waits:
                seen += 1
                assert floor[at + 1].text in holds
                assert floor[at + 2].text in back
    assert seen > 5


def bounds(domain: str, name: str) -> tuple[float, float]:
    """Return the lowest and the highest that a value of a world may be."""
    pack = worlds()[domain].pack
    value = {**pack.values, **pack.caller}[name]
    assert isinstance(value, Range)
    return value.low, value.high


@pytest.mark.parametrize(
    ("domain", "whole", "parts"),
    [
        ("restaurant", "close", ("slot",)),  # who gets a table gets something to eat
        ("telecom", "bill", ("extra", "basic")),  # what is left of a bill pays for a plan
        ("student_loan", "payment", ("low_payment",)),
        ("storage", "owed", ("half",)),
    ],
)
def test_what_is_part_of_something_is_less(domain: str, whole: str, parts: tuple[str, ...]) -> None:
    assert bounds(domain, whole)[0] > sum(bounds(domain, part)[1] for part in parts)


@pytest.mark.parametrize(
    ("domain", "name", "unfit"),
    [
        ("museum", "trip_day", "Saturday|Sunday"),  # no school has classes then
        ("physical_therapy", "later_time", "^half"),  # who comes forty minutes late
        ("pest_control", "bug", "silverfish|crickets|earwigs"),  # what has a nest
        ("vet", "pet", "rabbit"),  # what can throw up
        ("ski_resort", "lost", "car key"),  # who has driven home
        ("tax_preparation", "held_why", "address"),  # what is as it was last year
        ("ticketing", "free_row", "floor|boxes"),  # what costs as much as the balcony
    ],
)
def test_no_value_is_at_odds_with_what_is_said_around_it(
    domain: str, name: str, unfit: str
) -> None:
    pack = worlds()[domain].pack
    value = {**pack.values, **pack.caller}[name]
    assert isinstance(value, Choice)
    assert not [one for one in value.choices if re.search(unfit, one)]


def test_a_treatment_is_made_up_for_longer_than_it_may_be_ago() -> None:
    """ "At the start of the month" may be thirty days ago."""
    assert bounds("pest_control", "back_days")[0] > 30
