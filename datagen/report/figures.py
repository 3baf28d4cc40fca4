"""What a run came to, in figures: for its report, comparisons and the dataset card.

RUN --gather--> Figures (counts of all shards; what needs words or scripts, of a sample)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from datagen.audit.human_baseline import Measure, comparison
from datagen.audit.rows import Row
from datagen.audit.totals import Totals
from datagen.engine.events import Finished, Spent, Trial, UnitMade, read_events
from datagen.engine.run_files import PlanFile, RunFile, read_plan, read_run
from datagen.quality.figures import QualityFile, read_quality
from datagen.report.own_exam import OwnExam, read_own_exam
from datagen.scripting.corpus.stats import Census
from datagen.scripting.llm.accounts import lines, total
from datagen.scripting.llm.agreement import agreement_lines
from datagen.shards.layout import HYGIENE
from datagen.stages.artifacts import read_records
from datagen.storage import Where
from datagen.storage.run_folder import SHARDS, UNIT_STAGES, RunFolder
from datagen.terms import Terms, of_run
from datagen.types import SAMPLE_RATE, SPEAKERS, Reject, Script, UserError

SAMPLE = 2_000
"""Dialogues, spread over the run, of which words and scripts are read."""
EXAMPLES = 3
"""Dialogues that are named for each reason of a reject."""
_COLUMNS = (
    *("num_samples", "split", "domain", "call_direction", "prompt_level", "language", "outcome"),
    *("events", "probes", "agent_voice", "user_voice", "hygiene"),
)
_COUNTED = ("call_direction", "prompt_level", "language", "outcome")
Numbers = NDArray[np.float64]


@dataclass
class StageCost:
    """What a stage has taken, by the journal."""

    units: int = 0
    seconds: float = 0.0
    """Wall time of all its workers together."""
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    """Bytes of the largest worker."""
    audio_seconds: float = 0.0


@dataclass
class Reason:
    """Why dialogues or takes were refused."""

    count: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)
    """Dialogue and evidence of the first few."""

    def add(self, dialog_id: str, evidence: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append((dialog_id, evidence))


@dataclass
class Figures:
    """A run's figures. Times are in seconds."""

    where: str
    run: RunFile
    plan: PlanFile
    totals: Totals = field(default_factory=Totals)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """Dialogues by value, of the call's direction, the prompt level, the language, the outcome."""
    terms: tuple[Terms, ...] = ()
    """Terms of the corpora that rows are made of; none if they are synthetic."""
    heard: QualityFile | None = None
    """What ears made of the run, if somebody has listened (`datagen quality`)."""
    exam: OwnExam | None = None
    """How the run does in its own exam, if it was scored (`datagen exam score RUN`)."""
    lengths: Numbers = field(default_factory=lambda: np.empty(0))
    """Each dialogue's length."""
    waits: dict[str, Numbers] = field(default_factory=dict)
    """How long events last, by type."""
    hygiene: dict[str, Numbers] = field(default_factory=dict)
    """Levels, floors and leakage of each dialogue, by channel and measure."""
    voices: Counter[str] = field(default_factory=Counter)
    """Sides that each voice speaks."""
    sources: Counter[str] = field(default_factory=Counter)
    """Sides by the voices' source and licence."""
    rejects: dict[str, Reason] = field(default_factory=dict)
    """Dialogues that were refused, by stage and reason."""
    takes: dict[str, Reason] = field(default_factory=dict)
    """Takes that the gates refused, by reason, of the sample."""
    costs: dict[str, StageCost] = field(default_factory=dict)
    finished: list[Finished] = field(default_factory=list)
    """Runs that made something, in order."""
    spent: list[str] = field(default_factory=list)
    """What language models have cost, a line each."""
    texts: list[str] = field(default_factory=list)
    """How varied the scripts of the sample are, a line a subject."""
    measured: int = 0
    """Dialogues in the sample."""

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.where.partition("?")[0].rstrip("/").rpartition("/")[2]

    def people(self) -> list[Measure]:
        """Return turn-taking beside people's."""
        return comparison(self.totals)

    @property
    def offsets(self) -> Numbers:
        """Floor-transfer offsets of the sample; negative where speakers overlap."""
        return np.asarray(self.totals.offsets, np.float64) / SAMPLE_RATE

    @property
    def realtime(self) -> float | None:
        """Seconds of audio made a second by the last run that made any; None if none is known."""
        made = [event for event in self.finished if event.audio_seconds > 0]
        return made[-1].audio_seconds / made[-1].wall_seconds if made else None


def gather(run: Where, progress: Callable[[int, int], None] = lambda done, of: None) -> Figures:
    """Read a run's figures; a file that is missing is not counted."""
    folder = RunFolder(run)
    found = Figures(folder.where, read_run(folder), read_plan(folder))
    names = _files(folder, found.plan)
    if not names:
        raise UserError(f"{folder.where} has no tokens yet; run it on, or look at its status")
    lengths: list[Numbers] = []
    waits: dict[str, list[Numbers]] = {}
    hygiene: dict[str, list[Numbers]] = {name: [] for name in HYGIENE}
    steps = len(names) + 3
    for done, name in enumerate(names):
        progress(done, steps)
        table = _read(folder, name, _COLUMNS)
        lengths.append(_numbers(table["num_samples"]) / SAMPLE_RATE)
        _count(found, table)
        for kind, seconds in _durations(table):
            waits.setdefault(kind, []).append(seconds)
        for measure in HYGIENE:
            hygiene[measure].append(_numbers(pc.struct_field(table["hygiene"], measure)))
    found.heard = read_quality(run)
    found.exam = read_own_exam(run)
    found.terms = of_run(run)
    found.lengths = np.concatenate(lengths)
    found.waits = {kind: np.concatenate(parts) for kind, parts in sorted(waits.items())}
    found.hygiene = {name: np.concatenate(parts) for name, parts in hygiene.items()}
    for done, look in enumerate((_measure, _blocks, _journal), len(names)):
        progress(done, steps)
        look(folder, found)
    progress(steps, steps)
    return found


