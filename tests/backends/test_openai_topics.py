"""Lessons through a server that has nothing but its prompts: it lists the topics itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from datagen.backends.servers import client
from datagen.scripting.llm.accounts import total
from tests.fixtures.openai_writer import jobs, scripts_of, writing
from tests.fixtures.prompt_replies import answer, is_topics

pytestmark = pytest.mark.slow

MODELS = [{"name": "one"}, {"name": "two"}]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WAITS", (0.001, 0.01))


def test_models_list_topics_and_write_lessons_on_them(tmp_path: Path) -> None:
    lessons = jobs("qa", 150)
    with writing(answer, models=MODELS, records=str(tmp_path)) as (writer, server):
        scripts = scripts_of(writer.write(lessons))
        listed = [call for call in server.calls if is_topics(call)]
        accounts = total([writer.spent()])
    assert len({script.scenario for script in scripts}) >= 145
    assert max(Counter(script.scenario for script in scripts).values()) <= 3
    assert len({script.domain for script in scripts}) == 72
    assert len(listed) == 72
    assert {call["model"] for call in listed} == {"one", "two"}
    tokens = sum(account.completion for account in accounts.values())
    assert tokens == 500 * len(server.calls), "topics are booked, too"
    for script in scripts:
        said = " ".join(turn.text for turn in script.turns)
        assert script.scenario in said
        assert [item.visibility for item in script.world] == ["agent"] * len(script.world)


def test_another_worker_reads_the_topics_that_one_has_listed(tmp_path: Path) -> None:
    lessons = jobs("qa", 32)
    with writing(answer, records=str(tmp_path)) as (writer, server):
        first = scripts_of(writer.write(lessons))
    with writing(answer, records=str(tmp_path)) as (writer, server):
        second = [*writer.write(lessons[16:]), *writer.write(lessons[:16])]
        assert not [call for call in server.calls if is_topics(call)]
    assert [*scripts_of(second)[16:], *scripts_of(second)[:16]] == first
