"""``datagen pairs``: preference pairs and clips for alignment, from a finished run."""

from __future__ import annotations

import click

from datagen.cli.place import run_folder


@click.command()
@click.argument("run", type=run_folder)
@click.option(
    "--respect",
    "respects",
    multiple=True,
    help="In what the rejected side is wrong, e.g. early_entry; may be given often. [default: all]",
)
@click.option("--each", default=1, show_default=True, help="Pairs of a respect in a dialogue.")
@click.option("--seed", default=0, show_default=True, help="Another seed, for other pairs.")
@click.option("--audit", "check", is_flag=True, help="Only check the pairs that are there.")
def pairs(run: str, respects: tuple[str, ...], each: int, seed: int, check: bool) -> None:
    """Make preference pairs and clips of turn-taking from RUN's shards: RUN/pairs.

    A pair is one dialogue laid out twice, right and wrong in one respect; a clip is a moment on
    one of four axes: pause, turn-taking, backchannel, interruption. No new speech is made.
    """
    from pathlib import Path

    from datagen.pairs import make
    from datagen.pairs.audit import audit

    if not check:
        wanted = make.Wanted(respects or make.RESPECTS, each, seed)
        made = make.make(run, wanted, lambda name, so_far: click.echo(_line(name, so_far)))
        for title, counts in (("pairs", made.pairs), ("clips", made.clips)):
            click.echo(f"{counts.total()} {title}")
            for name, count in sorted(counts.items()):
                click.echo(f"  {name:16} {count}")
        if "://" in run:
            return
    problems = audit(Path(run) / make.FOLDER)
    for problem in problems[:20]:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)
    click.echo("every pair and clip is as the schema says")


def _line(name: str, made: object) -> str:
    from datagen.pairs.make import MadePairs

    assert isinstance(made, MadePairs)
    return f"{name}: {made.dialogues} dialogues, {made.pairs.total()} pairs so far"
