"""Labels of what callers say: read off the lines, kept where an agent heeds them."""

from __future__ import annotations

from typing import Any

import pytest

from datagen import assets
from datagen.config import read_yaml, validate
from datagen.scripting.content.values import Value
from datagen.scripting.world.lint import lint
from datagen.scripting.world.pack import WorldPack, default_paths, read_pack
from datagen.types import UserError
from tests.scripting.world.test_manners import talk_of


def vet(at: int, *reply: Any) -> WorldPack:
    """Return the vet with another reply to a step of "refill"."""
    values: dict[str, Any] = read_yaml(assets.find("prompts/worlds", "vet"))
    values["stories"]["refill"]["steps"][at]["reply"] = list(reply)
    return validate(WorldPack, values, "the vet")


def place(do: str) -> int:
    steps = read_pack(assets.find("prompts/worlds", "vet")).stories["refill"].steps
    return next(at for at, step in enumerate(steps) if step.do == do)


def test_a_label_is_taken_off_its_line() -> None:
    at = place("tell")
    pack = vet(at, {"price": "That's a lot of money."}, "Then we'll come.")
    step = pack.stories["refill"].steps[at]
    assert step.reply == ("That's a lot of money.", "Then we'll come.")
    assert step.labels == {"That's a lot of money.": "price"}
    assert pack.labels["That's a lot of money."] == "price"
    assert WorldPack.model_validate(pack.model_dump()).labels == pack.labels


def test_a_label_that_nobody_knows_is_one_sentence() -> None:
    with pytest.raises(UserError, match="gladly"):
        vet(place("tell"), {"gladly": "That's good."}, "Okay.")


def test_a_label_stands_where_an_agent_heeds_it() -> None:
    found = lint(vet(place("ask"), {"price": "Since last night."}, "For two days."))
    assert any("the label of a line is one of" in line and "price" in line for line in found)


def test_a_line_that_is_said_takes_its_label_along() -> None:
    talk = talk_of("bank", "wire", "sent")
    line, label = next(iter(talk.world.pack.labels.items()))
    assert talk.user_line((line,), "inform").label == label
    assert talk.user("ack", "autoPositive").label == label  # it goes on with the same turn
    talk.agent("ack", "autoPositive")
    assert talk.user("ack", "autoPositive").label is None


def test_a_value_may_have_a_label_too() -> None:
    talk = talk_of("student_loan", "lower_payment", "income_plan")
    name, labels = next(iter(talk.world.pack.labelled_values.items()))
    talk.world.values[name] = Value("text", next(iter(labels)), next(iter(labels)))
    talk.words.about(name, talk.world.values[name])
    said = talk.user_line((f"Well, {{{name}}}.",), "answer")
    assert said.label == labels[talk.value(name).written]


def test_callers_mind_some_news_in_most_worlds() -> None:
    packs = [read_pack(path) for path in default_paths()]
    assert sum(bool(pack.labels) for pack in packs) > 0.9 * len(packs)
