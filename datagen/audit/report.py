"""What an audit found wrong, and the report that carries it with the run's totals."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from datagen.audit import human_baseline
from datagen.audit.targets import Comparison
from datagen.audit.totals import Totals

_SHOWN = 3
"""Dialogue ids named in a line of text; the JSON form has them all."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, in one file."""

    check: str
    """Name of the check that failed."""
    file: str
    """Path of the file, relative to the run folder."""
    sentence: str
    dialogs: tuple[str, ...] = ()
    """Ids of the dialogues concerned, if it is about dialogues."""

    def __str__(self) -> str:
        where = f"{self.file}: " if self.file else ""
        shown = ", ".join(self.dialogs[:_SHOWN])
        more = len(self.dialogs) - _SHOWN
        ids = f" ({shown}{f' and {more:,} more' if more > 0 else ''})" if shown else ""
        return f"{self.check}: {where}{self.sentence}{ids}"


@dataclass(frozen=True)
class AuditReport:
    """The outcome of an audit."""

    run: str
    deep: bool
    findings: tuple[Finding, ...]
    totals: Totals
    stand_ins: tuple[str, ...] = ()
    kind: str = ""
    against: Comparison | None = None

    @property
    def ok(self) -> bool:
        """True if nothing was found."""
        return not self.findings

    def to_json(self) -> str:
        """Return the report for other programs."""
        report = {
            "run": self.run,
            "deep": self.deep,
            "ok": self.ok,
            "stand_ins": self.stand_ins,
            "totals": self.totals.as_json(),
            "against": self.against and asdict(self.against),
            "findings": [asdict(finding) for finding in self.findings],
        }
        return json.dumps(report, indent=2, ensure_ascii=False)


def render(report: AuditReport) -> str:
    """Return a report as plain lines for people."""
    totals = report.totals
    lines = [f"{report.run}: {totals.headline()}", *totals.lines()]
    lines += human_baseline.table(totals) if totals.dialogues else []
    lines += report.against.lines(totals) if report.against else []
    if report.stand_ins:
        lines.append(f"STAND-INS took the place of models: {', '.join(report.stand_ins)}")
    lines += [f"FOUND {finding}" for finding in report.findings]
    depth = "the content of every file" if report.deep else _depth(totals)
    verdict = "nothing wrong" if report.ok else f"{len(report.findings):,} findings"
    return "\n".join([*lines, f"audit: {verdict} ({depth})"])


def _depth(totals: Totals) -> str:
    """Say how close a look was taken at the dialogues."""
    depth = "shards whole, other files by receipt"
    if totals.measured < totals.dialogues:
        depth += (
            f"; {totals.measured:,} of {totals.dialogues:,} dialogues word by word, the others by"
            " ids, lengths, ranges, times, probes and roles: --deep reads all"
        )
    return depth


def group(check: str, file: str, problems: Iterable[tuple[str, str]]) -> Finding | None:
    """Return one finding for (dialogue id, sentence) problems of one check in one file."""
    found = list(problems)
    if not found:
        return None
    ids = tuple(dict.fromkeys(dialog_id for dialog_id, _ in found))
    return Finding(check, file, found[0][1], ids)
