"""How agents and callers conduct a call: what is asked before it is done, how, and what ends it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import pytest

from datagen.backends.writer.composer import Composer
from datagen.scripting.compose.grammar import contracted, slots
from datagen.scripting.content.values import Value, measure
from datagen.scripting.plans.records import changed
from datagen.scripting.simulate.call import _fill_up
from datagen.scripting.simulate.suppositions import contradicts
from datagen.types import Interruption, Job, Script, Turn
from tests.scripting.world.test_calls import call_of, floor, make, maker
from tests.scripting.world.test_manners import talk_of

pytestmark = pytest.mark.slow

FORMAL = re.compile(r"Speak formally|You are polite and formal|Be courteous and precise")
CASUAL = re.compile(
    r"\b(?:hi|hey|yeah|yep|what's up|no problem|sure thing|oh no|oh dear|hmm|oh, come on)\b", re.I
)
COMES = re.compile(
    r"\b(?:technician|plumber|locksmith|crew|book a pickup|rekeying|move-out|mowing|bouquet"
    r"|wasp|mice|tent order|book a designer|start service|new account)\b"
)
"""What a tool does for which somebody or something goes to the caller, or to whom it names."""
PUTS_THROUGH = re.compile(r"\bput(?:ting)? you(?:r call)? through")
PLACES = {"address", "area", "street", "new_street", "new_place", "stall"}


@lru_cache
def calls() -> tuple[Script, ...]:
    jobs = [Job(dialog_id=f"service-{i:07d}", kind="service", index=i, seed=31) for i in range(600)]
    made = Composer(Composer.Options(assistant=0.0)).write(jobs)
    return tuple(one for one in made if isinstance(one, Script))


def test_nothing_is_done_for_somebody_without_a_name() -> None:
    acted = asked = 0
    for script in calls():
        deeds = {one.name for one in script.tools if one.is_action}
        tools = {one.id: one.tool for one in script.actions}
        last = script.user.name.split()[-1]
        is_named = script.call_direction == "outbound"
        for before, turn in pairwise(floor(script)):
            says = turn.speaker == "user" and last in turn.text
            asked += says and before.speaker == "agent" and "name" in before.text
            is_named = is_named or says or last in before.text
            if any(tools[one] in deeds for one in turn.calls):
                acted += 1
                assert is_named, (script.dialog_id, turn.text)
    assert asked > 30
    assert acted > 100


def test_whoever_is_sent_is_sent_somewhere() -> None:
    """Who is not on record is asked where."""
    seen = 0
    for compiled in maker().worlds.values():
        pack = compiled.pack
        for name, story in pack.stories.items():
            deeds = [pack.tools[one.tool].does for one in story.steps if one.do == "act"]
            if not story.verify and any(map(COMES.search, deeds)):
                seen += 1
                replies = [line for one in story.steps if one.do == "ask" for line in one.reply]
                said = {slot[0].lower() + slot[1:] for line in replies for slot in slots(line)}
                assert said & PLACES, (pack.id, name)
    assert seen > 15


def test_nobody_is_called_back_about_what_happens_right_now() -> None:
    """The others are all told in turn, equally often, by whoever calls."""
    marked = 0
    for domain, compiled in maker().worlds.items():
        stories = compiled.pack.stories
        later = [name for name, story in stories.items() if not story.now]
        marked += len(stories) - len(later)
        for direction, fitting in (("outbound", later), ("inbound", [*stories])):
            told = Counter(
                call_of(domain, visit, 3, direction).scenario.split("/")[0]  # type: ignore[arg-type]
                for visit in range(len(fitting))
            )
            assert told == Counter(fitting), (domain, direction)
    assert marked > 30


def test_who_has_called_speaks_of_no_call_of_the_other() -> None:
    seen = 0
    for script in calls():
        if script.call_direction == "outbound":
            seen += 1
            said = [turn.text for turn in floor(script) if turn.speaker == "agent"]
            assert not [
                text
                for text in said
                if re.search(r"wh(?:y|at) you called|(?:to|with) your call\b", text)
            ]
    assert seen > 50


def test_nobody_announces_twice_in_a_turn_that_it_looks() -> None:
    twice = re.compile(r"\blet's (see|look)\.(?: \w[^.]*\.)? Let me \1\b", re.IGNORECASE)
    for script in calls():
        said = [turn.text for turn in floor(script) if turn.speaker == "agent"]
        assert not [text for text in said if twice.search(text)], script.dialog_id


def test_who_was_cross_does_not_gush() -> None:
    seen = 0
    for script in calls():
        if any(probe.type == "Q4" for probe in script.probes):
            seen += 1
            said = " ".join(turn.text for turn in floor(script)[-4:] if turn.speaker == "user")
            assert not re.search(r"so much|been wonderful|really appreciate", said), (
                script.dialog_id
            )
    assert seen > 50


def protests() -> Iterator[tuple[Script, Turn, Turn, Interruption]]:
    for script in calls():
        talk = floor(script)
        for before, turn in pairwise(talk):
            if turn.interruption and turn.interruption.kind == "protest" and turn.at_word:
                yield script, before, turn, turn.interruption


def test_nobody_protests_against_what_it_has_not_heard() -> None:
    """A clause has been heard but for its last word, or a value."""
    seen = 0
    for script, before, turn, _ in protests():
        if before.act == "stalling":  # against the wait
            continue
        seen += 1
        assert turn.at_word
        words = before.spoken.split()
        heard = " ".join(words[: turn.at_word + 2])
        facts = {fact.id: fact.spoken for fact in script.facts}
        has_value = any(facts[name].lower() in heard.lower() for name in before.fact_ids)
        rest = len(words) - turn.at_word - 2
        assert has_value or rest <= 1 or re.search(r"[,.?!] \w|[,.]$", heard), heard
    assert seen > 5


@pytest.mark.parametrize(
    ("line", "right", "supposed", "is_wrong"),
    [
        ("I can be {grace} late, right?", "45 minutes", "30 minutes", False),
        ("I can be {grace} late, right?", "45 minutes", "60 minutes", True),
        ("I can cancel up to {hours} before, right?", "24 hours", "48 hours", False),
        ("I can cancel up to {hours} before, right?", "24 hours", "12 hours", True),
        ("I have {days} before it's late, don't I?", "12 days", "15 days", True),
        ("I have {days} to report it, right?", "3 days", "2 days", False),
        ("Somebody can be here in {wait}, right?", "20 minutes", "30 minutes", False),
        ("You'll redo it within {days}, right?", "5 days", "3 days", False),
        ("It can't be more than {days}, can it?", "5 days", "7 days", False),
        ("You deliver within {radius}, right?", "8 miles", "5 miles", False),
        ("A visit takes {time}, right?", "2 hours", "3 hours", True),
        ("A visit takes {time}, right?", "3 hours", "2 hours", True),
    ],
)
def test_who_supposes_less_than_is_allowed_is_not_wrong(
    line: str, right: str, supposed: str, is_wrong: bool
) -> None:
    so, said = (Value("duration", written, written) for written in (right, supposed))
    assert contradicts(line, so, said) is is_wrong


def test_values_of_one_kind_are_measured_alike() -> None:
    times = [Value("time", one, one) for one in ("12 AM", "9:30 AM", "12 PM", "1:15 PM", "11 PM")]
    assert [measure(one) for one in times] == [0, 570, 720, 795, 1380]
    assert measure(Value("money", "$9.50", "", 950)) == 950
    assert measure(Value("text", "the north end", "")) is None


def test_formal_agents_keep_to_it() -> None:
    seen = 0
    for script in calls():
        if FORMAL.search(script.role_prompt):
            seen += 1
            said = [turn.text for turn in floor(script) if turn.speaker == "agent"]
            assert not [text for text in said if CASUAL.search(text)], script.dialog_id
    assert seen > 20
    bank = maker().acts.agent
    assert not [
        name
        for name, manners in bank.items()
        if "formal" not in manners
        and any(CASUAL.search(one) for part in manners["any"] for one in part)
    ]


def test_what_a_role_writes_in_two_words_is_said_in_one() -> None:
    assert contracted("you do not agree with your bill") == "you don't agree with your bill"
    assert contracted("they cannot get in") == "they can't get in"
    assert contracted("you will be late") == "you'll be late"
    assert contracted("you have a toothache") == "you have a toothache"
    told = [
        turn.text
        for script in calls()
        for turn in script.turns
        if "prompt.reason" in turn.licence and not FORMAL.search(script.role_prompt)
    ]
    assert sum("n't" in text for text in told) > 3


def test_who_is_put_through_is_gone() -> None:
    """What else a caller has to ask it asks before that, and nobody offers it more."""
    seen = 0
    for index in range(120):
        talk = floor(make("pharmacy", index))
        passed = [
            at
            for at, turn in enumerate(talk)
            if turn.speaker == "agent" and PUTS_THROUGH.search(turn.text) and turn.text[-1] != "?"
        ]
        if passed:
            seen += 1
            after = talk[passed[-1] + 1 :]
            assert len(after) <= 3, [turn.text for turn in after]
            assert not [turn.text for turn in after if "?" in turn.text]
    assert seen > 5


@pytest.mark.parametrize(("patience", "asks"), [(0, False), (1, True)])
def test_who_has_no_patience_asks_for_nothing_more_when_all_is_settled(
    patience: int, asks: bool
) -> None:
    call = talk_of("vet", "sick", "later")
    call.cast = replace(call.cast, user=changed(call.cast.user, patience=patience))
    call.steps, call.agenda, call.target = [], [], 900
    call.spare = list(call.world.asides)
    assert call.spare
    _fill_up(call)
    assert bool(call.agenda) is asks


def test_who_is_in_trouble_makes_no_small_talk() -> None:
    """It asks for nothing that is not the agent's business."""
    idle = set(maker().acts.user["ask_unrelated"]["any"][0])
    seen = 0
    for script in calls():
        story = maker().worlds[script.domain].pack.stories[script.scenario.split("/")[0]]
        is_hurried = script.user.patience == 0 or script.user.emotion == "hurried"
        if story.mood != "problem" and not is_hurried:
            continue
        for turn in floor(script):
            if turn.act == "request":
                seen += 1
                assert not [one for one in idle if one[1:] in turn.text], turn.text
    assert seen > 20


def test_who_has_said_that_it_tries_again_does_not_say_so_twice() -> None:
    bank = maker().acts.agent["failed_tool"]
    failed = [line for parts in bank.values() for part in parts for line in part]
    seen = 0
    for script in calls():
        for turn, after in pairwise(floor(script)):
            if turn.speaker == "agent" and any(turn.text.endswith(one) for one in failed):
                seen += 1
                assert turn.calls or after.speaker == "user", (script.dialog_id, after.text)
    assert seen > 5
