"""``datagen export``: dialogues of finished runs in the form that another program reads."""

from __future__ import annotations

from pathlib import Path

import click

from datagen.cli.place import run_folder
from datagen.cli.terminal import echo
from datagen.types import UserError


@click.command()
@click.argument("form", metavar="FORMAT")
@click.argument("runs", metavar="RUN...", type=run_folder, nargs=-1)
@click.option("--out", type=run_folder, required=True, help="The folder, or s3://, gs://, abfs://.")
@click.option("--split", "splits", multiple=True, metavar="NAME", help="Only this split.")
@click.option("--kind", "kinds", multiple=True, metavar="NAME", help="Only this kind.")
@click.option("--event", "events", multiple=True, metavar="TYPE", help="Only with such an event.")
@click.option("--keep", multiple=True, metavar="TAG", help="Only marked so in `datagen view`.")
@click.option("--leave-out", multiple=True, metavar="TAG", help="None marked so (or: reject).")
@click.option(
    "--marks",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where marks are. [default: RUN.marks.jsonl]",
)
@click.option("--fraction", type=float, default=1.0, show_default=True, help="Share of them.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes."
)
@click.option("--own-use", is_flag=True, help="Not to be shared: let what a licence keeps private.")
@click.option("--check", "only_check", is_flag=True, help="Only check what --out holds.")
def export(
    form: str,
    runs: tuple[str, ...],
    out: str,
    splits: tuple[str, ...],
    kinds: tuple[str, ...],
    events: tuple[str, ...],
    keep: tuple[str, ...],
    leave_out: tuple[str, ...],
    marks: Path | None,
    fraction: float,
    workers: int,
    own_use: bool,
    only_check: bool,
) -> None:
    """Write dialogues of RUNs, sound included, in FORMAT: what other programs read unchanged.

    \b
    moshi-finetune     stereo WAV, word times, JSONL (kyutai-labs/moshi-finetune)
    nu-dialogue        tokens as Parquet (nu-dialogue/moshi-finetune)
    personaplex        prepared folder: sound, voices, prompts, words
    nemo, lhotse       Shar folders
    raon, f-actor      lines and rows of these trainers
    huggingface        a dataset that load_dataset opens; webdataset: tar archives
    full-duplex-bench, turnbench   exam items from the ledger

    or package.module:Class, a form of your own. Stopped, it goes on with the same command.
    What a corpus' licence keeps from being shared is refused, unless it is for your --own-use.
    """
    if only_check:
        _check(out)
        return
    if not runs:
        raise UserError("name the run to export, e.g. runs/service")
    if marks is not None and len(runs) > 1:
        raise UserError("--marks is of one run; give one, or keep each RUN.marks.jsonl beside it")
    from datagen.export.choice import ExportChoice
    from datagen.export.make import export as make
    from datagen.storage.marks import Selection, beside

    if not 0 < fraction <= 1:
        raise UserError(f"--fraction {fraction:g}: give a share over 0 and at most 1")
    choice = ExportChoice(
        splits=splits,
        kinds=kinds,
        events=events,
        keep=keep,
        leave_out=leave_out,
        fraction=fraction,
    )

    def marks_of(run: str) -> Selection:
        return Selection.read(marks or beside(run), keep, leave_out)

    try:
        with _ExportBar(form) as bars:
            receipt = make(
                form,
                runs,
                out,
                choice,
                marks=marks_of,
                workers=workers,
                own_use=own_use,
                progress=bars.tell,
            )
    except KeyboardInterrupt:
        echo("stopped; the same command goes on from here", err=True)
        raise SystemExit(130) from None
    echo(
        f"wrote {receipt.dialogues:,} dialogues, {receipt.hours:,.2f} hours, to {out}:"
        f" {receipt.files:,} files, {receipt.bytes:,} bytes"
    )
    echo(receipt.layout)
    for note, count in receipt.notes.items():
        echo(f"{count:,} {note}")


class _ExportBar:
    """Progress on the terminal."""

    def __init__(self, form: str) -> None:
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True)
        self._bars = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bars.add_task(form, total=None)

    def __enter__(self) -> _ExportBar:
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()

    def tell(self, done: int, of: int) -> None:
        """Show how many dialogues are written."""
        self._bars.update(self._task, completed=done, total=of)


def _check(out: str) -> None:
    from datagen.export.check import check

    receipt, problems = check(out)
    for problem in problems[:20]:
        echo(problem, err=True)
    if problems:
        echo(f"{len(problems):,} of {receipt.files:,} files are wrong", err=True)
        raise SystemExit(1)
    echo(f"all {receipt.files:,} files are as they were written")
