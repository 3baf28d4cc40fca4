"""The composer as a backend, what its kinds share, and that the checks see what could go wrong."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import pytest

from datagen.backends.registry import WRITERS
from datagen.backends.writer.composer import Composer
from datagen.config import BackendSpec
from datagen.scripting.checks import shared_problems
from datagen.scripting.compose.makers import ChatMaker
from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.plans.casual import WORDS, draw_chat
from datagen.scripting.plans.draws import draws_for
from datagen.scripting.plans.interplay import boundaries, place
from datagen.text import speak, unsayable
from datagen.types import Fact, Job, Script, UserError


@lru_cache
def composer() -> Composer:
    return Composer(Composer.Options())


def job(index: int) -> Job:
    return Job(dialog_id=f"casual-{index:07d}", kind="casual", index=index, seed=0)


@lru_cache
def script(index: int) -> Script:
    (written,) = composer().write([job(index)])
    assert isinstance(written, Script)
    return written


def test_registry_loads_it_as_a_stand_in() -> None:
    spec = BackendSpec(use="composer")
    assert WRITERS.resolve(spec) is Composer
    assert Composer.stand_in
    assert len(Composer.identity(Composer.Options())["files"]) == 32


def test_a_batch_leaves_the_collector_as_it_was() -> None:
    composer().write([job(0)])
    assert gc.isenabled()


def test_a_fact_is_not_stated_by_a_number_that_begins_like_it() -> None:
    maker = composer().maker("casual")
    assert isinstance(maker, ChatMaker)
    fact = Fact(id="fee", type="money", written="$37", spoken="thirty-seven dollars")
    drawn = draw_chat(job(0), maker.smalltalk, maker.names, validation=0)
    texts = ("It is $375.", "Is it $37?", "It is $37.50, no, $37.", "No, $37.50.")
    lines = [
        PlannedLine(("agent", "user")[at % 2], "x", text, speak(text))
        for at, text in enumerate(texts)
    ]
    turns = place(replace(drawn, facts=(fact,)), maker.wording, lines, draws_for(0, "facts"))
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
        (say(0, lambda text: f"{text} [laughs]"), "holds"),
        (say(0, lambda text: f"{text} That is an problem."), "should begin with 'a'"),
        (say(0, lambda text: f"{text} {{value}}"), "holds '{'"),
        (say(0, lambda text: text + " So there it is." * 120), "words, not"),
        (lambda one: tampered(one, 1, speaker=one.turns[0].speaker), "twice in a row"),
        (lambda one: tampered(one, 1, at_word=3), "after at word 3"),
        (lambda one: tampered(one, 1, onset="barge_in", at_word=1), "cannot begin"),
    ],
)
def test_checks_see(tamper: Callable[[Script], Script], complaint: str) -> None:
    assert shared_problems(script(0), WORDS) == []
    found = shared_problems(tamper(script(0)), WORDS)
    assert any(re.search(complaint, problem) for problem in found), found


def test_checks_see_a_fact_cut_off() -> None:
    whole, cut = next(
        (one, cut)
        for one in map(script, range(1_000))
        for cut, turn in enumerate(one.turns)
        if turn.onset == "barge_in"
    )
    at = max(at for at in range(cut) if whole.turns[at].onset != "backchannel")
    fact = Fact(id="fee", type="money", written="$37", spoken="thirty-seven dollars")
    text = f"{whole.turns[at].text} And so it is {fact.written}."
    bad = tampered(whole, at, text=text, spoken=speak(text), fact_ids=(fact.id,))
    bad = bad.model_copy(update={"facts": (*bad.facts, fact)})
    assert any("cuts off the fact" in problem for problem in shared_problems(bad, WORDS))
