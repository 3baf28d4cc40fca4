"""What the index finds is what a reader of all records would find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.types import SAMPLE_RATE, UserError
from datagen.view import index as index_module
from datagen.view.index import RunIndex, key, open_index
from datagen.view.index_rows import Chunk, rows
from datagen.view.query import Query, match
from datagen.view.source import RunSource
from tests.fixtures.dummy_runs import rehearse


def numbers(index: RunIndex, **settings: Any) -> list[int]:
    found, total = index.page(Query.read({"size": 200, **settings}))
    assert len(found) == total
    return [row["number"] for row in found]


def everything(source: RunSource) -> list[Any]:
    return [source.find(source.id_of(number)) for number in range(48)]


@pytest.mark.slow
def test_filters_agree_with_the_records(source: RunSource, index: RunIndex) -> None:
    found = everything(source)
    rejected = [one.index for one in found if one.rejects]
    assert {12, 25, 38} <= set(rejected)
    assert numbers(index, state="rejected") == rejected
    assert numbers(index, reason="unlucky") == [12, 25, 38]
    made = [one for one in found if one.row is not None]

    def which(kind: str) -> list[int]:
        return [one.index for one in made if any(e["type"] == kind for e in one.dialogue["events"])]

    for kind in ("barge_in", "backchannel", "overlap", "cut"):
        assert numbers(index, event=kind) == which(kind)
    length = sorted(one.dialogue["num_samples"] for one in made)[20] / SAMPLE_RATE
    longer = [one.index for one in made if one.dialogue["num_samples"] >= length * SAMPLE_RATE]
    assert numbers(index, min_seconds=length) == longer
    voice = made[5].voices["agent"]["id"]
    assert made[5].index in numbers(index, voice=voice)
    assert numbers(index, only=(3, 5, 12), without=(5,)) == [3, 12]


def test_search_finds_words_and_phrases(source: RunSource, index: RunIndex) -> None:
    one = source.find("calls-0000004" if source.kind == "calls" else source.id_of(4))
    text = one.dialogue["turns"][0]["text"].lower()
    phrase = " ".join(text.removesuffix("?").split()[8:12])
    found = numbers(index, q=f'"{phrase}"')
    assert 4 in found
    for number in found:
        said = source.find(source.id_of(number)).dialogue["turns"]
        assert any(phrase in turn["text"].lower() for turn in said)
    assert numbers(index, q="zzzz") == []
    assert numbers(index, q=source.id_of(7)) == numbers(index, q="#7") == [7]


@pytest.mark.parametrize("sort", ["-length", "length", "-barge_in", "domain", "-id"])
def test_orders(index: RunIndex, sort: str) -> None:
    found, _ = index.page(Query.read({"sort": sort, "size": 200}))
    assert sorted(row["number"] for row in found) == list(range(48))
    lengths = [row["num_samples"] for row in found]
    if sort.endswith("length"):
        assert lengths == sorted(lengths, reverse=sort.startswith("-"))
    if sort == "-barge_in":
        counts = [row["events"].get("barge_in", 0) for row in found]
        assert counts == sorted(counts, reverse=True)


def test_pages_and_neighbours(index: RunIndex) -> None:
    first, total = index.page(Query.read({"size": 10}))
    last, _ = index.page(Query.read({"size": 10, "page": 4}))
    assert total == 48
    assert [row["number"] for row in (*first, *last)] == [*range(10), *range(40, 48)]
    assert index.neighbours(Query(), 0) == (None, 1)
    assert index.neighbours(Query(reason="unlucky"), 25) == (12, 38)


@pytest.mark.slow
@given(st.text(max_size=40))
def test_no_search_breaks_the_index(index: RunIndex, text: str) -> None:
    index.page(Query(q=text))


def test_every_word_of_a_search_is_quoted() -> None:
    assert match('a OR b*) NEAR "c d"') == '"a"* "OR"* "b*)"* "NEAR"* "c d"'
    assert match('"') == match("*") == match("") == ""


@pytest.mark.parametrize(
    "settings", [{"sort": "text; DROP"}, {"size": "0"}, {"page": "x"}, {"z": "1"}]
)
def test_settings_that_are_none(index: RunIndex, settings: dict[str, str]) -> None:
    with pytest.raises(UserError):
        index.page(Query.read(settings))


def test_an_index_is_there_whole_or_not_at_all(
    source: RunSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(source: RunSource, shard: int) -> Chunk:
        raise KeyboardInterrupt

    monkeypatch.setattr(index_module, "rows", broken)
    with pytest.raises(KeyboardInterrupt):
        open_index(source, tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(index_module, "rows", rows)
    told: list[tuple[int, int]] = []
    open_index(source, tmp_path, lambda done, of: told.append((done, of))).close()
    assert told == [(0, 1), (1, 1)]
    again = open_index(source, tmp_path, lambda done, of: told.append((done, of)))
    again.close()
    assert len(told) == 2
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.slow
def test_a_run_that_grew_gets_another_index(tmp_path: Path) -> None:
    run = rehearse(tmp_path / "run", 16)
    before = key(RunSource(run))
    assert before == key(RunSource(run))
    rehearse(run, 32)
    assert key(RunSource(run)) != before


@pytest.mark.slow
def test_processes_read_chunks_in_order(source: RunSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module.os, "cpu_count", lambda: 2)
    found = list(index_module._chunks(source, 5))
    assert found == [rows(source, 0), Chunk(), Chunk(), Chunk(), Chunk()]


def test_what_is_not_packed_yet_is_found_too(
    source: RunSource, index: RunIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = RunSource(source.folder.where)
    plan = small.plan.model_copy(update={"blocks_per_shard": 1, "shards": 3})
    monkeypatch.setattr(small, "plan", plan)
    monkeypatch.setattr(index_module.os, "cpu_count", lambda: 1)
    shard = source.folder.shard(source.kind, 0)
    monkeypatch.setattr(
        RunSource, "has", lambda self, name, has=RunSource.has: name != shard and has(self, name)
    )
    other = open_index(small, tmp_path)
    wanted, _ = index.page(Query(size=200))
    found, _ = other.page(Query(size=200))
    other.close()
    assert [row["number"] for row in found] == [row["number"] for row in wanted]
    assert [row["events"] for row in found] == [row["events"] for row in wanted]
