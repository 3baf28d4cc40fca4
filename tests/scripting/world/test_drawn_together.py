"""What a world draws for a call fits together, and what a caller has to know is told for sure."""

from __future__ import annotations

import pytest

from datagen.scripting.content.values import Amount, Choice, Money
from datagen.scripting.world.pack import ProcedureStep, WorldPack
from tests.scripting.world.test_terms import WORLDS, ends


def choices(pack: WorldPack, name: str) -> tuple[str, ...]:
    """Return what a text may be."""
    value = (pack.values | pack.caller)[name]
    assert isinstance(value, Choice)
    return value.choices


@pytest.mark.parametrize(
    ("domain", "story", "case", "fact"),
    [
        ("airline", "cancel", "refunded", "refund_time"),
        ("airline", "delayed", "stays", "voucher"),
        ("auto_repair", "noise", "booked", "diagnosis_fee"),
        ("car_rental", "stuck", "covered", "new_car"),
        ("catering", "on_the_day", "stuck", "late_rule"),
        ("cinema", "birthday", "room", "room_ban"),
        ("clinic", "form", "exam", "form_rule"),
        ("clinic", "sick", "later", "red_flags"),
        ("courier", "missed", "picks_up", "at_depot"),
        ("courier", "missed", "picks_up", "depot_hours"),
        ("courier", "where", "trace", "trace_rule"),
        ("credit_card", "strange", "disputed", "dispute_rule"),
        ("cruise", "late_flight", "later_port", "join_fee"),
        ("cruise", "sick", "insured", "cover_time"),
        ("daycare", "stand_in_pickup", "added", "id_rule"),
        ("dental", "ache", "later", "pain_rule"),
        ("driving_school", "failed", "again", "retest_rule"),
        ("drone_rental", "book", "booked", "license_rule"),
        ("drone_rental", "crashed", "pays", "bring_parts"),
        ("dry_cleaning", "forgotten", "there", "ticket_rule"),
        ("dry_cleaning", "wrong_bag", "gone", "damage_rule"),
        ("electric_utility", "out", "breaker", "only_you"),
        ("pet_boarding", "book_stay", "kennel", "shot_rule"),
        ("pharmacy", "refill", "renew", "doctor_time"),
        ("phone_repair", "cracked", "copy", "screen_price"),
        ("physical_therapy", "start", "booked", "clothes"),
        ("physical_therapy", "start", "booked", "fees"),
        ("plumbing", "clogged", "booked", "fee_rule"),
        ("plumbing", "flood", "waits", "night_rule"),
        ("print_shop", "photo_book", "alone", "book_rule"),
        ("restaurant", "takeout", "ordered", "order_total"),
        ("ski_resort", "lesson", "group", "lesson_price"),
        ("solar", "battery", "designer", "design_fee"),
        ("storage", "key", "booked", "lock_rule"),
        ("storage", "leak", "stays", "cover_rule"),
        ("storage", "rent", "held", "admin_rule"),
        ("streaming", "charged_twice", "closed", "refund_rule"),
        ("streaming", "quit", "ended", "ends_on"),
        ("student_loan", "cosigner_off", "started", "check_rule"),
        ("student_loan", "lower_payment", "income_plan", "proof_rule"),
        ("student_loan", "wrong_payment", "sent_back", "back_rule"),
        ("tax_preparation", "missing_form", "stand_in", "papers_rule"),
        ("tax_preparation", "new_client", "booked", "bring_rule"),
        ("tax_preparation", "notice", "small", "letter_rule"),
        ("ticketing", "buy_more", "added", "fee_rule"),
        ("ticketing", "moved_show", "refunded", "refund_time"),
        ("train", "fined", "reduced", "fine_rule"),
        ("train", "lost_thing", "found", "lost_rule"),
        ("tutoring", "missing", "lost", "notice_rule"),
        ("vet", "results", "waiting", "lab_time"),
        ("waste", "cart_broken", "ordered", "swap_rule"),
        ("water_utility", "high_bill", "leak", "leak_credit"),
        ("water_utility", "move_in", "opened", "deposit_rule"),
    ],
)
def test_what_a_caller_has_to_know_is_told_for_sure(
    domain: str, story: str, case: str, fact: str
) -> None:
    steps = WORLDS[domain].pack.stories[story].steps
    told = [one for one in steps if fact in one.facts and one.do != "look" and one.chance == 1]
    assert any(not one.when or case in one.when for one in told)


@pytest.mark.parametrize(
    ("domain", "story", "why"),
    [
        ("pet_boarding", "stay_longer", "why_late"),
        ("student_loan", "lower_payment", "money_why"),
        ("water_utility", "shut_off", "why_behind"),
    ],
)
def test_why_somebody_is_in_trouble_is_spoken_to(domain: str, story: str, why: str) -> None:
    steps = WORLDS[domain].pack.stories[story].steps

    def asks(step: ProcedureStep) -> bool:
        return step.do == "ask" and all(f"{{{why}}}" in line for line in step.reply)

    (place,) = [index for index, step in enumerate(steps) if asks(step)]
    spoken_to = steps[place + 1]
    assert spoken_to.do == "check"
    assert spoken_to.chance == 1
    assert not spoken_to.when


