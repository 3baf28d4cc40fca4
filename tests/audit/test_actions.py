"""What an audit says of tool calls: they are the agent's, and nothing rests on a later result."""

from __future__ import annotations

from typing import Any

import pytest

from datagen.audit.dialogue import actions, licences
from datagen.audit.rows import Row
from datagen.types import FRAME


def row(**changes: Any) -> Row:
    """A row in which the agent looks something up and then says it."""
    turns = [
        {"speaker": "agent", "text": "One moment.", "start": 0, "licence": []},
        {"speaker": "agent", "text": "It is here.", "start": 30 * FRAME, "licence": ["result.a"]},
    ]
    action = {"id": "a", "call_frame": 2, "result_frame": 25, "turn": 0}
    values: dict[str, Any] = {"turns": turns, "actions": [action], "num_frames": 60}
    for path, value in changes.items():
        where, place, name = path.split("__")
        values[where][int(place)][name] = value
    return Row(values, {}, {})


def test_a_good_one_is_good() -> None:
    assert [*actions(row()), *licences(row())] == []


def test_shards_of_schema_1_have_none() -> None:
    old = Row({"turns": [{"speaker": "agent", "text": "Hi.", "start": 0}], "num_frames": 9}, {}, {})
    assert [*actions(old), *licences(old)] == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"actions__0__result_frame": 2}, "outside the dialogue"),
        ({"actions__0__result_frame": 61}, "outside the dialogue"),
        ({"actions__0__call_frame": -1}, "outside the dialogue"),
        ({"actions__0__turn": 7}, "no agent turn 7"),
        ({"turns__0__speaker": "user"}, "no agent turn 0"),
        ({"turns__1__start": 24 * FRAME}, "turn 1 says what result.a holds before it is there"),
        ({"turns__1__licence": ["result.b"]}, "turn 1 rests on result.b, which was never called"),
    ],
)
def test_what_is_wrong_is_found(changes: dict[str, Any], says: str) -> None:
    wrong = row(**changes)
    assert any(says in sentence for sentence in (*actions(wrong), *licences(wrong)))
