from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from datagen import assets
from datagen.backends.floor import llm, rules, votes
from datagen.backends.protocols import Odds, Slot
from datagen.backends.registry import FLOORS
from datagen.cli.timing import timing
from datagen.config import BackendSpec
from datagen.types import Behaviour, Persona, Rejected, Script, Turn, UserError
from tests.doubles.chat_server import Reply, completion, serving

TEXTS = (
    "hello there, how can i help you today, or shall i wait?",
    "well, it is four two seven one. is that right? i think so.",
)


def script(level: int = 1) -> Script:
    person = Persona(
        name="A", gender="male", behaviour=Behaviour(backchannels=level, interruptions=level)
    )
    turns = tuple(
        Turn(speaker=speaker, text=text, spoken=text)  # type: ignore[arg-type]
        for speaker, text in zip(("agent", "user"), TEXTS, strict=True)
    )
    return Script(
        dialog_id="service-0000001",
        kind="service",
        split="train",
        domain="bank",
        scenario="s",
        prompt_level="full",
        role_prompt="You are.",
        agent=person,
        user=person,
        turns=turns,
        writer="test",
    )


def slot(kind: str = "clause", turn: int = 1, after_word: int = 4, since: int = 4) -> Slot:
    return Slot.model_validate(
        {"turn": turn, "after_word": after_word, "kind": kind, "since": since, "left": 5}
    )


def predictor() -> rules.Rules:
    spec = BackendSpec(use="rules")
    FLOORS.check(spec)
    found = FLOORS.load(spec)
    assert isinstance(found, rules.Rules)
    return found


def test_the_rules_odds_depend_on_words_scenario_and_role() -> None:
    kinds = ["clause", "sentence", "question", "number", "filler"]
    clause, sentence, question, number, filler = predictor().predict(
        script(), [slot(kind) for kind in kinds]
    )
    for odds in (clause, sentence, question, number, filler):
        assert odds.silence + odds.backchannel + odds.take_floor == pytest.approx(1)
        assert odds.silence > 0.4
    assert question.take_floor > 3 * clause.take_floor
    assert number.backchannel > clause.backchannel > filler.backchannel
    (of_agents_turn,) = predictor().predict(script(), [slot(turn=0)])
    assert of_agents_turn.take_floor > clause.take_floor  # the user listens there
    (talkative,) = predictor().predict(script(2), [slot()])
    assert talkative.backchannel > clause.backchannel
    other = script().model_copy(update={"kind": "casual"})
    assert predictor().predict(other, [slot()])[0].take_floor > clause.take_floor


def test_odds_are_the_softmax() -> None:
    weights = {"bias": rules.Weights(backchannel=math.log(2), take_floor=0.0)}
    odds = rules.odds({"bias": 1.0, "unknown": 5.0}, weights)
    assert (odds.silence, odds.backchannel, odds.take_floor) == pytest.approx((0.25, 0.5, 0.25))


def test_every_shipped_coefficient_is_of_a_feature(tmp_path: Path) -> None:
    known = set[str]()
    for kind in ("question", "sentence", "number", "clause", "filler"):
        known |= {name for turn in (0, 1) for name in rules.features_in(script(), slot(kind, turn))}
    assert set(rules.load("rules")) <= known
    with pytest.raises(UserError, match="pipelines/floor"):
        rules.load("nobodys")
    (tmp_path / "bad.yaml").write_text("bias: {backchannel: x}")
    with pytest.raises(UserError, match=r"bad\.yaml"):
        rules.load(str(tmp_path / "bad.yaml"))
    assert FLOORS.identity(BackendSpec(use="rules"))["coefficients"] == assets.digest(
        assets.find("pipelines/floor", "rules")
    )


# Votes


def write_votes(folder: Path, truth: dict[str, rules.Weights], num_dialogues: int = 60) -> None:
    """Votes of ten people at each place, by known coefficients."""
    rng = np.random.default_rng(0)
    words = SAID.split()
    places = [index for index, word in enumerate(words) if word[-1] in ",.?"]
    for split in ("train", "test"):
        for scenario in ("teaching", "social"):
            path = folder / f"text_dialogue_{scenario}" / split
            path.mkdir(parents=True)
            for number in range(num_dialogues):
                boundaries, last = [], 0
                for place in places:
                    one = Slot(
                        turn=1,
                        after_word=place + 1,
                        kind=votes.kind_at(words, place + 1, 1) or "clause",
                        since=place + 1 - last,
                        left=9,
                    )
                    last = place + 1
                    odds = rules.odds(rules.features(one, "agent", scenario), truth)
                    counts = rng.multinomial(10, list(odds.model_dump().values()))
                    keys = ("silent", "backchannel", "take_floor")
                    named = dict(zip(keys, map(int, counts), strict=True))
                    boundaries.append({"word_index": place, "total_count": 10, "counts": named})
                history: list[dict[str, Any]] = [
                    {"role": "assistant", "content": "hello"},
                    {"role": "user", "content": " ".join(words), "boundaries": boundaries},
                ]
                (path / f"{number}.json").write_text(json.dumps({"history": history}))


