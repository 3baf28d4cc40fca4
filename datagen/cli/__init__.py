"""The ``datagen`` command. Each subcommand imports what it needs when it runs."""

from __future__ import annotations

import errno
import logging
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from datagen import __version__
from datagen.cli.align import align
from datagen.cli.annotate import annotate
from datagen.cli.clean import clean
from datagen.cli.decode import decode
from datagen.cli.doctor import doctor
from datagen.cli.encode import encode
from datagen.cli.env import env
from datagen.cli.exam import exam
from datagen.cli.export import export
from datagen.cli.manifest import manifest
from datagen.cli.options import ADDRESS, AMOUNT, HOST, RECIPE, adding
from datagen.cli.pairs import pairs
from datagen.cli.place import run_folder
from datagen.cli.plan import plan
from datagen.cli.prompts import prompts
from datagen.cli.quality import quality
from datagen.cli.report import report
from datagen.cli.scripts import scripts
from datagen.cli.spoken import spoken
from datagen.cli.status import status
from datagen.cli.stopping import STOPPED, stoppable
from datagen.cli.terminal import VisibleFormatter, echo, page, write_what_can_be
from datagen.cli.texts import texts
from datagen.cli.timing import timing
from datagen.cli.view import view
from datagen.cli.voices import voices
from datagen.types import DialogId, RunFailed, UserError

MAX_LINE = 1_000
"""Characters of a line of an error that are shown."""


class _Group(click.Group):
    """Turns a user's mistake into one sentence and exit code 2."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Run as a program; one that a store keeps waiting for an answer ends all the same."""
        write_what_can_be()
        try:
            return super().__call__(*arguments, **options)
        except SystemExit as end:
            if requests := sys.modules.get("datagen.storage.requests"):  # else none was made
                requests.leave(end.code)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            _fail(str(error), 2)
        except RunFailed as error:
            _fail(str(error), 1)
        except BrokenPipeError:
            raise
        except OSError as error:  # a disk that is full or read-only, a folder one may not enter
            remedy = next((say for numbers, say in _REMEDIES if error.errno in numbers), "")
            _fail(f"{error.filename or 'a file'}: {error.strerror or error}{remedy}", 2)


_REMEDIES = (
    ((errno.ENOSPC, errno.EDQUOT), "; make room there, and run the same command again"),
    ((errno.EACCES, errno.EPERM, errno.EROFS), "; choose another place, or have the right to it"),
    (
        (errno.EIO,),
        "; its disk, or the program that mounts it, fails: its log says why (dmesg; gcsfuse, s3fs,"
        " blobfuse: does it have the right to write there?)",
    ),
)
"""What can be done about errors of files, by their numbers."""


