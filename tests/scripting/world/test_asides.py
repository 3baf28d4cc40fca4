"""What callers bring up by themselves: where it fits, and what the agent makes of it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import cast

import pytest

from datagen.backends.writer.composer import Composer
from datagen.scripting.compose.grammar import about, slots
from datagen.scripting.content.labels import Label
from datagen.scripting.plans.draws import draws_for
from datagen.scripting.simulate import wishes as wishing
from datagen.scripting.simulate.acts import default_path, load_acts
from datagen.scripting.simulate.asides import _STANDS_ALONE
from datagen.scripting.simulate.call_state import settles
from datagen.scripting.simulate.grievances import _RINGS
from datagen.scripting.simulate.replies import hears
from datagen.scripting.simulate.suppositions import supposes
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.simulate.wishes import _declines, _plain
from datagen.scripting.world.absent import to_assistant
from datagen.scripting.world.compiled import CompiledWorld
from datagen.scripting.world.draw import AT_HAND, World, draw_world
from datagen.scripting.world.load import load_worlds
from datagen.scripting.world.pack import default_paths
from datagen.types import Job, Script, Turn
from tests.scripting.world.test_calls import floor, make

pytestmark = pytest.mark.slow
HESITATES = re.compile(r"\b(?:um|uh|you know|like|i mean), ", re.IGNORECASE)


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


def test_what_a_wish_names_is_drawn_with_it() -> None:
    pests = worlds()["pest_control"]
    named = {
        way: {name for wish in wishes for line in wish.ask for name in slots(line)}
        for way, wishes in pests.wishes.items()
    }
    assert "pet_home" in named["came_back", "returns"]
    assert "pet_home" not in pests.needs["came_back", "returns"].values
    for attempt in range(60):
        draws = draws_for(0, "pest_control", "wishes", attempt)
        world = draw_world(pests, "came_back", ("Q3",), draws, cases=("returns",))
        if world and world.wish:
            assert {name for line in world.wish.ask for name in slots(line)} <= world.values.keys()


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
    ("wish", "act"),
    [
        ("Could I chew gum at least, before the test?", "decline.leave"),
        ("Is it okay to burn some old boards?", "decline.leave"),
        ("Can my brother use my card tomorrow?", "decline.leave"),
        ("Can you pay for a new suit right now?", "decline"),
        ("I want you to swap it on the spot, can you do that?", "decline"),
        ("You'd let half a day go, wouldn't you?", "decline.supposed"),
    ],
)
def test_who_asks_for_leave_is_not_told_that_the_agent_cannot_do_it(wish: str, act: str) -> None:
    assert _declines(wish) == act
    said = re.compile(r"\bI (?:can't|cannot) do\b|able to|something I can")
    bank = load_acts(default_path()).agent["decline.leave"]
    lines = [line for parts in bank.values() for part in parts for line in part]
    assert not [line for line in lines if said.search(line)]


def test_a_no_is_regretted_once() -> None:
    lines = ("I'm afraid nothing next to the cart is taken.", "Nothing next to the cart is taken.")
    assert _plain(lines) == lines[1:]
    assert _plain(lines[:1]) == lines[:1]


def test_whom_the_business_rings_has_not_been_on_hold() -> None:
    seen = 0
    for script in calls():
        story = worlds()[script.domain].pack.stories[script.scenario.split("/")[0]]
        lines = [line for line in story.grievance if "{" not in line]
        said = " ".join(turn.text for turn in floor(script) if turn.speaker == "user")
        if script.call_direction == "outbound" and any(line in said for line in lines):
            seen += 1
            free = [line for line in story.grievance if not _RINGS.search(line)]
            rings = [line for line in lines if _RINGS.search(line)]
            assert not (free and any(line in said for line in rings)), script.dialog_id
    assert seen


def test_nobody_laughs_who_has_been_refused() -> None:
    refused = [one for one in calls() if one.outcome == "refused"]
    assert refused
    for script in refused:
        said = [turn.text for turn in floor(script) if turn.speaker == "user"]
        assert not [text for text in said if re.search(r"\bHa,", text)], script.dialog_id


def test_a_no_reminds_only_of_what_was_told() -> None:
    """ "As I said, there's no money back" is not said when only the other half was told."""
    reminds, seen = re.compile(r"\b(?:as|like) I(?:'ve)? (?:said|mentioned|told you),", re.I), 0
    for script in calls():
        agent = [one for one in floor(script) if one.speaker == "agent"]
        for at, turn in enumerate(agent):
            if turn.act == "declineRequest" and (lead := reminds.search(turn.text)):
                seen += 1
                said = about(turn.text[lead.end() :].split(".")[0])
                heard = about(" ".join(one.text for one in agent[:at]))
                assert len(said & heard) >= 0.6 * len(said), (script.dialog_id, turn.text)
    assert seen


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
                said = re.sub(r"\b(?:no,|but) thank", "", next(later, "").lower())
                assert "thank" not in said, script.dialog_id
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
            said = HESITATES.sub("", answer.text.lower())
            assert any(line in said for line in reactions), (script.dialog_id, said)
    assert corrected > 12


def bank(act: str) -> set[str]:
    lines = load_acts(default_path()).lines()
    return {line.lower() for where, line in lines if where.startswith(f"user.{act}.")}


def test_what_has_been_settled_is_not_asked_about() -> None:
    """ "You have the damage waiver, so it's covered." "Is there some kind of insurance?" """
    rental, school = worlds()["event_rental"].subjects, worlds()["driving_school"].subjects
    assert settles(rental["waiver_yes"], rental["waiver_rule"])
    assert settles(school["in_time"], school["cancel_rule"])
    assert not settles(rental["waiver_yes"], rental["late_rule"])
    asks = worlds()["event_rental"].pack.facts["waiver_rule"].ask
    covered = 0
    for index in range(240):
        script = make("event_rental", index)
        if not script.scenario.startswith("breakage/"):
            continue
        turns = floor(script)
        told = [at for at, turn in enumerate(turns) if "damage waiver" in turn.text]
        covered += bool(told)
        for turn in turns[told[0] + 1 :] if told else ():
            asked = any(line in turn.text for line in asks)
            assert not (turn.speaker == "user" and asked), (script.dialog_id, turn.text)
    assert covered > 20


def details(script: Script) -> list[tuple[Turn, Turn, list[Turn]]]:
    """Return who checks a number on file, the answer, and what comes after it."""
    return [
        (
            script.turns[probe.user_turn],
            script.turns[probe.agent_turn],
            [t for t in script.turns[probe.agent_turn + 1 :] if t.onset != "backchannel"],
        )
        for probe in script.probes
        if probe.type == "Q1" and not probe.expects
    ]


def test_numbers_on_file_are_checked_while_they_matter_and_taken_in() -> None:
    ends, reactions = {"goodbye", "thanking"}, bank("ack_detail")
    phones, others = 0, 0
    for script in calls():
        for asked, answer, later in details(script):
            is_phone = "555-01" in asked.text
            phones, others = phones + is_phone, others + (not is_phone)
            if answer.act == "confirm":
                reply = next(turn for turn in later if turn.speaker == "user")
                said = HESITATES.sub("", reply.text.lower())
                assert any(line in said for line in reactions), (script.dialog_id, said)
            agents = [turn for turn in later if turn.speaker == "agent" and turn.act not in ends]
            later_use = r"next (?:time|call)|my (?:own )?(?:papers|files|records)"
            is_for_later = re.search(later_use, asked.text)
            assert is_phone or agents or is_for_later, (script.dialog_id, asked.text)
    assert phones + others > 2


def test_what_is_said_of_what_was_done_has_been_told() -> None:
    """ "I put an end date on it, with forty days notice." "The notice is twenty days, right?" """
    ended = 0
    for script in (make("gym", index) for index in range(240)):
        turns = floor(script)
        acts = [at for at, turn in enumerate(turns) if "end date" in turn.text]
        if acts:
            ended += 1
            later = turns[acts[0] + 1 :]
            wrong = [turn.text for turn in later if turn.act == "correction"]
            assert not any("month to month" in text for text in wrong), (script.dialog_id, wrong)
    assert ended > 3


def test_nobody_has_enough_of_an_answer_that_it_has_not_heard() -> None:
    enough, unheard = bank("cut_in.enough"), bank("cut_in.unheard")
    found = {True: 0, False: 0}
    for domain in ("dry_cleaning", "event_rental", "physical_therapy", "tutoring"):
        for script in (make(domain, index) for index in range(150)):
            turns = floor(script)
            for before, turn in pairwise(turns):
                if not turn.interruption or turn.interruption.kind != "known":
                    continue
                heard = " ".join(before.spoken.split()[: turn.at_word]).lower()
                values = {fact.id: fact.spoken for fact in script.facts}
                out = all(values[name].lower() in heard for name in before.fact_ids)
                said = turn.text.lower()
                if any(line in said for line in unheard):
                    found[False] += 1
                elif any(line in said for line in enough):
                    found[True] += 1
                    assert out, (script.dialog_id, before.text, turn.text)
    assert found[False]


def test_who_has_heard_the_rule_in_an_offer_wishes_against_it_knowingly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ "It can never be called back." "One question before that. Can you call it back?" """
    links = {}
    for is_told in (True, False):
        monkeypatch.setattr(wishing, "is_against", lambda talk, told=is_told: told)
        links[is_told] = wishing.link_before(cast("Talk", None))
    assert links == {True: "link.wish.told", False: "before_that"}


