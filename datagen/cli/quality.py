"""``datagen quality``: what real ears make of a finished run."""

from __future__ import annotations

import click

from datagen.cli.place import run_folder
from datagen.cli.terminal import echo


@click.command()
@click.argument("run", type=run_folder)
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    metavar="N",
    help="Hear N dialogues, evenly spaced.",
)
@click.option("--whole", is_flag=True, help="Hear all dialogues.")
@click.option(
    "--what",
    default="clips,channels,tokens",
    show_default=True,
    help="Where to listen: the clips, the channels they are placed in, the decoded tokens.",
)
@click.option(
    "--model",
    help="Whisper, in CTranslate2's form: a folder, a downloaded model, or package:NAME,NAME."
    " [default: that of the recipe's judge, else Systran/faster-whisper-base]",
)
def quality(run: str, sample: int, whole: bool, what: str, model: str | None) -> None:
    """Listen to RUN: word error, entities, likeness to each voice, DNSMOS, loudness.

    The figures, by voice and kind of turn, go into RUN/quality.json, from where manifest, card and
    report take them. Stop it whenever you like: what was heard is not heard again.
    """
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from datagen.quality.listening import EarOptions, listen_to
    from datagen.quality.listening import sample as sampled
    from datagen.runs.open import open_run

    opened = open_run(run)
    judge = opened.file.recipe.gates.judge
    options = judge.options if judge is not None and judge.use == "whisper" else {}
    ears = EarOptions(model=model or options.get("model", EarOptions().model))
    ears.check()
    ids = sampled(list(opened), None if whole else sample)
    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("listening", total=len(ids))
        places = [name.strip() for name in what.split(",") if name.strip()]
        found = listen_to(
            run,
            ears,
            ids,
            places,
            lambda done, of: bars.update(task, completed=done),
        )
    head, *rows = found.rows()
    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
    echo(f"wrote quality.json: {found.dialogues:,} dialogues heard")
