"""Reading what a model wrote: strict about what it is, lenient about how it was put."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from datagen.scripting.llm.checks import _UNSAYABLE
from datagen.scripting.llm.reply import BadReply, speech_pattern, tidy
from datagen.scripting.llm.scene import Scene, parse_scene, scene_schema
from tests.fixtures.scene_replies import assignment, job

TURN = {
    "speaker": "agent",
    "text": "Hi, it's $9.50 at 3 PM.",
    "does": ["T2"],
    "act": "inform",
    "emotion": "calm",
    "cut_after": 0,
    "cut_as": "none",
    "nods": [],
}


def _schema(turn_characters: int) -> dict[str, Any]:
    """Return the schema of a lesson, whose first must is the user's."""
    brief = assignment(job(0, "qa")).brief
    return scene_schema(brief, turn_characters, writes_role=False)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("It\u2019s  fine\n", "It's fine"),
        ("\u201cSure\u201d, I said", "Sure, I said"),
        ("Well\u2026 let me see\u2026", "Well, let me see."),
        ("Well... okay...", "Well, okay."),
        ("So \u2014 here it is", "So, here it is"),
        ("So - here, at 9-5", "So, here, at 9-5"),
        ("Open 9\u20135", "Open 9\u20135"),
        ("Caf\u0065\u0301 , yes", "Caf\u00e9, yes"),
        ("a\x00b\x1fc\u202ed", "a b c d"),
        ("wel\u200bcome, \ufeffzo\u00adna", "welcome, zona"),
        ("It's 12\u202f345 km, code 123\u202f456", "It's 12,345 km, code 123 456"),
    ],
)
def test_text_is_tidied(written: str, kept: str) -> None:
    assert tidy(written) == kept


@given(st.text())
def test_tidying_is_done_once_and_leaves_one_line(text: str) -> None:
    kept = tidy(text)
    assert tidy(kept) == kept
    assert "  " not in kept
    assert kept == kept.strip()
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in kept)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_reply_is_turns_or_bad(text: str) -> None:
    try:
        scene = parse_scene(text)
    except BadReply:
        return
    assert isinstance(scene, Scene)


def test_a_deep_reply_is_bad_and_no_crash() -> None:
    with pytest.raises(BadReply, match="not JSON"):
        parse_scene('{"turns":' + "[" * 100_000 + "]" * 100_000 + "}")


def test_the_schema_holds_turns_only_and_bounds_them_by_pattern() -> None:
    schema = _schema(30)
    Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    assert "axLength" not in text
    assert "inLength" not in text
    valid = Draft202012Validator(schema).is_valid
    assert valid({"turns": [TURN] * 4})
    for change in (
        {"text": "x" * 31},
        {"text": "Hello (laughs)"},
        {"text": 'He said "no"'},
        {"text": "line\nbreak"},
        {"text": "*waves*"},
        {"text": ""},
        {"act": "sing"},
        {"does": ["greet"]},
        {"does": ["T1"]},
        {"calls": ["open_safe"]},
        {"nods": [{"after_word": 3, "text": "And I want to say one more thing."}]},
        {"speaker": "narrator"},
        {"facts": []},
    ):
        assert not valid({"turns": [{**TURN, **change}] * 4}), change


def test_what_the_schema_lets_through_can_be_said() -> None:
    turns = _schema(1)["properties"]["turns"]
    pattern = turns["items"]["anyOf"][0]["properties"]["text"]["pattern"]
    valid = Draft202012Validator({"type": "string", "pattern": pattern}).is_valid
    for code in range(32, 127):
        character = chr(code)
        assert not (valid(character) and _UNSAYABLE.search(character)), character


@pytest.mark.parametrize("most", [1, 30, 128, 129, 400, 1000, 1200])
def test_a_pattern_bounds_its_text_in_runs_that_every_engine_compiles(most: int) -> None:
    pattern = speech_pattern(most)
    fits = re.compile(pattern).match
    assert fits("a")
    assert fits("a" * most)
    assert not fits("")
    assert not fits("a" * (most + most // 100 + 2))
    assert not fits("a" * (most - 1) + "*")
    assert all(int(count) <= 128 for count in re.findall(r"(\d+)\}", pattern))