def test_who_has_heard_all_of_it_does_not_say_that_it_knew() -> None:
    """ "We can lend you a heater for $62." "I know that already." """
    lines = bank("cut_in.clear")
    assert lines
    assert not [line for line in lines if re.search(r"\bknow\b|\balready\b", line)]


def test_nobody_wishes_a_bright_day_to_whom_it_leaves_in_trouble() -> None:
    found = 0
    for script in (make("campground", index) for index in range(60)):
        story = worlds()["campground"].pack.stories[script.scenario.split("/")[0]]
        if story.mood != "problem" or script.outcome == "solved":
            continue
        last = [turn for turn in script.turns if turn.speaker == "agent"][-1]
        found += last.act == "goodbye"
        assert not re.search(r"great day|wonderful|Enjoy|lovely talking", last.text), last.text
    assert found


def test_nobody_wishes_otherwise_after_it_has_agreed() -> None:
    seen = 0
    for script in calls():
        turns = script.turns
        for probe in script.probes:
            if probe.type != "Q3":
                continue
            fact = next(iter(turns[probe.agent_turn].licence), "")
            agreed = [
                at
                for at, turn in enumerate(turns[: probe.user_turn])
                if turn.act == "acceptOffer"
                and any(fact in t.licence and t.act == "offer" for t in turns[max(0, at - 2) : at])
            ]
            seen += 1
            assert not agreed, (script.dialog_id, turns[probe.user_turn].text)
    assert seen > 50


