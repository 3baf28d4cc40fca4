"""Tables as spreadsheets export them: tabs (or ; or ,), any Unicode, blank and short rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from datagen.formats.text import read_text
from datagen.types import UserError

MOST_LINES = 50
"""Lines that one row of a table of tabs may have."""
_OPEN = re.compile(r'(?:^|\t)"(?:[^"\t]|"")*\Z')
"""A quoted cell that is not closed at the end."""
_QUOTED = re.compile(r'(?:\A|\t)"(?:[^"\t]|"")*\n(?:[^"\t]|"")*"(?=\t|\Z)')
"""A quoted cell with a line break."""


def read_table(
    path: Path, *needs: str, broken: list[int] | None = None
) -> Iterator[dict[str, str]]:
    """Yield the rows of a table with a header, by its names in lower case.

    A row that is cut short has empty cells at its end. Raises UserError for a table without the
    columns in ``needs``; and for a row without them, or with more cells than there are columns,
    unless the numbers of such rows are collected in ``broken``. Without ``needs`` rows are read as
    far as there are columns.
    """
    text = re.sub(r"\r\n?", "\n", read_text(path))  # Excel on a Mac ends lines with \r alone
    text = re.sub(r"\A\s*sep=.\n", "", text)  # which Excel puts first
    header, _, _ = text.lstrip("\r\n").partition("\n")
    delimiter = next((mark for mark in "\t;," if mark in header), "\t")
    if delimiter == "\t":
        text = _joined(text)
    csv.field_size_limit(2**24)
    rows = csv.reader(
        io.StringIO(text),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL,
        strict=True,  # else a quotation mark that is not closed swallows the rows behind it
    )
    try:
        yield from _rows(path, rows, needs, broken)
    except csv.Error as error:
        raise UserError(
            f"{path} cannot be read as a table (row before line {rows.line_num + 1}: {error}; is a"
            " quotation mark not closed?)"
        ) from error


def _joined(text: str) -> str:
    """Return a table of tabs whose quoted cells have no line breaks: pandas writes them.

    In tables that quote nothing a quotation mark at the beginning of a cell is a character. It
    opens a cell only where lines behind close it and have just the cells that its line lacks.
    """
    lines = text.split("\n")
    columns = next((line.count("\t") for line in lines if line.strip()), 0)
    found, at = list[str](), 0
    while at < len(lines):
        rows = _num_lines(lines[at : at + MOST_LINES], columns) if _OPEN.search(lines[at]) else 1
        found.append(" ".join(lines[at : at + rows]))
        at += rows
    return "\n".join(found)


def _num_lines(lines: list[str], columns: int) -> int:
    """Return how many lines make one row whose quoted cell is closed; 1 if none do."""
    row = lines[0]
    for number, line in enumerate(lines[1:], 2):
        row += f"\n{line}"
        if row.count("\t") > columns:
            break
        if row.count("\t") == columns and not _OPEN.search(row) and _QUOTED.search(row):
            return number
    return 1


def _rows(
    path: Path, rows: Iterator[list[str]], needs: tuple[str, ...], broken: list[int] | None
) -> Iterator[dict[str, str]]:
    names = [_cell(name).casefold() for name in next((row for row in rows if any(row)), [])]
    if missing := [name for name in needs if name not in names]:
        raise UserError(
            f"{path} has no column {', '.join(missing)}: its first row names the columns, with"
            " tabs, commas or semicolons between"
        )
    for number, cells in enumerate(rows, 2):
        if not any(map(str.strip, cells)):
            continue
        row = {name: "" for name in names} | dict(zip(names, map(_cell, cells), strict=False))
        wrong = _wrong(row, cells, len(names), needs)
        if wrong and broken is not None:
            broken.append(number)
            continue
        if wrong:
            raise UserError(f"{path}, row {number}, has {wrong}; mend or delete it")
        yield row


def _wrong(row: dict[str, str], cells: list[str], num_columns: int, needs: tuple[str, ...]) -> str:
    """Return what a row has too little or too much, "" for a good one."""
    if needs and any(map(str.strip, cells[num_columns:])):  # they are then another column's
        return (
            f"{len(cells)} cells under {num_columns} columns (is there a mark inside a cell that"
            " parts cells?)"
        )
    empty = [name for name in needs if not row[name]]
    return f"no {', '.join(empty)}" if empty else ""


def _cell(text: str) -> str:
    """Return a cell without blanks and a spreadsheet's quotes around all of it."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1].replace('""', ""):
        return text[1:-1].replace('""', '"').strip()
    return text
