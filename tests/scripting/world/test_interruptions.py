"""Interruptions in composed calls: where they cut, what they are for, and what comes of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, pairwise

import pytest

from datagen.backends.writer.composer import Composer
from datagen.scripting.simulate.acts import default_path, load_acts
from datagen.scripting.simulate.cut_places import _PHRASE, is_asked
from datagen.scripting.simulate.interruptions import _ENDS
from datagen.types import Interruption, Job, Script, Turn
from tests.scripting.world.test_calls import maker

pytestmark = pytest.mark.slow

CALLS = 1500


@lru_cache
def calls() -> tuple[Script, ...]:
    jobs = [
        Job(dialog_id=f"service-{at:07d}", kind="service", index=at, seed=4) for at in range(CALLS)
    ]
    written = Composer(Composer.Options()).write(jobs)
    return tuple(one for one in written if isinstance(one, Script) and one.world)


COMPOSED = """
from datagen.backends.writer.composer import Composer
from datagen.types import Job
for kind, first in (("service", 2955), ("qa", 0), ("casual", 0)):
    jobs = [Job(dialog_id=f"{kind}-{at:07d}", kind=kind, index=at, seed=0)
            for at in range(first, first + 12)]
    print(list(Composer(Composer.Options()).write(jobs)))
"""


def test_every_process_composes_the_same_words() -> None:
    """A set of words has another order in each process."""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", COMPOSED],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second


def interrupted() -> Iterator[tuple[Script, int, Turn, Turn, Interruption]]:
    """Yield each barge-in with its script, its place, who is cut, and what it is for."""
    for script in calls():
        floor: Turn | None = None
        for at, turn in enumerate(script.turns):
            if turn.onset == "barge_in":
                assert floor is not None
                assert turn.interruption is not None, script.dialog_id
                yield script, at, floor, turn, turn.interruption
            if turn.onset != "backchannel":
                floor = turn


def following(script: Script, at: int, speaker: str) -> list[Turn]:
    """Return a speaker's later turns."""
    later = script.turns[at + 1 :]
    return [one for one in later if one.speaker == speaker and one.onset != "backchannel"]


def test_callers_and_agents_interrupt_for_all_reasons() -> None:
    kinds = Counter(planned.kind for *_, planned in interrupted())
    wanted = ("question", "pause", "known", "protest", "early", "correction", "slot", "collision")
    assert min(kinds[kind] for kind in wanted) >= 5, kinds
    agents = {planned.kind for _, _, _, turn, planned in interrupted() if turn.speaker == "agent"}
    assert agents == {"slot", "collision"}
    assert 0.25 < kinds.total() / len(calls()) < 0.7
    assert kinds["pause"] < 0.1 * len(calls())


def test_agents_answer_in_every_manner() -> None:
    answers = Counter(planned.answer for *_, planned in interrupted())
    uptakes = Counter(planned.uptake for *_, planned in interrupted())
    assert min(answers[one] for one in ("yield", "hold", "override")) >= 8, answers
    assert min(uptakes[one] for one in ("resume", "repeat", "drop")) >= 10, uptakes
    assert uptakes["summarise"] >= 3, uptakes  # never after an answer to something else


def test_most_cuts_fall_before_something_that_is_needed() -> None:
    unsaying = total = 0
    for script, _, floor, turn, planned in interrupted():
        assert turn.at_word
        if planned.answer != "override":
            heard = f" {' '.join(floor.spoken.split()[: turn.at_word + 2]).lower()} "
            facts = {fact.id: fact.spoken.lower() for fact in script.facts}
            stated = [facts[name] for name in floor.fact_ids if facts[name] in floor.spoken.lower()]
            unsaying += any(f" {value}" not in heard for value in stated)
        total += 1
    assert unsaying / total > 0.3, (unsaying, total)