def test_what_is_answered_is_not_checked_back() -> None:
    checks = bank("check_back")
    for script in calls():
        for turn in floor(script):
            if turn.speaker == "user" and any(line in turn.text.lower() for line in checks):
                assert turn.act not in ("answer", "declineOffer"), (script.dialog_id, turn.text)


def test_a_rule_by_the_way_is_not_what_the_caller_has_called_for() -> None:
    called = re.compile(r"(?:back to what|back to why|where were we)")
    found = 0
    for script in calls():
        if not script.world:
            continue
        world = worlds()[script.domain]
        story, case = script.scenario.split("/")[:2]
        rules = {
            line
            for step in world.pack.stories[story].steps
            if step.do == "tell" and not step.reply and (not step.when or case in step.when)
            for name in step.facts
            if world.pack.facts[name].source == "prompt" and len(step.facts) == 1
            for line in world.pack.facts[name].tell
            if "{" not in line
        }
        for turn in floor(script):
            rule = next((line for line in rules if turn.text.endswith(line)), "")
            if turn.speaker == "agent" and rule:
                found += 1
                leads = re.split(r"(?<=[.?!]) ", turn.text.removesuffix(rule).strip())
                assert not called.search(leads[-1].lower()), (script.dialog_id, turn.text)
    assert found


def said_by(speaker: str, act: str) -> list[str]:
    """Return all choices of an act of the bank."""
    acts = load_acts(default_path())
    manners = (acts.agent if speaker == "agent" else acts.user)[act]
    return [line for parts in manners.values() for part in parts for line in part]


@pytest.mark.parametrize("label", ["untold", "otherwise"])
def test_who_complains_of_what_it_was_told_is_answered(label: Label) -> None:
    said = said_by("agent", hears(label))
    assert all(re.search(r"sorry", line, re.IGNORECASE) for line in said)


