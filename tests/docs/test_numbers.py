"""Numbers of the pages are those that benchmarks wrote.

A paragraph, list or table after ``<!-- figures NAME ... -->`` holds numbers of those results
alone; what is in backticks or a link is no number. Nothing else may say that it was measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import keep

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for path in [ROOT / "README.md", ROOT / "train" / "README.md", *(ROOT / "docs").rglob("*.md")]
    if path.name not in ("figures.md", "prompts.md", "spoken-forms.md")
)
MARK = re.compile(r"<!-- figures ([\w -]+) -->\n(.+?)(?:\n\n|\Z)", re.S)
NUMBER = re.compile(r"(?<![\w.])(?:\d[\d,]*\.?\d*|\.\d+)(?!\w)|(?<![\w.])\d[\d,]*(?=x )")
TALKS_OF_FIGURES = re.compile(r"^(?:\*\*.*)?Measured (?:on|by)|[Bb]y hand on|, measured\*\*", re.M)


def held() -> list[tuple[str, list[str], str]]:
    """Return page, results and text of all that is held to results."""
    return [
        (str(path.relative_to(ROOT)), names.split(), text)
        for path in PAGES
        for names, text in MARK.findall(path.read_text("utf-8"))
    ]


def numbers(text: str) -> Iterator[str]:
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", text)
    for found in NUMBER.findall(text):
        yield found.rstrip(",.").replace(",", "")


def is_of(number: str, known: set[float]) -> bool:
    """Tell whether a number is a known one, rounded as it is, or a share of a known percentage."""
    places = len(number.partition(".")[2])
    value = float(number)
    return any(
        abs(round(one * scale, places) - value) < 1e-9 for one in known for scale in (1, 0.01)
    )


def strangers(names: list[str], text: str) -> list[str]:
    lines = [line for one in keep.results() if one["name"] in names for line in one["lines"]]
    known = {float(number) for line in lines for number in numbers(line.replace("`", "")) if number}
    return [number for number in numbers(text) if not is_of(number, known)]


@pytest.mark.parametrize(("page", "names", "text"), held(), ids=lambda value: str(value)[:40])
def test_numbers_are_of_the_results(page: str, names: list[str], text: str) -> None:
    assert {one["name"] for one in keep.results()} >= set(names)
    assert any(True for _ in numbers(text)), f"{page}: no number in {text}"
    assert not strangers(names, text), f"{page}: {text}"


def test_pages_are_held() -> None:
    assert len(held()) >= 3


def test_a_number_from_nowhere_is_found() -> None:
    assert strangers(["talk"], "unlicensed claims in 3,217 of 4,000 calls") == ["3217"]
    assert not strangers(["talk"], "unlicensed claims in 0 of 4,000 calls")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_was_measured_is_held(path: Path) -> None:
    text = path.read_text("utf-8")
    for paragraph in text.split("\n\n"):
        if TALKS_OF_FIGURES.search(paragraph):
            assert MARK.search(paragraph + "\n\n"), paragraph
