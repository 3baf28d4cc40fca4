"""The order of an audit: settings, then shard by shard its blocks' footers and its own rows.

One table is in memory at a time; what is kept between shards is in `across`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from datagen.audit import dialogue, receipts, records, settings, sound, streams
from datagen.audit.across import Dialogues, Files
from datagen.audit.files import Footer, Unusable, read_footer, read_json, read_table
from datagen.audit.finding import Finding, Report, group
from datagen.audit.rows import Row, null_rows, rows
from datagen.audit.totals import Totals
from datagen.types import UserError

RowCheck = Callable[[Row], Iterator[str]]
_TIERS: tuple[tuple[RowCheck, ...], ...] = (
    (*streams.CHECKS, *dialogue.CHECKS),
    (*streams.CHECKS_OF_WORDS, *dialogue.CHECKS_OF_TURNS),
)
"""Checks of a row; a tier is run only if the row passes the one before."""


def audit(run: Path, deep: bool = False) -> Report:
    """Check a run folder; ``deep`` also reads everything that is not a shard."""
    if not run.is_dir() or not {"run.json", "plan.json"} & {path.name for path in run.iterdir()}:
        raise UserError(f"{run} is not a run folder: it has no run.json; give the --out of a run")
    try:
        facts, plan = read_json(run, "run.json"), read_json(run, "plan.json")
    except Unusable as error:
        finding = Finding(error.check, error.file, error.sentence)
        return Report(run.as_posix(), deep, (finding,), Totals())
    walk = _Walk(run, deep, facts, plan)
    walk.all()
    stand_ins = tuple(facts["stand_ins"])
    return Report(run.as_posix(), deep, tuple(walk.findings), walk.totals, stand_ins)


class _Walk:
    """An audit under way."""

    def __init__(self, root: Path, deep: bool, run: dict[str, Any], plan: dict[str, Any]) -> None:
        self.root, self.deep, self.run, self.plan = root, deep, run, plan
        self.findings: list[Finding] = []
        self.totals = Totals()
        self._dialogues = Dialogues()
        self._files = Files(run["fingerprint"])
        self._all_read = True
        self._tables: dict[str, pa.Table] = {}
        """What was read of the block under way, in a deep audit."""

    def all(self) -> None:
        """Check everything, in order."""
        self.findings += settings.secrets(self.root)
        self.findings += settings.sums(self.run, self.plan)
        num_shards = -(-self.plan["blocks"] // self.plan["blocks_per_shard"])
        planned = {Path(self._shard_file(index)).name for index in range(num_shards)}
        self.findings += settings.strays(self.root, planned)
        for index in range(num_shards):
            self._shard(index)
        hours = self.plan["hours"] or 0.0
        if self._all_read and self.totals.hours < hours:
            sentence = f"asks for {hours:g} h, the shards hold {self.totals.hours:.3f} h; run again"
            self.findings.append(Finding("hours", "plan.json", sentence))

    def _shard(self, index: int) -> None:
        """Check one shard and the artifacts of its blocks."""
        per_shard = self.plan["blocks_per_shard"]
        blocks = range(index * per_shard, min(self.plan["blocks"], (index + 1) * per_shard))
        contents: dict[str, str | None] = {}
        rejected: list[str] = []
        num_rows = 0
        for block in blocks:
            self._tables.clear()
            for stage in receipts.UNIT_STAGES:
                footer = self._unit(stage, block, contents)
                if footer is not None:
                    rejected += self._rejects(footer)
                    num_rows += footer.num_rows if stage == "tokens" else 0
            self._listen(block)
        footer = self._footer("shards", index, self._shard_file(index))
        table = None if footer is None else self._table(footer)
        if footer is None or table is None:
            self._all_read = False
            return
        tokens = [f"tokens/{block:06d}" for block in blocks]
        self._report("reads", footer.file, receipts.reads(footer, tokens, contents))
        present = self._rows(footer, table)
        if None in contents.values():
            return
        missed = receipts.completeness(self._ids(blocks), present, rejected)
        self._group("completeness", footer.file, missed)
        if footer.num_rows != num_rows:
            sentence = f"has {footer.num_rows} rows, its tokens artifacts have {num_rows}"
            self._report("num_rows", footer.file, [sentence])

    def _unit(self, stage: str, block: int, contents: dict[str, str | None]) -> Footer | None:
        """Check one artifact by its footer, and what it was made from."""
        footer = self._footer(stage, block, f"{stage}/{block:06d}.parquet")
        contents[f"{stage}/{block:06d}"] = None if footer is None else footer.receipt["content"]
        if footer is None:
            return None
        expected = [f"{upstream}/{block:06d}" for upstream in receipts.READS[stage]]
        self._report("reads", footer.file, receipts.reads(footer, expected, contents))
        table = self._table(footer) if self.deep else None
        if table is not None and stage in records.CHECKS:
            problems = list(records.CHECKS[stage](table))
            self._group("records", footer.file, problems)
            table = None if problems else table
        if table is not None:
            self._tables[stage] = table
        return footer

    def _listen(self, block: int) -> None:
        """Compare a block's words with its sound, if both were read and are sound themselves."""
        if not {"timeline", "speech"} <= self._tables.keys():
            return
        found: list[tuple[str, str]] = []
        for dialog_id, heard in sound.heard(self._tables["timeline"], self._tables["speech"]):
            self.totals.listen(heard.floor, heard.disagreement)
            if heard.disagreement > sound.MAX_DISAGREEMENT:
                sentence = f"words and sound differ in {heard.disagreement:.0%} of its time"
                found.append((dialog_id, sentence))
        self._group("sound_and_words", f"timeline/{block:06d}.parquet", found)

    def _footer(self, stage: str, number: int, file: str) -> Footer | None:
        """Read and check a footer; None, with a finding, if that cannot be."""
        try:
            footer = read_footer(self.root, stage, number, file)
        except Unusable as error:
            self._report(error.check, error.file, [error.sentence])
            return None
        for check in (*receipts.CHECKS, *self._files.checks):
            self._report(check.__name__, file, check(footer))
        return footer

    def _table(self, footer: Footer) -> pa.Table | None:
        try:
            table = read_table(self.root, footer)
        except Unusable as error:
            self._report(error.check, error.file, [error.sentence])
            return None
        return None if any(receipts.columns(footer)) else table

    def _rejects(self, footer: Footer) -> list[str]:
        """Count an artifact's rejects and return their ids."""
        rejects = footer.receipt["rejects"]
        self.totals.rejects.update(f"{item['stage']}: {item['reason']}" for item in rejects)
        return [item["dialog_id"] for item in rejects]

    def _rows(self, footer: Footer, table: pa.Table) -> list[str]:
        """Check and count a shard's rows, and return the ids of all of them."""
        found: dict[str, list[tuple[str, str]]] = {}
        ids = table.column("dialog_id").to_pylist()
        bad = null_rows(table)
        for position, column in bad.items():
            found.setdefault("nulls", []).append((str(ids[position]), f"{column} lacks a value"))
        for row in rows(table, footer.data, skip=bad):
            for check, sentence in self._problems(row):
                found.setdefault(check, []).append((row.dialog_id, sentence))
            self.totals.add(row)
        for check, problems in found.items():
            self._group(check, footer.file, problems)
        return [str(dialog_id) for dialog_id in ids]

    def _problems(self, row: Row) -> Iterator[tuple[str, str]]:
        """Yield (check, sentence) for everything that is wrong with a row."""
        for check in self._dialogues.checks:
            yield from ((check.__name__, sentence) for sentence in check(row))
        for tier in _TIERS:
            found = [(check.__name__, sentence) for check in tier for sentence in check(row)]
            yield from found
            if found:
                return

    def _ids(self, blocks: Iterable[int]) -> list[str]:
        size = self.plan["dialogs_per_block"]
        indices = (index for block in blocks for index in range(block * size, (block + 1) * size))
        return [f"{self.plan['kind']}-{index:07d}" for index in indices]

    def _shard_file(self, index: int) -> str:
        return f"shards/{self.plan['kind']}-{index:05d}.parquet"

    def _report(self, check: str, file: str, sentences: Iterable[str]) -> None:
        self.findings += [Finding(check, file, sentence) for sentence in sentences]

    def _group(self, check: str, file: str, problems: Iterable[tuple[str, str]]) -> None:
        finding = group(check, file, problems)
        self.findings += [] if finding is None else [finding]
