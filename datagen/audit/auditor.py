"""The order of an audit: settings, then shard by shard its blocks' footers and its own rows.

Few tables are in memory at a time (`prefetch`); `cross_checks` holds what is kept between shards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from datagen.audit import receipts, records, script_chain, settings, sound_checks
from datagen.audit.cross_checks import FileChecks
from datagen.audit.files import ParquetFooter, Unusable, read_json
from datagen.audit.prefetch import Loaded, read_ahead, table_of
from datagen.audit.report import AuditReport, Finding, group
from datagen.audit.shard_rows import Look
from datagen.audit.totals import Totals
from datagen.storage import Storage, Where, open_storage
from datagen.types import DialogId, UserError


def audit(run: Where, deep: bool = False, shards: int | None = None) -> AuditReport:
    """Check a run folder; ``deep`` also reads everything that is not a shard.

    ``shards`` limits it to so many shards from the first on, and their blocks.
    """
    storage = open_storage(run)
    if not {"run.json", "plan.json"} & set(storage.names("")):
        raise UserError(f"{run} is not a run folder: it has no run.json; give the --out of a run")
    try:
        facts, plan = read_json(storage, "run.json"), read_json(storage, "plan.json")
    except Unusable as error:
        finding = Finding(error.check, error.file, error.sentence)
        return AuditReport(str(run), deep, (finding,), Totals())
    walk = _Walk(storage, deep, facts, plan)
    walk.all(shards)
    stand_ins = tuple(facts["stand_ins"])
    return AuditReport(str(run), deep, tuple(walk.findings), walk.totals, stand_ins, plan["kind"])


class _Walk:
    """An audit under way."""

    def __init__(
        self, storage: Storage, deep: bool, run: dict[str, Any], plan: dict[str, Any]
    ) -> None:
        self.storage, self.deep, self.run, self.plan = storage, deep, run, plan
        self.findings: list[Finding] = []
        self.totals = Totals()
        self._files = FileChecks(run["fingerprint"])
        self._all_read = True
        self._scripts: str | None = script_chain.START
        """Hash by which a shard cites all scripts so far; None if one is missing."""
        self._tables: dict[str, pa.Table] = {}
        """Tables read of the block under way, in a deep audit, by stage."""

    def all(self, most: int | None = None) -> None:
        """Check everything, in order, up to so many shards."""
        self.findings += settings.secrets(self.storage)
        self.findings += settings.sums(self.run, self.plan)
        num_shards = -(-self.plan["blocks"] // self.plan["blocks_per_shard"])
        kind = self.plan["kind"]
        planned = {f"{kind}-{index:05d}.parquet" for index in range(num_shards)}
        self.findings += settings.strays(self.storage, planned)
        shards = range(num_shards)[:most]
        num_dialogues = len(shards) * self.plan["blocks_per_shard"] * self.plan["dialogs_per_block"]
        look = Look(self.totals, num_dialogues, self.deep)
        for loaded in read_ahead(self.storage, self.plan, shards):
            self._shard(loaded, look)
        hours = self.plan["hours"] or 0.0
        whole = most is None or most >= num_shards
        if whole and self._all_read and self.totals.hours < hours:
            sentence = f"asks for {hours:g} h, the shards hold {self.totals.hours:.3f} h; run again"
            self.findings.append(Finding("hours", "plan.json", sentence))

    def _shard(self, loaded: Loaded, look: Look) -> None:
        """Check one shard and the artifacts of its blocks."""
        contents: dict[str, str | None] = {}
        rejected: list[str] = []
        num_rows = 0
        for block in loaded.blocks:
            self._tables.clear()
            for stage in receipts.UNIT_STAGES:
                footer = self._unit(stage, block, loaded.footers, contents)
                if footer is not None:
                    rejected += self._rejects(footer)
                    num_rows += footer.num_rows if stage == "tokens" else 0
            self._listen(block)
        footer = self._footer(loaded.footers[loaded.file])
        table = self._table(footer, loaded.table)
        if footer is None or table is None:
            self._all_read = False
            return
        scripts = script_chain.key(loaded.blocks.stop)
        expected = [*(f"tokens/{block:06d}" for block in loaded.blocks), scripts]
        known = {**contents, scripts: self._scripts}
        self._report("reads", footer.file, receipts.reads(footer, expected, known))
        for check, problems in look.rows(footer, table).items():
            self._group(check, footer.file, problems)
        left_out = self._rejects(footer)
        if None in contents.values():
            return
        present = [str(dialog_id) for dialog_id in table["dialog_id"].to_pylist()]
        there = {*present, *rejected, *left_out}
        planned = [one for one in self._ids(loaded.blocks) if one in there or self._is_asked(one)]
        missed = receipts.completeness(planned, present, [*rejected, *left_out])
        self._group("completeness", footer.file, missed)
        if footer.num_rows + len(left_out) != num_rows:
            sentence = f"has {footer.num_rows} rows, its tokens artifacts have {num_rows}"
            sentence += f", of which it says it left {len(left_out)} out" if left_out else ""
            self._report("num_rows", footer.file, [sentence])

    def _unit(
        self,
        stage: str,
        block: int,
        footers: Mapping[str, ParquetFooter | Unusable],
        contents: dict[str, str | None],
    ) -> ParquetFooter | None:
        """Check one artifact by its footer, and what it was made from."""
        footer = self._footer(footers[f"{stage}/{block:06d}.parquet"])
        contents[f"{stage}/{block:06d}"] = None if footer is None else footer.receipt["content"]
        if stage == "script":
            known = self._scripts if footer is not None else None
            self._scripts = known and script_chain.follow(
                known, contents[f"script/{block:06d}"] or ""
            )
        if footer is None:
            return None
        expected = [f"{upstream}/{block:06d}" for upstream in receipts.READS[stage]]
        self._report("reads", footer.file, receipts.reads(footer, expected, contents))
        table = self._table(footer, table_of(self.storage, footer)) if self.deep else None
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
        for dialog_id, heard in sound_checks.heard(
            self._tables["timeline"], self._tables["speech"]
        ):
            self.totals.listen(heard.floor, heard.disagreement)
            if heard.disagreement > heard.most:
                sentence = f"words and sound differ in {heard.disagreement:.0%} of its time"
                found.append((dialog_id, sentence))
        self._group("sound_and_words", f"timeline/{block:06d}.parquet", found)

    def _footer(self, found: ParquetFooter | Unusable) -> ParquetFooter | None:
        """Check a footer; None, with a finding, if it cannot be read."""
        if isinstance(found, Unusable):
            self._report(found.check, found.file, [found.sentence])
            return None
        for check in (*receipts.CHECKS, *self._files.checks):
            self._report(check.__name__, found.file, check(found))
        return found

    def _table(
        self, footer: ParquetFooter | None, found: pa.Table | Unusable | None
    ) -> pa.Table | None:
        """Return a file's table; None, with a finding, if it cannot be used."""
        if isinstance(found, Unusable):
            self._report(found.check, found.file, [found.sentence])
            return None
        return None if footer is None or any(receipts.columns(footer)) else found

    def _rejects(self, footer: ParquetFooter) -> list[str]:
        """Count an artifact's rejects and return their ids."""
        rejects = footer.receipt["rejects"]
        self.totals.rejects.update(f"{item['stage']}: {item['reason']}" for item in rejects)
        return [item["dialog_id"] for item in rejects]

    def _is_asked(self, dialog_id: str) -> bool:
        """Return whether a plan asks for a dialogue of its blocks: the last may be partial."""
        parsed = DialogId.parse(dialog_id)
        assert parsed is not None, dialog_id
        return self.plan["hours"] is not None or parsed.number < self.plan["dialogs"]

    def _ids(self, blocks: Iterable[int]) -> list[str]:
        size = self.plan["dialogs_per_block"]
        indices = (index for block in blocks for index in range(block * size, (block + 1) * size))
        return [str(DialogId(self.plan["kind"], index)) for index in indices]

    def _report(self, check: str, file: str, sentences: Iterable[str]) -> None:
        self.findings += [Finding(check, file, sentence) for sentence in sentences]

    def _group(self, check: str, file: str, problems: Iterable[tuple[str, str]]) -> None:
        finding = group(check, file, problems)
        self.findings += [] if finding is None else [finding]
