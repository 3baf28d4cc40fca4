"""`datagen texts`: many calls as text alone."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from datagen.cli import main


@pytest.mark.slow
def test_texts_are_written_and_counted(tmp_path: Path) -> None:
    out = tmp_path / "texts.parquet"
    options = ["--dialogs", "3", "--recipe", "rehearsal", "--out", str(out)]
    answer = CliRunner().invoke(main, ["texts", "service", *options])
    assert answer.exit_code == 0, answer.output
    assert "3 texts; 0 scripts were rejected" in answer.output
    assert pq.read_table(out).num_rows == 3


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "texts.parquet"
    out.write_text("mine")
    options = ["--dialogs", "3", "--recipe", "rehearsal", "--out", str(out)]
    answer = CliRunner().invoke(main, ["texts", "service", *options])
    assert answer.exit_code == 2
    assert f"{out} is there already: give another --out" in answer.output
    assert out.read_text() == "mine"


def test_what_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    out = str(tmp_path / "texts.parquet")
    answer = CliRunner().invoke(main, ["texts", "nothing", "--dialogs", "3", "--out", out])
    assert answer.exit_code == 2
    assert answer.output.startswith("error: ")
