"""``datagen scripts``: how varied a run's scripts are, which are alike, and what they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from datagen.types import UserError

if TYPE_CHECKING:
    from datagen.types import Script

SAMPLE, COMPARED = 2000, 200
"""Dialogues counted for distinct-n, and compared for self-BLEU: spread evenly over the run."""
BATCH = 64
"""Blocks of scripts in memory at once: a shard's."""


@click.command()
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--records",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of script.options.records: adds tokens and cost of each model.",
)
def scripts(run: Path, records: Path | None) -> None:
    """Say how varied the scripts of RUN are, and which are near-duplicates of earlier ones."""
    from datagen.scripting.dedup import THRESHOLD, Index, sketch_of
    from datagen.scripting.variety import distinct, self_bleu, words_of

    index, ids, pairs = Index(), list[str](), list[str]()
    sample, closings = list[list[str]](), Counter[str]()
    for batch, stride in _batches(run):
        found = index.add([sketch_of(script) for script in batch])
        for script, earlier in zip(batch, found, strict=True):
            if len(ids) % stride == 0:
                sample.append(words_of([turn.text for turn in script.turns]))
            ids.append(script.dialog_id)
            closings[script.turns[-1].text] += 1
            if earlier is not None:
                pairs.append(f"{script.dialog_id} is like {ids[earlier]}")
    if not ids:
        raise UserError(f"{run} has no scripts: all were rejected, or nothing is made yet")
    compared = sample[:: max(1, len(sample) // COMPARED)][:COMPARED]
    line, count = closings.most_common(1)[0]
    figures = ", ".join(f"distinct-{n} {distinct(sample, n):.3f}" for n in (1, 2, 3))
    click.echo(f"{len(ids):,} scripts, {sum(map(len, sample)) / len(sample):.0f} words each")
    click.echo(f"{figures} (of {len(sample):,}); self-BLEU {self_bleu(compared):.3f}")
    click.echo(f"most used last line: {count / len(ids):.2%} {line!r}")
    click.echo(f"near-duplicates (J >= {THRESHOLD}): {len(pairs):,} ({len(pairs) / len(ids):.2%})")
    for pair in pairs:
        click.echo(f"  {pair}")
    if records:
        _accounts(run, records)


def _batches(run: Path) -> Iterator[tuple[list[Script], int]]:
    """Yield scripts in order of their ids, and one in how many is in the sample."""
    from datagen.plan import DIALOGS_PER_BLOCK
    from datagen.stages.artifacts import read_records
    from datagen.store import RunFolder
    from datagen.types import Script

    folder = RunFolder(run)
    paths = sorted((folder.root / "script").glob("*.parquet"))
    stride = max(1, len(paths) * DIALOGS_PER_BLOCK // SAMPLE)
    for start in range(0, len(paths), BATCH):
        yield (
            [
                script
                for path in paths[start : start + BATCH]
                for script in read_records(folder.read(path), Script).values()
            ],
            stride,
        )


def _accounts(run: Path, records: Path) -> None:
    """Print what each model read and wrote; prices are those of the run's recipe."""
    from datagen.scripting.llm.ledger import Price, summarise, table
    from datagen.store import RunFolder

    data = RunFolder(run).read_json("run.json") or {}
    models = data.get("recipe", {}).get("script", {}).get("options", {}).get("models", [])
    prices = {model["name"]: Price.model_validate(model.get("price", {})) for model in models}
    for line in table(summarise(records), prices):
        click.echo(line)
