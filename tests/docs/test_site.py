"""The site is built strictly, without a network, and its references leave nothing out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import keep
from datagen.backends import registry
from datagen.cli import main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    commands = (tmp_path / "reference" / "cli.html").read_text()
    for name in main.commands:
        assert f"datagen {name}" in commands
    assert "<pre><code>datagen run service --hours 0.2     make 0.2 hours" in commands
    everything = "".join(path.read_text() for path in tmp_path.rglob("*.html"))
    assert not re.findall(r'(?:src|href)="https?://[^"]+\.(?:js|css|woff2?)"', everything)


def test_every_column_is_described() -> None:
    columns = json.loads((ROOT / "manifests" / "schema" / "columns.json").read_text())["tokens"]
    page = (DOCS / "reference" / "shards.md").read_text()
    described = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.+?) \|", page, re.M))))
    assert described == set(columns)


def test_every_backend_is_described() -> None:
    page = (DOCS / "reference" / "recipe.md").read_text()
    tables = (*registry.TABLES, registry.JUDGES, registry.FLOORS)
    known = {f"{table.section}.use: {name}" for table in tables for name in table.names}
    assert set(re.findall(r"### `(.+)`", page)) == known


def test_the_figures_are_those_of_the_benchmarks() -> None:
    assert (DOCS / "figures.md").read_text("utf-8") == keep.page()


@pytest.mark.parametrize("one", keep.results(), ids=lambda one: one["name"])
def test_a_result_says_where_it_is_from(one: dict[str, object]) -> None:
    assert one["lines"]
    assert one["command"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", str(one["date"]))
    assert re.fullmatch(r"[0-9a-f]{7,}\+?", str(one["commit"]))


def test_what_shows_a_behaviour_is_there() -> None:
    page = (DOCS / "real-tools.md").read_text()
    shown = re.findall(r"\| `((?:findings|tests)/\S+)` \|", page)
    assert all((ROOT / path).is_file() for path in shown)
    named = {Path(path).name for path in shown}
    assert {path.name for path in (ROOT / "findings").glob("*.sh")} <= named


@pytest.mark.parametrize(
    ("preset", "result"), [("service", "timing"), ("conversational", "timing-conversational")]
)
def test_the_table_of_presets_is_of_the_results(preset: str, result: str) -> None:
    lines = next(one for one in keep.results() if one["name"] == result)["lines"]
    measured = dict(re.findall(r"^  ([a-z0-9. ]+?) {2,}([\d.]+)\*? ", "\n".join(lines), re.M))
    seconds = [f"{float(measured[name]):.1f}" for name in ("ipu", "pause", "gap", "overlap")]
    share = f"{100 * float(measured['offsets under 0.2 s']):.0f} %"
    page = (DOCS / "guides" / "timing.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{preset}`"))
    assert [cell.strip() for cell in row.split("|")[3:8]] == [*seconds, share]