def _fail(message: str, code: int) -> NoReturn:
    lines = [
        line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…" for line in message.split("\n")
    ]
    echo("error: " + "\n".join(lines), err=True)
    raise SystemExit(code)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Make full-duplex dialogue data: scripts, voices, overlaps, token shards.

    \b
    datagen run service --hours 0.2     make 0.2 hours of customer-service dialogues
    datagen audit runs/service          check every file of it, and count what is in it
    datagen show service-0000003        read one dialogue; --audio FILE to hear it
    datagen plan service --hours 1840   what a run would make, and how big it is
    """
    handler = logging.StreamHandler()
    handler.setFormatter(VisibleFormatter("%(levelname)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


@main.command()
@click.argument("kind")
@adding(*AMOUNT, *RECIPE, HOST, ADDRESS)
@click.option(
    "--out",
    type=run_folder,
    help="The run folder: a path, or s3://BUCKET/FOLDER, gs:// or abfs://. [default: runs/KIND]",
)
@click.option(
    "--slice",
    "part",
    metavar="I/N",
    help="Make only each Nth block, from the Ith: for N machines without a Ray in common.",
)
@click.option("--dry-run", is_flag=True, help="Check everything, show the plan, make nothing.")
@click.option(
    "--leave-out",
    multiple=True,
    metavar="TAG",
    help="Keep dialogues that `datagen view` marked so (or: reject) out of the shards.",
)
@click.option(
    "--marks",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --leave-out: the file of marks. [default: RUN.marks.jsonl]",
)
def run(
    kind: str,
    hours: float | None,
    dialogs: int | None,
    recipe: str,
    overrides: tuple[str, ...],
    seed: int | None,
    host: str,
    address: str | None,
    out: str | None,
    part: str | None,
    dry_run: bool,
    leave_out: tuple[str, ...],
    marks: Path | None,
) -> None:
    """Make a dataset of KIND dialogues, or go on with one.

    A run that was stopped goes on where it was; a longer one extends a shorter one. The same
    recipe and seed make the same bytes, on any number of workers. When all slices are made, the
    same command without --slice packs the shards.
    """
    with stoppable():
        from datagen.config import Recipe
        from datagen.runs.prepare import prepare
        from datagen.runs.summary import summary
        from datagen.show import listen

        prepared = prepare(
            Recipe.load(kind, recipe, overrides, seed),
            hours=hours,
            dialogs=dialogs,
            host=host,
            address=address,
            part=part,
        )
    if stand_ins := prepared.resolved.stand_ins:
        echo(f"STAND-INS, not the real models: {', '.join(stand_ins)}", err=True)
    if dry_run:
        echo(prepared.describe())
        return
    root = out or prepared.default_out
    with stoppable():
        made = prepared.make(root, leave_out=leave_out, marks=marks)
        if prepared.part is None:
            listen(root)
    if prepared.part is not None:
        echo(
            f"slice {part} is made: {made.dialogs:,} dialogues; when all {prepared.part.count} are,"
            " the same command without --slice packs the shards"
        )
        return
    page(summary(root))


@main.command()
@click.argument("run", type=run_folder)
@click.option(
    "--deep", is_flag=True, help="Recompute the hash of every artifact, not of shards only."
)
@click.option(
    "--against",
    metavar="NAME",
    help="Compare its size with a published set: paper, of manifests/targets, or a .json file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings and totals as JSON.")
def audit(run: str, deep: bool, against: str | None, as_json: bool) -> None:
    """Check the files of RUN as a stranger would, and count what is in them.

    Exits with 1, naming files and dialogues, when something is wrong.
    """
    from dataclasses import replace

    from datagen.audit import audit as check
    from datagen.audit import compare, render

    with stoppable(STOPPED):
        report = check(run, deep=deep)
    if against is not None and report.kind:
        report = replace(report, against=compare(report.totals, report.kind, against))
    echo(report.to_json() if as_json else render(report))
    if report.findings:
        raise SystemExit(1)


@main.command()
@click.argument("dialog_id")
@click.option(
    "--run",
    "root",
    type=run_folder,
    help="The run folder. [default: runs/KIND, from the id]",
)
@click.option(
    "--audio",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write its stereo: left the agent, right the user (.flac or .wav).",
)
@click.option("--decoded", is_flag=True, help="With --audio: the sound of its tokens.")
@click.option("--effects", is_flag=True, help="With --audio: the sound that was encoded.")
def show(
    dialog_id: str, root: str | None, audio: Path | None, decoded: bool, effects: bool
) -> None:
    """Print one dialogue: role, transcript with times, both lanes, facts and probes."""
    from datagen.show import save_audio
    from datagen.show import show as render

    if (decoded or effects) and audio is None:
        raise UserError("--decoded and --effects change what --audio FILE writes; give a FILE")
    if decoded and effects:
        raise UserError("--decoded and --effects exclude each other")
    if root is None:
        meant = DialogId.parse(dialog_id)
        if meant is None:
            raise UserError(f"{dialog_id} is no dialogue's id; one is service-0000003")
        root = f"runs/{meant.kind}"
    if audio is None:
        page(render(root, dialog_id))
    else:
        save_audio(
            root,
            dialog_id,
            audio,
            "decoded" if decoded else "effects" if effects else "recorded",
        )
        echo(f"wrote {audio}")


_COMMANDS = (
    align,
    annotate,
    clean,
    decode,
    doctor,
    encode,
    env,
    exam,
    export,
    manifest,
    pairs,
    plan,
    prompts,
    quality,
    report,
    scripts,
    spoken,
    status,
    texts,
    timing,
    view,
    voices,
)
for command in _COMMANDS:
    main.add_command(command)