def test_who_comes_back_says_what_was_cut() -> None:
    """What is said again has the values that the cut has left out."""
    for script, at, floor, turn, planned in interrupted():
        if planned.uptake not in ("resume", "repeat", "summarise") or planned.kind == "collision":
            continue
        if planned.answer == "hold":
            continue
        bridge = next(one for one in following(script, at, floor.speaker) if one.act == "bridge")
        assert turn.at_word
        facts = {fact.id: fact.spoken.lower() for fact in script.facts}
        heard = " ".join(floor.spoken.split()[: turn.at_word + 2]).lower()
        for name in floor.fact_ids:
            if facts[name] in floor.spoken.lower() and facts[name] not in heard:
                assert facts[name] in bridge.spoken.lower(), (script.dialog_id, name)


def test_what_is_said_in_short_was_begun() -> None:
    """One value alone, last in its sentence and in the clause that has been heard."""
    for _, at, floor, turn, planned in interrupted():
        if planned.uptake == "summarise":
            assert turn.at_word
            rest = " ".join(floor.spoken.split()[turn.at_word :])
            assert "," not in rest, (at, rest)
            assert rest.endswith("."), (at, rest)
            assert len(re.findall(r"\$\d", floor.text)) < 2, floor.text  # one is not the sum


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("The new price is {price} a month.", True),
        ("It's cheaper, {price} instead of {before}.", False),
        ("It's no more than {before}.", False),
        ("Taking the old one away is {price} more.", False),
    ],
)
def test_a_value_is_said_alone_where_the_line_says_no_less(line: str, ends: bool) -> None:
    assert bool(_ENDS.search(line)) == ends


def test_nobody_goes_on_with_the_second_of_two_choices() -> None:
    line = "You show an ID, or a neighbor speaks for you, and the door is opened."
    assert _PHRASE.split(line)[1:] == ["and the door is opened."]


def test_who_has_given_way_says_later_what_it_was_about() -> None:
    found = 0
    for script, at, _, turn, planned in interrupted():
        if planned.kind == "collision" and turn.speaker == "agent":
            found += 1
            user = " ".join(one.text for one in following(script, at, "user"))
            last = max(probe.user_turn for probe in script.probes) if script.probes else -1
            assert "?" in user or last > at, script.dialog_id
    assert found > 3


def test_nobody_announces_a_question_and_then_waits() -> None:
    acts = load_acts(default_path()).user
    links = {line for parts in acts["link"].values() for part in parts for line in part}
    for script in calls():
        turns = [turn for turn in script.turns if turn.onset != "backchannel"]
        for turn, after in pairwise(turns):
            is_cut = after.onset == "barge_in" and after.speaker == "agent"
            assert turn.text not in links or is_cut, (script.dialog_id, turn.text)


def test_a_protest_is_met_by_more_than_a_nod() -> None:
    bank = load_acts(default_path())
    heard = [
        line
        for act in ("hear_out", "hear.protest")
        for parts in bank.agent[act].values()
        for part in parts
        for line in part
    ]
    nods = re.compile(r"(?:yes, )?i (?:do )?(?:see|understand|get that)\b[^,]*$", re.IGNORECASE)
    assert not [line for line in heard if nods.match(line)]
    protests = [line for p in bank.user["cut_in.protest"].values() for part in p for line in part]
    assert not [line for line in protests if re.search(r"\bhow\b|\bwhy\b", line, re.IGNORECASE)]


def test_what_the_caller_corrects_is_corrected_in_the_call_of_the_tool() -> None:
    statuses: Counter[str] = Counter()
    for script in calls():
        statuses.update(action.status for action in script.actions)
        for action in script.actions:
            if action.status == "cancelled":
                later = [one for one in script.actions if one.turn > action.turn]
                assert any(one.tool == action.tool for one in later), script.dialog_id
                user = following(script, action.turn, "user")
                assert user, "the caller takes it back"
    assert min(statuses[one] for one in ("ok", "no_match", "failed", "timed_out", "cancelled")) > 3


def test_what_is_said_meanwhile_rests_on_no_result() -> None:
    said = [turn for script in calls() for turn in script.turns if turn.meanwhile]
    assert len(said) >= 8
    assert not [one for turn in said for one in turn.licence if one.startswith("result.")]


