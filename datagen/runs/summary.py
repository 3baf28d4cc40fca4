"""What a run came to: a table of its totals, where its files are, and one dialogue to read.

RUN --audit, journal.jsonl, a timeline--> summary, for a terminal
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from shlex import quote

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from datagen.audit import FISHER, AuditReport, audit
from datagen.audit.totals import figures, listed
from datagen.engine.events import Finished, Spent, Trial, UnitMade, read_events
from datagen.engine.run_files import read_plan
from datagen.scripting.llm.accounts import lines, total
from datagen.scripting.llm.agreement import agreement_lines
from datagen.show import transcript
from datagen.show.choice import varied
from datagen.show.lookup import RunDialogue
from datagen.show.sound import LISTEN
from datagen.storage import Where
from datagen.storage.run_folder import RunFolder
from datagen.types import SAMPLE_RATE, UserError

SAMPLE = 2
"""Shards that are read for a summary: two thousand dialogues, a few seconds."""


def summary(run: Where) -> Group:
    """Return a run's totals and one transcript; what an audit finds is counted, not listed."""
    report = audit(run, shards=SAMPLE)
    parts: list[RenderableType] = [Text(line) for line in _whole(run)]
    if report.stand_ins:
        sections = ", ".join(report.stand_ins)
        warning = f"STAND-INS took the place of models ({sections}): good to try, not to train on."
        parts.append(Text(warning, style="bold red"))
    parts += [_table(run, report), *_findings(run, report), *_example(run)]
    return Group(*parts)


def _whole(run: Where) -> Iterator[str]:
    """Say what a run of many shards comes to, by their receipts: to read them takes minutes."""
    folder = RunFolder(run)
    plan = read_plan(folder)
    if plan.shards <= SAMPLE:
        return
    names = [folder.shard(plan.kind, index) for index in range(plan.shards)]
    found = [receipt for receipt in folder.storage.each(folder.receipt, names) if receipt]
    hours = sum(receipt.num_samples for receipt in found) / SAMPLE_RATE / 3600
    yield f"{sum(receipt.rows for receipt in found):,} dialogues, {hours:,.2f} h in all"
    yield (
        f"What follows is of the first {SAMPLE} of {plan.shards} shards;"
        f" `datagen audit {quote(str(run))}` reads all."
    )


def _table(run: Where, report: AuditReport) -> Table:
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
        *(("language model", line) for line in lines(total(_spent(run)))),
        *(("judges", line) for line in agreement_lines(_spent(run))),
        ("shards", f"{run}/shards/*.parquet"),
        ("to listen to", _listening(run)),
    ):
        table.add_row(Text(subject, style="bold"), Text(figure))
    return table


def _counts(counts: Counter[str]) -> str:
    return f"{counts.total():,}" + (f" ({listed(counts)})" if counts else "")


def _speed(run: Where) -> str:
    """Say how fast the last run that made anything was, from the journal."""
    finished = [e for e in read_events(RunFolder(run)) if isinstance(e, Finished)]
    made = [event for event in finished if event.audio_seconds > 0]
    if not made:
        return "unknown: the journal has no finished run that made audio"
    audio, wall = made[-1].audio_seconds, made[-1].wall_seconds
    return f"{audio / wall:,.1f} h of audio in an hour ({audio / 3600:.2f} h in {wall:,.0f} s)"


def _spent(run: Where) -> Iterator[Spent]:
    """Yield what language models have cost, from the journal."""
    return (e.spent for e in read_events(RunFolder(run)) if isinstance(e, UnitMade | Trial))


def _listening(run: Where) -> str:
    names = (n for n in RunFolder(run).storage.names(LISTEN) if n.endswith(".flac"))
    return ", ".join(f"{run}/{LISTEN}/{name}" for name in names) or "nothing yet"


def _findings(run: Where, report: AuditReport) -> list[Text]:
    if report.ok:
        return []
    text = f"{len(report.findings)} findings: `datagen audit {quote(str(run))}` lists them"
    return [Text(text, style="bold red")]


def _example(run: Where) -> list[RenderableType]:
    """Return the transcript of a lively dialogue, if there is one."""
    try:
        ids = varied(run, 1)
        found = [RunDialogue(run, dialog_id) for dialog_id in ids]
        return [part for one in found for part in (_heading(one), transcript(one.dialogue))]
    except UserError:
        return []


def _heading(found: RunDialogue) -> Text:
    return Text(f"\n{found.dialog_id}: {found.script.role_prompt}")
