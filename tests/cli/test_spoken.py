"""`datagen spoken`: a line for a line, from a file or standard input."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from datagen.cli import main

WRITTEN = "It's $9.50 at 4 PM.\n\nIt is 8/10.\nDue 3/4/2026."


def test_each_line_is_said_or_refused_with_its_word(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text(WRITTEN, encoding="utf-8")
    answer = CliRunner().invoke(main, ["spoken", str(tmp_path / "lines.txt")])
    assert answer.exit_code == 0
    assert answer.output.splitlines() == [
        "It's nine dollars and fifty cents at four p.m.",
        "",
        "!unsayable 8/10",
        "Due March fourth, twenty twenty-six.",
    ]


def test_standard_input_in_another_locale() -> None:
    answer = CliRunner().invoke(main, ["spoken", "-", "--locale", "en-GB"], input="Due 3/4/2026.\n")
    assert answer.output == "Due the third of April, twenty twenty-six.\n"


def test_what_a_terminal_would_obey_is_written_out() -> None:
    answer = CliRunner().invoke(main, ["spoken", "-"], input="a\x1b[31mb c\n")
    assert answer.output == "!unsayable a\\x1b[31mb\n"


@pytest.mark.parametrize(
    ("content", "options", "problem"),
    [
        (b"caf\xe9\n", [], "is not UTF-8 text"),
        (b"Hi.\n", ["--locale", "fr-FR"], "--locale 'fr-FR': there are en-GB and en-US"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, content: bytes, options: list[str], problem: str
) -> None:
    (tmp_path / "lines.txt").write_bytes(content)
    answer = CliRunner().invoke(main, ["spoken", str(tmp_path / "lines.txt"), *options])
    assert answer.exit_code == 2
    assert problem in answer.output
    assert "Traceback" not in answer.output
