"""An exam voiced by a voice that costs nothing, and models whose behaviour is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen.config import Recipe
from datagen.exam.build import build
from datagen.exam.items import Exam
from tests.fixtures.dummy_runs import rehearse


@pytest.fixture(scope="session")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Exam:
    folder = tmp_path_factory.mktemp("exam") / "exam"
    build(folder, Recipe.load("service", "dummy"))
    return Exam(folder)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The composer's calls, with the voice that costs nothing."""
    real = ("script.use=composer", "mean_seconds=62.84")
    return rehearse(tmp_path_factory.mktemp("runs") / "service", 16, *real)
