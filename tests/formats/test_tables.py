"""Tables as spreadsheets write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen.formats.tables import read_table
from datagen.types import UserError

TEXT = "speaker\tgender\tage\nann\tfemale\t30\nzoë\tfemale\t\n"
GOOD = {
    "as it is": TEXT.encode(),
    "with a mark": TEXT.encode("utf-8-sig"),
    "UTF-16": TEXT.encode("utf-16"),
    "Latin-1": TEXT.encode("latin-1"),
    "carriage returns alone": TEXT.replace("\n", "\r").encode(),
    "carriage returns": TEXT.replace("\n", "\r\n").encode(),
    "a last row cut short": TEXT.encode().removesuffix(b"\t\n"),
    "blank rows": TEXT.replace("ann", "\n\t\t\nann").encode(),
    "semicolons": TEXT.replace("\t", ";").encode(),
    "Excel's first line": f"sep=;\r\n{TEXT}".replace("\t", ";").encode("utf-8-sig"),
    "commas": TEXT.replace("\t", ",").encode(),
    "capitals and blanks": TEXT.replace("speaker", " Speaker ").encode(),
    "quotes": TEXT.replace("ann", '"ann"').encode(),
    "empty cells behind the last column": TEXT.replace("30", "30\t\t ").encode(),
    "columns without a name": TEXT.replace("age", "age\t\t").replace("30", "30\tx\ty").encode(),
    "blanks around cells": TEXT.replace("ann", " ann ").encode(),
}


@pytest.mark.parametrize("name", GOOD)
def test_rows_are_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / "speakers.tsv"
    path.write_bytes(GOOD[name])
    rows = [{key: row[key] for key in row if key} for row in read_table(path, "speaker")]
    assert rows == [
        {"speaker": "ann", "gender": "female", "age": "30"},
        {"speaker": "zoë", "gender": "female", "age": ""},
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [False, True])
def test_a_quoted_cell_may_have_line_breaks(last: bool, end: str, tmp_path: Path) -> None:
    cells = [("a", '"one\n""two"" three"'), ("b", "four"), ("c", '"five'), ("d", '"six')]
    names = ("path", "n", "sentence") if last else ("path", "sentence", "n")
    rows = [(a, "1", b) if last else (a, b, "1") for a, b in cells]
    path = tmp_path / "validated.tsv"
    text = "\n".join("\t".join(row) for row in (names, *rows))
    path.write_bytes(text.replace("\n", end).encode())
    found = [(row["path"], row["sentence"], row["n"]) for row in read_table(path, "path")]
    said = ['one "two" three', "four", '"five', '"six']
    assert found == [(name, text, "1") for name, text in zip("abcd", said, strict=True)]


def test_quotes_of_a_sentence_that_do_not_pair_swallow_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "validated.tsv"
    said = ['"Is it?" he said.', '"It never ends.', 'A 5" pipe.', "Plain."]
    path.write_text("path\tsentence\tage\n" + "".join(f"a.mp3\t{one}\t\n" for one in said))
    assert [row["sentence"] for row in read_table(path, "path")] == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\tage\nann\t3\n", "no column speaker: .* tabs, commas or semicolons between"),
        ("", "no column speaker"),
        ("speaker\tage\n\t3\n", "row 2, has no speaker"),
        ("speaker\tage\nann\tlee\t3\n", "row 2, has 3 cells under 2 columns .*inside a cell"),
        ("speaker,age\nLee, Ann,3\n", "row 2, has 3 cells under 2 columns"),
        ("speaker\tage\n1\tann\t3\n", "row 2, has 3 cells under 2 columns"),
    ],
)
def test_what_is_missing_is_said(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "speakers.tsv"
    path.write_text(text)
    with pytest.raises(UserError, match=said):
        list(read_table(path, "speaker"))


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_quotation_mark_that_is_not_closed_swallows_no_rows(mark: str, tmp_path: Path) -> None:
    path = tmp_path / "clips.csv"
    rows = ['a;"it never ends\u201d', "b;Fine.", 'c;"Good."']
    path.write_text("\n".join(["path;sentence", *rows]).replace(";", mark))
    with pytest.raises(UserError, match=r"cannot be read as a table \(row before line"):
        list(read_table(path, "path"))
    path.write_text(f'path{mark}sentence\na{mark}"Two\nlines, ""quoted""."\nb{mark}Fine.\n')
    assert [row["path"] for row in read_table(path, "path")] == ["a", "b"]


def test_rows_that_are_broken_may_be_collected(tmp_path: Path) -> None:
    path = tmp_path / "validated.tsv"
    rows_of = "ann\ta.mp3\nof a sentence\n\tb.mp3\nbea\tc.mp3\nbea\ta\td.mp3\n"
    path.write_text(f"client\tpath\n{rows_of}")
    broken: list[int] = []
    rows = read_table(path, "client", "path", broken=broken)
    assert [row["path"] for row in rows] == ["a.mp3", "c.mp3"]
    assert broken == [3, 4, 6]
    assert len(list(read_table(path))) == 5, "who needs no column takes what there is"


def test_a_nul_byte_is_said_and_not_taken_for_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "speakers.tsv"
    path.write_bytes(TEXT.encode().replace("zoë".encode(), b"z\0oe"))
    with pytest.raises(UserError, match=r"speakers\.tsv, line 3, holds a NUL byte"):
        list(read_table(path, "speaker"))
    path.write_bytes(TEXT.encode("utf-16-be"))
    assert len(list(read_table(path, "speaker"))) == 2
