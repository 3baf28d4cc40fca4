"""What CONTRIBUTING.md says of the rooms is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()


def test_the_layers_are_those_of_the_import_rules() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers, *_ = settings["tool"]["importlinter"]["contracts"]
    assert layers["type"] == "layers"
    (picture,) = re.findall(r"^```\n(cli\n.*?)^```", TEXT, re.S | re.M)
    assert picture.splitlines() == [layer.replace("datagen.", "") for layer in layers["layers"]]


def test_every_room_is_in_the_table() -> None:
    rooms = {path.parent.name for path in (ROOT / "datagen").glob("*/__init__.py")}
    described = set(re.findall(r"^\| `(\w+)/` \|", TEXT, re.M))
    assert described == rooms | {"train"}


def test_paths_that_are_named_exist() -> None:
    for path in re.findall(r"`((?:\w+/)+[\w.]+\.(?:py|yaml))`", TEXT):
        assert any((ROOT / base / path).is_file() for base in ("", "datagen")), path