def test_listeners_have_all_functions_and_other_sounds() -> None:
    acts = Counter(
        turn.act for script in calls() for turn in script.turns if turn.onset == "backchannel"
    )
    assert set(acts) == {"continue", "agree", "surprise", "sympathy", "cough", "side_talk"}
    assert min(acts.values()) > 12, acts


def test_nobody_writes_down_what_is_no_value_nor_looks_for_a_pen_twice() -> None:
    writes = re.compile(r"get a pen|write|note that|in my phone")
    written = Counter[str]()
    for script, _, cut, turn, interruption in interrupted():
        if interruption.kind == "pause" and writes.search(turn.text):
            written[script.dialog_id] += 1
            assert re.search(r"\d", cut.text), (script.dialog_id, cut.text)
    assert len(written) > 3
    assert set(written.values()) == {1}


def test_nobody_knows_the_answer_to_what_it_has_called_about() -> None:
    told = {"inform", "answer", "offer", "confirm", "correction", "declineRequest", "setQuestion"}
    known = 0
    for script, at, cut, _, interruption in interrupted():
        if interruption.kind == "known" and cut.act == "inform":
            known += 1
            before = script.turns[: at - 1]
            assert any(one.act in told and one.licence for one in before), script.dialog_id
    assert known


def test_what_callers_say_by_the_way_fits_any_place_and_any_wait() -> None:
    """A caller may be at home, in an airport or by the road; nobody answers how long it takes."""
    bank = load_acts(default_path())
    places = re.compile(r"\b(?:door|dog|kitchen|table|home|car|office|work|bus|coffee)\b", re.I)
    acts = {
        name: manners
        for name, manners in bank.user.items()
        if name.startswith(("cut_in.wait", "while_waiting", "react_hold", "lacks_identity"))
    }

    def lines(prefix: str) -> list[str]:
        manners = chain.from_iterable(
            one.values() for name, one in acts.items() if name.startswith(prefix)
        )
        return [line for parts in manners for part in parts for line in part]

    said = [*lines(""), *bank.listening["side_talk"]]
    assert not [line for line in said if places.search(line)]
    waits = lines("react_hold")
    assert waits
    assert not [line for line in waits if line.endswith("?")]


def test_nobody_is_surprised_by_its_own_message() -> None:
    bank = load_acts(default_path())
    for script in calls():
        if script.call_direction != "outbound":
            continue
        purpose = next(turn for turn in script.turns if "prompt.reason" in turn.licence)
        listens = script.turns[script.turns.index(purpose) + 1]
        if listens.onset == "backchannel" and listens.act not in ("cough", "side_talk"):
            assert listens.text in bank.listening["continue"], script.dialog_id


def test_sympathy_is_for_those_who_need_it() -> None:
    """Nobody says "oh no" to a wish, in whatever mood it is, unless the caller complains."""
    worlds = maker().worlds
    for script in calls():
        story = worlds[script.domain].pack.stories[script.scenario.split("/")[0]]
        floor: Turn | None = None
        for turn in script.turns:
            if turn.act == "sympathy":
                assert floor is not None
                assert floor.speaker == "user"
                assert floor.emotion is not None
                assert floor.emotion.valence < 0
                assert story.mood == "problem" or floor.act == "disagreement", script.dialog_id
            if turn.onset != "backchannel":
                floor = turn


def test_nobody_cries_out_before_the_news_nor_at_a_refusal() -> None:
    """A cry comes after a whole sentence, or a value that nobody has said before."""
    cries = 0
    for script in calls():
        for floor, cry in pairwise(script.turns):
            if cry.act not in ("surprise", "sympathy"):
                continue
            cries += 1
            assert cry.at_word is not None
            heard = " ".join(floor.spoken.split()[: cry.at_word])
            known = {fact.spoken.lower() for fact in script.facts if fact.id in floor.fact_ids}
            has_value = any(value in heard.lower() for value in known)
            assert heard[-1] in ".?!" or (has_value and cry.act == "surprise"), (heard, cry.text)
            if cry.act == "surprise":
                assert floor.act in ("inform", "answer"), (heard, cry.text)
                assert floor.licence, (heard, cry.text)
    assert cries > 20


