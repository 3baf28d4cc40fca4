"""``datagen scripts``: how a run's scripts are built, how varied, which are alike, the cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from datagen.cli.place import run_folder
from datagen.cli.terminal import echo
from datagen.types import UserError

if TYPE_CHECKING:
    from datagen.storage.run_folder import RunFolder
    from datagen.types import Script

BATCH = 64
"""Blocks of scripts in memory at once: those of a shard."""


@click.command()
@click.argument("run", type=run_folder)
def scripts(run: str) -> None:
    """Say how varied the scripts of RUN are and how they are built, and what they cost.

    Near-duplicates are named; so are skeletons, masked sentences, acts, repairs, outcomes, lengths
    and claims that nothing licenses.
    """
    from datagen.engine.plan import DIALOGS_PER_BLOCK
    from datagen.engine.run_files import read_plan
    from datagen.scripting.corpus.stats import Census
    from datagen.scripting.corpus.structure import Structure
    from datagen.scripting.llm.accounts import lines, total
    from datagen.scripting.llm.agreement import agreement_lines
    from datagen.storage.run_folder import RunFolder

    folder = RunFolder(run)
    names = [name for name in folder.storage.names("script") if name.endswith(".parquet")]
    census, structure = Census(expected=len(names) * DIALOGS_PER_BLOCK), Structure()
    for batch in _batches(folder, names):
        census.add(batch)
        structure.add(batch)
    if not len(census):
        read_plan(folder)  # or it is no run at all
        raise UserError(f"{run} has no scripts: all were rejected, or nothing is made yet")
    spent = [event["spent"] for event in folder.events() if "spent" in event]
    figures = (*census.lines(), *structure.lines())
    models = (*agreement_lines(spent), *lines(total(spent)))
    for line in (*figures, *(f"  {pair}" for pair in census.pairs), *models):
        echo(line)


def _batches(folder: RunFolder, names: list[str]) -> Iterator[list[Script]]:
    """Yield scripts in order of their ids."""
    from datagen.stages.artifacts import read_records
    from datagen.storage.run_folder import Damaged
    from datagen.types import Script

    for start in range(0, len(names), BATCH):
        try:
            yield [
                script
                for name in names[start : start + BATCH]
                for script in read_records(folder.read(f"script/{name}"), Script).values()
            ]
        except Damaged as error:
            raise UserError(f"{error}; `datagen audit` says what to do") from error
