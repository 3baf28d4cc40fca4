"""When a caller says what, and in which register the agent answers: reasons, moments, manners."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from datagen.scripting.claims import load_lexicon
from datagen.scripting.claims.check import clauses, kind_of, sources, unsupported
from datagen.scripting.compose.grammar import slots, spelled_out
from datagen.scripting.content.values import money
from datagen.scripting.simulate.acts import default_path, load_acts
from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.floor import Floor
from datagen.scripting.simulate.interruptions import _SECOND
from datagen.scripting.simulate.readiness import is_ready, may_suppose, wished
from datagen.scripting.simulate.realizer import Said
from datagen.scripting.simulate.talk import Talk
from datagen.types import Emotion
from tests.scripting.world.test_asides import calls, said_by, worlds
from tests.scripting.world.test_calls import floor
from tests.scripting.world.test_manners import talk_of

pytestmark = pytest.mark.slow


def settled(talk: Talk) -> Talk:
    """Let all be done that the caller has called for."""
    talk.steps.clear()
    talk.outcome, talk.is_helped = "solved", True
    return talk


@pytest.mark.parametrize(
    ("domain", "story", "case", "fact"),
    [
        ("hotel", "odd_charge", "to_manager", "pets"),
        ("bank", "check", "held", "wire_limit"),
    ],
)
def test_nobody_in_trouble_quizzes_a_rule_that_has_nothing_to_do_with_it(
    domain: str, story: str, case: str, fact: str
) -> None:
    """ "Oh, and before I forget, a dog is $60 a stay, right?" """
    talk = settled(talk_of(domain, story, case))
    assert talk.world.fact(fact).claim
    for kind in ("Q1", "Q2", "fact"):
        assert not is_ready(talk, AgendaItem(kind, fact, kind == "Q1")), kind


def test_a_figure_is_supposed_where_it_belongs_to_what_the_caller_decides_on() -> None:
    talk = talk_of("grocery", "add_item", "added")
    fact = next(
        name
        for name, one in talk.world.pack.facts.items()
        if one.claim and "add_item" in one.stories and one.source == "prompt"
    )
    talk.user("ack", "inform")
    assert may_suppose(talk, fact)
    talk.mood.feel("grievance")
    assert not may_suppose(talk, fact)


def test_nobody_in_trouble_asks_for_terms_before_it_has_heard_how_that_is() -> None:
    talk = talk_of("moving", "late_truck", "gate")
    event = AgendaItem("fact", "late_rule")
    assert not is_ready(talk, event)
    talk.tell(("truck_gone",))
    assert not is_ready(talk, event)  # the agent has yet to say what it can do
    assert is_ready(settled(talk), event)


def test_who_gets_nothing_wishes_for_nothing_on_top() -> None:
    talk = talk_of("furniture", "damaged", "as_is")
    wishes = [wish for wish in talk.world.pack.wishes if wish.fact == "warranty"]
    talk.world, talk.outcome = replace(talk.world, wish=wishes[0]), "partly"
    assert wished(talk)
    talk.outcome = "refused"
    assert not [line for line in wished(talk) if re.search(r"\b(?:too|also|as well)\b", line)]


def test_what_is_supposed_is_led_to() -> None:
    """Nobody says a figure after "you're booked" as if it had been spoken of."""
    leads = [*said_by("user", "link.claim"), *said_by("user", "check_back")]
    booked = 0
    for script in calls():
        for probe in script.probes:
            asked = script.turns[probe.user_turn]
            before = [one for one in script.turns[: probe.user_turn] if one.onset != "backchannel"]
            is_term = probe.type in ("Q1", "Q2") and asked.act == "checkQuestion" and probe.expects
            if not is_term or before[-1].act != "inform":
                continue
            booked += 1
            said = re.sub(r"\b(?:um|uh|you know|like|I mean), ", "", asked.text)
            is_led = any(lead.rstrip(".,?!")[1:] in said for lead in leads)
            assert is_led or said.count(". ") or ", " in said, script.dialog_id
    assert booked > 10


def test_who_stops_the_agent_to_do_something_is_gone_for_a_while() -> None:
    """ "One second, let me open my notes, okay, go on" takes no time."""
    waits = [*said_by("user", "cut_in.wait"), *said_by("user", "cut_in.wait.noted")]
    back = [*said_by("user", "cut_in.back"), *said_by("user", "cut_in.back.noted")]
    assert not [line for line in waits if re.search(r"\b(?:go on|okay|now)\b", line)]
    seen = 0
    for script in calls():
        turns = floor(script)
        for at, turn in enumerate(turns):
            if turn.interruption is not None and turn.interruption.kind == "pause":
                seen += 1
                assert turn.text in waits, turn.text
                assert turns[at + 1].speaker == "agent"
                assert turns[at + 2].text in back, turns[at + 2].text
    assert seen > 30


def test_who_cuts_in_with_a_question_takes_nothing_in_first() -> None:
    acks = [line for line in said_by("user", "ack") if len(line) > len("Okay.")]
    for script in calls():
        for turn in floor(script):
            if turn.interruption is not None and turn.interruption.kind == "question":
                assert not turn.text.startswith(tuple(acks)), (script.dialog_id, turn.text)


def test_what_bounds_a_value_is_not_left_out_in_short() -> None:
    """ "It is booked up [cut] until tomorrow at ten." "That is ten." """
    assert _SECOND.search("until tomorrow at")
    assert not _SECOND.search("booked on Friday at")


def test_a_protest_comes_after_the_news() -> None:
    for script in calls():
        facts = {fact.id: fact.spoken.lower() for fact in script.facts}
        for before, turn in pairwise(floor(script)):
            planned = turn.interruption
            if planned is None or planned.kind not in ("protest", "known"):
                continue
            heard = " ".join(before.spoken.split()[: turn.at_word]).lower()
            values = [facts[one] for one in before.fact_ids if facts[one] in before.spoken.lower()]
            assert (
                not values or any(value in heard for value in values) or re.search(r"[.,]", heard)
            ), (script.dialog_id, heard)


@pytest.mark.parametrize(
    ("line", "formal"),
    [
        ("I've got a table at eight, and it's yours.", "I have a table at eight, and it is yours."),
        ("Your order's been packed.", "Your order has been packed."),
        ("The plumber's on the way.", "The plumber is on the way."),
        ("Nobody's handed it in.", "Nobody has handed it in."),
        ("The driver's list doesn't say.", "The driver's list does not say."),
        ("Don't you have a ticket?", "Do you not have a ticket?"),
        ("Can't you see it? Won't it start?", "Can you not see it? Will it not start?"),
        ("It isn't that far, but we can't come.", "It is not that far, but we cannot come."),
    ],
)
def test_what_is_short_is_spelled_out(line: str, formal: str) -> None:
    assert spelled_out(line) == formal


def test_a_formal_agent_has_no_short_forms() -> None:
    short = re.compile(
        r"n't\b|'(?:m|re|ve|ll|d)\b|\b(?:it|that|there|here|name)'s\b|no worries", re.I
    )
    seen = 0
    for script in calls():
        manner = next((one for one in ("formal", "courteous") if one in script.role_prompt), "")
        if not manner or script.call_direction == "assistant":
            continue
        for turn in floor(script):
            if turn.speaker == "agent":
                seen += 1
                assert not short.search(turn.text), (script.dialog_id, turn.text)
                assert not turn.text.startswith(("Um,", "Uh,", "Hey")), script.dialog_id
    assert seen > 100


def test_nobody_makes_a_sound_that_could_be_an_answer() -> None:
    for script in calls():
        for before, turn in pairwise(script.turns):
            if turn.act in ("cough", "side_talk"):
                assert not before.text.endswith("?"), script.dialog_id
                assert before.act not in ("setQuestion", "offer", "declineRequest", "apology")


def test_a_name_is_asked_for_with_a_reason() -> None:
    """Who wants the full name needs it later; who has not caught it, asks at once."""
    later = [line for act in ("ask_agent", "ask_agent.known") for line in said_by("user", act)]
    reason = re.compile(r"\b(?:notes|write|call again|know who)\b")
    assert not [line for line in later if not reason.search(line)]
    assert not [line for line in said_by("user", "ask_company") if not line.startswith("Sorry, ")]


def test_thanks_are_said_once_at_the_end() -> None:
    thanks = re.compile(r"\bthank", re.IGNORECASE)
    for script in calls():
        users = [turn for turn in floor(script) if turn.speaker == "user"][-2:]
        if len(users) == 2 and users[1].act == "goodbye" and "hank" in users[0].text:
            assert not thanks.search(users[1].text), (script.dialog_id, users[1].text)


def test_a_piece_drops_its_start_after_a_bare_one() -> None:
    said, feeling = Floor(), Emotion(label="neutral", valence=0.0, arousal=0.0)
    none = frozenset[str]()
    said.say("agent", "autoPositive", Said("Alright.", "Alright.", none), feeling)
    said.say("agent", "inform", Said("Right, back to it.", "Right, back to it.", none), feeling)
    assert said.drafts[0].text == "Alright. Back to it."


def test_each_line_of_a_price_is_licensed_by_its_own_fact() -> None:
    """A role may hold one fact alone: "You pay $4" needs a sentence that says what it costs."""
    for name, world in worlds().items():
        lexicon = load_lexicon(*world.pack.same)
        for fact in world.pack.facts.values():
            evidence = sources(_filled(fact.says), lexicon)
            for line in fact.tell:
                for clause, is_question in clauses(_filled(line)):
                    if kind_of(clause, is_question) is not None:
                        assert "cost" not in unsupported(clause, evidence, lexicon), (name, line)


def _filled(line: str) -> str:
    value = money(4).written
    return line.format_map({name: value for name in slots(line)})


def test_formal_propositions_are_idiomatic() -> None:
    bank = load_acts(default_path())
    proposals = [
        line for parts in bank.agent["propose"].values() for part in parts for line in part
    ]
    assert not [line for line in proposals if "Would you want" in line]
