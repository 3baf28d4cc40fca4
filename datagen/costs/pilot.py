"""What a pilot run really took: its journal and its files become rates for the next, larger run.

RUN (journal, file sizes) --measure--> Pilot
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev

from datagen.costs.rates import Figure, StageShare
from datagen.engine.events import RunEvent, UnitMade, read_events
from datagen.storage.run_folder import SHARDS, UNIT_STAGES, RunFolder
from datagen.types import SAMPLE_RATE, UserError


@dataclass(frozen=True)
class StageRate:
    """What a stage took in a pilot, for one second of dialogue that was begun there."""

    seconds: Figure
    """Seconds of one worker."""
    cpu_seconds: Figure
    accept: StageShare
    """Share of the dialogues that went on."""
    spread: Figure
    """Standard deviation of a unit's seconds, as a share of their mean."""


@dataclass(frozen=True)
class Pilot:
    """A run's own figures."""

    stages: dict[str, StageRate]
    bytes: dict[str, Figure]
    """Bytes on disk for a second of dialogue that was begun, by stage."""
    tokens: dict[str, tuple[Figure, Figure]]
    """Tokens read and written for a dialogue, by model."""


def measure(run: Path | str) -> Pilot:
    """Read the figures of the blocks of a run that went through all stages."""
    folder = RunFolder(run)
    blocks = _blocks(read_events(folder))
    if not blocks:
        raise UserError(
            f"{folder.where} has no journal of blocks that went through all stages; run a pilot"
            " there first: datagen run KIND --dialogs 64 --out RUN"
        )
    rows = sum(block["tokens"].rows for block in blocks)
    samples = sum(block["tokens"].audio_samples for block in blocks)
    if not samples:
        raise UserError(f"{folder.where} has made no sound to measure: every dialogue was rejected")
    mean = samples / SAMPLE_RATE / rows
    begun = sum(_size_of(block["script"]) for block in blocks)
    stages, left = {}, begun
    for stage in UNIT_STAGES:
        units = [block[stage] for block in blocks]
        rejects = sum(len(unit.rejects) for unit in units)
        stages[stage] = _rate(units, left * mean, 1 - rejects / left)
        left -= rejects
    everything = begun / len(blocks) * len(folder.storage.names("script")) * mean
    return Pilot(stages, _bytes(folder, everything), _tokens(block["script"] for block in blocks))


def _blocks(events: Iterable[RunEvent]) -> list[dict[str, UnitMade]]:
    """Return the last event of each stage, for the blocks that have all stages."""
    blocks: dict[str, dict[str, UnitMade]] = defaultdict(dict)
    for event in events:
        if isinstance(event, UnitMade):
            blocks[event.number][event.stage] = event
    return [stages for _, stages in sorted(blocks.items()) if stages.keys() >= {*UNIT_STAGES}]


def _size_of(script: UnitMade) -> int:
    """Return how many dialogues a block has; other stages may have several rows for each."""
    return script.rows + len(script.rejects)


def _rate(units: list[UnitMade], begun_seconds: float, accept: float) -> StageRate:
    """Return what units took that were given so many seconds of dialogue."""
    seconds = [event.seconds for event in units]
    cpu_seconds = sum(event.cpu_seconds for event in units)
    source = f"measured on {len(units):,} units of the pilot"
    return StageRate(
        seconds=Figure(value=sum(seconds) / begun_seconds, source=source),
        cpu_seconds=Figure(value=cpu_seconds / begun_seconds, source=source),
        accept=StageShare(value=accept, source=source),
        spread=Figure(value=pstdev(seconds) / max(fmean(seconds), 1e-9), source=source),
    )


def _bytes(folder: RunFolder, seconds: float) -> dict[str, Figure]:
    """Return what each stage's files take on disk for a second of dialogue."""
    found: dict[str, Figure] = {}
    for stage in (*UNIT_STAGES, SHARDS):
        files = [f"{stage}/{name}" for name in folder.storage.names(stage)]
        sizes = folder.storage.each(lambda name: _size(folder, name), files)
        source = f"measured on {len(files):,} files of the pilot"
        found[stage] = Figure(value=sum(sizes) / seconds, source=source)
    return found


def _size(folder: RunFolder, name: str) -> int:
    return folder.storage.load(name, lambda file: int(file.size()))


def _tokens(units: Iterable[UnitMade]) -> dict[str, tuple[Figure, Figure]]:
    """Return what each model read and wrote for a dialogue, if the writers kept accounts."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for event in units:
        for model, account in event.spent.items():
            sums[model].update(account)
    return {
        model: (
            _tokens_each(account["prompt"], account["dialogues"]),
            _tokens_each(account["completion"], account["dialogues"]),
        )
        for model, account in sums.items()
        if account["dialogues"]
    }


def _tokens_each(tokens: float, dialogs: float) -> Figure:
    source = f"measured on {dialogs:,.0f} dialogues of the pilot"
    return Figure(value=tokens / dialogs, source=source)