def test_nobody_has_enough_of_an_apology_that_it_has_not_heard() -> None:
    sorry = re.compile(r"sorry|apolog", re.IGNORECASE)
    assert not [line for line in said_by("user", "still_cross") if sorry.search(line)]
    urges = [line for line in said_by("user", "still_cross.sorry") if sorry.search(line)]
    found = 0
    for script in calls():
        turns = [turn for turn in script.turns if turn.onset != "backchannel"]
        for before, turn in pairwise(turns):
            if turn.speaker == "user" and turn.text.startswith(tuple(urges)):
                found += 1
                assert sorry.search(before.text), script.dialog_id
    assert found


def test_a_wish_is_announced_as_no_question() -> None:
    for act in ("link.wish", "link.wish.again", "link.wish.back"):
        asks = re.compile(r"\b(?:ask|asked|question|wondering|know)\b", re.IGNORECASE)
        assert not [line for line in said_by("user", act) if asks.search(line)]


@pytest.mark.parametrize(
    ("value", "stands"),
    [("tomorrow", True), ("on Monday", True), ("the porch camera", True), ("closed bridge", False)],
)
def test_what_stands_alone_is_said_without_its_sentence(value: str, stands: bool) -> None:
    assert bool(_STANDS_ALONE.match(value)) == stands


def test_who_has_heard_the_full_name_asks_for_it_again() -> None:
    known = said_by("user", "ask_agent.known")
    plain = {line for line in known if not re.search(r"\bagain\b", line)}
    for script in calls():
        for probe in script.probes:
            asked = script.turns[probe.user_turn].text
            names = [name for name in probe.expects if " " in name]
            if probe.type != "Q0" or not any(line in asked for line in plain) or not names:
                continue
            before = [t.text for t in script.turns[: probe.user_turn] if t.speaker == "agent"]
            assert not any(names[0] in text for text in before), script.dialog_id


_BACK = re.compile(r"(?:back to|where was i|where were we|back to it)", re.IGNORECASE)


def outbursts() -> list[list[Turn]]:
    """Return what follows the agent's answer to each outburst: the caller's turn, and the next."""
    return [
        after
        for script in calls()
        for probe in script.probes
        if probe.type == "Q4"
        and len(after := floor_after(script, probe.agent_turn)) >= 2
        and [turn.speaker for turn in after[:2]] == ["user", "agent"]
    ]


def floor_after(script: Script, at: int) -> list[Turn]:
    """Return the turns of the floor after a turn."""
    return [turn for turn in script.turns[at + 1 :] if turn.onset != "backchannel"]


def test_anger_has_led_away_from_nothing() -> None:
    assert len(outbursts()) > 20
    for said, answer, *_ in outbursts():
        led_away = "?" in said.text
        assert led_away or not _BACK.match(answer.text.split(", ", 1)[-1]), answer.text


def test_who_is_sorry_for_its_anger_is_told_that_it_is_okay() -> None:
    calm = [line for line in said_by("user", "calm_down") if "sorry" in line.lower()]
    sorry = [pair for pair in outbursts() if any(line in pair[0].text for line in calm)]
    forgives = tuple(said_by("agent", "forgive"))
    assert sorry
    for said, answer, *_ in sorry:
        assert any(line[:-1].lower() in answer.text.lower() for line in forgives), (said, answer)


def test_who_is_called_back_calls_about_nothing() -> None:
    called = [one for one in calls() if one.call_direction == "outbound"]
    assert called
    for script in called:
        said = [turn.text for turn in floor(script) if turn.speaker == "user"]
        assert not any("I'm calling about" in text for text in said), script.dialog_id


def test_who_cannot_be_verified_was_asked_for_both_numbers() -> None:
    again = said_by("agent", "no_match.again")
    answers = [
        turn
        for script in calls()
        for turn in floor(script)
        if turn.speaker == "agent" and any(line in turn.text for line in again)
    ]
    assert answers
    assert all(turn.text.endswith("?") for turn in answers), answers
    drawn = [world for one in worlds().values() for world in unverified(one)]
    assert drawn
    assert not [world for world in drawn if world.identity.identity.id in AT_HAND]


def unverified(compiled: CompiledWorld) -> list[World]:
    """Return the worlds of some draws whose callers cannot be verified."""
    story = next((name for name, one in compiled.pack.stories.items() if one.verify), "")
    if not story:
        return []
    draws = (draws_for(0, f"x-{index}", "script", "world", 0) for index in range(15))
    worlds_drawn = (draw_world(compiled, story, (), one) for one in draws)
    return [world for world in worlds_drawn if world is not None and world.fails_identity]
