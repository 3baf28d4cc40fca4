"""Answers begin with what was asked for, and nobody says what it cannot mean by then."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import pytest

from datagen.backends.writer.composer import Composer
from datagen.scripting.content.verdicts import plainly, verdict
from datagen.scripting.simulate.acts import default_path, load_acts
from datagen.scripting.simulate.answers import answering, denying, stating, to_the_point
from datagen.scripting.simulate.floor import Floor
from datagen.scripting.simulate.realizer import Said
from datagen.scripting.world.load import load_worlds
from datagen.scripting.world.pack import default_paths
from datagen.types import Emotion, Job, Script, Turn
from tests.scripting.world.test_calls import floor, make

HESITATES = re.compile(r"\b(?:um|uh|you know|like|i mean), ", re.IGNORECASE)
KENNEL = (
    "A kennel costs {kennel} a night, a suite {suite}, a second pet is half.",
    "A second pet is half, a kennel costs {kennel} a night, and a suite {suite}.",
    "A suite is {suite} a night, a kennel {kennel}, and a second pet is half.",
)


PRICES = frozenset((("kennel", "money"), ("suite", "money"), ("notice", "duration")))


def test_an_answer_begins_with_what_was_asked_for() -> None:
    assert answering("How much is a suite?", KENNEL) == KENNEL[2:]
    assert answering("Is a second pet cheaper?", KENNEL) == KENNEL[1:2]
    assert answering("Who is there?", KENNEL) == KENNEL


@pytest.mark.parametrize(
    ("question", "line", "answer"),
    [
        ("How much is a suite?", KENNEL[2], "A suite is {suite} a night."),
        (
            "How much notice do you need?",
            "You need to give {notice} notice to move out, and we don't refund part of a month.",
            "You need to give {notice} notice to move out.",
        ),
        (
            "Is there a deposit?",
            "A new account costs {kennel}, and there's a deposit of {suite} if a check fails.",
            "There's a deposit of {suite} if a check fails.",
        ),
        (
            "Can you promise me a time?",
            "No time is ever promised, but after hospitals, homes with machines are first.",
            "No time is ever promised, but after hospitals, homes with machines are first.",
        ),
        (
            "What if I lose the card?",
            "A card takes a week, and it's {kennel} if you lose it.",
            "A card takes a week, and it's {kennel} if you lose it.",
        ),
        (
            "Can I get a card faster?",
            "A card takes a week at no charge, or you can have it overnight for {kennel}.",
            "A card takes a week at no charge, or you can have it overnight for {kennel}.",
        ),
        ("What does a place cost?", KENNEL[0], "A kennel costs {kennel} a night, a suite {suite}."),
        (
            "What do you charge for a bag?",
            "A first bag costs {kennel}, a second {suite}.",
            "A first bag costs {kennel}, a second {suite}.",
        ),
        (
            "How much are roses?",
            "Bouquets are {kennel} small, a dozen roses is {suite}.",
            "A dozen roses is {suite}.",
        ),
        (
            "What does it cost to change it?",
            "A change costs {kennel}, unless it's on the same day.",
            "A change costs {kennel}, unless it's on the same day.",
        ),
        (
            "How much is it to see you?",
            "Pets pay at the door, and a visit costs {kennel}.",
            "A visit costs {kennel}.",
        ),
    ],
)
def test_an_answer_ends_with_what_was_asked_for(question: str, line: str, answer: str) -> None:
    assert answering(question, (line,), PRICES) == (answer,)


def test_the_hour_of_closing_is_no_duration() -> None:
    lines = (
        "After {late} each minute costs {kennel}, and pickup ends at {end}.",
        "Pickup ends at {end}, and after {late} each minute costs {kennel}.",
    )
    types = frozenset((("kennel", "money"), ("late", "duration"), ("end", "time")))
    assert answering("When do you close?", lines, types) == lines[1:]


@pytest.mark.parametrize(
    ("wish", "line", "answer"),
    [
        (
            "Can my brother use my card?",
            "A new card costs {kennel}. Cards are never lent, and each opening is logged.",
            "Cards are never lent.",
        ),
        (
            "Can I give my points to my wife?",
            "Points never come back once expired, and they are not moved to others.",
            "Points never come back once expired, and they are not moved to others.",
        ),
        (
            "Could you pay for the eggs?",
            "Bad food is credited within {kennel}, and nothing has to be sent back.",
            "Bad food is credited within {kennel}, and nothing has to be sent back.",
        ),
        (
            "Can you replace the fabric?",
            "Frames have a warranty of {kennel}, fabric and leather have none.",
            "Frames have a warranty of {kennel}, fabric and leather have none.",
        ),
        (
            "Could I bring it back next year?",
            "Furniture goes back within {kennel}, and custom orders can't go back.",
            "Furniture goes back within {kennel}, and custom orders can't go back.",
        ),
        (
            "Could I pay by check?",
            "The plumber takes cards, but doesn't take checks.",
            "The plumber takes cards, but doesn't take checks.",
        ),
    ],
)
def test_a_no_says_what_denies_the_wish(wish: str, line: str, answer: str) -> None:
    assert denying(wish, (line,)) == (answer,)


def test_an_answer_leaves_out_what_hangs_on_what_it_leaves_out() -> None:
    gas = (
        "It's {kennel} for laughing gas, sedation needs a driver, and there's none of it under six."
    )
    assert answering("Do you have laughing gas?", (gas,), PRICES) == (
        "It's {kennel} for laughing gas.",
    )


def test_a_correction_begins_and_ends_with_the_value() -> None:
    assert stating("kennel", KENNEL) == ("A kennel costs {kennel} a night.",)
    assert stating("suite", KENNEL) == ("A suite is {suite} a night.",)
    line = "Drilling adds {suite}, and a door is {kennel} by day."
    assert stating("suite", (line,)) == ("Drilling adds {suite}.",)
    line = "Anything above {suite} needs our okay, and up to that we pay with the receipt."
    assert stating("suite", (line,)) == (line,)  # which is what holds up to it


def clauses(line: str) -> set[str]:
    parts = re.split(r"[,.?!] ?", line.lower())
    return {re.sub(r"^(?:and|but|so) ", "", part) for part in parts}


@pytest.mark.slow
def test_each_question_of_each_world_has_an_answer() -> None:
    for world in load_worlds(default_paths()).values():
        denied = [(wish.ask, world.pack.facts[wish.fact].tell) for wish in world.pack.wishes]
        asked = [(fact.ask, fact.tell) for fact in world.pack.facts.values()]
        for questions, lines in (*asked, *denied):
            said = set().union(*map(clauses, lines))
            for question in questions:
                found = (*answering(question, lines, world.types), *denying(question, lines))
                assert found
                for answer in found:
                    assert clauses(answer) <= said, (world.pack.id, question, answer)
                    assert answer[0].isupper() or answer[0] == "{", answer
                    assert answer[-1] in ".?!", answer


@lru_cache
def calls() -> tuple[tuple[Script, list[Turn]], ...]:
    jobs = [Job(dialog_id=f"service-{i:07d}", kind="service", index=i, seed=41) for i in range(900)]
    made = Composer(Composer.Options(assistant=0.0)).write(jobs)
    scripts = (one for one in made if isinstance(one, Script))
    return tuple((one, [t for t in one.turns if t.onset != "backchannel"]) for one in scripts)


def bank(act: str, manner: str = "any") -> tuple[str, ...]:
    return load_acts(default_path()).user[act][manner][0]


@pytest.mark.slow
def test_nobody_asks_about_a_number_that_it_does_not_have() -> None:
    lacks = [line for line in bank("lacks_identity") if "{" not in line]
    found = 0
    for script, turns in calls():
        lacking = any(t.text.endswith(line) for t in turns[:14] for line in lacks)
        found += lacking
        supposed = [p for p in script.probes if p.type == "Q1"]
        number = [script.turns[p.user_turn].text for p in supposed if not p.expects]
        assert not (lacking and number), (script.dialog_id, number)
    assert found >= 5


@pytest.mark.slow
def test_who_hangs_up_does_not_urge_first() -> None:
    ends, urges = ([one.lower() for one in bank(act)] for act in ("break_off", "still_cross"))
    broken = [turns for script, turns in calls() if script.outcome == "broken_off"]
    assert broken
    for turns in broken:
        last = next(turn for turn in reversed(turns) if turn.speaker == "user")
        said = HESITATES.sub("", last.text).lower()
        assert any(line in said for line in ends), said
        assert not any(line in said for line in urges), said


@pytest.mark.slow
def test_nobody_loses_its_patience_in_the_breath_that_soothed_it() -> None:
    calm = [*bank("calm_down")]
    rude = [*bank("rude"), *bank("rude.early")]
    for script, turns in calls():
        for turn in turns:
            is_calm = turn.speaker == "user" and any(turn.text.startswith(one) for one in calm)
            assert not (is_calm and any(one in turn.text for one in rude)), script.dialog_id


@pytest.mark.slow
def test_nobody_checks_back_what_was_not_said() -> None:
    found = 0
    for script, _ in calls():
        for probe in script.probes:
            asked = script.turns[probe.user_turn].text
            if any(line in asked for line in bank("check_back")) and probe.expects:
                heard = " ".join(t.spoken for t in script.turns[: probe.user_turn])
                found += 1
                assert probe.expects[0].lower() in heard.lower(), (script.dialog_id, asked)
    assert found > 3


@pytest.mark.slow
def test_nobody_supposes_what_it_has_confirmed_itself() -> None:
    worlds = load_worlds(default_paths())
    for script, _ in calls():
        name, case = script.scenario.split("/")[:2]
        taken = [
            step
            for step in worlds[script.domain].pack.stories[name].steps
            if step.do == "check" and (not step.when or case in step.when)
        ]
        confirmed = {name for step in taken for name in step.facts}
        for probe in script.probes:
            if probe.type == "Q1":
                licence = script.turns[probe.agent_turn].licence
                rests_on = {one.removeprefix("prompt.") for one in licence[:1]}
                assert not confirmed & rests_on, script.dialog_id


@pytest.mark.slow
def test_who_asks_for_something_is_not_asked_whether_it_wants_it() -> None:
    wants = {
        line
        for world in load_worlds(default_paths()).values()
        for story in world.pack.stories.values()
        for step, then in pairwise(story.steps)
        for line in step.reply
        if step.do == "tell" and then.do == "act" and "please" in line and line[-1] != "?"
    }
    found = 0
    domains = ("event_rental", "locksmith", "medical_lab", "student_loan")
    for script in (make(domain, index) for domain in domains for index in range(60)):
        for turn, answer in pairwise(floor(script)):
            if turn.speaker == "user" and any(turn.text.endswith(line) for line in wants):
                found += 1
                assert "?" not in answer.text.split(". ")[0], (script.dialog_id, answer.text)
    assert found


@pytest.mark.slow
def test_no_agent_ends_with_good_where_the_caller_got_nothing() -> None:
    worlds = load_worlds(default_paths())
    for script, turns in calls():
        mood = worlds[script.domain].pack.stories[script.scenario.split("/")[0]].mood
        is_bad = script.outcome in ("refused", "failed") or (
            script.outcome == "partly" and mood == "problem"
        )
        last = next(turn for turn in reversed(turns) if turn.speaker == "agent")
        assert not (is_bad and re.match(r"(?:Very good|Good|Lovely)[,.]", last.text)), last.text


@pytest.mark.slow
def test_people_read_no_telephone_number_off_a_card() -> None:
    reads = re.compile(r"(?:handy|with you|read me|have it there)\b")
    asked = 0
    for script, turns in calls():
        for turn in turns:
            if turn.speaker == "agent" and "phone number" in turn.text:
                asked += 1
                assert not reads.search(turn.text), (script.dialog_id, turn.text)
    assert asked > 100


def test_a_second_start_is_left_out_after_any_sentence() -> None:
    floor = Floor()
    calm = Emotion(label="calm", valence=0.0, arousal=0.0)
    for text in ("Ready?", "So, as I was saying.", "So, the gate was locked."):
        floor.say("agent", "inform", Said(text, text, frozenset()), calm)
    assert floor.drafts[0].text == "Ready? So, as I was saying. The gate was locked."


@pytest.mark.parametrize(
    ("question", "line", "answer"),
    [
        (
            "What do they do after therapy?",
            "The gym is for patients after therapy, and the pool is only open on Tuesdays.",
            "The gym is for patients after therapy.",
        ),
        (
            "Can they reserve a stall?",
            "Stalls can't be reserved, and slow plugs fit every car, but fast plugs don't.",
            "Stalls can't be reserved.",
        ),
        (
            "What about old vases?",
            "They can bring a vase back, and get half of that.",
            "They can bring a vase back, and get half of that.",
        ),
        (
            "Can they move it for rain?",
            "They can move it for rain or wind, but the money isn't returned.",
            "They can move it for rain or wind, but the money isn't returned.",
        ),
        (
            "When do they have to be off the site?",
            "Check-in starts at three, and check-out is by noon.",
            "Check-in starts at three, and check-out is by noon.",
        ),
    ],
)
def test_what_is_added_to_an_answer_is_about_what_was_asked(
    question: str, line: str, answer: str
) -> None:
    assert to_the_point(question, (line,)) == (answer,)


@pytest.mark.parametrize(
    ("question", "line", "said"),
    [
        ("Do you have a notary?", "A notary stamp costs {stamp}.", "yes"),
        ("Do you refund tickets?", "I'm afraid we never refund tickets.", "no"),
        ("Do you fix sprinklers?", "Nobody here can fix a sprinkler.", "no"),
        ("Are you insured?", "We pay for broken things up to {most}, with a photo.", ""),
        ("Is there a fee if they miss a visit?", "It's {fee} for a visit that isn't missed.", ""),
        ("Do you do whitening?", "It's {white} for whitening, which is never covered.", "yes"),
        ("Do you take pills?", "Whitening pills are {white} and never covered.", ""),
        ("Do you waive a fee?", "We waive a fee only once.", ""),
        ("Do they have to reserve a bike?", "They can't reserve a bike without a card.", ""),
        ("Isn't there a fee?", "There's a fee of {fee}.", ""),
        ("What's the fee?", "There's a fee of {fee}.", ""),
    ],
)
def test_a_line_plainly_says_yes_or_no_or_does_not(question: str, line: str, said: str) -> None:
    assert verdict(question, line) == said


def test_no_line_is_plain_where_some_disagree() -> None:
    ask, lines = "Do you refund tickets?", ("We refund tickets.", "We don't refund tickets.")
    assert plainly(ask, lines) == ("", ())
    assert plainly(ask, (*lines[:1], "It depends.")) == ("yes", lines[:1])
    assert plainly("What do you refund?", lines) == ("", lines)
