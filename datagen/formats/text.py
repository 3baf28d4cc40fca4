"""A text file as people have it: UTF-8, UTF-16 or UTF-32 with a mark, or Windows' Latin.

What is neither is refused with the file's name; nothing is read beyond a limit.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterator
from pathlib import Path

from datagen.types import UserError

MAX_BYTES = 128 * 2**20
"""Longest file of a corpus."""
MAX_CLIP_BYTES = 4 * 2**20
"""Longest file of one clip: ten minutes with a tier of phones have some 500 kB."""
_MOSTLY = 0.3
"""Share of the high bytes of UTF-16 without a mark that are zero, in languages of Latin letters."""
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path, most: int = MAX_BYTES) -> str:
    """Return the content of a text file of ``most`` bytes. Raises UserError."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})") from error
    if len(data) > most:
        raise UserError(f"{path} is longer than {most / 2**20:.0f} MB; split it")
    try:
        text = decode(data)
    except UnicodeError as error:
        raise UserError(f"{path} cannot be read as text; save it as UTF-8") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UserError(f"{path}, line {line}, holds a NUL byte; mend or delete it")
    return text


def decode(data: bytes) -> str:
    """Return bytes as text, in the first encoding that fits. Raises UnicodeError."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding)
    beginning = data[:4096]
    for half, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if beginning[half::2].count(0) > len(beginning) * _MOSTLY / 2:
            return data.decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text with their numbers from 1 on, one after the other."""
    for number, line in enumerate(_LINE.finditer(text), 1):
        yield number, line[1]


def seconds(text: str, what: str) -> float:
    """Return a time or length in seconds that is not negative. Raises ValueError."""
    try:
        value = float(text)
    except ValueError as error:
        raise ValueError(f"its {what} {text!r} is no number of seconds") from error
    if not math.isfinite(value) or not 0 <= value < 1e7:
        raise ValueError(f"its {what} {text} is no number of seconds from 0 on")
    return value
