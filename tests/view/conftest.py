"""Runs to look at, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen.view.index import RunIndex, open_index
from datagen.view.source import RunSource
from tests.fixtures.dummy_runs import rehearse


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Short calls with a backchannel and a barge-in; every 13th is rejected."""
    return rehearse(tmp_path_factory.mktemp("runs") / "calls", 48)


@pytest.fixture(scope="session")
def source(run: Path) -> RunSource:
    return RunSource(run)


@pytest.fixture(scope="session")
def index(source: RunSource, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunIndex]:
    found = open_index(source, tmp_path_factory.mktemp("cache"))
    yield found
    found.close()