SAID = "well, i went there on monday, it was open. was it not? and then, i left"
TRUTH = {
    "bias": rules.Weights(backchannel=-1.0, take_floor=-2.5),
    "kind.question": rules.Weights(backchannel=-1.0, take_floor=3.0),
    "scenario.social": rules.Weights(backchannel=1.0, take_floor=0.0),
}


def test_a_fit_beats_what_knows_no_words(tmp_path: Path) -> None:
    write_votes(tmp_path, TRUTH)
    train, test = votes.read(tmp_path, "train"), votes.read(tmp_path, "test")
    assert len(train) == len(test) == 2 * 60 * 5
    found = votes.fit(train)
    fitted = votes.divergence(test, lambda features: rules.odds(features, found))
    rate = votes.divergence(test, votes.rate(train))
    uniform = votes.divergence(test, votes.uniform)
    ideal = votes.divergence(test, lambda features: rules.odds(features, TRUTH))
    assert fitted < 0.6 * rate < rate < uniform
    assert fitted == pytest.approx(ideal, abs=0.01)


def test_calibrate_writes_coefficients_that_load(tmp_path: Path) -> None:
    write_votes(tmp_path / "votes", TRUTH, 10)
    out = tmp_path / "mine.yaml"
    arguments = ["calibrate", str(tmp_path / "votes"), "--out", str(out)]
    result = CliRunner().invoke(timing, arguments)
    assert result.exit_code == 0, result.output
    figures = [float(line.split()[-1]) for line in result.output.splitlines()[1:4]]
    assert figures == sorted(figures)
    options = {"coefficients": str(out)}
    odds = FLOORS.load(BackendSpec(use="rules", options=options)).predict(
        script(), [slot("question"), slot()]
    )
    assert odds[0].take_floor > odds[1].take_floor
    assert set(yaml.safe_load(out.read_text())) >= {"bias", "since", "scenario.social"}


def test_a_folder_without_votes_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no votes"):
        votes.read(tmp_path, "train")
    bad = tmp_path / "text_dialogue_social" / "train"
    bad.mkdir(parents=True)
    (bad / "a.json").write_text('{"history": [{"content": "a b", "boundaries": [{}]}]}')
    with pytest.raises(UserError, match=r"a\.json"):
        votes.read(tmp_path, "train")


# A language model


def test_a_request_shows_the_marks_and_what_was_said_before() -> None:
    slots = [slot("clause", 1, 1), slot("number", 1, 7)]
    asked = llm.request(script(), slots)
    text = asked.messages[1]["content"]
    assert "user: well, [1] it is four two seven one. [2] is that right?" in text
    assert f"agent: {TEXTS[0]}" in text
    assert "The listener is the agent." in text
    assert asked.schema["properties"]["marks"]["minItems"] == 2
    assert asked == llm.request(script(), slots)


def test_percentages_become_odds() -> None:
    answer = {"marks": [{"silence": 60, "backchannel": 30, "take_floor": 30}]}
    assert llm.parse(json.dumps(answer), [slot()]) == [
        Odds(silence=0.5, backchannel=0.25, take_floor=0.25)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "sorry",
        '{"marks": []}',
        '{"marks": [{"silence": 0, "backchannel": 0, "take_floor": 0}]}',
        '{"marks": [{"silence": -1, "backchannel": 50, "take_floor": 50}]}',
        '{"marks": [{"silence": 50}]}',
    ],
)
def test_a_bad_answer_rejects_the_dialogue(text: str) -> None:
    with pytest.raises(Rejected, match="floor"):
        llm.parse(text, [slot()])


def test_a_server_is_asked_once_for_each_turn() -> None:
    def answer(body: dict[str, Any], times: int) -> Reply:
        marks = body["response_format"]["json_schema"]["schema"]["properties"]["marks"]
        mark = {"silence": 80, "backchannel": 15, "take_floor": 5}
        return completion(json.dumps({"marks": [mark] * marks["minItems"]}))

    slots = [slot(turn=0), slot(turn=1), slot(turn=1, after_word=7)]
    with serving(answer) as (chat, url):
        options = {"model": "m", "url": url, "request": {"temperature": 0.0}}
        asked = FLOORS.load(BackendSpec(use="llm", options=options))
        found = asked.predict(script(), slots)
        asked.close()
    assert [odds.backchannel for odds in found] == [0.15] * 3
    assert len(chat.requests) == 2
    assert {request["temperature"] for request in chat.requests} == {0.0}
    assert "url" not in FLOORS.identity(BackendSpec(use="llm", options=options))["options"]
