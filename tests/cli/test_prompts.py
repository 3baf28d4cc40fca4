"""Authors' files are checked, and their schemas say the same as the checks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from datagen.cli import main
from datagen.config import read_yaml
from datagen.scripting import prompt_files
from datagen.scripting.prompt_files import FORMS


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["prompts", *words])


@pytest.mark.slow
def test_all_that_ships_is_as_it_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the worlds one: tests/scripting/world/test_lint.py has all of them."""
    others = FORMS["world"].paths()[1:]
    files = [one for one in prompt_files.shipped() if one[1] not in others]
    monkeypatch.setattr(prompt_files, "shipped", lambda: iter(files))
    done = call("check")
    assert done.exit_code == 0, done.output
    assert f"{len(files)} files are as they must be" in done.output


@pytest.mark.parametrize("name", FORMS)
def test_schemas_take_what_ships_and_refuse_what_is_misspelt(name: str) -> None:
    schema = json.loads(call("schema", name).output)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for path in FORMS[name].paths()[:3]:
        data = read_yaml(path)
        assert not list(validator.iter_errors(data)), path
        key = next(iter(data))
        data[f"{key}s"] = data.pop(key)
        assert list(validator.iter_errors(data)), path


def test_each_problem_is_a_line(tmp_path: Path) -> None:
    world = FORMS["world"].paths()[0].read_text()
    path = tmp_path / "worlds" / "mine.yaml"
    path.parent.mkdir()
    path.write_text(world.replace("customer:", "custmer:", 1))
    done = call("check", str(path))
    assert done.exit_code == 1
    assert "custmer: there is no such key; did you mean customer?" in done.output
    path.write_text(re.sub(r"^(      - .*?) and ", r"\1 & ", world, count=1, flags=re.MULTILINE))
    assert call("check", str(path)).exit_code == 1


def test_a_problem_has_file_line_and_topic(tmp_path: Path) -> None:
    path = tmp_path / "qa" / "biology.yaml"
    path.parent.mkdir()
    shipped_lines = FORMS["lessons"].paths()[1].read_text().splitlines()
    asked = "      - ask: How alike are two people?"
    at = shipped_lines.index(next(one for one in shipped_lines if one.endswith(asked.strip()[2:])))

    def checked(line: str) -> list[str]:
        path.write_text("\n".join([*shipped_lines[:at], line, *shipped_lines[at + 1 :]]))
        done = call("check", str(path))
        assert done.exit_code == 1
        return done.output.splitlines()

    form = shipped_lines[at].replace("How alike are two people?", "{}")
    told = checked(form.format("Are an two people alike."))
    assert told[0].startswith(f"{path}:{at + 1}: dna: ask 'Are an two people alike.'")
    assert f"{path}:{at + 1}: dna: 'an two' should begin with 'a'" in told[1]
    told = checked(form.replace("ask:", "asks:").format("How?"))
    assert any(
        one.startswith(f"{path}:{at + 1}: dna: topics.1.more.0.asks: there is no") for one in told
    )


def test_a_problem_of_a_trait_says_whose(tmp_path: Path) -> None:
    path = tmp_path / "casual.yaml"
    text = FORMS["small-talk"].paths()[0].read_text()
    path.write_text(text.replace("Are the kids loud?", "Are the kids loud."))
    line = next(at for at, one in enumerate(text.splitlines(), 1) if "Are the kids loud?" in one)
    assert f"{path}:{line}: traits.work: a question ends" in call("check", str(path)).output


def test_a_file_of_no_known_kind_is_the_users_error(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("a: 1")
    done = call("check", str(path))
    assert done.exit_code == 2
    assert "worlds, qa, exemplars" in done.output
    assert call("check", str(path), "--form", "names").exit_code == 1


def test_a_range_goes_up(tmp_path: Path) -> None:
    world = FORMS["world"].paths()[0].read_text()
    path = tmp_path / "mine.yaml"
    path.write_text(re.sub(r"low: (\d+), high: (\d+)", r"low: \2, high: \1", world, count=1))
    done = call("check", str(path), "--form", "world")
    assert done.exit_code == 1
    assert "exchange them" in done.output


@pytest.mark.parametrize(
    ("folder", "name", "right", "wrong", "told"),
    [
        ("acts", "service", "Hello?", "Hello? It's a apple.", "'a apple' should begin with 'an'"),
        ("acts", "service", "Hello?", "Hello? I have 3.", "a number must be a slot"),
        ("wording", "qa", "Is that clear?", "is that clear?", "begins with a capital or a slot"),
        ("wording", "other", "", "", "the file's name is a kind, qa or casual"),
    ],
)
def test_what_is_said_in_any_call_is_checked(
    tmp_path: Path, folder: str, name: str, right: str, wrong: str, told: str
) -> None:
    form = FORMS[folder]
    shipped_name = name if name != "other" else "qa"
    text = next(one for one in form.paths() if one.stem == shipped_name).read_text()
    assert right in text
    path = tmp_path / folder / f"{name}.yaml"
    path.parent.mkdir()
    path.write_text(text)
    if name != "other":
        assert call("check", str(path)).exit_code == 0
        path.write_text(text.replace(right, wrong, 1))
    done = call("check", str(path))
    assert done.exit_code == 1
    assert str(path) in done.output
    assert told in done.output
