"""``datagen view``: a page to search, see, hear and mark dialogues."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from datagen.cli.place import run_folder
from datagen.cli.stopping import STOPPED, stoppable
from datagen.cli.terminal import echo
from datagen.types import UserError

if TYPE_CHECKING:
    from datagen.storage.marks import Selection

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("runs", type=run_folder, nargs=-1, required=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="[default: a free one]")
@click.option("--marks", type=_FILE, help="Where marks are. [default: RUN.marks.jsonl]")
@click.option("--as", "who", metavar="NAME", help="Who signs the marks. [default: your login]")
@click.option("--open/--no-open", "browse", default=True, help="Open it in the browser.")
@click.option(
    "--export",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a page that needs no server to DIR, of --count or --dialog; then stop.",
)
@click.option("--count", type=click.IntRange(1, 1000), default=12, help="With --export: dialogues.")
@click.option("--dialog", "dialogs", multiple=True, metavar="ID", help="With --export: this one.")
@click.option("--keep", multiple=True, metavar="TAG", help="With --export: only marked so.")
@click.option("--leave-out", multiple=True, metavar="TAG", help="With --export: none marked so.")
@click.option("--own-use", is_flag=True, help="With --export: let what a licence keeps private.")
@click.option("--one-file", is_flag=True, help="With --export: each page holds all it needs.")
def view(
    runs: tuple[str, ...],
    port: int,
    marks: Path | None,
    who: str | None,
    browse: bool,
    export: Path | None,
    count: int,
    dialogs: tuple[str, ...],
    keep: tuple[str, ...],
    leave_out: tuple[str, ...],
    own_use: bool,
    one_file: bool,
) -> None:
    """Show the dialogues of RUNS in the browser: search, filter, see, hear, mark.

    The page is for this machine alone: its address holds a secret, and nothing is sent anywhere.
    Marks are lines in a file beside the run; the run itself is only read.
    """
    if len(runs) > 1 and (marks or export):
        raise UserError("--marks and --export are of one run; give one")
    if export is None and (keep or leave_out or dialogs or one_file or own_use):
        raise UserError(
            "--keep, --leave-out, --dialog, --one-file and --own-use go with --export DIR"
        )
    if export is not None:
        from datagen.storage.marks import Selection, beside

        selection = Selection.read(marks or beside(runs[0]), keep, leave_out)
        _export(runs[0], export, count, dialogs, one_file, selection, own_use)
        return
    _serve(runs, port, marks, who, browse)


def _export(
    run: str,
    folder: Path,
    count: int,
    dialogs: tuple[str, ...],
    one_file: bool,
    selection: Selection,
    own_use: bool,
) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from datagen.view.export import export_page

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(f"pages of {run}", total=None)

        def tell(done: int, of: int) -> None:
            bars.update(task, completed=done, total=of)

        with stoppable(STOPPED):
            ids = export_page(
                run, folder, count, dialogs, one_file, selection, tell, own_use=own_use
            )
    echo(f"wrote {len(ids)} dialogues to {folder}; open {folder / 'index.html'}")


def _serve(
    runs: tuple[str, ...], port: int, marks: Path | None, who: str | None, browse: bool
) -> None:
    import webbrowser

    from rich.console import Console
    from rich.progress import Progress

    from datagen.view.serve import open_runs, serve

    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks = {run: bars.add_task(f"index of {run}", total=None) for run in runs}
        opened = open_runs(
            runs, marks, lambda run, done, of: bars.update(tasks[run], completed=done, total=of)
        )

    def ready(address: str) -> None:
        echo(f"{address}\nCtrl-C stops it; marks go to {opened[0].marks.path}")
        if browse:
            webbrowser.open(address)

    serve(opened, port, who or _user(), ready)


def _user() -> str:
    """Return who marks; "" for a user of a container that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
