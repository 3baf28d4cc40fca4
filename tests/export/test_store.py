"""A run in a bucket, exported to a bucket: the same bytes as between folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen.export.check import check
from datagen.export.make import export
from datagen.storage import object_store, open_storage
from tests.doubles import s3
from tests.doubles.s3 import S3
from tests.fixtures.dummy_runs import rehearse

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(s3.python() is None, reason="moto is not installed"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with s3.serving() as store:
        yield store


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAPLANTEDINTHETEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(object_store.ObjectStorage, "settle_seconds", 0.0)


@pytest.mark.parametrize("form", ["huggingface", "personaplex"])
def test_from_bucket_to_bucket(form: str, server: S3, tmp_path: Path) -> None:
    run = rehearse(tmp_path / "service", 16)
    where = server.uri(f"{form}/run")
    bucket = open_storage(where)
    for path in run.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            with bucket.write(path.relative_to(run).as_posix()) as file:
                file.write(path.read_bytes())
    here = export(form, [str(run)], tmp_path / "here")
    there = export(form, [where], server.uri(f"{form}/out"))
    assert there == here
    assert check(server.uri(f"{form}/out")) == (here, [])
    sums = open_storage(server.uri(f"{form}/out")).read("SHA256SUMS")
    assert sums == (tmp_path / "here" / "SHA256SUMS").read_bytes()