def _files(folder: RunFolder, plan: PlanFile) -> list[str]:
    """Return the shards that are there, or of a run that has none yet its tokens."""
    for stage in (SHARDS, "tokens"):
        names = [n for n in folder.storage.names(stage) if n.endswith(".parquet")]
        names = [n for n in names if stage == "tokens" or n.startswith(f"{plan.kind}-")]
        if names:
            return [f"{stage}/{name}" for name in names]
    return []


def _read(folder: RunFolder, name: str, columns: tuple[str, ...]) -> pa.Table:
    def look(file: Any) -> pa.Table:
        parquet = pq.ParquetFile(file)
        known = set(parquet.schema_arrow.names)
        return parquet.read([c for c in columns if c in known], use_threads=False)

    return folder.storage.load(name, look).combine_chunks()


def _numbers(column: Any) -> Numbers:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64).reshape(-1)


def _count(found: Figures, table: pa.Table) -> None:
    found.totals.count(table)
    for name in _COUNTED:
        if name in table.column_names:
            values = (value for value in table[name].to_pylist() if value)
            found.counts.setdefault(name, Counter()).update(values)
    for speaker in SPEAKERS:
        column: list[Any] = table[f"{speaker}_voice"].to_pylist()
        for voice in column:
            found.voices[voice["id"]] += 1
            found.sources[f"{voice['source']} ({voice['license']})"] += 1


def _durations(table: pa.Table) -> Iterator[tuple[str, Numbers]]:
    """Yield how long a table's events last, by type; points in time are left out."""
    events: Any = pc.list_flatten(table["events"])
    kinds = np.asarray(pc.struct_field(events, "type").to_pylist(), object)
    starts, ends = (_numbers(pc.struct_field(events, name)) for name in ("start", "end"))
    for kind in set(kinds.tolist()) - {"slot", "effect", "dropped"}:
        yield kind, (ends - starts)[kinds == kind] / SAMPLE_RATE


def _measure(folder: RunFolder, found: Figures) -> None:
    """Measure turn-taking on dialogues from files that are spread over the run."""
    names = _spread(_files(folder, found.plan), 8)
    each = -(-SAMPLE // max(1, len(names)))
    for name in names:
        table = _read(folder, name, ("dialog_id", "words", "events", "turns", "actions"))
        for values in table.slice(0, each).to_pylist():
            found.totals.measure(Row(values=values, tokens={}, footer={}))
            found.measured += 1


def _spread(items: list[str], count: int) -> list[str]:
    """Return so many items, evenly spaced."""
    return items[:: max(1, -(-len(items) // count))]


def _blocks(folder: RunFolder, found: Figures) -> None:
    """Read rejects of all blocks, and scripts and takes of a sample of them."""
    plan = found.plan
    for stage in UNIT_STAGES:
        for receipt in folder.receipts(stage, range(plan.blocks)).values():
            _add_rejects(found, receipt.rejects)
    shards = (folder.receipt(folder.shard(plan.kind, shard)) for shard in range(plan.shards))
    for shard in shards:
        _add_rejects(found, shard.rejects if shard else ())
    there = {name.removesuffix(".parquet") for name in folder.storage.names("script")}
    blocks = [f"{block:06d}" for block in range(plan.blocks) if f"{block:06d}" in there]
    census = Census(expected=SAMPLE)
    for block in _spread(blocks, SAMPLE // plan.dialogs_per_block):
        name = f"script/{block}.parquet"
        census.add(list(read_records(folder.read(name), Script).values()))
        _add_takes(folder, found, f"speech/{block}.parquet")
    found.texts = list(census.lines()) if len(census) else []


def _add_rejects(found: Figures, rejects: tuple[Reject, ...]) -> None:
    for reject in rejects:
        name = f"{reject.stage}: {reject.reason}"
        found.rejects.setdefault(name, Reason()).add(reject.dialog_id, reject.evidence)
        found.totals.rejects[name] += 1


def _add_takes(folder: RunFolder, found: Figures, name: str) -> None:
    if name.partition("/")[2] not in folder.storage.names("speech"):
        return
    table = _read(folder, name, ("dialog_id", "attempts"))
    tried = pc.greater(pc.list_value_length(table["attempts"]), pa.scalar(0))
    for row in table.filter(tried).to_pylist():
        for attempt in row["attempts"]:
            reason = found.takes.setdefault(attempt["reason"], Reason())
            reason.add(row["dialog_id"], attempt["evidence"])


def _journal(folder: RunFolder, found: Figures) -> None:
    """Read what each stage has taken; a unit that was made twice counts twice."""
    spent: list[Spent] = []
    for event in read_events(folder):
        if isinstance(event, Finished):
            found.finished.append(event)
        if isinstance(event, UnitMade | Trial):
            spent.append(event.spent)
        if isinstance(event, UnitMade):
            cost = found.costs.setdefault(event.stage, StageCost())
            cost.units += 1
            cost.seconds += event.seconds
            cost.cpu_seconds += event.cpu_seconds
            cost.peak_memory = max(cost.peak_memory, event.peak_memory)
            cost.audio_seconds += event.audio_samples / SAMPLE_RATE
    found.spent = [*lines(total(spent)), *agreement_lines(spent)]
