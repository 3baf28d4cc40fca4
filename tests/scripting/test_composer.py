"""Whole calls of the composer, and that the checks see what could go wrong with one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import pytest

from datagen.backends.registry import WRITERS
from datagen.backends.writer.composer import Composer
from datagen.config import BackendSpec
from datagen.scripting.blueprint import Blueprint, draw_blueprint
from datagen.scripting.checks import judged, problems
from datagen.scripting.interplay import boundaries
from datagen.scripting.spoken import speak
from datagen.types import Job, Reject, Script, Turn

WORDS_A_MINUTE = 165


@lru_cache
def composer() -> Composer:
    return Composer(Composer.Options())


def job(index: int, seed: int = 0) -> Job:
    return Job(dialog_id=f"service-{index:07d}", kind="service", index=index, seed=seed)


@lru_cache
def scripts() -> list[Script]:
    written = composer().write([job(index) for index in range(450)])
    assert not any(isinstance(result, Reject) for result in written), written
    return [result for result in written if isinstance(result, Script)]


def blueprint(index: int) -> Blueprint:
    maker = composer()
    return draw_blueprint(job(index), maker._packs, maker._names, words=150, validation=0.02)


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


def test_goodbyes_rarely_repeat() -> None:
    goodbyes = [script.turns[-1].text for script in scripts() if script.turns[-1].act == "bye"]
    assert len(set(goodbyes)) > len(goodbyes) / 2


def test_length_is_as_asked_for() -> None:
    lengths = [sum(map(num_words, script.turns)) for script in scripts()]
    assert abs(sum(lengths) / len(lengths) - 150) < 6
    assert sum(90 <= length <= 230 for length in lengths) > 0.95 * len(lengths)
    num_turns = [len(script.turns) for script in scripts()]
    assert 12 <= sum(num_turns) / len(num_turns) <= 16


def test_speakers_alternate_from_greeting_to_goodbye() -> None:
    for script in scripts():
        turns = floor(script)
        assert turns[0].act == "greet"
        assert turns[-1].act == "bye"
        assert all(one.speaker != other.speaker for one, other in pairwise(turns))


def test_spoken_is_the_spoken_form_of_text() -> None:
    for script in scripts()[:100]:
        for turn in script.turns:
            assert turn.spoken == speak(turn.text, script.facts)
            assert not re.search(r"\d", turn.spoken)


def test_the_customer_is_verified() -> None:
    for script in scripts():
        identity = next(fact for fact in script.facts if fact.id == "identity")
        said = " ".join(turn.text for turn in floor(script)[:4] if turn.speaker == "user")
        assert script.user.name in said
        assert identity.written in said


def test_the_reason_for_the_call_is_answered() -> None:
    for index, script in enumerate(scripts()[:100]):
        told = blueprint(index).topics.resolution
        assert told.value.written in floor(script)[4].text


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


def test_boundaries_are_where_a_clause_ends() -> None:
    sentence = "At four p.m. we close, but not today. Sure."
    assert boundaries(sentence.split()) == [5, 8]


def tampered(script: Script, at: int, **update: object) -> Script:
    turns = list(script.turns)
    turns[at] = turns[at].model_copy(update=update)
    return script.model_copy(update={"turns": tuple(turns)})


def say(at: int, change: Callable[[str], str]) -> Callable[[Script], Script]:
    def tamper(script: Script) -> Script:
        text = change(script.turns[at].text)
        return tampered(script, at, text=text, spoken=speak(text, script.facts))

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
        (lambda script: tampered(script, 0, spoken="Hello."), "not the spoken form"),
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
