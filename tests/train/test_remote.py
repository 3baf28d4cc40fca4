"""Shards by URI: file:// goes through the same pyarrow calls as s3://."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")

from train.config import UserError
from train.remote import local
from train.shards import find


def test_a_run_by_its_uri_has_the_shards_of_the_run(shards: Path, tmp_path: Path) -> None:
    run, cache = tmp_path / "run", tmp_path / "cache"
    shutil.copytree(shards, run / "shards")
    here = find([str(run)])
    for uri in (run.as_uri(), (run / "shards").as_uri()):
        there = find(local([uri], cache))
        assert [file.name for file in there] == [file.name for file in here]
        assert [file.read_bytes() for file in there] == [file.read_bytes() for file in here]
        assert all(file.is_relative_to(cache) for file in there)
    assert local([str(run), here[0].as_uri()], cache)[0] == str(run)
    assert not list(cache.rglob("*.tmp"))


def test_a_folder_may_have_any_name(shards: Path, tmp_path: Path) -> None:
    for name in ("a b", "\u00e9t\u00e9#1", "50%"):
        shutil.copytree(shards, tmp_path / name)
        copies = local([f"file://{tmp_path}/{name}"], tmp_path / "cache")
        assert len(copies) == len(find([str(tmp_path / name)]))


def test_a_copy_is_made_once_and_again_when_the_shard_has_changed(
    shards: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(shards, run)
    (first, *_) = local([run.as_uri()], tmp_path / "cache")
    made = Path(first).stat().st_ino
    assert Path(local([run.as_uri()], tmp_path / "cache")[0]).stat().st_ino == made
    (run / Path(first).name).write_bytes(b"another")
    assert Path(local([run.as_uri()], tmp_path / "cache")[0]).read_bytes() == b"another"


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("file:///nowhere/at/all", "holds no .parquet file"),
        ("ftp://host/run", "cannot be read"),
        ("s3://KEY:hunter2@bucket/run", "take the keys out of the address"),
    ],
)
def test_what_is_not_there_is_one_sentence(uri: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=says) as caught:
        local([uri], tmp_path)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
