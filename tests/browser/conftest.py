"""A browser and pages to look at; runs if BROWSER is the path of a Chromium (`make test-view`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.dummy_runs import rehearse
from tests.fixtures.hostile_calls import HOSTILE

REAL = ("script.use=composer", "mean_seconds=62.84", "timeline.overrides.effects=phone")
"""The composer's calls, over a telephone line."""
PATH = os.environ.get("BROWSER", "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    skip = pytest.mark.skip(reason="BROWSER is not set to the path of a Chromium")
    for item in items:
        if "browser" in Path(item.fspath).parts:
            item.add_marker(pytest.mark.browser)
            if not PATH:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=PATH,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the composer's real calls, of a voice and a codec that cost nothing."""
    return rehearse(tmp_path_factory.mktemp("runs") / "service", 32, *REAL)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearse(tmp_path_factory.mktemp("runs") / "hostile", 16, *HOSTILE)
