"""What callers bring up by themselves: where it fits, and what the agent makes of it."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest

from datagen.backends.writer.composer import Composer
from datagen.scripting.simulate.acts import default_path, load_acts
from datagen.scripting.simulate.asides import supposes
from datagen.scripting.simulate.steps import objects
from datagen.scripting.world.absent import to_assistant
from datagen.scripting.world.draw import CompiledWorld
from datagen.scripting.world.load import load_worlds
from datagen.scripting.world.pack import default_paths
from datagen.types import Job, Script

pytestmark = pytest.mark.slow


@lru_cache
def worlds() -> dict[str, CompiledWorld]:
    return dict(load_worlds(default_paths()))


@lru_cache
def calls() -> tuple[Script, ...]:
    jobs = [Job(dialog_id=f"service-{i:07d}", kind="service", index=i, seed=12) for i in range(600)]
    made = Composer(Composer.Options(assistant=0.0)).write(jobs)
    return tuple(one for one in made if isinstance(one, Script))


def test_wishes_and_gaps_fit_the_way_that_a_story_goes() -> None:
    airline = worlds()["airline"]
    facts = {way: {wish.fact for wish in airline.wishes[way]} for way in airline.wishes}
    assert "voucher" in facts["delayed", "stays"]
    assert "voucher" not in facts["delayed", "makes_it"]
    for world in worlds().values():
        for (story, case), wishes in world.wishes.items():
            for wish in wishes:
                assert not wish.stories or {story, f"{story}.{case}"} & set(wish.stories)


def test_the_wish_of_a_call_fits_it() -> None:
    seen = 0
    for script in calls():
        story, case = script.scenario.split("/")[:2]
        wishes = worlds()[script.domain].wishes[story, case]
        for probe in script.probes:
            if probe.type == "Q3":
                seen += 1
                licence = script.turns[probe.agent_turn].licence
                assert {f"prompt.{wish.fact}" for wish in wishes} & set(licence), script.dialog_id
    assert seen > 50


def test_who_could_not_be_verified_wishes_for_nothing() -> None:
    unverified = [
        one for one in calls() if any("before you're verified" in t.text for t in one.turns)
    ]
    assert unverified
    for script in unverified:
        refused = next(at for at, t in enumerate(script.turns) if "verified" in t.text)
        later = [one for one in script.probes if one.type == "Q3" and one.user_turn > refused]
        assert not later, script.dialog_id


def test_no_wish_is_put_so_that_a_no_may_be_a_yes() -> None:
    """ "You won't charge me, will you?" "The answer is no." Nobody knows what that means."""
    denied = re.compile(r"n't .*, (?:will|would|do|does|did|can|could) (?:you|it|they|that|we)\?$")
    asks = [line for world in worlds().values() for wish in world.pack.wishes for line in wish.ask]
    assert not [line for line in asks if denied.search(line)]


@pytest.mark.parametrize(
    ("line", "is_supposed"),
    [
        ("You won't charge me, will you?", True),
        ("I'll take that along, is that okay?", True),
        ("With the plan it's free, right?", True),
        ("You'd let half a day go, wouldn't you?", True),
        ("Do I really have to pay at booking?", True),
        ("Can you hold it for an hour?", False),
        ("I want it today, can you do that?", False),
    ],
)
def test_what_is_supposed_is_no_request(line: str, is_supposed: bool) -> None:
    assert supposes(line) == is_supposed


@pytest.mark.parametrize(
    ("said", "wants_understanding"),
    [
        ("But nothing has changed.", True),
        ("You can't be serious.", True),
        ("Really? I can't believe it.", False),
        ("Poor thing, but okay.", False),
        ("Oh, so that's why everything is so colorful.", False),
        ("I've never heard of that. I'll go there.", False),
        ("Oh. I didn't expect that, thank you.", False),
        ("I'd never have looked there.", False),
        ("Oh, so I'm not the only one.", False),
        ("Well, then I know for next time.", False),
        ("Oh, so they're just not open yet.", False),
    ],
)
def test_nobody_is_sorry_about_good_news(said: str, wants_understanding: bool) -> None:
    assert objects(said) == wants_understanding


def test_nobody_hesitates_before_the_last_word() -> None:
    said = [turn.text for script in calls() for turn in script.turns]
    found = re.compile(r", (?:um|uh|you know|like|I mean), \w+[.?!]")
    assert not [text for text in said if found.search(text)]


def test_who_is_not_there_is_moved() -> None:
    assert to_assistant("I could change you to a room.") == "I could change them to a room."
    assert to_assistant("I'm putting you through.") == "I'm putting them through."
    assert to_assistant("I've passed you to the team.") == "I've passed them to the team."


def test_who_has_protested_objects_to_what_it_hears() -> None:
    found = 0
    for script in calls():
        turns = [turn for turn in script.turns if turn.onset != "backchannel"]
        for at, turn in enumerate(turns):
            kind = turn.interruption.kind if turn.interruption else ""
            if kind == "protest" and turn.act == "disagreement":
                found += 1
                later = (one.text for one in turns[at + 1 :] if one.speaker == "user")
                assert "thank" not in next(later, "").lower(), script.dialog_id
    assert found


def test_who_is_told_that_it_is_otherwise_says_something() -> None:
    bank = load_acts(default_path()).lines()
    reactions = {line.lower() for where, line in bank if where.startswith("user.ack_corrected")}
    corrected = 0
    for script in calls():
        for probe in script.probes:
            if probe.act != "correct" or not probe.expects:
                continue  # of a number on file the right one is not told
            later = [t for t in script.turns[probe.agent_turn + 1 :] if t.onset != "backchannel"]
            answer = next(turn for turn in later if turn.speaker == "user")
            corrected += 1
            said = answer.text.lower()
            assert any(line in said for line in reactions), (script.dialog_id, said)
    assert corrected > 20
