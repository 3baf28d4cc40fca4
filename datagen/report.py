"""What a run came to: a table of its totals, where its files are, and one dialogue to read.

RUN --audit, journal.jsonl, a timeline--> summary, for a terminal
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from datagen.audit import FISHER, Report, audit
from datagen.audit.totals import figures, listed
from datagen.show import transcript
from datagen.show.choice import varied
from datagen.show.lookup import Lookup
from datagen.types import UserError


def summary(run: Path) -> Group:
    """Return a run's totals and one transcript; what an audit finds is counted, not listed."""
    report = audit(run)
    parts: list[RenderableType] = []
    if report.stand_ins:
        sections = ", ".join(report.stand_ins)
        warning = f"STAND-INS took the place of models ({sections}): good to try, not to train on."
        parts.append(Text(warning, style="bold red"))
    parts += [_table(run, report), *_findings(run, report), *_example(run)]
    return Group(*parts)


def _table(run: Path, report: Report) -> Table:
    totals = report.totals
    table = Table.grid(padding=(0, 2))
    for subject, figure in (
        ("dialogues", _counts(totals.splits)),
        ("audio", f"{totals.hours:,.2f} h on two channels"),
        ("rejected", _counts(totals.rejects)),
        ("events a minute", figures(totals.rates(), ".2f")),
        ("floor, s a minute", figures(totals.floor_seconds(), ".1f")),
        ("  people (Fisher)", figures(FISHER, ".1f")),
        ("speed", _speed(run)),
        ("shards", f"{run / 'shards'}/*.parquet"),
        ("to listen to", _listening(run)),
    ):
        table.add_row(Text(subject, style="bold"), Text(figure))
    return table


def _counts(counts: Counter[str]) -> str:
    return f"{counts.total():,}" + (f" ({listed(counts)})" if counts else "")


def _speed(run: Path) -> str:
    """Say how fast the last run that made anything was, from the journal."""
    finished = [event for event in _journal(run) if event.get("event") == "finished"]
    made = [event for event in finished if event["audio_seconds"] > 0]
    if not made:
        return "unknown: the journal has no finished run that made audio"
    audio, wall = made[-1]["audio_seconds"], made[-1]["wall_seconds"]
    return f"{audio / wall:,.1f} h of audio in an hour ({audio / 3600:.2f} h in {wall:,.0f} s)"


def _journal(run: Path) -> list[dict[str, Any]]:
    """Read what can be read of the journal: it may be gone, or end in half a line."""
    path, events = run / "journal.jsonl", []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events


def _listening(run: Path) -> str:
    files = sorted((run / "listen").glob("*.flac"))
    return ", ".join(str(path) for path in files) or "nothing yet"


def _findings(run: Path, report: Report) -> list[Text]:
    if report.ok:
        return []
    text = f"{len(report.findings)} findings: `datagen audit {run}` lists them"
    return [Text(text, style="bold red")]


def _example(run: Path) -> list[RenderableType]:
    """Return the transcript of a lively dialogue, if there is one."""
    try:
        ids = varied(run, 1)
        found = [Lookup(run, dialog_id) for dialog_id in ids]
        return [part for one in found for part in (_heading(one), transcript(one.dialogue))]
    except UserError:
        return []


def _heading(found: Lookup) -> Text:
    return Text(f"\n{found.dialog_id}: {found.script.role_prompt}")
