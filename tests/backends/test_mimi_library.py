"""Which transformers the codec takes, without transformers."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from datagen import assets
from datagen.backends.codec import mimi
from datagen.backends.codec.mimi import MIN_TRANSFORMERS, Mimi, release
from datagen.doctor.environments import shipped
from datagen.types import UserError


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mimi.Options:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").touch()
    monkeypatch.setattr(mimi, "find_spec", lambda name: importlib.util.find_spec("json"))
    return Mimi.Options(model=str(tmp_path))


@pytest.mark.parametrize("found", ["5.0.0", "5.2.1", "4.57.6", "dev"])
def test_versions_with_other_tokens_are_refused(
    options: Mimi.Options, monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    monkeypatch.setattr(mimi, "version", lambda name: found)
    with pytest.raises(UserError, match=rf"5\.3 or newer .*; {re.escape(found)} gives"):
        Mimi.check(options)


@pytest.mark.parametrize("found", ["5.3.0", "5.23.0", "6.0.0rc1"])
def test_the_library_is_part_of_the_codec(
    options: Mimi.Options, monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    monkeypatch.setattr(mimi, "version", lambda name: found)
    Mimi.check(options)
    assert Mimi.identity(options)["transformers"] == found


def test_no_environment_of_ours_offers_the_codec_less() -> None:
    serving = [made for made in shipped() if "codec.mimi" in made.backends]
    assert serving
    for environment in serving:
        locked = re.search(r"^transformers==(\S+)$", environment.requirements.read_text(), re.M)
        assert locked is not None
        assert release(locked[1]) >= MIN_TRANSFORMERS
    project = (assets.root() / "pyproject.toml").read_text()
    extra = re.search(r'^mimi = .*"transformers>=([\d.]+)"', project, re.M)
    assert extra is not None
    assert release(extra[1]) >= MIN_TRANSFORMERS
