"""Recipes and hosts: what is laid over what, and what a mistake says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from datagen import assets
from datagen.backends.registry import TABLES
from datagen.config import (
    Host,
    Recipe,
    StageHost,
    known_keys,
    load_host,
    load_recipe,
    read_yaml,
    validate,
)
from datagen.doctor import checks
from datagen.engine.pipeline import ResolvedRecipe
from datagen.scripting.world.pack import WorldPack
from datagen.timing.distributions import Uniform
from datagen.types import UserError


def test_set_changes_one_leaf() -> None:
    recipe = load_recipe("service", overrides=["timeline.overrides.barge_in=0.2", "seed=7"])
    assert recipe.timeline.overrides == {"barge_in": 0.2}
    assert recipe.timeline.preset == "service"
    assert recipe.seed == 7
    assert load_recipe("service", seed=3).seed == 3


def test_another_backend_drops_the_old_ones_options() -> None:
    recipe = load_recipe("service", overrides=["codec.options.a=1", "codec.use=pkg:Other"])
    assert recipe.codec.options == {}


@pytest.mark.parametrize(
    ("kind", "recipe", "overrides", "says"),
    [
        ("serivce", "embedded", [], "known are"),
        ("../service", "embedded", [], "known are"),
        ("service", "relased", [], "known are"),
        ("service", "missing.yaml", [], "no file"),
        ("service", "embedded", ["nonsense"], "key.of.setting=value"),
        ("service", "embedded", ["a..b=1"], "key.of.setting=value"),
        ("service", "embedded", ["seed=[1"], "not YAML"),
        ("service", "embedded", ["sed=1"], r"sed: there is no such key; did you mean seed\? known"),
        (
            "service",
            "embedded",
            ["codec.option=1"],
            "did you mean options\\? known are use, options",
        ),
        ("service", "embedded", ["seed=-1"], "seed"),
        ("service", "embedded", ["seed=many"], "seed"),
        ("service", "embedded", ["script=3"], "script"),
        ("service", "embedded", ["mean_seconds=0"], "mean_seconds"),
    ],
)
def test_mistakes_are_one_sentence(kind: str, recipe: str, overrides: list[str], says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        load_recipe(kind, recipe, overrides)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "override",
    [
        "script.use=compser",
        "codec.use=nowhere.at_all:Codec",
        "speech.use=datagen.types:Nope",
        "codec.options.colour=blue",
        "timeline.preset=warp",
        "timeline.overrides.colour=blue",
        "voices.catalogue=vips",
    ],
)
def test_what_a_recipe_names_is_checked_before_any_work(override: str) -> None:
    recipe = load_recipe("service", overrides=[override])
    with pytest.raises(UserError, match=override.partition(".")[0]):
        checks.require(ResolvedRecipe(recipe), Host())


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("speech.options.sped=2", "speech.options: sped: there is no such key; known are "),
        ("script.options.validaton=1", "did you mean validation? known are words, "),
        ("gates.limits.max_pase=2", "max_pase: there is no such key; did you mean max_pace?"),
        ("timeline.overrides.quotas.pause_rat=1", "quotas.pause_rat: there is no such key; did"),
        ("timeline.overrides.lookup.read.hihg=1", "did you mean high? known are low, high"),
    ],
)
def test_a_key_that_is_none_is_answered_with_those_that_are(override: str, says: str) -> None:
    recipe = load_recipe("service", overrides=[override])
    with pytest.raises(UserError) as caught:
        checks.require(ResolvedRecipe(recipe), Host())
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("hint", "path", "known"),
    [
        (Host, ["speech", "runtime_env"], ["pip", "uv"]),
        (dict[str, list[Host]], ["a", 0, "script"], list(StageHost.model_fields)),
        (Recipe | Uniform, ["Uniform"], ["low", "high"]),
        (Recipe, ["seed"], []),
        (Recipe, ["nowhere", "at", "all"], []),
    ],
)
def test_keys_are_found_at_a_path_into_a_type(hint: Any, path: list[Any], known: list[str]) -> None:
    assert known_keys(hint, path) == known


def test_a_slot_of_a_world_has_the_keys_of_its_type() -> None:
    data = read_yaml(assets.root() / "prompts" / "worlds" / "airline.yaml")
    name, kind = next((name, one["type"]) for name, one in data["values"].items())
    data["values"][name]["stp"] = 1
    with pytest.raises(UserError, match=f"values.{name}.{kind}.stp: there is no such key; did"):
        validate(WorldPack, data, "the world")


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", "\x00"])
def test_a_file_that_is_not_settings(tmp_path: Path, text: str) -> None:
    path = tmp_path / "host.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"host\.yaml"):
        load_host(str(path))


@pytest.mark.parametrize("name", assets.names("pipelines/hosts"))
def test_every_shipped_host_is_valid(name: str) -> None:
    load_host(name)


@pytest.mark.parametrize("name", assets.names("pipelines/recipes"))
def test_every_shipped_recipe_names_known_backends(name: str) -> None:
    recipe = load_recipe("service", name)
    for table in TABLES:
        table.options(getattr(recipe, table.section))


def test_fingerprints_follow_what_they_depend_on() -> None:
    base = ResolvedRecipe(load_recipe("service")).fingerprints
    strict = load_recipe("service", overrides=["timeline.preset=strict"])
    timed = ResolvedRecipe(strict).fingerprints
    assert [stage for stage in base if base[stage] != timed[stage]] == ["timeline", "tokens"]
    reseeded = ResolvedRecipe(load_recipe("service", seed=1)).fingerprints
    assert all(base[stage] != reseeded[stage] for stage in base)
    planned = ResolvedRecipe(load_recipe("service", overrides=["mean_seconds=50"])).fingerprints
    assert planned == base


def test_only_writers_make_several_units_at_once(tmp_path: Path) -> None:
    host = tmp_path / "host.yaml"
    host.write_text("script: {workers: 2, units: 16}\n")
    assert load_host(str(host)).script.units == 16
    host.write_text("speech: {units: 2}\n")
    with pytest.raises(UserError, match=r"speech\.units must be 1: only script writers"):
        load_host(str(host))