def test_a_screen_is_done_before_the_shop_stops_repairing() -> None:
    pack = WORLDS["phone_repair"].pack
    assert ends(pack, "slot")[1] + ends(pack, "screen_time")[1] <= 17
    assert ends(pack, "shut")[0] > 17


def test_two_tours_hold_two_classes_and_one_does_not() -> None:
    pack = WORLDS["museum"].pack
    assert ends(pack, "big_class")[0] > ends(pack, "group_max")[1]
    assert ends(pack, "big_class")[1] <= 2 * ends(pack, "group_max")[0]


def test_a_room_is_free_before_the_library_closes() -> None:
    pack = WORLDS["library"].pack
    assert ends(pack, "room_time")[1] < ends(pack, "close")[0]


def test_what_was_drilled_by_mistake_is_what_drilling_adds() -> None:
    pack = WORLDS["locksmith"].pack
    assert "{drill} of the {drilled}" in pack.facts["bill_wrong"].says
    assert pack.values["drilled"].plus == ("night_price", "drill")


def test_two_tickets_and_the_added_ones_are_no_more_than_allowed() -> None:
    pack = WORLDS["ticketing"].pack
    assert {line.split()[0] for line in choices(pack, "how_many")} == {"two", "three"}
    assert ends(pack, "most")[0] >= 2 + 3


def test_an_income_plan_takes_its_share_of_what_is_earned() -> None:
    pack = WORLDS["student_loan"].pack
    assert all("thousand" in line or "eleven hundred" in line for line in choices(pack, "earns"))
    (least, most), (low, high) = ends(pack, "plan_share"), ends(pack, "low_payment")
    assert 10 * least <= low
    assert high <= 11 * most


def test_nobody_waits_longer_for_a_refund_than_refunds_take() -> None:
    pack = WORLDS["tax_preparation"].pack
    assert ends(pack, "refund_days")[0] >= 14
    waits = choices(pack, "file_wait")
    assert all("day" in wait or wait in {"a week and a half", "over a week"} for wait in waits)


def test_a_dead_line_takes_more_than_one_device_off() -> None:
    pack = WORLDS["telecom"].pack
    assert all("house" in line or "every" in line for line in choices(pack, "device"))


def test_a_dog_that_walks_alone_has_bitten_or_climbed() -> None:
    pack = WORLDS["pet_boarding"].pack
    assert all(" bit " in why or " climbed " in why for why in choices(pack, "wrong_with"))


def test_wishes_that_an_accepted_bill_forbids_come_before_it_only() -> None:
    (where,) = [
        wish.stories for wish in WORLDS["pet_boarding"].pack.wishes if wish.fact == "vet_rule"
    ]
    assert where == ("hurt.manager",)


def test_what_is_called_first_finds_out_who_calls() -> None:
    for domain, world in WORLDS.items():
        pack = world.pack
        for name, story in pack.stories.items():
            tools = [step for step in story.steps if step.tool]
            if pack.lookups and story.verify and tools:
                assert "identity" in pack.tools[tools[0].tool].args, (domain, name)


def amounts(pack: WorldPack, name: str) -> list[float]:
    """Return every amount that a value may be."""
    value = pack.values[name]
    assert isinstance(value, Money | Amount)
    steps = round((value.high - value.low) / value.step)
    return [value.low + value.step * step for step in range(steps + 1)]


@pytest.mark.parametrize(
    ("domain", "whole", "part"),
    [
        ("cinema", "points_have", "per_ticket"),
        ("cinema", "points_need", "per_ticket"),
        ("cinema", "lost_points", "per_ticket"),
        ("ev_charging", "idle_fee", "idle_rate"),
    ],
)
def test_what_is_counted_in_parts_is_a_multiple_of_each(domain: str, whole: str, part: str) -> None:
    pack = WORLDS[domain].pack
    for size in amounts(pack, part):
        assert all((amount / size).is_integer() for amount in amounts(pack, whole))


def test_what_is_taken_off_for_two_dozen_chairs_is_under_half_of_their_price() -> None:
    pack = WORLDS["event_rental"].pack
    assert 2 * ends(pack, "short_credit")[1] < 24 * ends(pack, "chair_price")[0]


def test_half_a_tank_of_fuel_is_between_five_and_ten_gallons() -> None:
    pack = WORLDS["car_rental"].pack
    (least, most), (cheap, dear) = ends(pack, "fuel_sum"), ends(pack, "gallon")
    assert least / dear >= 5
    assert most / cheap <= 10


def test_a_cancelled_trip_returns_an_amount_worth_asking_for() -> None:
    pack = WORLDS["airline"].pack
    assert ends(pack, "paid")[0] - ends(pack, "change_fee")[1] >= 30


def test_a_package_that_is_refused_is_not_picked_up() -> None:
    stories = WORLDS["courier"].pack.facts["collect_rule"].stories
    assert stories
    assert not {"send", "send.too_heavy"} & set(stories)


def test_a_drone_that_another_customer_waits_for_is_not_brought_back_another_day() -> None:
    wishes = [one for one in WORLDS["drone_rental"].pack.wishes if one.fact == "counter"]
    assert wishes
    assert all(one.stories == ("longer.extended",) for one in wishes)
