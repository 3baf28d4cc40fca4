from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from datagen.cli.voices import LAYOUTS, voices
from datagen.types import UserError
from datagen.voices import corpora as layouts
from tests.fixtures import corpora

RIGHTS = ("--license", "CC0-1.0", "--consent", "signed release", "--name", "studio")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(voices, [str(one) for one in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("voices")
    corpora.folder(root / "in", {"ann": "female", "bob": "male"})
    corpora.write(root / "in" / "short.wav", corpora.say("c", "male", "No.")[:9_000])
    out = root / "bank.yaml"
    result = run("import", "folder", root / "in", "--out", out, *RIGHTS)
    assert result.exit_code == 0
    assert "2 voices imported" in result.stdout
    assert "left out: short: no recording is fit to be a reference" in result.stderr
    return out


def test_every_layout_can_be_named() -> None:
    assert set(LAYOUTS) == set(layouts.LAYOUTS)


def test_voices_are_listed(bank: Path) -> None:
    lines = run("list", bank).stdout.splitlines()
    assert lines[0].startswith("studio-ann  female  en")
    assert lines[0].endswith("recorded  CC0-1.0")
    assert lines[-1] == "2 voices of 2 people"


def test_another_import_adds(bank: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.parquet"
    corpus = corpora.vctk(tmp_path / "vctk")
    run("import", "vctk", corpus, "--out", out)
    result = run(
        "import", "folder", bank.parent / "in", "--out", out, *RIGHTS, "--limit", 1, "--shifted", 1
    )
    assert f"2 voices imported; {out} has 3" in result.stdout
    assert "studio-ann-shifted1" in run("list", out).stdout
    assert run("list", out).stdout.count("synthetic") == 1
    assert run("check", out).exit_code == 0


def test_synthetic_voices_are_marked(bank: Path, tmp_path: Path) -> None:
    out = tmp_path / "espeak.yaml"
    run("import", "folder", bank.parent / "in", "--out", out, *RIGHTS, "--synthetic")
    assert run("list", out).stdout.count("  synthetic  ") == 2


def test_a_sound_bank_passes_and_a_damaged_one_does_not(bank: Path, tmp_path: Path) -> None:
    assert f"{bank} is sound" in run("check", bank).stdout
    copy = tmp_path / "bank.yaml"
    copy.write_text(bank.read_text())
    result = run("check", copy)
    assert result.exit_code == 1
    assert "wrong: studio-ann" in result.stdout


def test_the_split_is_printed(bank: Path) -> None:
    result = run("split", bank, "--held-out", 0)
    assert result.stdout.splitlines() == ["train\tstudio-ann", "train\tstudio-bob"]
    assert "train: 1 female" in result.stderr


def test_rights_must_be_stated(bank: Path) -> None:
    with pytest.raises(UserError, match="--license and --consent"):
        run("import", "folder", bank.parent / "in")
