"""The report's figures are those of an audit, and its page runs nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from datagen.audit import audit
from datagen.cli.report import report
from datagen.report import pictures
from datagen.report.figures import Figures, gather
from datagen.report.page import card_lines, quantiles, render, write_report
from datagen.types import SAMPLE_RATE, UserError
from datagen.view.source import RunSource
from tests.fixtures.dummy_runs import rehearse
from tests.fixtures.hostile_calls import ATTACK, HOSTILE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearse(tmp_path_factory.mktemp("runs") / "calls", 48)


@pytest.fixture(scope="module")
def figures(run: Path) -> Figures:
    return gather(run)


def test_figures_are_those_of_an_audit(run: Path, figures: Figures) -> None:
    totals = audit(run).totals
    assert figures.totals.dialogues == totals.dialogues > 40
    assert figures.totals.num_samples == totals.num_samples
    for name in ("splits", "domains", "events", "probes", "rejects"):
        assert getattr(figures.totals, name) == getattr(totals, name), name
    assert figures.totals.rates() == totals.rates()
    assert sorted(figures.totals.offsets) == sorted(totals.offsets)
    assert figures.measured == totals.measured
    assert {name: reason.count for name, reason in figures.rejects.items()} == dict(totals.rejects)


def test_figures_are_those_of_the_records(run: Path, figures: Figures) -> None:
    source = RunSource(run)
    found = [source.find(source.id_of(number)) for number in range(48)]
    packed = [one for one in found if one.row is not None and not one.rejects]
    lengths = [one.dialogue["num_samples"] / SAMPLE_RATE for one in packed if one.dialogue]
    assert sorted(figures.lengths) == pytest.approx(sorted(lengths))
    nods = [
        (event["end"] - event["start"]) / SAMPLE_RATE
        for one in packed
        if one.dialogue
        for event in one.dialogue["events"]
        if event["type"] == "backchannel"
    ]
    assert sorted(figures.waits["backchannel"]) == pytest.approx(sorted(nods))
    levels = [one.row["hygiene"]["agent_level"] for one in packed if one.row]
    assert sorted(figures.hygiene["agent_level"]) == pytest.approx(sorted(levels))
    assert figures.voices.total() == 2 * len(packed)
    assert any("near-duplicates" in line for line in figures.texts)
    assert figures.rejects["script: unlucky"].examples[0] == ("service-0000012", "")


def test_what_stages_took_is_the_journal_s(run: Path) -> None:
    base = {"event": "unit", "rows": 16, "seconds": 2.0, "cpu_seconds": 1.5, "peak_memory": 1000}
    lines = [base | {"unit": f"speech/{n:06d}", "audio_samples": 0} for n in range(3)]
    lines.append({"event": "finished", "dialogs": 1, "audio_seconds": 90.0, "wall_seconds": 3.0})
    (run / "journal.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\nhalf a li", "utf-8")
    found = gather(run)
    assert found.costs["speech"].units == 3
    assert found.costs["speech"].seconds == 6.0
    assert found.costs["speech"].cpu_seconds == 4.5
    assert found.realtime == 30.0


def test_a_page_and_its_pictures(run: Path, tmp_path: Path) -> None:
    page = write_report(run, tmp_path / "out")
    text = page.read_text("utf-8")
    there = {path.stem for path in page.parent.glob("*.png")}
    assert {"lengths", "offsets", "domains", "events", "waits", "levels", "voices"} <= there
    assert text.count("data:image/png;base64,") == len(there)
    assert "<script" not in text
    assert not re.search(r'(src|href)=["\'](?!data:)', text)
    assert "Stand-ins took the place of models" in text
    assert "script: unlucky" in text


def test_two_runs_beside_each_other(run: Path, figures: Figures, tmp_path: Path) -> None:
    other = gather(rehearse(tmp_path / "other", 16))
    text = render([figures, other], pictures.draw([figures, other]))
    assert "<title>calls and other: report</title>" in text
    for one in (figures, other):
        assert f"{one.totals.dialogues:,}" in text
        assert quantiles(one.lengths) in text


def test_text_of_a_run_is_never_html(tmp_path: Path) -> None:
    found = gather(rehearse(tmp_path / "hostile", 16, *HOSTILE))
    found.texts.append(ATTACK)
    text = render([found], pictures.draw([found]))
    assert "&lt;img/src=x" in text
    assert "<img/src" not in text
    assert "<script" not in text


def test_a_card_says_the_report_s_figures(figures: Figures) -> None:
    lines = card_lines(figures)
    assert f"{np.median(figures.lengths):.1f} (" in lines["length, s"]
    assert lines["voices"] == f"{len(figures.voices):,}"
    assert f"barge_in {figures.totals.rates()['barge_in']:.2f}" in lines["events a minute"]


def test_a_run_without_tokens(tmp_path: Path) -> None:
    run = rehearse(tmp_path / "run", 16)
    for stage in ("tokens", "shards"):
        for path in (run / stage).iterdir():
            path.unlink()
    with pytest.raises(UserError, match="no tokens yet"):
        gather(run)


def test_the_command(run: Path, tmp_path: Path) -> None:
    answer = CliRunner().invoke(report, [str(run), "--out", str(tmp_path / "r")])
    assert answer.exit_code == 0, answer.output
    assert f"wrote {tmp_path / 'r' / 'report.html'}" in answer.output


def test_without_matplotlib(figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(pictures, "import_module", missing)
    with pytest.raises(UserError, match=r"fullduplex-datagen\[plot\]"):
        pictures.draw([figures])