def test_who_is_pressed_for_time_rambles_of_nothing_else() -> None:
    user = load_acts(default_path()).user
    idle = set(user["ramble"]["any"][1]) - set(user["ramble.pressed"]["any"][1])
    pressed = set(user["ramble.pressed"]["any"][2]) - set(user["ramble"]["any"][2])
    seen = 0
    for script in calls():
        if script.user.patience > 0 and script.user.emotion != "hurried":
            continue
        for turn in script.turns:
            assert not [one for one in idle if one[-30:] in turn.text], turn.text
            seen += turn.text.endswith(tuple(pressed))
    assert seen > 5


def test_what_was_cut_has_not_been_said_before() -> None:
    leads = [
        line for parts in load_acts(default_path()).agent["resume"].values() for p in parts
        for line in p
    ]  # fmt: skip
    assert leads
    assert not [line for line in leads if re.search(r"\bagain\b|\bfinish\b", line)]


@pytest.mark.parametrize(
    ("question", "at_word", "is_over"),
    [
        ("Do you know the age of the roof?", 5, False),
        ("Sorry about that. What kind of machine?", 4, False),
        ("We can make it again or take it off the bill, should we make it again?", 11, False),
        ("I have a technician free on Wednesday, and it's $83, would you like that?", 10, True),
        ("What was the date of that, then?", 4, True),
    ],
)
def test_nobody_answers_before_all_is_asked(question: str, at_word: int, is_over: bool) -> None:
    assert is_asked(question, at_word) == is_over


def test_a_protest_meets_what_has_come_out() -> None:
    """Nobody talks on over a protest with values that nobody has heard."""
    seen = 0
    for script, _, floor, turn, planned in interrupted():
        if planned.kind == "protest" and planned.answer != "yield":
            assert turn.at_word
            heard = " ".join(floor.spoken.split()[: turn.at_word]).lower()
            facts = {fact.id: fact.spoken.lower() for fact in script.facts}
            stated = [facts[one] for one in floor.fact_ids if facts[one] in floor.spoken.lower()]
            assert all(one in heard for one in stated), (script.dialog_id, floor.text)
            seen += 1
    assert seen >= 3


def test_who_has_known_it_does_not_know_now() -> None:
    for script, at, _, _, planned in interrupted():
        if planned.kind == "known":
            later = " ".join(one.text for one in following(script, at, "user"))
            assert not re.search(r"\bknow now\b|\bnow I know\b|\bknow where\b", later), later


def test_who_has_heard_enough_does_not_take_it_in_once_more() -> None:
    lines = load_acts(default_path()).lines()
    again = {line for where, line in lines if where.startswith("user.ack.")}
    seen = 0
    for script, at, _, _, planned in interrupted():
        if planned.kind == "known":
            seen += 1
            later = following(script, at, "user")[:1]
            assert not any(one.text in again for one in later), (script.dialog_id, later)
    assert again
    assert seen


def test_nobody_wishes_a_good_morning_twice() -> None:
    greeting = re.compile(r"\b(?:morning|afternoon|evening)\b")
    seen = 0
    for script in calls():
        turns = [one for one in script.turns if one.onset != "backchannel"][:5]
        said = [one.text for one in turns if one.speaker == "agent"]
        hello = [one for one in said if re.search(r"\b(?:help|assist|go ahead|do for you)\b", one)]
        if script.call_direction == "inbound" and hello:
            told = " ".join(said[: said.index(hello[0]) + 1])
            seen += len(greeting.findall(told)) == 1
            assert len(greeting.findall(told)) < 2, told
    assert seen > 20


def test_what_is_wished_for_against_a_rule_is_led_to_as_such() -> None:
    led = re.compile(r"\bwhat you said, but\b|\bthat's the rule, but\b|\bI heard you\b")
    text = [" ".join(turn.text for turn in one.turns) for one in calls()]
    assert sum(led.search(one) is not None for one in text) >= 3
    assert not any(re.search(r"by the way, I want my\b", one) for one in text)
