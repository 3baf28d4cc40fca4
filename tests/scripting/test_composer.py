"""Whole calls of the composer, and that the checks see what could go wrong with one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from unittest import mock

import pytest

from datagen.backends.registry import WRITERS
from datagen.backends.writer.composer import Composer
from datagen.config import BackendSpec
from datagen.scripting.checks import judged, problems
from datagen.scripting.compose.grammar import opened
from datagen.scripting.compose.makers import CallMaker
from datagen.scripting.compose.realizer import PlannedLine, Realizer
from datagen.scripting.content.templates import default_path, load_wording
from datagen.scripting.content.values import Value
from datagen.scripting.corpus.minhash import Index, sketch_of
from datagen.scripting.plans.draws import draws_for
from datagen.scripting.plans.interplay import boundaries, place
from datagen.scripting.plans.service import Blueprint
from datagen.text import speak, unsayable
from datagen.types import SPEAKERS, Fact, Job, Persona, Reject, Script, Speaker, Turn, UserError

WORDS_A_MINUTE = 165


@lru_cache
def composer() -> Composer:
    """Return a composer without worlds: what is tested here are the calls made from packs."""
    made = Composer(Composer.Options())
    with mock.patch("datagen.backends.writer.composer.load_worlds", return_value={}):
        made.maker("service")
    return made


def job(index: int, seed: int = 0) -> Job:
    return Job(dialog_id=f"service-{index:07d}", kind="service", index=index, seed=seed)


@lru_cache
def scripts() -> list[Script]:
    written = composer().write([job(index) for index in range(700)])
    assert not any(isinstance(result, Reject) for result in written), written
    return [result for result in written if isinstance(result, Script)]


def blueprint(index: int) -> Blueprint:
    maker = composer().maker("service")
    assert isinstance(maker, CallMaker)
    return maker.plan(job(index))


def calls(direction: str) -> list[tuple[int, Script]]:
    return [(at, one) for at, one in enumerate(scripts()) if one.call_direction == direction]


def floor(script: Script) -> list[Turn]:
    return [turn for turn in script.turns if turn.onset != "backchannel"]


def num_words(turn: Turn) -> int:
    return len(turn.spoken.split())


def test_registry_loads_it_as_a_stand_in() -> None:
    spec = BackendSpec(use="composer")
    assert WRITERS.resolve(spec) is Composer
    assert Composer.stand_in
    assert len(Composer.identity(Composer.Options())["files"]) == 32


def test_a_call_is_decided_by_its_id_alone() -> None:
    alone = composer().write([job(44), job(43)])
    assert alone == [scripts()[44], scripts()[43]]
    assert composer().write([job(44, seed=1)]) != [scripts()[44]]


def test_no_two_calls_are_alike() -> None:
    assert len({script.role_prompt for script in scripts()}) == len(scripts())
    assert len({tuple(turn.text for turn in script.turns) for script in scripts()}) == len(
        scripts()
    )


def test_no_two_calls_are_near_duplicates() -> None:
    found = Index().add([sketch_of(script) for script in scripts()])
    assert sum(earlier is not None for earlier in found) <= 0.005 * len(found)


def test_goodbyes_rarely_repeat() -> None:
    goodbyes = Counter(floor(script)[-1].text for script in scripts())
    assert len(goodbyes) > len(scripts()) / 2
    assert max(goodbyes.values()) <= 0.01 * len(scripts())


def test_nobody_reads_from_the_role_prompt() -> None:
    for index, script in enumerate(scripts()[:300]):
        statements = [statement.lower().strip(".") for statement in blueprint(index).statements]
        for turn in script.turns:
            said = turn.text.lower()
            assert turn.speaker == "user" or not any(one in said for one in statements), said


def test_length_is_as_asked_for() -> None:
    lengths = [sum(map(num_words, script.turns)) for script in scripts()]
    assert abs(sum(lengths) / len(lengths) - Composer.Options().words) < 6
    assert sum(100 <= length <= 250 for length in lengths) > 0.95 * len(lengths)
    num_turns = [len(script.turns) for script in scripts()]
    assert 14 <= sum(num_turns) / len(num_turns) <= 18


def test_speakers_alternate_from_greeting_to_goodbye() -> None:
    first = {"inbound": ("greet", "hail"), "outbound": ("pick_up",), "assistant": ("greet",)}
    for script in scripts():
        turns = floor(script)
        assert turns[0].act in first[script.call_direction]
        assert turns[-1].act == "bye"
        assert all(one.speaker != other.speaker for one, other in pairwise(turns))


def test_spoken_is_the_spoken_form_of_text() -> None:
    for script in scripts():
        for turn in script.turns:
            assert turn.spoken == speak(turn.text, script.facts)
            assert not re.search(r"\d", turn.spoken)


class Sentence(Realizer):
    """Says one template."""

    def said(self, template: str) -> tuple[str, str]:
        self._say("agent", "state", opened(template))
        return self._lines[-1].text, self._lines[-1].spoken


@pytest.mark.parametrize(
    ("value", "text", "spoken"),
    [
        (Value("money", "$5", "five dollars"), "$5, or $5.", "five dollars, or five dollars."),
        (Value("time", "4 PM", "four p.m."), "4 PM, or 4 PM.", "four p.m., or four p.m."),
        (Value("text", "by post", "by post"), "By post, or by post.", "By post, or by post."),
        ("by post", "By post, or by post.", "By post, or by post."),
    ],
)
def test_a_slot_says_its_value(value: Value | str, text: str, spoken: str) -> None:
    people: dict[Speaker, Persona] = {"agent": scripts()[0].agent, "user": scripts()[0].user}
    wording = load_wording(default_path())
    sentence = Sentence(wording, people, {"value": value}, draws_for(0, "any"))
    assert sentence.said("{value}, or {value}.") == (text, spoken)


def test_the_customer_is_verified() -> None:
    for script in scripts():
        facts = {fact.id: fact.written for fact in script.facts}
        names: Speaker = "user" if script.call_direction == "inbound" else "agent"
        gives: Speaker = "agent" if script.call_direction == "assistant" else "user"
        said = {
            speaker: " ".join(turn.text for turn in floor(script)[:5] if turn.speaker == speaker)
            for speaker in SPEAKERS
        }
        assert facts["customer"] in said[names]
        assert facts["identity"] in said[gives]


def test_the_reason_for_the_call_is_answered() -> None:
    for index, script in enumerate(scripts()[:100]):
        told = blueprint(index).topics.resolution
        place = next(at for at, turn in enumerate(floor(script)) if turn.act == "give")
        answers = floor(script)[place + 1 :]
        if script.call_direction != "assistant":  # who calls a business is tested before
            answers = answers[:1]
        assert any(told.value.written in turn.text for turn in answers)


def test_directions_come_as_often_as_asked_for() -> None:
    options = Composer.Options()
    for direction, share in (("outbound", options.outbound), ("assistant", options.assistant)):
        assert abs(len(calls(direction)) - share * len(scripts())) <= 2
    firsts = Counter(
        (script.call_direction, script.turns[0].speaker, script.turns[0].act)
        for script in scripts()
    )
    assert firsts.keys() == {
        ("inbound", "agent", "greet"),
        ("inbound", "user", "hail"),
        ("outbound", "user", "pick_up"),
        ("assistant", "user", "greet"),
    }
    hailed = firsts["inbound", "user", "hail"]
    assert 0.05 < hailed / len(calls("inbound")) < 0.15


def test_an_outgoing_call_says_who_calls_and_why() -> None:
    for _, script in calls("outbound"):
        assert "Call back the customer, who left a message" in script.role_prompt
        assert "you get a call back" in (script.user_role_prompt or "")
        opening = script.turns[1].text
        assert script.agent.name.split()[0] in opening
        assert script.user.name.split()[0] in opening


def test_an_assistant_speaks_for_its_customer_and_never_as_the_business() -> None:
    for index, script in calls("assistant"):
        plan = blueprint(index)
        facts = {fact.id: fact.written for fact in script.facts}
        assert script.role_prompt.startswith(
            f"You are {script.agent.name}, the assistant of {facts['customer']}, and you call"
        )
        assert f"your name is {script.user.name}" in (script.user_role_prompt or "")
        asked = [turn for turn in floor(script) if turn.act == "ask"]
        assert all(turn.speaker == "agent" for turn in asked)
        questions = [exchange.asks[0] for exchange in plan.exchanges if not exchange.probe]
        assert len(asked) == len(questions)
        for turn, question in zip(asked, questions, strict=True):
            assert turn.text.endswith(question)
            assert question in script.role_prompt


def test_every_probe_passes() -> None:
    probes = [(script, probe) for script in scripts() for probe in script.probes]
    assert {probe.type for _, probe in probes} == {f"Q{number}" for number in range(7)}
    for script, probe in probes:
        assert probe.verdict == "pass"
        assert script.turns[probe.user_turn].act == f"probe.{probe.type}"
        assert script.turns[probe.agent_turn].act.startswith(f"probe.{probe.act}")


def test_what_happens_inside_turns_has_the_usual_rates() -> None:
    turns = [turn for script in scripts() for turn in script.turns]
    held = [turn for script in scripts() for turn in floor(script)]
    minutes = {
        speaker: sum(num_words(turn) for turn in held if turn.speaker == speaker) / WORDS_A_MINUTE
        for speaker in ("agent", "user")
    }
    by_user = sum(turn.onset == "backchannel" and turn.speaker == "user" for turn in turns)
    by_agent = sum(turn.onset == "backchannel" and turn.speaker == "agent" for turn in turns)
    assert 1.9 < by_user / minutes["agent"] < 3.1
    assert 1.3 < by_agent / minutes["user"] < 2.7
    long = sum(turn.speaker == "agent" and num_words(turn) > 12 for turn in held)
    assert 0.05 < sum(turn.onset == "barge_in" for turn in turns) / long < 0.12
    listened = [turn for turn in held if turn.speaker == "user" and num_words(turn) >= 8]
    assert 0.22 < sum(bool(turn.pauses) for turn in listened) / len(listened) < 0.4


def test_nobody_interrupts_who_never_does() -> None:
    for script in scripts():
        barge_ins = [turn for turn in script.turns if turn.onset == "barge_in"]
        assert all(turn.speaker == "user" for turn in barge_ins)
        assert script.user.behaviour.interruptions or not barge_ins
        for speaker, person in (("agent", script.agent), ("user", script.user)):
            given = [t for t in script.turns if t.onset == "backchannel" and t.speaker == speaker]
            assert person.behaviour.backchannels or not given


def test_a_barge_in_cuts_off_what_nobody_needs() -> None:
    seen = 0
    for script in scripts():
        for before, turn in pairwise(floor(script)):
            if turn.onset == "barge_in":
                seen += 1
                words = before.spoken.split()
                assert turn.at_word
                assert 0.35 * len(words) <= turn.at_word <= 0.85 * len(words)
                assert 4 <= turn.at_word <= len(words) - 3
                unsaid = " ".join(words[turn.at_word :])
                assert not any(fact.spoken in unsaid for fact in script.facts)
    assert seen > 50


def test_a_fact_is_not_stated_by_a_number_that_begins_like_it() -> None:
    maker = composer().maker("service")
    assert isinstance(maker, CallMaker)
    fact = Fact(id="fee", type="money", written="$37", spoken="thirty-seven dollars")
    plan = replace(blueprint(0), facts=(fact,))
    texts = ("It is $375.", "Is it $37?", "It is $37.50, no, $37.", "No, $37.50.")
    lines = [
        PlannedLine(("agent", "user")[at % 2], "x", text, speak(text))
        for at, text in enumerate(texts)
    ]
    turns, _ = place(plan, maker.wording, lines, draws_for(0, "facts"))
    assert [turn.fact_ids for turn in turns] == [(), ("fee",), ("fee",), ()]


def test_an_unknown_kind_is_the_users_error() -> None:
    with pytest.raises(UserError, match="no kind 'opera': it knows service, qa, casual"):
        composer().write([Job(dialog_id="opera-0000000", kind="opera", index=0, seed=0)])


def test_boundaries_are_where_a_clause_ends() -> None:
    sentence = "At four p.m. we close, but not today. Sure."
    assert boundaries(sentence) == [5, 8]


def tampered(script: Script, at: int, **update: object) -> Script:
    turns = list(script.turns)
    turns[at] = turns[at].model_copy(update=update)
    return script.model_copy(update={"turns": tuple(turns)})


def say(at: int, change: Callable[[str], str]) -> Callable[[Script], Script]:
    def tamper(script: Script) -> Script:
        text = change(script.turns[at].text)
        spoken = text if unsayable(text, script.facts) else speak(text, script.facts)
        return tampered(script, at, text=text, spoken=spoken)

    return tamper


@pytest.mark.parametrize(
    ("tamper", "complaint"),
    [
        (say(0, lambda text: f"{text} It is $3.33."), r"says \$3\.33, which no fact"),
        (say(0, lambda text: f"{text} It takes seven weeks."), "says seven, which no fact"),
        (say(0, lambda text: f"{text} [laughs]"), "holds"),
        (say(0, lambda text: f"{text} That is an problem."), "should begin with 'a'"),
        (say(0, lambda text: f"{text} {{value}}"), "holds '{'"),
        (say(0, lambda text: text + " So there it is." * 80), "words, not"),
        (lambda script: tampered(script, 0, speaker="user"), "twice in a row"),
        (lambda script: tampered(script, 1, at_word=3), "after at word 3"),
        (lambda script: tampered(script, 1, onset="barge_in", at_word=1), "cannot begin"),
        (lambda script: script.model_copy(update={"facts": ()}), "not the blueprint's"),
        (lambda script: script.model_copy(update={"probes": ()}), "the probes are not"),
        (lambda script: script.model_copy(update={"role_prompt": "You."}), "has 4 characters"),
    ],
)
def test_checks_see(tamper: Callable[[Script], Script], complaint: str) -> None:
    script, plan = scripts()[0], blueprint(0)
    assert problems(script, plan) == []
    found = problems(tamper(script), plan)
    assert any(re.search(complaint, problem) for problem in found), found


def test_checks_see_the_role_prompt_read_out() -> None:
    script, plan = scripts()[0], blueprint(0)
    read_out = say(0, lambda text: f"{text} {plan.statements[0]}")(script)
    assert any("reads from the role prompt" in problem for problem in problems(read_out, plan))


def test_checks_see_a_wrong_answer() -> None:
    index, script = next(
        (index, script)
        for index, script in enumerate(scripts())
        if script.probes[0].act == "correct"
    )
    probe = script.probes[0]
    wrong = f"No, it is {probe.forbids[0]}."
    for text, complaint in ((wrong, "the answer"), ("Yes, indeed.", "the answer lacks")):
        bad = tampered(script, probe.agent_turn, text=text, spoken=text)
        assert any(complaint in problem for problem in problems(bad, blueprint(index)))
        assert judged(bad).probes[0].verdict == "fail"
    agreed = tampered(script, probe.user_turn, text="Okay.", spoken="Okay.")
    assert any("the question lacks" in problem for problem in problems(agreed, blueprint(index)))


def test_checks_see_a_fact_cut_off() -> None:
    index, script, cut = next(
        (index, script, cut)
        for index, script in enumerate(scripts())
        for cut, turn in enumerate(script.turns)
        if turn.onset == "barge_in"
    )
    at = max(at for at in range(cut) if script.turns[at].onset != "backchannel")
    fact = script.facts[-1]
    text = f"{script.turns[at].text} And so it is {fact.written}."
    bad = tampered(script, at, text=text, spoken=speak(text, script.facts), fact_ids=(fact.id,))
    assert any("cuts off the fact" in problem for problem in problems(bad, blueprint(index)))
