"""Where a user keeps a preset or a voice bank is in no byte: what they say decides."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import datagen
from datagen import assets
from datagen.engine.pipeline import ResolvedRecipe
from tests.fixtures.runs import hashes
from tests.fixtures.short_calls import SMALL


def recipe_at(folder: Path, *more: str) -> datagen.Recipe:
    """Return the small recipe with a preset of the folder's."""
    preset = folder / "ours.yaml"
    shutil.copy(assets.root() / "pipelines/timeline/conversational.yaml", preset)
    return datagen.Recipe.load("service", overrides=[*SMALL, f"timeline.preset={preset}", *more])


@pytest.mark.slow
@pytest.mark.long
def test_the_same_preset_in_two_folders_makes_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("here", "there/deeper"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        recipe = recipe_at(folder, "speech.use=dummy", "codec.use=dummy")
        datagen.run(recipe, dialogs=16, out=folder / "run")
        made.append((ResolvedRecipe(recipe).fingerprints, hashes(folder / "run")))
    assert made[0] == made[1]
    for path in (tmp_path / "here" / "run").rglob("*.parquet"):
        assert str(tmp_path).encode() not in path.read_bytes()


def test_a_shipped_preset_keeps_its_name_and_a_file_goes_by_what_it_says(tmp_path: Path) -> None:
    shipped = ResolvedRecipe(datagen.Recipe.load("service"))
    assert shipped.preset_name == "service"
    own = ResolvedRecipe(recipe_at(tmp_path))
    assert own.preset_name.startswith("file ")
    with (tmp_path / "ours.yaml").open("a") as file:
        file.write("# a remark\n")
    again = ResolvedRecipe(own.recipe)
    assert again.preset_name == own.preset_name, "a remark changes nothing"
