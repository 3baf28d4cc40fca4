"""Topics that models list: thousands of them, none too often, the same whoever asks and when."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from datagen.scripting.llm.completion import Completion, Refusal, Request
from datagen.scripting.llm.reply import BadReply
from datagen.scripting.llm.topic_cards import read_cards
from datagen.scripting.llm.topic_lists import MOST, TRIES, TopicLists, load_topic_texts
from datagen.types import Job, Rejected
from tests.fixtures.topic_replies import NAMES, TopicServer, card

TEXTS = load_topic_texts()
FULL = 39_322
"""Lessons of the paper's set."""


def job(index: int, seed: int = 0) -> Job:
    return Job(dialog_id=f"qa-{index:07d}", kind="qa", index=index, seed=seed)


def lists(ask: TopicServer, folder: Path | None = None, num_topics: int = 3600) -> TopicLists:
    return TopicLists(TEXTS, ask, ["one", "two"], num_topics=num_topics, folder=folder)


def topic_of(found: TopicLists, index: int, seed: int = 0) -> str:
    area, one = found.topic(job(index, seed))
    return f"{area.id}/{one.topic}"


@pytest.mark.slow
def test_a_full_set_has_thousands_of_topics_and_none_too_often() -> None:
    server = TopicServer()
    found = lists(server)
    topics = [topic_of(found, index) for index in range(FULL)]
    names = Counter(topic.partition("/")[2] for topic in topics)
    assert len(names) >= 3000, "of all areas together"
    assert max(names.values()) <= MOST * FULL
    counts = Counter(topics)
    assert max(counts.values()) - min(counts.values()) <= 1, "of one area"
    for area in TEXTS.areas:
        assert sum(name.startswith(f"{area.id}/") for name in counts) >= 40
    assert {request.model for request in server.requests} == {0, 1}


@pytest.mark.slow
def test_a_short_run_lists_no_more_than_it_needs_and_is_a_prefix() -> None:
    short, long = TopicServer(), TopicServer()
    first = [topic_of(lists(short), index) for index in range(16)]
    assert len(short.requests) <= 16
    longer = lists(long)
    longer.prepare([job(index) for index in range(2000)])
    assert [topic_of(longer, index) for index in range(16)] == first
    assert [topic_of(lists(TopicServer()), index, seed=1) for index in range(16)] != first


@pytest.mark.slow
def test_what_is_listed_is_kept_and_read_by_who_comes_later(tmp_path: Path) -> None:
    jobs = range(300)
    server, again = TopicServer(), TopicServer()
    made = lists(server, tmp_path)
    names = [topic_of(made, index) for index in jobs]
    other = lists(again, tmp_path)
    assert [topic_of(other, index) for index in reversed(jobs)] == names[::-1]
    assert again.requests == []
    assert not [path for path in (tmp_path / "topics").iterdir() if path.suffix != ".json"]
    (one,) = (tmp_path / "topics").glob(f"{TEXTS.areas[0].id}-0-*.json")
    one.unlink()
    assert [topic_of(lists(again, tmp_path), index) for index in jobs] == names
    assert len(again.requests) == 1, "only what is missing is asked for again"


def test_all_areas_of_a_block_are_asked_for_at_once() -> None:
    batches: list[int] = []
    server = TopicServer()

    def ask(requests: Sequence[Request]) -> list[Completion | Refusal]:
        batches.append(len(requests))
        return server(requests)

    found = TopicLists(TEXTS, ask, ["one"], num_topics=3600, folder=None)
    found.prepare([job(index) for index in range(len(TEXTS.areas))])
    assert batches == [len(TEXTS.areas)]


@pytest.mark.slow
def test_what_is_listed_already_is_told_and_not_taken_again() -> None:
    server = TopicServer()
    found = lists(server)
    for index in range(2000):
        found.topic(job(index))
    later = [r.messages[1]["content"] for r in server.requests if "list number 3" in str(r)]
    assert later
    assert all("Listed already" in text and "the " in text for text in later)


def test_models_that_list_too_little_are_told_so() -> None:
    asked: list[Request] = []

    def ask(requests: Sequence[Request]) -> list[Completion | Refusal]:
        asked.extend(requests)
        return [Completion('{"topics": []}', is_whole=True) for _ in requests]

    found = TopicLists(TEXTS, ask, ["one"], num_topics=3600, folder=None)
    with pytest.raises(Rejected, match="too few topics"):
        found.topic(job(0))
    assert len({request.seed for request in asked}) == len(asked) >= TRIES


def test_cards_are_read_leniently_and_judged_strictly() -> None:
    good = card(NAMES[0])
    text = json.dumps({"topics": [good, {**good, "topic": "THE COLOR OF A BRIDGE!"}]})
    (found,) = read_cards(f"Here: ```{text}```", ())
    assert found.topic == NAMES[0]
    assert read_cards(text, [found]) == []
    for change in (
        {"question": "Tell me."},
        {"facts": ["One."]},
        {"wrong": ""},
        {"right": "x" * 400},
        {"then": "*laughs*"},
        {"facts": "many"},
    ):
        assert read_cards(json.dumps({"topics": [{**good, **change}]}), ()) == [], change
    with pytest.raises(BadReply):
        read_cards("no topics today", ())


def test_areas_differ_and_the_example_is_a_good_card() -> None:
    assert len({area.id for area in TEXTS.areas}) == len(TEXTS.areas)
    assert len({area.about for area in TEXTS.areas}) == len(TEXTS.areas)
    assert MOST * len(TEXTS.areas) * TEXTS.fewest >= 1
    text = json.dumps({"topics": [TEXTS.example.model_dump()]})
    assert read_cards(text, ()) == [TEXTS.example]


def test_a_mounted_bucket_keeps_the_first_list_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a disk has no second names of a file (oratis/LISA#275, lancedb/lancedb#1305)."""

    def refused(*_: object) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr("os.link", refused)
    server, again = TopicServer(), TopicServer()
    first = topic_of(lists(server, tmp_path), 0)
    assert topic_of(lists(again, tmp_path), 0) == first
    assert again.requests == []
    (one,) = (tmp_path / "topics").iterdir()
    whole = one.read_text(encoding="utf-8")
    one.write_text(whole[:40], encoding="utf-8")  # another process is writing it
    threading.Timer(0.3, one.write_text, (whole,)).start()
    assert topic_of(lists(again, tmp_path), 0) == first


def test_why_no_list_could_be_read_is_told() -> None:
    half = Completion('{"topics": [{"topic": "', is_whole=False)
    found = lists(lambda requests: [half for _ in requests])  # type: ignore[arg-type]
    with pytest.raises(Rejected) as verdict:
        found.topic(job(0))
    assert ": 0, the reply is not JSON" in verdict.value.evidence
    assert verdict.value.evidence.endswith(": raise max_tokens")
